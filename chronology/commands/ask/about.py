"""The command that shows everything of one subject."""

from datetime import UTC, datetime
from typing import Annotated, Final

import attrs
import typer

from chronology.commands import options
from chronology.commands.application import At, Invocation, command
from chronology.commands.ask import conflicts, state
from chronology.commands.options import FILTERING, parties, restrictions_of
from chronology.commands.record import describe, merge
from chronology.commands.screen import event_json, output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Shape
from chronology.events.json_values import Json
from chronology.questions.subject_page import About
from chronology.store.reader import Reader

COLUMNS: Final = ("subject", "valid_at", "names", "merges", "state", "conflicts", "timeline", "sources")
SOURCES: Final = Shape(headings=("source", "events"), stack=("{source}  events: {events}",))


@command(FILTERING)
def about(
    call: Invocation,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", show_default=False, help="The subject: kind/slug, or a name.")
    ],
    at: At = None,
) -> None:
    """Show everything known about a subject.

    Its names, what holds at the date, who disagrees about it at whatever date, the events about it and those that refer
    to it in order of valid time, and the sources that they come from.

    \b
    chronology about person/abu-bakr-al-baghdadi --at 2018-05-14
    chronology about crossing/baguz --known-at 2018-05-20
    """
    moment = at or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with Reader.open(call.path) as chron:
        subject = options.asked(call, chron, subject)
        filters = restrictions_of(call, chron)
        found = chron.about(subject, moment, **filters)
        options.note_late_position(call, chron)
        if not (found.names or found.holdings or found.events):
            options.check_known(call, chron, subject=subject, attribute=None, kind=None, parties=parties(filters))
        position_of = options.position_of(chron)
        timeline = [event_json.timeline_row(event, position_of) for event in found.events]
    call.notes.say()
    if call.format is not Format.TABLE:
        output.show_record(_record(found, moment), call.format, columns=COLUMNS)
        return
    sections = (
        ("names", list(describe.name_rows(found.names)), describe.SHAPE),
        ("merged", list(map(merge.row, found.merges)), merge.SHAPE),
        (f"at {moment}", list(state.answer_rows(found.holdings)), state.SHAPE),
        ("conflicts", list(conflicts.conflict_rows(found.conflicts)), conflicts.SHAPE),
        ("timeline", timeline, event_json.TIMELINE),
        ("sources", [(one.source, str(one.events)) for one in found.sources], SOURCES),
    )
    with output.paged(wanted=call.pager):
        known = any(rows for _, rows, _ in sections)
        output.show_text(subject if known else f"nothing is known of {subject}")
        for heading, rows, shape in sections:
            if rows:
                output.show_text(f"\n{heading}", multiline=True)
                output.show_table(rows, shape=shape)
            elif known and shape is state.SHAPE:
                output.show_text(f"\n{heading}\nnothing is known to hold", multiline=True)


def _record(found: About, moment: str) -> dict[str, Json]:
    return {
        "subject": found.subject,
        "valid_at": moment,
        "names": list(map(describe.name_record, found.names)),
        "merges": list(map(merge.record, found.merges)),
        "state": [state.record(holding, valid_at=moment) for holding in found.holdings],
        "conflicts": list(map(conflicts.conflict_record, found.conflicts)),
        "timeline": list(map(event_json.of_event, found.events)),
        "sources": list(map(attrs.asdict, found.sources)),
    }
