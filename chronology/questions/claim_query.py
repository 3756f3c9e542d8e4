"""The live assertions that filters admit, group by group, as evidence. Reads, never writes.

It asks the projections by the names and texts that stand at a SQL prompt; only which groups of a whole store are worth
a look, their tables tell.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final, Literal

from chronology.projections.claims import GROUP
from chronology.projections.columns import OPPOSING, TEXTS, Row, rows
from chronology.projections.filters import VIEW, Filters

_WORTH_A_LOOK: Final = {
    "disputable": f"""
        min(source) <> max(source)
        OR min(ifnull(origin, source)) <> max(ifnull(origin, source))
        OR max(breadth = {OPPOSING})
    """,
    "bounded": "count(end_max)",
}
"""Conditions on all claims of a group, whether they count or not, without which a kind of answer has nothing of it."""


def groups(
    connection: sqlite3.Connection,
    filters: Filters,
    *,
    covering: int | None = None,
    fuzz: int = 0,
    only: Literal["disputable", "bounded"] | None = None,
) -> Iterator[list[Row]]:
    """Return the assertions in scope, by subject and attribute, in order.

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
    found = connection.execute(
        f"""
        SELECT {TEXTS}
        FROM {source}
        WHERE {" AND ".join(conditions)}
        ORDER BY subject, attribute, position
        """,
        parameters,
    )
    return by_group(found)


def by_group(found: Iterable[tuple[Any, ...]]) -> Iterator[list[Row]]:
    """Yield the assertions about one attribute of one subject together. Requires them in order."""
    for _, members in groupby(rows(found), key=GROUP):
        yield list(members)


def _groups_with(condition: str) -> str:
    return f"""
        SELECT s.text AS subject, a.text AS attribute
        FROM (SELECT subject, attribute FROM claim GROUP BY subject, attribute HAVING {condition}) AS found
        JOIN name AS s ON s.id = found.subject
        JOIN name AS a ON a.id = found.attribute
    """
