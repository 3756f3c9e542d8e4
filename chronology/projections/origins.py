"""Asking for what several origins say of one attribute, without reading what only one does. SQL and rows only."""

import sqlite3
from collections.abc import Iterator

from chronology.projections.columns import NUMBERED, Said, read, said
from chronology.projections.filters import Filters


def claims_of_several(
    connection: sqlite3.Connection, filters: Filters, instant: int, *, fuzz: int = 0
) -> Iterator[Said]:
    """Yield what `claims.covering` does, but only of groups in which several origins speak: most have one.

    Args:
        connection: of the projections.
        filters: which claims count.
        instant: seconds.
        fuzz: seconds by which qualified ends are widened; what is given may then not cover the instant.
    """
    conditions, parameters = filters.conditions()
    fits = f"start_min <= :latest AND ifnull(end_max > :earliest, 1) AND {' AND '.join(conditions)}"
    found = connection.execute(
        f"""
        WITH several (subject, attribute) AS MATERIALIZED (
            SELECT subject, attribute
            FROM claim
            WHERE {fits}
            GROUP BY subject, attribute
            HAVING min({read("origin")}) <> max({read("origin")})
        )
        SELECT {NUMBERED}
        FROM several
        CROSS JOIN claim USING (subject, attribute)
        WHERE {fits}
        ORDER BY subject, attribute, start_min, key
        """,
        parameters | {"latest": instant + fuzz, "earliest": instant - fuzz},
    )
    return said(found)
