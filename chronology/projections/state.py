"""The state projection: for what is known now, the answer at every instant, as segments. SQL and rows only."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from chronology.projections.assertion import Group, Scope, claims_of, every_group
from chronology.segments import Segment, segments


class StateRow(NamedTuple):
    """A row of the state projection; columns as in `tables.STATE`."""

    subject: str
    attribute: str
    valid_from: int
    valid_to: int
    value: str | None
    certainty: str
    contested: bool
    leading: int | None
    others: str | None


def update(connection: sqlite3.Connection, group: Group) -> None:
    """Make one group's segments anew."""
    connection.execute("DELETE FROM state WHERE subject = ? AND attribute = ?", group)
    _insert(connection, (_row(group, segment) for segment in segments(claims_of(connection, group))))


def rebuild(connection: sqlite3.Connection) -> None:
    """Make every group's segments, into an empty table, one group at a time."""
    _insert(connection, (_row(group, s) for group, claims in every_group(connection) for s in segments(claims)))


def _insert(connection: sqlite3.Connection, rows: Iterator[StateRow]) -> None:
    connection.executemany(
        """
        INSERT INTO state (subject, attribute, valid_from, valid_to, value, certainty, contested, leading, others)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        rows,
    )


def _row(group: Group, segment: Segment) -> StateRow:
    answer = segment.answer
    leading = answer.leading
    others = [[claim.key if claim else None, standing.value] for claim, standing in answer.candidates[1:]]
    return StateRow(
        *group,
        segment.valid_from,
        segment.valid_to,
        leading.value if leading else None,
        "certain" if answer.certain else "possible",
        answer.contested,
        leading.key if leading else None,
        json.dumps(others, separators=(",", ":")) if others else None,
    )


def at(connection: sqlite3.Connection, scope: Scope, instant: int) -> list[StateRow]:
    """Return the segments that hold at an instant, by subject and attribute."""
    conditions, parameters = scope.group_conditions()
    conditions += ["valid_from <= ?", "valid_to > ?"]
    rows: list[Any] = connection.execute(
        f"""
        SELECT subject, attribute, valid_from, valid_to, value, certainty, contested, leading, others
        FROM state
        WHERE {" AND ".join(conditions)}
        ORDER BY subject, attribute
        """,
        (*parameters, instant, instant),
    ).fetchall()
    return [StateRow._make(row) for row in rows]
