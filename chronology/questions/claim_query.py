"""The live assertions that filters admit, group by group, as evidence and as claims. Reads, never writes.

It asks the projections by the names and texts that stand at a SQL prompt; only which groups of a whole store are worth
a look, their tables tell.
"""

import json
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from typing import Final, Literal, NamedTuple

from chronology.answers.resolve import Claim, Role
from chronology.dates import edtf
from chronology.events.ranks import rank
from chronology.projections.filters import VIEW, Filters
from chronology.projections.tables import OPPOSING

_NO_DISPUTES: Final[frozenset[int]] = frozenset()
_ROLES: Final = {role.value: role for role in Role}


_WORTH_A_LOOK: Final = {
    "disputable": f"""
        min(source) <> max(source)
        OR min(ifnull(origin, source)) <> max(ifnull(origin, source))
        OR max(breadth = {OPPOSING})
    """,
    "bounded": "count(end_max)",
}
"""Conditions on all claims of a group, whether they count or not, without which a kind of answer has nothing of it."""


class Row(NamedTuple):
    """An assertion; the fields are the columns of the same names in the view `assertion`."""

    subject: str
    attribute: str
    key: int
    position: int
    start_min: int
    start_max: int
    end_min: int
    end_max: int
    extent_end: int
    value: str | None
    role: str
    origin: str
    disputes: str | None
    event: str
    valid: str
    persists: int
    begins: int
    source: str
    grade: str | None
    stated: str
    rank: bytes | None
    known_from: int
    known_until: int | None


def groups(
    connection: sqlite3.Connection,
    filters: Filters,
    *,
    covering: int | None = None,
    fuzz: int = 0,
    only: Literal["disputable", "bounded"] | None = None,
) -> Iterator[list[Row]]:
    """Yield the assertions in scope, by subject and attribute, in order.

    Args:
        connection: of the projections.
        filters: which assertions count.
        covering: only what may cover this instant.
        fuzz: seconds by which qualified ends are widened; such ends are not yet in the rows.
        only: of a whole store, leave out the groups of which no two sources ever spoke and nobody denied or disputed
            anything, or those in which everything lasts for ever. That is most of it, and one pass tells.
    """
    conditions, parameters = filters.conditions(VIEW)
    if covering is not None and not fuzz:
        conditions.append("start_min <= :instant AND end_max > :instant")
        parameters["instant"] = covering
    source = "assertion"
    if only and filters.subject is None:
        source = f"({_groups_with(_WORTH_A_LOOK[only])}) CROSS JOIN assertion USING (subject, attribute)"
    rows = connection.execute(
        f"""
        SELECT {", ".join(Row._fields)}
        FROM {source}
        WHERE {" AND ".join(conditions)}
        ORDER BY subject, attribute, position
        """,
        parameters,
    )
    for _, members in groupby(rows, key=lambda row: row[:2]):
        yield [Row._make(row) for row in members]


def _groups_with(condition: str) -> str:
    return f"""
        SELECT s.text AS subject, a.text AS attribute
        FROM (SELECT subject, attribute FROM claim GROUP BY subject, attribute HAVING {condition}) AS found
        JOIN name AS s ON s.id = found.subject
        JOIN name AS a ON a.id = found.attribute
    """


def claim_of(row: Row, *, fuzz: int = 0) -> Claim:
    """Return an assertion as the resolver takes it."""
    bounds = row[4:9]
    if fuzz:
        reading = edtf.parse(row.valid)
        wide = edtf.bounds(reading, persists=bool(row.persists), fuzz=fuzz)
        shortest = edtf.bounds(reading, persists=False, fuzz=fuzz).end_min
        bounds = wide.start_min, wide.start_max, wide.end_min, wide.end_max, min(row.extent_end, shortest)
    disputes = _NO_DISPUTES if row.disputes is None else frozenset(json.loads(row.disputes))
    between = None if row.rank is None else rank(row.position, row.rank)
    role, begins = _ROLES[row.role], bool(row.begins)
    return Claim(row.key, row.position, *bounds, row.value, role, row.origin, disputes, between, begins)
