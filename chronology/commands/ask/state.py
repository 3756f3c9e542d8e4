"""The command that asks what held."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from chronology.answers.holding import Candidate, Holding
from chronology.commands import options
from chronology.commands.application import At, Attribute, Invocation, Kind, Subject, command
from chronology.commands.options import FILTERING, hides, parties, restrictions_of
from chronology.commands.screen import output
from chronology.commands.screen.output import Format, waiting
from chronology.commands.screen.table import Marked, Row, Shape, Tone
from chronology.events.json_values import Json, thaw
from chronology.store.reader import Reader

COLUMNS: Final = (
    "subject", "attribute", "value", "certainty", "contested", "since", "valid_at", "candidates",
)  # fmt: skip
SHAPE: Final = Shape(
    headings=("  attribute", "value", "standing", "origins", "valid", "said by", "grade", "event"),
    stack=("  {attribute}: {value}  ({standing})  origins: {origins}", "      {valid}  {said by}  {grade}  {event}"),
    beneath=("    {standing}: {value}  origins: {origins}", "      {valid}  {said by}  {grade}  {event}"),
)
"""The table of answers: the leading value, and below it the other parties."""


@command(FILTERING)
def state(
    call: Invocation,
    subject: Subject = None,
    attribute: Attribute = None,
    at: At = None,
    kind: Kind = None,
    min_origins: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, show_default=False, help="Only answers whose leading value has N independent origins."
        ),
    ] = 0,
) -> None:
    """Say what held at a date, who says so, and who disagrees.

    The first row of an answer is the leading value: certain if no reading of the dates gives another, else possible.
    Below it stand the other possible values, the rivals that contest it, and the denials. Origins counts who
    independently supports a value: two papers that quote one spokesman are one.

    \b
    chronology state operation/al-jazeera-storm --at 2018-03-01
    chronology state person/abu-bakr-al-baghdadi location --at 2018-05-14
    chronology state --kind place --min-origins 2
    chronology state crossing/baguz status --at 2018-05-20 --known-at 2018-05-20
    """
    moment = at or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with Reader.open(call.path) as chron:
        subject = None if subject is None else options.asked(call, chron, subject)
        filters = restrictions_of(call, chron)
        with waiting("reading"):
            found = chron.state(
                subject,
                attribute,
                kind,
                moment,
                **filters,
                origins_counted=True,
                min_origins=min_origins,
            )
        options.note_late_position(call, chron)
        if not found:
            options.check_known(call, chron, subject=subject, attribute=attribute, kind=kind, parties=parties(filters))
    call.notes.say()
    if not found:
        least = f"with {min_origins} independent origins " if min_origins > 1 else ""
        output.say(f"nothing {least}is known{_asked_about(call, subject, attribute, kind, moment)}")
    # All rows first: a damaged value must not leave half an answer on the screen.
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_records([record(holding, valid_at=moment) for holding in found], wanted, columns=COLUMNS)
    elif rows := list(answer_rows(found)):
        with output.paged(wanted=call.pager):
            output.show_table(rows, shape=SHAPE)


def _asked_about(call: Invocation, subject: str | None, attribute: str | None, kind: str | None, moment: str) -> str:
    """Return what was asked, as words that follow on an answer."""
    what = "".join(f" of {name}" for name in (attribute, subject or kind) if name)
    known_at = call.filters.get("known_at")
    known = f", as known at {known_at}" if known_at else ""
    return f"{what} at {moment}{known}{', within the filters' if hides(call) else ''}"


def record(holding: Holding, *, valid_at: str) -> dict[str, Json]:
    """Return a holding as `chronology state --json` gives it."""
    return {
        "subject": holding.subject,
        "attribute": holding.attribute,
        "value": thaw(holding.value),
        "certainty": holding.certainty,
        "contested": holding.contested,
        "since": holding.since,
        "valid_at": valid_at,
        "candidates": [_candidate_record(candidate) for candidate in holding.candidates],
    }


def _candidate_record(candidate: Candidate) -> dict[str, Json]:
    # By name: a whole state has a hundred thousand of them, and attrs.asdict takes three times as long.
    return {
        "value": thaw(candidate.value),
        "standing": candidate.standing,
        "event": candidate.event,
        "position": candidate.position,
        "valid": candidate.valid,
        "origin": candidate.origin,
        "source": candidate.source,
        "grade": candidate.grade,
        "supported_by": candidate.supported_by,
    }


def answer_rows(holdings: Iterable[Holding]) -> Iterator[Row]:
    """Yield each subject, and under it a row for each party to each answer about it."""
    subject = ""
    for holding in holdings:
        if holding.subject != subject:
            subject = holding.subject
            yield subject
        for index, candidate in enumerate(holding.candidates):
            yield (
                f"  {holding.attribute}" if index == 0 else "",
                _claimed(candidate),
                _standing(holding) if index == 0 else _party(candidate, holding),
                "" if candidate.supported_by is None else str(candidate.supported_by),
                candidate.valid or "",
                output.said_by(candidate.origin, candidate.source),
                candidate.grade or "",
                f"#{candidate.position}" if candidate.position else "",
            )


_PARTY: Final = {"leading": "", "possible": "or possibly", "rival": "but a rival says", "denial": "but denied"}


def _party(candidate: Candidate, holding: Holding) -> str:
    if candidate.standing == "possible" and candidate.event and candidate.value == holding.value:
        return "also"
    # An event that disputes another need not say the opposite.
    words = "but disputed" if candidate.role == "disputes" else _PARTY[candidate.standing]
    return Marked(words, tone=Tone.POSSIBLE if candidate.standing == "possible" else Tone.CONTESTED)


def _claimed(candidate: Candidate) -> str:
    denied = "not " if candidate.role == "denies" else ""
    if candidate.value is None:
        # An event can say that an attribute no longer has a value; without one, nothing is known.
        return denied + ("ended" if candidate.event else "nothing known")
    return denied + output.as_text(thaw(candidate.value))


def _standing(holding: Holding) -> str:
    if holding.contested:
        return Marked(f"{holding.certainty}, contested", tone=Tone.CONTESTED)
    return holding.certainty if holding.certainty == "certain" else Marked(holding.certainty, tone=Tone.POSSIBLE)
