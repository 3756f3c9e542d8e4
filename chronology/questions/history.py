"""What held of one attribute over all of valid time, as far as the filters admit. Reads, never writes."""

import json
import sqlite3
from typing import Literal

from attrs import frozen

from chronology.answers.resolve import Answer
from chronology.answers.segments import segments
from chronology.dates import edtf
from chronology.dates.calendar import BEGINNING, FOREVER
from chronology.events.json_values import Json, freeze
from chronology.projections.filters import Filters
from chronology.questions.assertions import said_of


@frozen(kw_only=True)
class Party:
    """An assertion that is a party to an answer, by the position of its event; None for "nothing is known"."""

    position: int | None
    value: Json
    standing: str


@frozen(kw_only=True)
class Period:
    """A period over which the answer stays the same.

    Attributes:
        since: its first second; None where it has always been so.
        until: its last second; None where it goes on.
        starts, ends: the same on the line of seconds, half-open, BEGINNING and FOREVER where unbounded.
        value: the leading one; None where nothing is known to hold.
        parties: everybody who has a part in the answer, the leading one first.
    """

    since: str | None
    until: str | None
    starts: int
    ends: int
    value: Json
    certainty: Literal["certain", "possible"]
    contested: bool
    parties: tuple[Party, ...]


def history(connection: sqlite3.Connection, filters: Filters, *, fuzz: int = 0) -> list[Period]:
    """Return the periods of one attribute of one subject, in order; where there is a gap, nothing is known."""
    claims = [said.claim for said in said_of(connection, filters, fuzz=fuzz).live]
    return [_period(start, end, answer) for start, end, answer in segments(claims)]


def _period(start: int, end: int, answer: Answer) -> Period:
    parties = tuple(
        Party(
            position=claim.position if claim else None,
            value=_value(claim.value if claim else None),
            standing=standing.value,
        )
        for claim, standing in answer.candidates
    )
    return Period(
        since=None if start <= BEGINNING else edtf.format_instant(start),
        until=None if end >= FOREVER else edtf.format_instant(end - 1),
        starts=start,
        ends=end,
        value=parties[0].value,
        certainty="certain" if answer.certain else "possible",
        contested=answer.contested,
        parties=parties,
    )


def _value(text: str | None) -> Json:
    return None if text is None else freeze(json.loads(text))
