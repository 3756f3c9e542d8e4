"""The command that asks where nobody says anything."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final

import attrs
import typer

from chronology.commands import options
from chronology.commands.application import Attribute, Invocation, Kind, Subject, command
from chronology.commands.ask.history import shown_period
from chronology.commands.options import FILTERING, parties, restrictions_of
from chronology.commands.screen import output
from chronology.commands.screen.output import Format, waiting
from chronology.commands.screen.table import Row, Shape
from chronology.dates.calendar import DAY
from chronology.events.json_values import Json, thaw
from chronology.questions.coverage import Gap
from chronology.store.reader import Reader

COLUMNS: Final = tuple(field.name for field in attrs.fields(Gap))
SHAPE: Final = Shape(
    headings=("  attribute", "since", "until", "days", "what", "event"),
    stack=("  {attribute}  {since} .. {until}  {days} days", "      {what}  {event}"),
)
"""Of the gaps, under the name of each subject."""


@command(FILTERING)
def gaps(
    call: Invocation,
    subject: Subject = None,
    attribute: Attribute = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Look up to this date. Default: now.")] = None,
    stale: Annotated[
        str | None, typer.Option(metavar="90d", help="Also list what rests on one assertion older than this.")
    ] = None,
    kind: Kind = None,
) -> None:
    """List the spans in which nothing is asserted.

    A gap begins where the last value has surely ended, and ends where the next one can begin at the earliest. With
    --stale: also the values that hold at the end of the period, and rest on one assertion stated longer ago.

    \b
    chronology gaps
    chronology gaps operation/al-jazeera-storm --until 2018-06-30 --stale 30d
    """
    with Reader.open(call.path) as chron:
        if subject is not None:
            subject = options.asked(call, chron, subject)
        filters = restrictions_of(call, chron)
        limit = options.span(stale) if stale else None
        with waiting("looking for gaps"):
            found = chron.gaps(subject, attribute, kind, until=until, stale=limit, **filters)
        options.note_late_position(call, chron)
        if not found:
            options.check_known(call, chron, subject=subject, attribute=attribute, kind=kind, parties=parties(filters))
    call.notes.say()
    if not found:
        output.say("there is no gap" + (", and nothing is stale" if stale else ""))
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_records(map(_record, found), wanted, columns=COLUMNS)
    elif found:
        with output.paged(wanted=call.pager):
            output.show_table(_rows(found), shape=SHAPE)


def _record(gap: Gap) -> dict[str, Json]:
    return attrs.asdict(gap, recurse=False) | {"value": thaw(gap.value)}


def _rows(found: Iterable[Gap]) -> Iterator[Row]:
    subject = ""
    for gap in found:
        if gap.subject != subject:
            subject = gap.subject
            yield subject
        since, until = shown_period(gap.since, gap.until)
        events = f"#{gap.after}"
        if gap.what == "gap":
            events = f"after {events}" + (f", before #{gap.before}" if gap.before else "")
        what = "gap" if gap.what == "gap" else f"stale: {output.as_text(thaw(gap.value))}"
        yield f"  {gap.attribute}", since, until, f"{gap.seconds // DAY:,}", what, events
