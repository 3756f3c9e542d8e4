"""Asking the assertion projection: every (event, attribute) with its bounds, and which are live. Rows to claims."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from chronology import edtf
from chronology.projections.scope import Scope
from chronology.resolve import Claim, Role

Group = tuple[str, str]
"""(subject, attribute)."""

CLAIM_COLUMNS: Final = """
    key, position, start_min, start_max, end_min, end_max, extent_end, value, role, origin, disputes
"""
"""What `claim_of` reads, in its order."""

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
    role: str


_CLAIMS_OF: Final = f"""
    SELECT {CLAIM_COLUMNS}
    FROM assertion
    WHERE subject = ? AND attribute = ? AND known_until IS NULL
    ORDER BY start_min, position
    LIMIT ?
"""


def claims_of(connection: sqlite3.Connection, group: Group, *, limit: int = -1) -> list[Claim]:
    """Return the live claims of one group, or as many as a limit allows."""
    return [claim_of(row) for row in connection.execute(_CLAIMS_OF, (*group, limit))]


def every_group(connection: sqlite3.Connection) -> Iterator[tuple[Group, list[Claim]]]:
    """Yield the live claims of every group, in order of subject and attribute."""
    rows = connection.execute(
        f"""
        SELECT subject, attribute, {CLAIM_COLUMNS}
        FROM assertion
        WHERE known_until IS NULL
        ORDER BY subject, attribute, start_min, position
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
        SELECT subject, attribute, {CLAIM_COLUMNS}, valid, persists
        FROM assertion
        WHERE start_min <= ? AND end_max > ? AND {" AND ".join(conditions)}
        ORDER BY subject, attribute, start_min, position
        """,
        (instant + fuzz, instant - fuzz, *parameters),
    )
    for group, members in groupby(rows, key=lambda row: (row[0], row[1])):
        yield group, [_widened(row[2:], fuzz) if fuzz else claim_of(row[2:-2]) for row in members]


def _widened(row: Sequence[Any], fuzz: int) -> Claim:
    reading = edtf.parse(row[-2])
    wide = edtf.bounds(reading, persists=bool(row[-1]), fuzz=fuzz)
    extent_end = edtf.bounds(reading, persists=False, fuzz=fuzz).end_min
    return claim_of(
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
            SELECT key, value, event, position, valid, origin, source, grade, role
            FROM assertion
            WHERE key IN ({", ".join("?" * len(part))})
            """,
            part,
        )
        found.update((row[0], Evidence._make(row[1:])) for row in rows)
    return found


def is_long(connection: sqlite3.Connection, subject: str, limit: int) -> bool:
    """Tell whether more assertions are about a subject than a limit."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM assertion WHERE subject = ? LIMIT ?)", (subject, limit + 1)
    ).fetchone()
    return int(row[0]) > limit


def groups_of(connection: sqlite3.Connection, subject: str) -> list[Group]:
    """Return the groups of a subject, by attribute, leaping from one to the next."""
    rows = connection.execute(
        """
        WITH RECURSIVE named (attribute) AS (
            SELECT min(attribute) FROM assertion WHERE subject = ?1
            UNION ALL
            SELECT (SELECT min(attribute) FROM assertion WHERE subject = ?1 AND attribute > named.attribute)
            FROM named
            WHERE named.attribute IS NOT NULL
        )
        SELECT attribute
        FROM named
        WHERE attribute IS NOT NULL
        """,
        (subject,),
    )
    return [(subject, row[0]) for row in rows]


def attributes(connection: sqlite3.Connection) -> list[str]:
    """Return every attribute that some event asserts or asserted, in order."""
    return [row[0] for row in connection.execute("SELECT DISTINCT attribute FROM assertion ORDER BY attribute")]


def parties(connection: sqlite3.Connection) -> list[str]:
    """Return every source and every origin of some assertion, in order."""
    rows = connection.execute("SELECT source FROM assertion UNION SELECT origin FROM assertion ORDER BY 1")
    return [row[0] for row in rows]


def _grouped(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Group, list[Claim]]]:
    for group, members in groupby(rows, key=lambda row: (row[0], row[1])):
        yield group, [claim_of(row[2:]) for row in members]


def claim_of(row: Sequence[Any]) -> Claim:
    """Return the claim in a row of `CLAIM_COLUMNS`."""
    key, position, start_min, start_max, end_min, end_max, extent_end, value, role, origin, disputes = row
    named = _NO_DISPUTES if disputes is None else frozenset(json.loads(disputes))
    bounds = start_min, start_max, end_min, end_max, extent_end
    return Claim(key, position, *bounds, value, _ROLES[role], origin, named)
