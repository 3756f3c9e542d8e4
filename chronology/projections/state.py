"""Asking the state projection: for what is known now, the answer at every instant, as segments. SQL and rows only."""

import sqlite3
from typing import Final, NamedTuple

from chronology.projections.assertion import Evidence
from chronology.projections.scope import Scope

_HELD_COLUMNS: Final = """
    state.subject, state.attribute, state.certainty, state.contested, state.others,
    assertion.value, event, position, valid, origin, source, grade, role
"""

# Leaps from attribute to attribute, and in each to the one segment that can hold: a long history is not read.
_AT_OF_SUBJECT: Final = f"""
    WITH RECURSIVE named (attribute) AS (
        SELECT min(attribute) FROM state WHERE subject = ?1 AND (?3 IS NULL OR attribute = ?3)
        UNION ALL
        SELECT (SELECT min(attribute) FROM state WHERE subject = ?1 AND attribute > named.attribute AND ?3 IS NULL)
        FROM named
        WHERE named.attribute IS NOT NULL
    )
    SELECT {_HELD_COLUMNS}
    FROM named
    JOIN state ON state.subject = ?1 AND state.attribute = named.attribute AND state.valid_from = (
        SELECT max(valid_from) FROM state WHERE subject = ?1 AND attribute = named.attribute AND valid_from <= ?2
    )
    LEFT JOIN assertion ON assertion.key = state.leading
    WHERE state.valid_to > ?2
    ORDER BY state.attribute
"""


class Held(NamedTuple):
    """A segment that holds at an instant; `leading` is what stands behind its leading value, None for nothing known."""

    subject: str
    attribute: str
    certainty: str
    contested: bool
    others: str | None
    leading: Evidence | None


def at(connection: sqlite3.Connection, scope: Scope, instant: int) -> list[Held]:
    """Return the segments that hold at an instant, by subject and attribute."""
    if scope.subject is not None and scope.kind is None:
        rows = connection.execute(_AT_OF_SUBJECT, (scope.subject, instant, scope.attribute))
    else:
        conditions, parameters = scope.group_conditions()
        conditions += ["valid_from <= ?", "valid_to > ?"]
        rows = connection.execute(
            f"""
            SELECT {_HELD_COLUMNS}
            FROM state
            LEFT JOIN assertion ON assertion.key = state.leading
            WHERE {" AND ".join(f"state.{condition}" for condition in conditions)}
            ORDER BY state.subject, state.attribute
            """,
            (*parameters, instant, instant),
        )
    return [Held._make((*row[:5], Evidence._make(row[5:]) if row[6] is not None else None)) for row in rows]
