"""What held of one subject over all of valid time, as far as the filters admit. Reads, never writes."""

import json
import sqlite3
from functools import lru_cache
from typing import Literal

from attrs import evolve, frozen

from chronology.answers.segments import Segment, segments
from chronology.events.json_values import Json, freeze
from chronology.projections.filters import Filters
from chronology.questions.assertions import said_of
from chronology.questions.outcomes import Span, span_of


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
        attribute: what it is about.
        since: its first second; None if it has always been so.
        until: its last second; None if it goes on.
        starts, ends: the same on the line of seconds, half-open, BEGINNING and FOREVER if unbounded.
        value: the leading one; None if nothing is known to hold.
        parties: every assertion that has a part in the answer, the leading one first.
    """

    attribute: str
    since: str | None
    until: str | None
    starts: int
    ends: int
    value: Json
    certainty: Literal["certain", "possible"]
    contested: bool
    parties: tuple[Party, ...]


def history(connection: sqlite3.Connection, filters: Filters, *, fuzz: int = 0) -> list[Period]:
    """Return the periods of one subject, by attribute, in order; in a gap, nothing is known."""
    asked = [filters.attribute] if filters.attribute else _attributes(connection, filters)
    found: list[Period] = []
    for attribute in asked:
        live = said_of(connection, evolve(filters, attribute=attribute), fuzz=fuzz).live
        found += (
            _period(attribute, span, segment)
            for segment in segments([said.claim for said in live])
            if (span := span_of(segment.valid_from, segment.valid_to))
        )
    return found


def _attributes(connection: sqlite3.Connection, filters: Filters) -> list[str]:
    rows = connection.execute(
        """
        SELECT DISTINCT attribute
        FROM assertion
        WHERE subject = ?
        ORDER BY attribute
        """,
        (filters.subject,),
    )
    return [row[0] for row in rows]


def _period(attribute: str, span: Span, segment: Segment) -> Period:
    start, end, answer = segment
    parties = tuple(
        Party(
            position=claim.position if claim else None,
            value=_value(claim.value if claim else None),
            standing=standing.value,
        )
        for claim, standing in answer.candidates
    )
    return Period(
        attribute=attribute,
        since=span[0],
        until=span[1],
        starts=start,
        ends=end,
        value=parties[0].value,
        certainty="certain" if answer.certain else "possible",
        contested=answer.contested,
        parties=parties,
    )


@lru_cache(maxsize=1_024)
def _value(text: str | None) -> Json:
    return None if text is None else freeze(json.loads(text))
