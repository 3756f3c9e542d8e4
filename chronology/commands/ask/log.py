"""Commands that ask for events: timeline, log, show."""

from collections.abc import Collection
from itertools import chain, islice
from typing import Annotated

import typer

from chronology.commands import options
from chronology.commands.application import PAGED, Invocation, Since, Subject, Until, command
from chronology.commands.options import filtering, hides, parties, restrictions_of
from chronology.commands.screen import event_json, output
from chronology.commands.screen.output import Format
from chronology.events.records import RecordedEvent
from chronology.store.reader import Reader
from chronology.vocabulary.event_types import MERGED

Limit = Annotated[
    int | None,
    typer.Option("-n", "--limit", metavar="N", min=1, help="List only the first N events."),
]


@command(filtering("timeline"))
def timeline(
    call: Invocation,
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="List the latest first.")] = False,
) -> None:
    """List the events in order of valid time.

    Leaves out events that were withdrawn. With a subject, lists the events about it and those that refer to it.
    --reverse -n 5 lists the latest five, latest first.

    \b
    chronology timeline operation/al-jazeera-storm
    chronology timeline --reverse -n 5
    chronology timeline --since 2018-05-01 --until 2018-05-13
    """
    with Reader.open(call.path) as chron:
        subject = None if subject is None else options.asked(call, chron, subject)
        filters = restrictions_of(call, chron)
        found = chron.timeline(subject, since, until, reverse=reverse, limit=limit, **filters)
        options.note_late_position(call, chron)
        if not found:
            options.check_known(call, chron, subject=subject, attribute=None, kind=None, parties=parties(filters))
        position_of = options.position_of(chron)
        call.notes.say()
        wanted = call.format
        rows = [event_json.timeline_row(event, position_of) for event in found] if wanted is Format.TABLE else []
    if wanted is not Format.TABLE:
        output.show_records((event_json.of_event(event) for event in found), wanted, columns=event_json.EVENT_COLUMNS)
    elif found:
        with output.paged(wanted=call.pager):
            output.show_table(rows, shape=event_json.TIMELINE)
    else:
        output.say(f"no event has a valid time in that period{', within the filters' if hides(call) else ''}")


@command(filtering("log"))
def log(
    call: Invocation,
    after: Annotated[int, typer.Option(metavar="N", min=0, help="Only events after this position.")] = 0,
    of_type: Annotated[str | None, typer.Option("--type", metavar="T", help="Only events of this type.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="S", help="Only events about this subject.")] = None,
    limit: Limit = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="List the newest first.")] = False,
) -> None:
    """List the log: everything ever recorded, in order.

    Filters leave out what they do not admit: a retraction has no source, and no grade.
    --reverse -n 5 lists the newest five, newest first.

    \b
    chronology log --reverse -n 5
    chronology log --subject crossing/baguz
    chronology log --type assertion.retracted --nl
    """
    wanted = call.format
    with Reader.open(call.path) as chron:
        if of_type is not None:
            chron.vocabulary.newest(of_type)
        if subject is not None:
            subject = options.asked(call, chron, subject)
            options.check_subject(call, chron, subject)
        filters = restrictions_of(call, chron)
        options.note_late_position(call, chron)
        options.note_unknown_parties(call, chron, parties(filters))
        call.notes.say()
        about = None if subject is None else chron.names.same_subject(subject)
        is_filtered = of_type is not None or subject is not None
        # If a filter leaves events out, the limit counts those that stay, and the rest of the stream is not read.
        found = islice(
            (
                event
                for event in chron.read(after=after, reverse=reverse, limit=None if is_filtered else limit, **filters)
                if of_type in (None, event.event.type) and (about is None or _speaks_of(event, about))
            ),
            limit,
        )
        if wanted is not Format.TABLE:
            output.show_records(
                (event_json.of_event(event) for event in found), wanted, columns=event_json.EVENT_COLUMNS
            )
            return
        rows = (event_json.log_row(event, options.position_of(chron)) for event in found)
        first = next(rows, None)
        if first is not None:
            with output.paged(wanted=call.pager):
                output.show_table(chain([first], rows), shape=event_json.LOG)
            return
        output.say(f"no such event is in the log, which ends at position {chron.head()}")


def _speaks_of(event: RecordedEvent, subject: Collection[str]) -> bool:
    """Tell whether an event is about one of the names of a subject; a merge is about two."""
    said = event.event
    return said.subject in subject or (said.type == MERGED and said.data["with"] in subject)


@command(PAGED)
def show(
    call: Invocation,
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID|POSITION", show_default=False, help="The event's id, its beginning, or its position."
        ),
    ],
) -> None:
    """Show a whole event, and what became of it.

    \b
    chronology show 01638701
    chronology show 1 --json
    """
    wanted = call.format
    with Reader.open(call.path) as chron:
        event = options.find_event(chron, name)
        withdrawn_by = chron.log.withdrawn_by(event)
        fields = list(event_json.event_fields(event, options.position_of(chron), withdrawn_by))
        redaction = chron.log.redaction_of(event) if event.is_redacted else None
        if redaction is not None:
            fields += [("redacted_by", f"#{redaction.position}"), ("reason", str(redaction.event.data["reason"]))]
    if wanted is Format.TABLE:
        with output.paged(wanted=call.pager):
            output.show_fields(fields)
    else:
        record = event_json.of_event(event) | {"withdrawn_by": withdrawn_by}
        output.show_record(record, wanted, columns=(*event_json.EVENT_COLUMNS, "withdrawn_by"))
