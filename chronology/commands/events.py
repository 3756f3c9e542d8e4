"""Commands about events: append, retract, log, show."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from chronology import AppendResult, Chronology, Event, RecordedEvent, canonical
from chronology.commands import arguments, output, records
from chronology.commands.application import (
    Format,
    ReadingCommand,
    StoreCommand,
    app,
    format_of,
    open_store,
)
from chronology.errors import ChronologyError, InvalidEventError, UnknownNameError
from chronology.events import form_faults
from chronology.structure import event_from_json

RecordedBy = Annotated[
    str | None,
    typer.Option(metavar="NAME", envvar="CHRONOLOGY_RECORDED_BY", help="Who writes this down: the analyst's name."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command(cls=StoreCommand)
def append(
    context: typer.Context,
    event_type: Annotated[str, typer.Argument(metavar="TYPE", show_default=False)],
    subject: Annotated[str | None, typer.Argument(metavar="SUBJECT", show_default=False)] = None,
    pairs: Annotated[
        list[str] | None, typer.Argument(metavar="[key=value | key:=json ...]", show_default=False)
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="EDTF", help="When it was so.")] = None,
    source: Annotated[str | None, typer.Option(metavar="S", help="The document in hand.")] = None,
    said_by: Annotated[
        list[str] | None, typer.Option(metavar="X", help="Who claims it, then who passed it on.")
    ] = None,
    stated: Annotated[str | None, typer.Option(metavar="DAY", help="When the source said it.")] = None,
    grade: Annotated[
        str | None, typer.Option(metavar="B2", help="Admiralty grade: source A-F, credibility 1-6.")
    ] = None,
    denies: Annotated[bool, typer.Option("--denies", help="The source says that it is not so.")] = False,
    disputes: Annotated[list[str] | None, typer.Option(metavar="ID", help="An event that this one disputes.")] = None,
    replaces: Annotated[
        str | None, typer.Option(metavar="ID", help="An event that this one withdraws and restates.")
    ] = None,
    quote: Annotated[str | None, typer.Option(metavar="T", help="The words of the source.")] = None,
    locator: Annotated[str | None, typer.Option(metavar="T", help="Where in the source.")] = None,
    note: Annotated[str | None, typer.Option(metavar="T", help="A remark of your own.")] = None,
    event_id: Annotated[str | None, typer.Option("--id", metavar="UUID", help="An id of your own choice.")] = None,
    recorded_by: RecordedBy = None,
    expected_head: Annotated[
        int | None, typer.Option(metavar="N", help="Refuse if the log is not at this position.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Append an event: what a source says of a subject. Nothing in the log is ever changed.

    `chronology append -` reads events from standard input, one JSON object a line, and appends all or none.

    \b
    chronology append operation.stalled operation/al-jazeera-storm reason="moved to another front" \\
        --on 2018-01/2018-04~ --source source/voa-2018-05-14 --said-by person/suhaib-jaber --grade B2
    chronology append - < events.jsonl
    """
    with open_store(context) as chron:
        if event_type == "-" and subject is None:
            output_batch(chron.append_many(_events_from_stdin(), expected_head=expected_head, dry_run=dry_run), as_json)
            return
        event = Event(
            type=event_type,
            subject=subject or "",
            valid=on,
            stance="denies" if denies else "affirms",
            data=arguments.payload(pairs or ()),
            source=source,
            said_by=said_by,
            stated=stated,
            grade=grade,
            quote=quote,
            locator=locator,
            note=note,
            disputes=[_full_id(chron, name) for name in disputes or ()],
            replaces=_full_id(chron, replaces) if replaces else None,
            id=event_id,
            recorded_by=recorded_by,
        )
        if dry_run:
            chron.append_many([event], expected_head=expected_head, dry_run=True)
            output.say("nothing is wrong with it, and nothing was written")
            return
        head = chron.head()
        _show_appended(chron.append(event, expected_head=expected_head), head, as_json=as_json)


def _full_id(chron: Chronology, name: str) -> str:
    """Return the id of an event named by position, id or the start of one; an unknown id is left to the store."""
    try:
        return chron.event(arguments.event_name(name)).id
    except UnknownNameError:
        if form_faults(Event(type="", id=name)):
            raise
        return name


def _events_from_stdin() -> Iterator[Event]:
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if line.strip():
            try:
                yield event_from_json(canonical.parse(line))
            except ChronologyError as exc:
                raise InvalidEventError([f"line {number}: {exc}"], hint=exc.hint) from exc


def output_batch(result: AppendResult, as_json: bool) -> None:
    """Print what became of a batch."""
    if as_json:
        shown = {name: getattr(result, name) for name in ("appended", "unchanged", "first", "head")}
        output.show_records([shown], Format.NL, columns=())
    else:
        output.put(f"{result.appended} appended, {result.unchanged} unchanged, head {result.head}")
    if result.clock_behind:
        output.say(f"note: this machine's clock is {result.clock_behind:.0f} s behind the log; its time stands still")


def _show_appended(event: RecordedEvent, head: int, *, as_json: bool) -> None:
    outcome = "appended" if event.position > head else "unchanged"
    if as_json:
        output.show_records([records.of_event(event) | {"outcome": outcome}], Format.NL, columns=())
    else:
        output.put(f"{outcome} #{event.position} {event.id}")


@app.command(cls=StoreCommand)
def retract(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is withdrawn.", show_default=False)],
    recorded_by: RecordedBy = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw an assertion; it stays in the log, and answers `--known-at` a time before this.

    ID is an event's id, the first characters of one, or a position.

    \b
    chronology retract 01638701-4f00-7fbb-bb58-d7c42440a9d4 --reason "the wrong crossing"
    chronology retract 47 --reason "the wrong crossing"
    """
    with open_store(context) as chron:
        target = chron.event(arguments.event_name(name))
        head = chron.head()
        event = chron.retract(target.id, reason=reason, recorded_by=recorded_by)
        _show_appended(event, head, as_json=as_json)


@app.command(cls=ReadingCommand)
def log(
    context: typer.Context,
    after: Annotated[int, typer.Option(metavar="N", help="Only events after this position.")] = 0,
    of_type: Annotated[str | None, typer.Option("--type", metavar="T", help="Only events of this type.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="S", help="Only events about this subject.")] = None,
) -> None:
    """List the log, oldest first: everything that was ever recorded, in the order of recording.

    \b
    chronology log --after 36
    chronology log --type assertion.retracted --nl
    """
    wanted = format_of(context)
    with open_store(context, read_only=True) as chron:
        if of_type is not None:
            chron.vocabulary.newest(of_type)
        found = (
            event
            for event in chron.read(after=max(0, after))
            if of_type in (None, event.event.type) and subject in (None, event.event.subject)
        )
        if wanted is Format.TABLE:
            output.show_table((records.log_row(event) for event in found), headings=records.LOG_HEADINGS)
        else:
            output.show_records((records.of_event(event) for event in found), wanted, columns=records.EVENT_COLUMNS)


@app.command(cls=ReadingCommand)
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID|POSITION", show_default=False)],
) -> None:
    """Show one event whole.

    \b
    chronology show 47
    chronology show 01638701 --json
    """
    wanted = format_of(context)
    with open_store(context, read_only=True) as chron:
        event = chron.event(arguments.event_name(name))
        withdrawn_by = chron.withdrawn_by(event)
    record = records.of_event(event)
    if wanted is Format.JSON or wanted is Format.NL:
        output.show_records([record | {"withdrawn_by": withdrawn_by}], Format.NL, columns=())
    elif wanted is Format.CSV:
        output.show_records([record], wanted, columns=records.EVENT_COLUMNS)
    else:
        width = max(map(len, record))
        for key in (column for column in records.EVENT_COLUMNS if column in record):
            output.put(f"{key:<{width}}  {output.as_text(record[key])}", multiline=True)
        if withdrawn_by:
            output.say(f"note: withdrawn by #{withdrawn_by}")
