"""The command that tells what held over all of valid time."""

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated, Final

import typer

from chronology.commands import options
from chronology.commands.application import Attribute, Invocation, command
from chronology.commands.options import FILTERING, parties, restrictions_of
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Marked, Row, Shape, Tone
from chronology.dates.calendar import BEGINNING, DAY, FOREVER
from chronology.events.json_values import Json, thaw
from chronology.questions.history import Period
from chronology.store.reader import Reader

COLUMNS: Final = ("subject", "attribute", "since", "until", "value", "certainty", "contested", "parties")
SHAPE: Final = Shape(
    headings=("  since", "until", "value", "standing", "events"),
    stack=("  {since} .. {until}", "      {value}  ({standing})  {events}"),
)
_BAR: Final = 60
"""Cells of the drawing of a history."""

_LEGEND: Final = "\u2588 certain  \u2592 possible  \u2573 contested  \u00b7 nothing known"


@command(FILTERING)
def history(
    call: Invocation,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", show_default=False, help="The subject, as kind/slug.")],
    attribute: Attribute = None,
) -> None:
    """Show what held over all of valid time, period by period.

    A period lasts while the answer stays the same: its value, how certain it is, and who has a part in it. At a
    terminal, a bar shows the whole history at a glance.

    \b
    chronology history operation/al-jazeera-storm status
    chronology history crossing/baguz --known-at 2018-05-20
    """
    with Reader.open(call.path) as chron:
        subject = options.asked(call, chron, subject)
        filters = restrictions_of(call, chron)
        found = chron.history(subject, attribute, **filters)
        options.note_late_position(call, chron)
        if not found:
            options.check_known(call, chron, subject=subject, attribute=attribute, kind=None, parties=parties(filters))
    call.notes.say()
    if not found:
        output.say(f"nothing is known of {f'{attribute} of ' if attribute else ''}{subject}")
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_records([_record(subject, period) for period in found], wanted, columns=COLUMNS)
    elif found:
        with output.paged(wanted=call.pager):
            output.show_table(_rows(found, drawn=sys.stdout.isatty()), shape=SHAPE)


def _rows(found: Sequence[Period], *, drawn: bool) -> Iterator[Row]:
    for attribute, members in groupby(found, key=lambda period: period.attribute):
        periods = list(members)
        yield attribute
        if drawn:
            yield f"  {_drawing(periods)}"
        yield from map(_row, periods)
    if drawn:
        yield _LEGEND


def _row(period: Period) -> Row:
    value = "nothing known" if period.value is None else output.as_text(thaw(period.value))
    standing = period.certainty + (", contested" if period.contested else "")
    tone = Tone.CONTESTED if period.contested else Tone.POSSIBLE
    since, until = shown_period(period.since, period.until)
    events = " ".join(f"#{party.position}" for party in period.parties if party.position)
    return (
        f"  {since}",
        until,
        value,
        standing if standing == "certain" else Marked(standing, tone=tone),
        events,
    )


def shown_period(since: str | None, until: str | None) -> tuple[str, str]:
    """Return the borders of a period for people: a second that begins or ends a day is given as that day."""
    first = since.removesuffix("T00:00:00") if since else "always"
    return first, until.removesuffix("T23:59:59") if until else "open"


def _drawing(periods: Sequence[Period]) -> str:
    """Return a bar over the time in which something changes, and a tenth of it before and after."""
    borders = [b for period in periods for b in (period.starts, period.ends) if BEGINNING < b < FOREVER]
    if not borders:
        return _cell(periods[0]) * _BAR
    margin = max((max(borders) - min(borders)) // 10, DAY)
    start, length = min(borders) - margin, max(borders) - min(borders) + 2 * margin
    middles = (start + (2 * cell + 1) * length // (2 * _BAR) for cell in range(_BAR))
    return "".join(_cell(next((p for p in periods if p.starts <= at < p.ends), None)) for at in middles)


def _cell(period: Period | None) -> str:
    if period is None or (period.value is None and len(period.parties) == 1):
        return "\u00b7"
    if period.contested:
        return "\u2573"
    return "\u2588" if period.certainty == "certain" else "\u2592"


def _record(subject: str, period: Period) -> dict[str, Json]:
    """Return a period as `chronology history --json` gives it."""
    parties = [
        {"position": party.position, "value": thaw(party.value), "standing": party.standing} for party in period.parties
    ]
    return {
        "subject": subject,
        "attribute": period.attribute,
        "since": period.since,
        "until": period.until,
        "value": thaw(period.value),
        "certainty": period.certainty,
        "contested": period.contested,
        "parties": parties,
    }
