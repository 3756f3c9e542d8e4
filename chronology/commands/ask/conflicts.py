"""The command that lists who disagrees."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Annotated, Final

import attrs
import typer

from chronology.commands import options
from chronology.commands.application import Attribute, Invocation, Kind, Subject, command
from chronology.commands.options import FILTERING, hides, parties, restrictions_of
from chronology.commands.screen import output
from chronology.commands.screen.output import Format, waiting
from chronology.commands.screen.table import Marked, Row, Shape, Tone
from chronology.events.json_values import Json, thaw
from chronology.questions.conflicts import Conflict, Extent, Side
from chronology.store.reader import Reader

COLUMNS: Final = ("subject", "attribute", "clash", "first", "second", "spans", "differ", "shared_origin")
SHAPE: Final = Shape(
    headings=("  attribute", "clash", "value", "when", "valid", "said by", "grade", "event"),
    stack=("  {attribute}: {value}  ({clash})  when: {when}", "      {valid}  {said by}  {grade}  {event}"),
    beneath=("    {clash}: {value}", "      {valid}  {said by}  {grade}  {event}"),
)
"""Of the pairs: the first assertion, and beneath it the one that disagrees with it."""


@command(FILTERING)
def conflicts(
    call: Invocation,
    subject: Subject = None,
    attribute: Attribute = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what disagrees about this date: its close.")
    ] = None,
    kind: Kind = None,
) -> None:
    """List who disagrees with whom, and about which time.

    Each pair of assertions that contest each other, each denial and each dispute, and each pair that gives one value
    other dates. `when` says when the state is contested by the two; of dates, between which dates they disagree.

    \b
    chronology conflicts
    chronology conflicts person/abu-bakr-al-baghdadi --at 2018-05-14
    chronology conflicts --kind place --known-at 2018-05-20 --nl
    """
    with Reader.open(call.path) as chron:
        if subject is not None:
            subject = options.asked(call, chron, subject)
        filters = restrictions_of(call, chron)
        stream = chron.conflicts(subject, attribute, kind, at, **filters)
        wanted = call.format
        with waiting("looking for conflicts"):
            first = next(stream, None)
            found = stream if first is None else chain([first], stream)
            rows = list(conflict_rows(found)) if wanted is Format.TABLE else []
        options.note_late_position(call, chron)
        if first is None:
            options.check_known(call, chron, subject=subject, attribute=attribute, kind=kind, parties=parties(filters))
        call.notes.say()
        if first is None:
            output.say(f"no assertions disagree{_asked_about(call, subject, attribute, kind, at)}")
        if wanted is not Format.TABLE:
            output.show_records(map(conflict_record, found), wanted, columns=COLUMNS)
        elif rows:
            with output.paged(wanted=call.pager):
                output.show_table(rows, shape=SHAPE)


def _asked_about(call: Invocation, subject: str | None, attribute: str | None, kind: str | None, at: str | None) -> str:
    """Return what was asked, as words that follow on an answer."""
    what = " of ".join(name for name in (attribute, subject or kind) if name)
    known_at = call.filters.get("known_at")
    return (
        (f" about {what}" if what else "")
        + (f" at {at}" if at else "")
        + (f", as known at {known_at}" if known_at else "")
        + (", within the filters" if hides(call) else "")
    )


def conflict_rows(found: Iterable[Conflict]) -> Iterator[Row]:
    """Yield each subject, and under it two rows for each pair that disagrees."""
    subject = ""
    for one in found:
        if one.subject != subject:
            subject = one.subject
            yield subject
        name = f"  {one.attribute}"
        if one.first is None:
            yield _row(name, Marked(_ALONE[one.clash], tone=Tone.CONTESTED), one.second, "")
            continue
        yield _row(name, _clash(one), one.first, _when(one))
        yield _row("", _SECOND[one.clash], one.second, "")


_ALONE: Final = {"denial": "denies what no one affirms", "dispute": "disputes what is not in scope"}
_AGAINST: Final = {"denial": "denied", "dispute": "disputed"}
_SECOND: Final = {"denial": "by", "dispute": "by", "dates": "from", "values": "against"}
"""What stands before the second of a pair."""


def _clash(one: Conflict) -> str:
    differ = " and ".join(one.differ)
    words = _AGAINST.get(one.clash) or (f"{differ} {'differ' if len(one.differ) > 1 else 'differs'}" if differ else "")
    words = words or "values differ"
    return Marked(f"{words}, one origin" if one.shared_origin else words, tone=Tone.CONTESTED)


def _when(one: Conflict) -> str:
    return ", ".join(map(_span, one.spans)) or "never"


def _span(span: Extent) -> str:
    since, until = span.since or "..", span.until or ".."
    since, until = since.removesuffix("T00:00:00"), until.removesuffix("T23:59:59")
    return since if since == until else f"{since}/{until}"


def _row(attribute: str, clash: str, side: Side, when: str) -> Sequence[str]:
    value = "ended" if side.value is None and side.role == "affirms" else output.as_text(thaw(side.value))
    return (
        attribute,
        clash,
        f"not {value}" if side.role == "denies" else value,
        when,
        side.valid,
        output.said_by(side.origin, side.source),
        side.grade or "",
        f"#{side.position}",
    )


def conflict_record(one: Conflict) -> dict[str, Json]:
    """Return a pair as `chronology conflicts --json` gives it."""
    return {
        "subject": one.subject,
        "attribute": one.attribute,
        "clash": one.clash,
        "first": _side(one.first) if one.first else None,
        "second": _side(one.second),
        "spans": [{"since": span.since, "until": span.until} for span in one.spans],
        "differ": list(one.differ),
        "shared_origin": one.shared_origin,
    }


def _side(side: Side) -> dict[str, Json]:
    return attrs.asdict(side) | {"value": thaw(side.value)}
