"""Commands that keep a store: init, demo, replay, backup, redact."""

import itertools
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from chronology import Chronology, RecordedEvent
from chronology.commands import options
from chronology.commands.application import (
    READING,
    STORE,
    DryRun,
    EventName,
    Invocation,
    RecordedBy,
    command,
    open_for_writing,
)
from chronology.commands.files import check_place, show_would_write
from chronology.commands.screen import event_json, output
from chronology.commands.screen.output import FAULT, Format, progress_bar
from chronology.errors import ChronologyError, StoreError
from chronology.vocabulary import builtin

StorePath = Annotated[
    Path | None, typer.Argument(metavar="[PATH]", show_default=False, help="The store; by default that of --db.")
]


@command(STORE)
def init(call: Invocation, path: StorePath = None, dry_run: DryRun = False) -> None:
    """Make an empty store with the built-in event types.

    \b
    chronology init storm.db
    """
    path = path or call.path
    existed = _is_there(path)
    if dry_run and not existed:
        _show_would_make(path)
        return
    with Chronology.open(path, create=not dry_run, read_only=dry_run) as chron:
        head = chron.head()
    if dry_run:
        output.say_dry_run()
    already = "is already a store" if dry_run else "was already a store"
    output.put(f"{path} {already}, head {head}" if existed else f"created {path}, head {head}")


def _is_there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _show_would_make(path: Path) -> None:
    check_place(path)
    output.say_dry_run()
    output.put(f"would create {path}")


@command(STORE)
def demo(call: Invocation, path: StorePath = None, dry_run: DryRun = False) -> None:
    """Make a store of the running example.

    The example is the campaign "Al Jazeera Storm" in Deir ez-Zor, 2017 to 2018.

    \b
    chronology demo
    chronology state --at 2018-05-14
    """
    path = path or call.path
    existed = _is_there(path)
    if not existed and dry_run:
        _show_would_make(path)
        return
    if not existed:
        _build_example(path)
    with Chronology.open(path, read_only=True) as chron:
        if existed:
            _check_is_example(chron, path)
        if dry_run:
            output.say_dry_run()
        done = f"{path} already holds the running example" if existed else f"created {path}"
        output.put(f"{done}, head {chron.head()}")
    database = "" if path == Path("chronology.db") else f"--db {path} "
    output.say(f"try: chronology {database}state operation/al-jazeera-storm --at 2018-03-01")


def _build_example(path: Path) -> None:
    """Build the example with the times, ids and nonces that make it the same everywhere."""
    # Imported here, because only making a store needs it, and the import takes longer than a question.
    from chronology.events.structuring import event_from_json

    lines = list(builtin.example())
    moments = [datetime.fromisoformat(line.pop("recorded_at")) for line in lines]
    now = [moments[0]]
    counter = itertools.count(1)
    with Chronology.open(
        path, create=True, clock=lambda: now[0], randomness=lambda size: next(counter).to_bytes(size, "big")
    ) as chron:
        for line, moment in zip(lines, moments, strict=True):
            now[0] = moment
            chron.append(event_from_json(line))


def _check_is_example(chron: Chronology, path: Path) -> None:
    wanted = [line["id"] for line in builtin.example()]
    found = {event.id for event in chron.read()}
    if not found.issuperset(wanted):
        raise StoreError(f"{path} holds another store", hint="name another file, as in chronology demo example.db")


@command(READING)
def replay(call: Invocation, dry_run: DryRun = False) -> None:
    """Rebuild every projection from the log.

    Runs in one transaction, and says whether the result differs from what was stored. With --dry-run, says only
    that, and changes nothing.

    \b
    chronology replay
    """
    with Chronology.open(call.path, read_only=dry_run) as chron, progress_bar("replaying") as progress:
        report = chron.replay(progress, dry_run=dry_run)
    if dry_run:
        output.say("dry run: nothing was written")
    if call.format is not Format.TABLE:
        record = {
            "events": report.events,
            "seconds": f"{report.seconds:.3f}",
            "rows": report.rows,
            "changed": list(report.changed),
        }
        output.show_record(record, call.format)
        return
    rows = ", ".join(f"{name} {count:,}" for name, count in report.rows.items() if name != "projection")
    output.put(f"replayed {report.events:,} events in {report.seconds:.2f} s; rows: {rows}")
    changed = ", ".join(report.changed)
    if dry_run:
        output.put(f"would change: {changed}" if changed else "would change nothing: the result equals what is stored")
    elif changed:
        output.put(f"changed: {changed} differed from what was stored")
    else:
        output.put("unchanged: the result equals what was stored")


@command(STORE)
def backup(
    call: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A new file for the copy.")],
    dry_run: DryRun = False,
) -> None:
    """Copy the store, and verify the copy.

    Others may keep using the store meanwhile. To restore, open the copy. Exit code 3 if the copy has a fault; the
    store then has it too.

    \b
    chronology backup storm-2018-05-15.db
    """
    with Chronology.open(call.path, read_only=True) as chron:
        if dry_run:
            show_would_write(file)
            return
        with progress_bar("verifying the copy") as progress:
            report = chron.proofs.backup(file, progress)
    for fault in report.faults:
        output.put(f"fault: {fault}")
    if not report.ok:
        raise typer.Exit(FAULT)
    output.put(f"ok: {report.events:,} events copied to {file}, and verified there")
    if report.archived:
        output.put(f"archived copies, copied beside it: {report.archived:,}")
    output.put(f"root {report.root.hex()}")


@command(STORE)
def redact(
    call: Invocation,
    name: EventName,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", show_default=False, help="Why, without repeating what is to be erased.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the id again.")] = False,
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
) -> None:
    """Erase for good what an event says, and declare the gap.

    Its place, id, time and leaf hash stay, so every proof and checkpoint still holds; who erased it, when and why
    becomes an event. All answers forget what it asserted, even for an earlier --known-at. This cannot be undone; to
    withdraw an assertion that may stay on record, use `chronology retract`. With --dry-run, shows what would be
    erased, and which events name it.

    \b
    chronology redact 01638701 --reason "names a witness" --dry-run
    chronology redact 01638701 --reason "names a witness"
    """
    with open_for_writing(call.path) as chron:
        target = options.find_event(chron, name)
        if not (yes or dry_run or target.is_redacted):
            _confirm(target)
        named, kept = chron.log.mentions(target.id), chron.sources.copy_of(target)
        declared = chron.redact(target.id, reason=reason, recorded_by=recorded_by, dry_run=dry_run)
        fields = [*event_json.event_fields(target, options.position_of(chron), None)] if dry_run else []
    if dry_run:
        _show_would_redact(target, declared, fields, named)
        return
    if target.is_redacted:
        output.put(f"unchanged #{target.position}, redacted by #{declared.position}; the file was rewritten")
        return
    output.put(f"redacted #{target.position}, declared by #{declared.position}")
    if named:
        output.say(f"note: check whether the events that name this one repeat what it said: {_places(named)}")
    if kept is not None:
        output.say(f"note: the archived copy stays: {kept}; remove it, unless another event names it")
    output.say(
        "note: backups, exports, exhibits and any other earlier copies still contain it, and so may snapshots of "
        "the disk: erase them too"
    )


def _places(positions: list[int]) -> str:
    return ", ".join(f"#{position}" for position in positions)


_STAYS: Final = ("position", "id", "recorded_at", "leaf", "format")
"""What a redaction leaves in the log, or what does not reveal the event."""


def _show_would_redact(
    target: RecordedEvent, declared: RecordedEvent, fields: list[tuple[str, str]], named: list[int]
) -> None:
    output.say_dry_run()
    if target.is_redacted:
        output.put(f"unchanged #{target.position}, redacted by #{declared.position}; would rewrite the file")
        return
    output.put(f"would erase for good, of #{target.position} {target.id}:")
    output.show_fields((f"  {name}", value) for name, value in fields if name not in _STAYS)
    if named:
        output.put(f"named by {_places(named)}: check whether they repeat what it says")
    else:
        output.put("no other event names it")


def _confirm(target: RecordedEvent) -> None:
    """Ask for the id; a script says --yes."""
    output.say(f"erases for good: #{target.position} {target.event.type} about {target.event.subject}")
    output.say(f"type its id again, {target.id}:")
    if sys.stdin.readline().strip() != target.id:
        raise ChronologyError("that is not its id; nothing was redacted", hint="--yes redacts without asking")
