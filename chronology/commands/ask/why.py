"""The command that explains an answer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from chronology.answers.explanation import Part
from chronology.answers.resolve import Rule
from chronology.commands import options
from chronology.commands.application import At, Invocation, command
from chronology.commands.ask.differences import outcome_record, outcome_text
from chronology.commands.options import FILTERING, parties, restrictions_of
from chronology.commands.record import merge
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Row, Shape
from chronology.events.json_values import Json, thaw
from chronology.projections.filters import FILTERS
from chronology.questions.why import Considered, Reported, Why
from chronology.store.reader import Reader

COLUMNS: Final = (
    "subject", "attribute", "valid_at", "value", "certainty", "contested", "considered", "without", "withdrawn",
    "hidden", "merges",
)  # fmt: skip
SHAPE: Final = Shape(
    headings=("  event", "value", "because", "valid", "said by", "grade", "read as", "quote"),
    stack=("  {event}  {value}  {because}", "      {valid}  {said by}  {grade}", "      {read as}", "      {quote}"),
)
_SECTIONS: Final = (
    ("decides", (Part.LEADING,)),
    ("possible too", (Part.POSSIBLE,)),
    ("contests it", (Part.RIVAL, Part.DENIAL)),
    ("cannot win", (Part.OUTDONE,)),
    ("beside the point", (Part.BESIDE,)),
    ("about other dates", (Part.ELSEWHERE,)),
)
_MANY: Final = 10
"""How many assertions about other dates are listed; the rest are counted."""


@command(FILTERING)
def why(
    call: Invocation,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", show_default=False, help="The subject, as kind/slug.")],
    attribute: Annotated[
        str, typer.Argument(metavar="ATTRIBUTE", show_default=False, help="The attribute, as in status.")
    ],
    at: At = None,
) -> None:
    """Explain an answer: what decided it, and what it beat.

    Lists every assertion about the attribute, with its source and how its date is read, including those that were
    withdrawn or that the filters leave out. The last line says what would hold without the deciding assertion.

    \b
    chronology why operation/al-jazeera-storm status --at 2018-03-01
    chronology why crossing/baguz status --at 2018-05-13 --known-at 2018-05-20
    """
    moment = at or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with Reader.open(call.path) as chron:
        subject = options.asked(call, chron, subject)
        filters = restrictions_of(call, chron)
        found = chron.why(subject, attribute, moment, **filters)
        options.note_late_position(call, chron)
        if not (found.considered or found.withdrawn or found.hidden):
            options.check_known(call, chron, subject=subject, attribute=attribute, kind=None, parties=parties(filters))
    call.notes.say()
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_record(_record(found), wanted, columns=COLUMNS)
        return
    with output.paged(wanted=call.pager):
        output.show_text(f"{attribute} of {subject} at {moment}: {outcome_text(found.outcome)}")
        if rows := list(_rows(found)):
            output.show_table(rows, shape=SHAPE)
        for merge in found.merges:
            output.show_text(
                f"{merge.merged} was merged into {merge.kept} by #{merge.position} on {merge.at[:10]}: {merge.reason}"
            )
        if leading := found.leading:
            output.show_text(f"without #{leading.assertion.position}: {outcome_text(found.without)}")


def _rows(found: Why) -> Iterator[Row]:
    for heading, parts in _SECTIONS:
        some = [one for one in found.considered if one.part in parts]
        if not some:
            continue
        yield heading
        listed = some if heading != _SECTIONS[-1][0] else some[-_MANY:]
        yield from (_row(one, _because(one)) for one in listed)
        if len(listed) < len(some):
            yield f"  and {len(some) - len(listed):,} more, which --json lists"
    if found.withdrawn:
        yield "withdrawn"
        for gone in found.withdrawn:
            reason = f": {gone.reason}" if gone.reason else ""
            yield _row(gone, f"{gone.how} by #{gone.by} on {gone.at[:10]}{reason}")
    if found.hidden:
        yield "left out by the filters"
        yield from (_row(one, ", ".join(FILTERS[name].option for name in one.filters)) for one in found.hidden)


def _because(one: Considered) -> str:
    if one.part is Part.LEADING:
        return "the only one that covers the date" if one.against is None else f"{one.rule}, over #{one.against}"
    if one.rule is Rule.LATEST_START:
        return f"#{one.against} starts later, however the dates are read"
    if one.rule is Rule.RECORDED_LATER:
        return f"#{one.against} starts no earlier and was recorded later"
    return _PARTS.get(one.part, "")


_PARTS: Final = {Part.POSSIBLE: "its date leaves it open", Part.DENIAL: "says that it is not so"}


def _row(one: Reported, because: str) -> tuple[str, ...]:
    said = one.assertion
    value = "ended" if said.value is None else output.as_text(thaw(said.value))
    chain = " via ".join(dict.fromkeys((*one.said_by, said.source)))
    return (
        f"  #{said.position}",
        f"not {value}" if said.role == "denies" else value,
        because,
        said.valid,
        chain,
        said.grade or "",
        said.reading,
        f'"{one.quote}"' if one.quote else "",
    )


def _record(found: Why) -> dict[str, Json]:
    """Return an explanation as `chronology why --json` gives it."""
    return {
        "subject": found.subject,
        "attribute": found.attribute,
        "valid_at": found.valid_at,
        **(outcome_record(found.outcome) or {"value": None, "certainty": None, "contested": False}),
        "considered": [
            _said(one) | {"part": one.part.value, "rule": one.rule and one.rule.value, "against": one.against}
            for one in found.considered
        ],
        "without": outcome_record(found.without),
        "withdrawn": [
            _said(one) | {"by": one.by, "at": one.at, "how": one.how, "reason": one.reason} for one in found.withdrawn
        ],
        "hidden": [_said(one) | {"filters": list(one.filters)} for one in found.hidden],
        "merges": list(map(merge.record, found.merges)),
    }


def _said(one: Reported) -> dict[str, Json]:
    said = one.assertion
    return {
        "event": said.event,
        "position": said.position,
        "value": thaw(said.value),
        "role": said.role,
        "valid": said.valid,
        "reading": said.reading,
        "origin": said.origin,
        "source": said.source,
        "said_by": list(one.said_by),
        "stated": said.stated,
        "grade": said.grade,
        "quote": one.quote,
        "locator": one.locator,
        "note": one.note,
    }
