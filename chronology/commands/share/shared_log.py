"""Commands that move events between a store and its shared log: clone, pull, push."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from chronology.commands import options
from chronology.commands.application import READING, STORE, DryRun, Invocation, command
from chronology.commands.files import check_place
from chronology.commands.screen import output
from chronology.commands.screen.output import Format, or_fault, progress_bar
from chronology.commands.screen.table import Shape
from chronology.errors import ChronologyError, LockedError, RemoteError, StoreError
from chronology.events.json_values import Json
from chronology.events.records import as_dict
from chronology.remote import addresses, outbox, pushing
from chronology.remote.following import Follower
from chronology.remote.following import clone as make_clone
from chronology.remote.outbox import Line
from chronology.remote.postgres import SharedLog
from chronology.remote.pushing import Pushed, Waiting
from chronology.store.replicate import Replicated

_COLUMNS: Final = ("line", "id", "type", "subject", "valid", "event", "text", "fault")
_SHAPE: Final = Shape(
    headings=("line", "id", "type", "subject", "valid", "what is wrong"),
    stack=("{line}  {id}", "    {valid}  {type}  {subject}", "    {what is wrong}"),
)

_REPORTED: Final = 20
"""How many lines that a push left are reported; any more are only counted."""


@command()
def clone(
    url: Annotated[str, typer.Argument(metavar="URL", show_default=False, help="postgresql://USER@HOST/DATABASE")],
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A new store.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call the shared log.")] = "origin",
    dry_run: DryRun = False,
) -> None:
    """Make a replica of a shared log.

    The new store follows the shared log. Every event is checked as if it were appended now; if one is not sound, no
    file is left.

    \b
    chronology clone postgresql://jane@db.example.org/team storm.db
    """
    if dry_run:
        addresses.checked(name, url)
        check_place(file)
        if file.exists():
            raise StoreError(f"{file} already exists, and will not be overwritten", hint="name a new file")
        with SharedLog.connect(url) as shared:
            head = shared.head()
        output.say_dry_run()
        output.put(f"would create {file}, head {head}")
        return
    with or_fault(), progress_bar("cloning") as progress:
        report = make_clone(url, file, name=name, progress=progress)
    output.put(f"created {file}, head {report.head}")


@command(STORE)
def pull(call: Invocation, dry_run: DryRun = False) -> None:
    """Take in what others appended to the shared log.

    Everything that both logs hold is compared first, and every event that comes in is checked as if it were appended
    now. A shared log whose history was changed is refused, with exit code 3, and nothing is written.

    \b
    chronology pull
    """
    with or_fault(), Follower.follow(call.path) as chron:
        if dry_run:
            there = chron.compare_prefix()
            output.say_dry_run()
            output.put(f"would pull {there - chron.head()}, head {there}")
            return
        with progress_bar("pulling") as progress:
            report = chron.pull(progress)
    output.put(_told(report))


def _told(report: Replicated) -> str:
    erased = f", {report.erased} redacted" if report.erased else ""
    return f"pulled {report.added:,}{erased}, head {report.head}"


@command(READING)
def push(
    call: Invocation,
    listed: Annotated[
        bool, typer.Option("--list", help="Show what waits, and what is wrong with it; append nothing.")
    ] = False,
    dropped: Annotated[
        str | None,
        typer.Option(
            "--drop", metavar="ID", help="Take one event out and print it: its id, or its line.", show_default=False
        ),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Append the events that wait in the outbox to the shared log.

    `chronology append --outbox` puts them there while the shared log cannot be reached. What the log refuses, and what
    is no event at all, stays in the outbox: it is named, the rest is appended, and the exit code is 1.

    --drop takes an event out by its id, the beginning of it, or the number of its line. A push that has begun may still
    append it.

    \b
    chronology push
    chronology push --list
    chronology push --drop 3
    """
    if listed and (dropped is not None or dry_run):
        raise typer.BadParameter("--list changes nothing, and takes no other option")
    if listed:
        _show_waiting(call.path, call.format)
    elif dropped is not None:
        _drop(call.path, dropped, dry_run=dry_run)
    else:
        with or_fault(), Follower.follow(call.path) as chron:
            pushed = chron.push(dry_run=dry_run)
        _tell_pushed(pushed, call.path, call.format, dry_run=dry_run)


def _show_waiting(path: Path, wanted: Format) -> None:
    """Print what waits, and what is wrong with it."""
    addresses.needed(path)
    try:
        with Follower.follow(path, patience=pushing.PATIENCE) as chron:
            found = chron.waiting()
    except LockedError as exc:
        found = Waiting(lines=tuple(outbox.read(path)), unchecked=exc)
    if found.unchecked is not None and found.lines:
        output.say(f"note: the events were not checked against the store: {found.unchecked}")
    if wanted is not Format.TABLE:
        output.show_records(map(_record, found.lines), wanted, columns=_COLUMNS)
    elif found.lines:
        output.show_table(map(_row, found.lines), shape=_SHAPE)
    else:
        output.show_text("nothing is waiting")


def _drop(path: Path, name: str, *, dry_run: bool) -> None:
    """Print a line that waits, as an event that `chronology append -` reads or verbatim, then take it out.

    Raises:
        ChronologyError: no line, or more than one, has that name; or it is gone, because a push was faster.
    """
    addresses.needed(path)
    line = pushing.find(path, options.event_name(name))
    # Printed first: what cannot be printed is not taken out.
    if line.event is None:
        output.put(_text(line))
    else:
        output.show_records([as_dict(line.event)], Format.NL, columns=())
    sys.stdout.flush()
    if dry_run:
        output.say("dry run: nothing was written")
        output.say(f"would drop line {line.number} from {outbox.place(path)}")
    elif outbox.remove(path, {line.raw}):
        output.say(f"dropped line {line.number} from {outbox.place(path)}")
    else:
        raise RemoteError(
            "it is no longer in the outbox: a push or another drop took it first",
            hint="`chronology pull`, then look whether it is there",
        )


def _tell_pushed(pushed: Pushed, path: Path, wanted: Format, *, dry_run: bool) -> None:
    """Print what a push did, and report the lines that it left.

    Raises:
        typer.Exit: with 1; there are such lines.
    """
    if dry_run and pushed.left:
        output.say("dry run: nothing was written")
    elif dry_run:
        output.say_dry_run()
    _tell_result(pushed, wanted, dry_run=dry_run)
    if not pushed.left:
        return
    for line in pushed.left[:_REPORTED]:
        output.complain(ChronologyError(f"line {line.number} of {outbox.place(path)}: {_called(line)}{line.fault}"))
    if len(pushed.left) > _REPORTED:
        output.say(f"error: {len(pushed.left) - _REPORTED:,} more lines were refused")
    output.say(
        "hint: they stay in the outbox: `chronology push --list` shows them, `chronology push --drop ID` takes one out"
    )
    raise typer.Exit(1)


def _tell_result(pushed: Pushed, wanted: Format, *, dry_run: bool) -> None:
    result = pushed.result
    if wanted is not Format.TABLE:
        record: dict[str, Json] = {name: getattr(result, name, 0) for name in ("appended", "unchanged")}
        record["first"], record["head"] = (result.first, result.head) if result else (None, None)
        output.show_record(record | {"left": [_record(line) for line in pushed.left]}, wanted)
    elif result is None:
        output.put("nothing could be appended" if pushed.left else "nothing is waiting")
    elif dry_run:
        output.put(f"would append {result.appended}, {result.unchanged} unchanged")
    else:
        output.put(f"{result.appended} appended, {result.unchanged} unchanged, head {result.head}")


def _called(line: Line) -> str:
    return f"event {line.event.id}: " if line.event else ""


def _text(line: Line) -> str:
    return line.raw.decode("utf-8", "backslashreplace")


def _record(line: Line) -> dict[str, Json]:
    event = line.event
    return {
        "line": line.number,
        "id": event.id if event else None,
        "type": event.type if event else None,
        "subject": event.subject if event else None,
        "valid": event.valid if event else None,
        "event": as_dict(event) if event else None,
        "text": None if event else _text(line),
        "fault": str(line.fault) if line.fault else None,
    }


def _row(line: Line) -> tuple[str, ...]:
    event, fault = line.event, str(line.fault or "")
    if event is None:
        return (str(line.number), "", "", "", "", fault)
    return (str(line.number), event.id or "", event.type, event.subject, event.valid or "", fault)
