"""The command that appends: one event from its arguments, many as JSON lines, or a form that a person fills in."""

import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import attrs
import typer
from attrs import frozen

from chronology import AppendResult, Chronology, Event, RecordedEvent
from chronology.commands.application import STORE, AsJson, DryRun, Invocation, RecordedBy, command, open_for_writing
from chronology.commands.options import event_name, note_similar
from chronology.commands.record import names_in_event
from chronology.commands.record.names_in_event import Naming
from chronology.commands.screen import event_json, output
from chronology.commands.screen.output import Format, Notes
from chronology.errors import (
    AmbiguousNameError,
    BatchRefusedError,
    CanonicalError,
    ChronologyError,
    Fault,
    InvalidEventError,
    LockedError,
    UnknownNameError,
)
from chronology.events import canonical
from chronology.events.faults import form_faults
from chronology.events.json_values import Json
from chronology.store.writing import Refusals

_REPORTED: Final = 20
"""How many bad lines are reported; any more are only counted."""

_LONGEST: Final = 1_000_000
"""The most bytes of a line. The longest event fits, even with every character escaped."""

_HINT: Final = 'a line is one event as a JSON object: {"type": ..., "subject": ..., "valid": ..., "source": ...}'


def append_lines(
    notes: Notes,
    chron: Chronology,
    stream: BinaryIO,
    recorded_by: str | None,
    *,
    expected_head: int | None,
    dry_run: bool,
) -> AppendResult:
    """Append the events of JSON lines; `recorded_by` is added to those that do not name who wrote them down.

    Reports every bad line as it comes. If there is one, nothing is written.

    Raises:
        ChronologyError: more than one line was refused; says how many.
        typer.Exit: with 1; one line was refused, and has been reported.
    """
    lines = _Lines(stream, recorded_by, Naming(notes, chron))
    try:
        return chron.append_many(lines.events(), expected_head=expected_head, dry_run=dry_run, refusals=lines.refusals)
    except BatchRefusedError as exc:
        if exc.refused == 1 and not exc.unchecked:
            raise typer.Exit(1) from exc
        raise ChronologyError(_summary(exc)) from exc


def _summary(error: BatchRefusedError) -> str:
    summary = "1 line was refused" if error.refused == 1 else f"{error.refused:,} lines were refused"
    if error.refused > _REPORTED:
        summary += f", {error.refused - _REPORTED:,} more than are shown"
    if error.unchecked:
        it = "it" if error.refused == 1 else "them"
        one, more = f"1 line that depends on {it} was", f"{error.unchecked:,} lines that depend on {it} were"
        summary += f"; {one if error.unchecked == 1 else more} not checked"
    return f"{summary}; nothing was written"


class _Lines:
    """Lines on their way to the log."""

    def __init__(self, stream: BinaryIO, recorded_by: str | None, naming: Naming) -> None:
        self.refusals = Refusals(self._report)
        self._stream = stream
        self._recorded_by = recorded_by
        self._naming = naming
        self._number = 0
        self._hints: set[str | None] = set()

    def events(self) -> Iterator[Event]:
        """Yield the events of the lines that can be read, and refuse the others."""
        # Imported here, because only this way of appending needs it, and the import takes longer than an append.
        from chronology.events.structuring import event_from_json

        while line := self._stream.readline(_LONGEST + 1):
            self._number += 1
            record = None
            try:
                if len(line) > _LONGEST:
                    self._skip(line)
                    raise InvalidEventError([f"is longer than {_LONGEST:,} bytes, more than any event needs"])
                # Some programs begin a file with a byte order mark.
                text = line.strip().removeprefix(BOM_UTF8)
                if not text:
                    continue
                record = canonical.parse(text)
                event = self._naming.with_subjects(event_from_json(record))
            except (CanonicalError, InvalidEventError, AmbiguousNameError) as exc:
                self.refusals.add(exc, _outline(record))
                continue
            yield attrs.evolve(event, recorded_by=event.recorded_by or self._recorded_by)

    def _skip(self, line: bytes) -> None:
        """Skip the rest of a line."""
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(_LONGEST)

    def _report(self, error: ChronologyError) -> None:
        if self.refusals.refused > _REPORTED:
            return
        hint = error.hint or _HINT
        # Lines with the same fault share one hint.
        shown = None if hint in self._hints else hint
        self._hints.add(hint)
        output.complain(ChronologyError(f"line {self._number}: {error}", hint=shown))


def _outline(record: object) -> Event:
    """Return what is known of an event that could not be read."""
    known = record if isinstance(record, dict) else {}
    return Event(type=known.get("type", ""), subject=known.get("subject", ""), id=known.get("id"))


def payload(pairs: Iterable[str]) -> dict[str, Json]:
    """Read `key=text` and `key:=json` arguments.

    Raises:
        InvalidEventError: every argument that is neither, whose JSON cannot be read, or whose key is repeated.
    """
    data: dict[str, Json] = {}
    faults = []
    for pair in pairs:
        key, equals, text = pair.partition("=")
        as_json = key.endswith(":")
        key = key.removesuffix(":")
        if not equals or not key:
            faults.append(f"{pair!r} is neither key=text nor key:=json")
        elif key in data:
            faults.append(f"data.{key}: is given twice")
        else:
            try:
                data[key] = canonical.parse(text) if as_json else text
            except CanonicalError as exc:
                faults.append(f"data.{key}: {exc}")
    if faults:
        raise InvalidEventError(faults, hint="text as in reason='bad weather', JSON as in killed:=5")
    return data


@command(STORE)
def append(
    call: Invocation,
    event_type: Annotated[
        str | None,
        typer.Argument(metavar="TYPE", show_default=False, help="What happened; `chronology types` lists them."),
    ] = None,
    subject: Annotated[
        str | None, typer.Argument(metavar="SUBJECT", show_default=False, help="What it is about, as kind/slug.")
    ] = None,
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[key=value | key:=json ...]", show_default=False, help="What the source says of it."),
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="EDTF", help="When it was so.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="S", help="The document in hand; not needed to describe a document.")
    ] = None,
    said_by: Annotated[
        list[str] | None, typer.Option(metavar="X", help="Who claims it; repeat it for those who passed it on.")
    ] = None,
    stated: Annotated[str | None, typer.Option(metavar="DAY", help="When the source said it.")] = None,
    grade: Annotated[
        str | None, typer.Option(metavar="B2", help="Admiralty grade: source A-F, credibility 1-6.")
    ] = None,
    denies: Annotated[bool, typer.Option("--denies", help="The source says that it is not so.")] = False,
    disputes: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="An event that this one disputes; may be repeated.")
    ] = None,
    replaces: Annotated[
        str | None, typer.Option(metavar="ID", help="An event that this one withdraws and restates.")
    ] = None,
    quote: Annotated[str | None, typer.Option(metavar="T", help="The words of the source.")] = None,
    locator: Annotated[str | None, typer.Option(metavar="T", help="Where in the source.")] = None,
    note: Annotated[str | None, typer.Option(metavar="T", help="A remark of your own.")] = None,
    event_id: Annotated[str | None, typer.Option("--id", metavar="UUID", help="An id of your own.")] = None,
    recorded_by: RecordedBy = None,
    expected_head: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Refuse if the log is not at this position.")
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Fill in a form of the type in your editor.")] = False,
    begun: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="With --edit: go on with a form that was kept.")
    ] = None,
    to_outbox: Annotated[
        bool, typer.Option("--outbox", help="Keep it for `chronology push`, while the shared log cannot be reached.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Append an event: what a source says of a subject. Nothing in the log is ever changed.

    `chronology append -` reads events from standard input, one JSON object a line, and appends all or none. If any
    line is refused, the first twenty such lines are reported in full and the others counted. A line that depends on a
    refused one, by id or by a type that it defines, is not checked.

    \b
    chronology append operation.stalled operation/al-jazeera-storm reason="moved to another front" \\
        --on 2018-01/2018-04~ --source source/voa-2018-05-14 --said-by person/suhaib-jaber --grade B2
    chronology append - < events.jsonl
    """
    _check_way(call, event_type, begun, edit=edit, to_outbox=to_outbox)
    options = AppendOptions(expected_head=expected_head, dry_run=dry_run, as_json=as_json)
    if event_type == "-":
        _append_lines(call, recorded_by, options)
        return

    def given(full_id: Callable[[str], str]) -> Event:
        return Event(
            type=event_type or "",
            subject=subject or "",
            valid=on,
            stance="denies" if denies else "affirms",
            data=payload(pairs or ()),
            source=source,
            said_by=said_by,
            stated=stated,
            grade=grade,
            quote=quote,
            locator=locator,
            note=note,
            disputes=[full_id(name) for name in disputes or ()],
            replaces=full_id(replaces) if replaces else None,
            id=event_id,
            recorded_by=recorded_by,
        )

    if to_outbox:
        _keep(call, given, dry_run=dry_run)
        return
    with open_for_writing(call.path) as chron, nullcontext() if edit else _hints_for_typing():
        event = given(partial(_full_id, chron))
        if edit:
            _append_edited(call, chron, event, begun, options)
        else:
            _append_one(call, chron, event, options)


@frozen(kw_only=True)
class AppendOptions:
    """How an append is done, whatever is appended."""

    expected_head: int | None
    dry_run: bool
    as_json: bool


def _check_way(call: Invocation, event_type: str | None, begun: Path | None, *, edit: bool, to_outbox: bool) -> None:
    """Refuse options that do not go with the way of appending: one event, lines of events, or a form."""
    if event_type == "-":
        _refuse_beside(call, "with -, each line gives its own")
    elif begun is not None:
        if not edit:
            raise typer.BadParameter("--from names a form, which --edit opens")
        _refuse_beside(call, "the form has a field for it")
    elif edit and to_outbox:
        raise typer.BadParameter("--outbox keeps an event that the command line describes, and --edit asks for one")
    elif event_type is None:
        raise typer.BadParameter("Missing argument 'TYPE'")


def _keep(call: Invocation, given: Callable[[Callable[[str], str]], Event], *, dry_run: bool) -> None:
    # Imported here: only a store that follows a shared log has an outbox.
    from chronology.remote import pushing
    from chronology.remote.following import Follower

    with _hints_for_typing():
        try:
            with Follower.follow(call.path, patience=pushing.PATIENCE) as chron:
                event = names_in_event.Naming(call.notes, chron).with_subjects(given(partial(_full_id, chron)))
                kept = chron.keep_for_later(event, dry_run=dry_run)
        except LockedError:
            # While somebody writes a lot, the store cannot even be read.
            kept = pushing.keep_unchecked(call.path, given(str), dry_run=dry_run)
    call.notes.say()
    if not kept.checked:
        output.say("note: the store is locked by another process, so only the form was checked; a push checks the rest")
    elif dry_run:
        output.say_dry_run()
    output.put("would wait in the outbox" if dry_run else f"waiting in the outbox: {kept.event.id}")


def _append_lines(call: Invocation, recorded_by: str | None, options: AppendOptions) -> None:
    with open_for_writing(call.path) as chron, _hints_for_typing():
        lines = sys.stdin.buffer
        result = append_lines(
            call.notes, chron, lines, recorded_by, expected_head=options.expected_head, dry_run=options.dry_run
        )
        call.notes.say()
        _show_batch(result, as_json=options.as_json, dry_run=options.dry_run)


def _append_edited(
    call: Invocation, chron: Chronology, event: Event, begun: Path | None, options: AppendOptions
) -> None:
    # Only this way of appending runs an editor.
    from chronology.commands.record import editor

    with editor.edited(chron, event, path=begun, full_id=partial(_full_id, chron), keep=options.dry_run) as written:
        _append_one(call, chron, written, options)


def _append_one(call: Invocation, chron: Chronology, event: Event, options: AppendOptions) -> None:
    event = names_in_event.Naming(call.notes, chron).with_subjects(event)
    similar = names_in_event.similar_names(chron, event)
    head = chron.head()
    with names_in_event.with_hint(chron, event):
        result = chron.append_many([event], expected_head=options.expected_head, dry_run=options.dry_run)
        call.notes.say()
        if options.dry_run:
            _show_batch(result, as_json=options.as_json, dry_run=True)
        else:
            # The definition of a type that is younger than the log comes before the event.
            appended = chron.event(result.head if result.appended else event.id or "")
            show_appended(appended, head, as_json=options.as_json)
            _note(remark.removeprefix(f"#{appended.position} ") for remark in result.remarks)
    for subject, others in similar.items():
        note_similar(call, subject, others)


@contextmanager
def _hints_for_typing() -> Iterator[None]:
    """Add a hint on how to type what an event needs, if that is what went wrong."""
    try:
        yield
    except InvalidEventError as exc:
        if any(isinstance(fault, Fault) and fault.kind == "type" for fault in exc.faults):
            exc.hint = "key=text gives a text; key:=json a number, a list or true, as in killed:=5"
        raise
    except UnknownNameError as exc:
        if exc.what == "event type" and "/" in exc.name:
            exc.hint = "the type comes first, then the subject: chronology append crossing.closed crossing/oakford"
        raise


def _refuse_beside(call: Invocation, why: str) -> None:
    """Refuse options that describe one event if something else does, rather than ignore them."""
    fine = {"event_type", "expected_head", "dry_run", "as_json", "recorded_by", "begun"}
    fine |= {"edit"} if call.context.params["begun"] else set()
    given = [
        parameter
        for parameter in call.context.command.params
        if parameter.name not in fine and parameter.name in call.context.params and call.context.params[parameter.name]
    ]
    if given:
        name = given[0].opts[0] if given[0].opts[0][0] == "-" else "SUBJECT"
        raise typer.BadParameter(f"{name} describes one event; {why}")


def _full_id(chron: Chronology, name: str) -> str:
    """Return the id of an event named by position, id or the start of one; an unknown id is left to the store."""
    try:
        return chron.event(event_name(name)).id
    except UnknownNameError:
        if form_faults(Event(type="", id=name)):
            raise
        return name


def _show_batch(result: AppendResult, *, as_json: bool, dry_run: bool) -> None:
    if dry_run:
        output.say_dry_run()
    if as_json:
        shown = {name: getattr(result, name) for name in ("appended", "unchanged", "first", "head")}
        output.show_records([shown], Format.NL, columns=())
    elif dry_run:
        output.put(f"would append {result.appended}, {result.unchanged} unchanged")
    else:
        output.put(f"{result.appended} appended, {result.unchanged} unchanged, head {result.head}")
    if result.clock_behind:
        output.say(f"note: this machine's clock is {result.clock_behind:.0f} s behind the log's last event")
    _note(result.remarks)


def _note(remarks: Iterable[str]) -> None:
    for remark in remarks:
        output.say(f"note: {remark}")


def show_appended(event: RecordedEvent, head: int, *, as_json: bool) -> None:
    """Print what became of an event."""
    outcome = "appended" if event.position > head else "unchanged"
    if as_json:
        output.show_records([event_json.of_event(event) | {"outcome": outcome}], Format.NL, columns=())
    else:
        output.put(f"{outcome} #{event.position} {event.id}")
