"""The assertion projection: every (event, attribute) with its bounds, and which are live. SQL, and rows to claims."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from attrs import frozen

from chronology import edtf
from chronology.projections.derive import ORDINAL_BITS, AssertionRow
from chronology.resolve import Claim, Role

Group = tuple[str, str]
"""(subject, attribute)."""

_CLAIM_COLUMNS: Final = """
    key, position, start_min, start_max, end_min, end_max, extent_end, value, role, origin, disputes
"""

_KEYS_AT_ONCE: Final = 500

_NO_DISPUTES: Final[frozenset[int]] = frozenset()
_ROLES: Final = {role.value: role for role in Role}


class Evidence(NamedTuple):
    """Who says what, for one assertion."""

    value: str | None
    event: str
    position: int
    valid: str
    origin: str
    source: str
    grade: str | None


@frozen(kw_only=True)
class Scope:
    """Which assertions a question is about; what is None or empty does not restrict.

    Attributes:
        known_at: the position up to which the log is read.
        stated_by: the last day, `YYYY-MM-DD`, on which it may have been stated.
        kind: of the subject.
        min_grade: at least this reliable *and* at least this credible, as in "B3"; ungraded ones are out.
    """

    known_at: int | None = None
    subject: str | None = None
    attribute: str | None = None
    kind: str | None = None
    stated_by: str | None = None
    sources: Sequence[str] = ()
    origins: Sequence[str] = ()
    min_grade: str | None = None

    def filters_assertions(self) -> bool:
        """Tell whether anything but subject, attribute and kind restricts the answer."""
        return not (
            self.known_at is None
            and self.stated_by is None
            and not self.sources
            and not self.origins
            and self.min_grade is None
        )

    def group_conditions(self) -> tuple[list[str], list[Any]]:
        """Return SQL conditions on subject and attribute, and their parameters."""
        conditions, parameters = [], []
        if self.subject is not None:
            conditions.append("subject = ?")
            parameters.append(self.subject)
        if self.attribute is not None:
            conditions.append("attribute = ?")
            parameters.append(self.attribute)
        if self.kind is not None:
            # "0" is the character after "/": all subjects of the kind, by the index.
            conditions.append("subject >= ? AND subject < ?")
            parameters += [f"{self.kind}/", f"{self.kind}0"]
        return conditions, parameters

    def conditions(self) -> tuple[list[str], list[Any]]:
        """Return SQL conditions on the assertion table, and their parameters."""
        conditions, parameters = self.group_conditions()
        if self.known_at is None:
            conditions.append("known_until IS NULL")
        else:
            conditions.append("known_from <= ? AND (known_until IS NULL OR known_until > ?)")
            parameters += [self.known_at, self.known_at]
        if self.stated_by is not None:
            conditions.append("stated <= ?")
            parameters.append(self.stated_by)
        for column, names in (("source", self.sources), ("origin", self.origins)):
            if names:
                conditions.append(f"{column} IN ({', '.join('?' * len(names))})")
                parameters += names
        if self.min_grade is not None:
            conditions.append("substr(grade, 1, 1) <= ? AND substr(grade, 2, 1) <= ?")
            parameters += [self.min_grade[0], self.min_grade[1]]
        return conditions, parameters


def insert(connection: sqlite3.Connection, rows: Iterable[AssertionRow]) -> None:
    """Write new, live rows."""
    connection.executemany(
        """
        INSERT INTO assertion (
            key, position, subject, attribute, value, role, start_min, start_max, end_min, end_max, extent_end,
            valid, persists, event, origin, source, grade, stated, disputes, known_from
        )
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        rows,
    )


def withdraw(connection: sqlite3.Connection, position: int, *, by: int) -> list[Group]:
    """End every live row of the event at a position, and return the groups that were touched."""
    touched: list[Group] = []
    low = position << ORDINAL_BITS
    for condition, parameters in (
        ("key >= ? AND key < ?", (low, low + (1 << ORDINAL_BITS))),
        ("position = ? AND known_from <> position", (position,)),
    ):
        cursor = connection.execute(
            f"""
            UPDATE assertion
            SET known_until = ?
            WHERE {condition} AND position = ? AND known_until IS NULL
            RETURNING subject, attribute
            """,
            (by, *parameters, position),
        )
        touched += cursor.fetchall()
    return touched


def live_rows(connection: sqlite3.Connection, position: int) -> list[AssertionRow]:
    """Return the live rows of the event at a position, in order of key."""
    low = position << ORDINAL_BITS
    rows = connection.execute(
        f"""
        SELECT {", ".join(AssertionRow._fields)}
        FROM assertion
        WHERE (key >= ? AND key < ? OR known_from <> position)
            AND position = ?
            AND known_until IS NULL
        ORDER BY key
        """,
        (low, low + (1 << ORDINAL_BITS), position),
    )
    return [AssertionRow._make(row) for row in rows]


def claims_of(connection: sqlite3.Connection, group: Group) -> list[Claim]:
    """Return the live claims of one group, oldest first."""
    rows = connection.execute(
        f"""
        SELECT {_CLAIM_COLUMNS}
        FROM assertion
        WHERE subject = ? AND attribute = ? AND known_until IS NULL
        ORDER BY key
        """,
        group,
    )
    return [_claim(row) for row in rows]


def latest_value(connection: sqlite3.Connection, group: Group) -> str | None:
    """Return the value, as JSON text, of the newest live affirmation in a group."""
    row = connection.execute(
        """
        SELECT value
        FROM assertion
        WHERE subject = ? AND attribute = ? AND known_until IS NULL AND role = 'affirms'
        ORDER BY position DESC
        LIMIT 1
        """,
        group,
    ).fetchone()
    return row[0] if row else None


def every_group(connection: sqlite3.Connection) -> Iterator[tuple[Group, list[Claim]]]:
    """Yield the live claims of every group, in order of subject and attribute."""
    rows = connection.execute(
        f"""
        SELECT subject, attribute, {_CLAIM_COLUMNS}
        FROM assertion
        WHERE known_until IS NULL
        ORDER BY subject, attribute, key
        """
    )
    yield from _grouped(rows)


def groups_covering(
    connection: sqlite3.Connection, scope: Scope, instant: int, *, fuzz: int = 0
) -> Iterator[tuple[Group, list[Claim]]]:
    """Yield the claims in scope that may cover an instant, by group, in order of subject and attribute.

    Args:
        connection: of the projections.
        scope: which claims.
        instant: seconds.
        fuzz: seconds by which qualified ends are widened; some claims may then not cover the instant.
    """
    conditions, parameters = scope.conditions()
    rows = connection.execute(
        f"""
        SELECT subject, attribute, {_CLAIM_COLUMNS}, valid, persists
        FROM assertion
        WHERE start_min <= ? AND end_max > ? AND {" AND ".join(conditions)}
        ORDER BY subject, attribute, key
        """,
        (instant + fuzz, instant - fuzz, *parameters),
    )
    for group, members in groupby(rows, key=lambda row: (row[0], row[1])):
        yield group, [_widened(row[2:], fuzz) if fuzz else _claim(row[2:-2]) for row in members]


def _widened(row: Sequence[Any], fuzz: int) -> Claim:
    reading = edtf.parse(row[-2])
    wide = edtf.bounds(reading, persists=bool(row[-1]), fuzz=fuzz)
    extent_end = edtf.bounds(reading, persists=False, fuzz=fuzz).end_min
    return _claim(
        (
            *row[:2],
            wide.start_min,
            wide.start_max,
            wide.end_min,
            wide.end_max,
            min(row[6], extent_end),
            *row[7:-2],
        )
    )


def evidence(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Evidence]:
    """Return what stands behind some assertions, by key."""
    wanted = list(keys)
    found: dict[int, Evidence] = {}
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        part = wanted[start : start + _KEYS_AT_ONCE]
        rows = connection.execute(
            f"""
            SELECT key, value, event, position, valid, origin, source, grade
            FROM assertion
            WHERE key IN ({", ".join("?" * len(part))})
            """,
            part,
        )
        found.update((row[0], Evidence._make(row[1:])) for row in rows)
    return found


def attributes(connection: sqlite3.Connection) -> list[str]:
    """Return every attribute that some event asserts or asserted, in order."""
    return [row[0] for row in connection.execute("SELECT DISTINCT attribute FROM assertion ORDER BY attribute")]


def _grouped(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Group, list[Claim]]]:
    for group, members in groupby(rows, key=lambda row: (row[0], row[1])):
        yield group, [_claim(row[2:]) for row in members]


def _claim(row: Sequence[Any]) -> Claim:
    key, position, start_min, start_max, end_min, end_max, extent_end, value, role, origin, disputes = row
    return Claim(
        key=key,
        position=position,
        start_min=start_min,
        start_max=start_max,
        end_min=end_min,
        end_max=end_max,
        extent_end=extent_end,
        value=value,
        role=_ROLES[role],
        origin=origin,
        disputes=_NO_DISPUTES if disputes is None else frozenset(json.loads(disputes)),
    )
