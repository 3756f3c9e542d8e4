"""Who disagrees: every pair of live assertions that contest each other or give other dates. Reads, never writes."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from attrs import frozen

from chronology.answers.disagreements import Disagreement, Span, date_disagreements, disagreements
from chronology.answers.resolve import Claim
from chronology.events.json_values import Json, freeze
from chronology.events.ranks import Rank
from chronology.projections.claims import claim_of
from chronology.projections.columns import Row
from chronology.projections.filters import Filters
from chronology.questions import assertions
from chronology.questions.outcomes import span_of


@frozen(kw_only=True)
class Side:
    """One of two assertions that disagree, and who says so.

    Attributes:
        role: affirms, denies or disputes.
        value: what it says, or denies or disputes; None where it says that nothing holds any more.
    """

    event: str
    position: int
    role: str
    value: Json
    valid: str
    origin: str
    source: str
    grade: str | None


@frozen(kw_only=True)
class Extent:
    """A span of valid time: its first second, None where it has no beginning, and its last, None where it goes on."""

    since: str | None
    until: str | None


@frozen(kw_only=True)
class Conflict:
    """Two assertions of which not both can be right.

    Attributes:
        clash: `values`, where both affirm; `denial` or `dispute`, where one contradicts the other; `dates`, where
            both give one value other dates.
        first: what is denied or disputed, None where nothing in scope is; else the assertion recorded earlier, or, of
            dates, the one with the earlier date.
        second: the other one; of a denial or dispute, who contradicts the first.
        spans: when the state is contested by these two; empty where others always outdo both. Of dates: between which
            dates they disagree.
        differ: of dates, what differs: start, end or both.
        shared_origin: whether two sources pass on one origin, so that they are one voice and look like two.
    """

    subject: str
    attribute: str
    clash: str
    first: Side | None
    second: Side
    spans: tuple[Extent, ...]
    differ: tuple[str, ...]
    shared_origin: bool


def conflicts(
    connection: sqlite3.Connection, filters: Filters, *, instant: int | None = None, fuzz: int = 0
) -> Iterator[Conflict]:
    """Return who disagrees, by subject, attribute and position.

    Args:
        connection: of the projections.
        filters: which assertions count.
        instant: only what makes the state contested then, or the dates that disagree about it.
        fuzz: seconds by which qualified ends are widened.
    """
    return among(assertions.groups(connection, filters, fuzz=fuzz, only="disputable"), instant=instant, fuzz=fuzz)


def among(groups: Iterable[list[Row]], *, instant: int | None = None, fuzz: int = 0) -> Iterator[Conflict]:
    """Yield who disagrees among the assertions in scope, as `conflicts`; each group is about one attribute."""
    for rows in groups:
        if _may_disagree(rows, fuzz=fuzz):
            by_key = {row.key: row for row in rows}
            found = _disagreements([claim_of(row, fuzz=fuzz) for row in rows], by_key)
            for one in found:
                if instant is None or any(since <= instant < until for since, until in one.spans):
                    yield _conflict(one, by_key)


def _may_disagree(rows: Sequence[Row], *, fuzz: int) -> bool:
    """Tell at a glance whether anybody may contradict anybody: for most attributes, nobody does.

    There is nothing to find where all speak with one voice, or where no value is said twice and no two claims overlap.
    """
    if any(row.role != "affirms" or row.disputes is not None for row in rows):
        return True
    if len({(row.origin, row.source) for row in rows}) == 1:
        return False
    if fuzz or len({row.value for row in rows}) < len(rows):
        return True
    extents = sorted((row.start_max, row.extent_end) for row in rows)
    reach = accumulate((end for _, end in extents), max)
    return any(start < end for (start, _), end in zip(extents[1:], reach, strict=False))


def _disagreements(claims: Sequence[Claim], by_key: dict[int, Row]) -> list[Disagreement]:
    sources = {key: row.source for key, row in by_key.items()}
    found = disagreements(claims, sources=sources) + date_disagreements(claims, sources=sources)
    return sorted(found, key=_order)


def _order(one: Disagreement) -> tuple[Rank, Rank, str]:
    return one.first.rank if one.first else 0, one.second.rank, one.clash


def _conflict(one: Disagreement, by_key: dict[int, Row]) -> Conflict:
    first = by_key[one.first.key] if one.first else None
    second = by_key[one.second.key]
    return Conflict(
        subject=second.subject,
        attribute=second.attribute,
        clash=one.clash.value,
        first=_side(first) if first else None,
        second=_side(second),
        spans=tuple(_extents(one.spans)),
        differ=one.differ,
        shared_origin=first is not None and first.origin == second.origin and first.source != second.source,
    )


def _side(row: Row) -> Side:
    return Side(
        event=row.event,
        position=row.position,
        role=row.role,
        value=None if row.value is None else freeze(json.loads(row.value)),
        valid=row.valid,
        origin=row.origin,
        source=row.source,
        grade=row.grade,
    )


_NO_TIME: Final = 1
"""Seconds; a gap that long is where two exact starts meet, and nobody cares."""


def _extents(spans: Iterable[Span]) -> Iterator[Extent]:
    joined: list[Span] = []
    for since, until in spans:
        if joined and since - joined[-1][1] <= _NO_TIME:
            joined[-1] = joined[-1][0], until
        else:
            joined.append((since, until))
    for told in filter(None, (span_of(*span) for span in joined)):
        yield Extent(since=told[0], until=told[1])
