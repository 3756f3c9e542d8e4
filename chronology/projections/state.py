"""Asking the state projection: for what is known now, the answer at every instant, as segments. SQL and rows only."""

import sqlite3
from typing import Any, Final

from chronology.projections.filters import Filters

_HELD_COLUMNS: Final = """
    state.subject, state.attribute, assertion.value, event, position, valid, origin, source, grade,
    iif(others IS NULL, NULL, '["' || certainty || '",' || contested || ',' || others || ']')
"""
"""A `HeldRow` whose dissent, where there is any, is JSON with keys for the evidence."""

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


def at(connection: sqlite3.Connection, filters: Filters, instant: int) -> list[tuple[Any, ...]]:
    """Return the segments that hold at an instant, by subject and attribute, as rows of `_HELD_COLUMNS`."""
    if filters.subject is not None and filters.kind is None:
        return connection.execute(_AT_OF_SUBJECT, (filters.subject, instant, filters.attribute)).fetchall()
    conditions, parameters = filters.group_conditions()
    conditions += ["valid_from <= :instant AND valid_to > :instant"]
    return connection.execute(
        f"""
        SELECT {_HELD_COLUMNS}
        FROM (SELECT * FROM state WHERE {" AND ".join(conditions)}) AS state
        LEFT JOIN assertion ON assertion.key = state.leading
        ORDER BY state.subject, state.attribute
        """,
        parameters | {"instant": instant},
    ).fetchall()
