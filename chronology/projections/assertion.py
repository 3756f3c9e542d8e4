"""Asking the assertion projection: every (event, attribute) with its bounds, and which are live. Rows to claims."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from chronology.answers.holding import Evidence
from chronology.answers.resolve import Claim, Role
from chronology.dates import edtf
from chronology.projections.filters import Filters

Group = tuple[str, str]
"""(subject, attribute)."""

Said = tuple[Any, ...]
"""A row that begins with `SAID_COLUMNS`: an assertion as a claim, and as evidence."""

CLAIM_COLUMNS: Final = """
    key, position, start_min, start_max, end_min, end_max, extent_end, value, role, origin, disputes
"""
"""What `claim_of` reads, in its order."""

SAID_COLUMNS: Final = """
    subject, attribute, value, event, position, valid, origin, source, grade, NULL, role, disputes,
    key, start_min, start_max, end_min, end_max, extent_end
"""
"""A `HeldRow` without dissent, then what else a claim is made of."""

HELD, DISPUTES, KEY, START_MIN = 10, 11, 12, 13
"""Of `SAID_COLUMNS`: how many make a `HeldRow`, and the indexes of some others."""

_NO_DISPUTES: Final[frozenset[int]] = frozenset()
_ROLES: Final = {role.value: role for role in Role}

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
    for group, members in groupby(rows, key=lambda row: (row[0], row[1])):
        yield group, [claim_of(row[2:]) for row in members]


def groups_covering(
    connection: sqlite3.Connection, filters: Filters, instant: int, *, fuzz: int = 0
) -> Iterator[list[Said]]:
    """Yield what may cover an instant, within the filters, by group.

    Rows come in order of subject, attribute, earliest start and position.

    Args:
        connection: of the projections.
        filters: which assertions count.
        instant: seconds.
        fuzz: seconds by which qualified ends are widened; what is given may then not cover the instant.
    """
    conditions, parameters = filters.conditions()
    # Sorting what one pass over the table finds takes half the time of following the index to every row of it.
    whole = filters.subject is None and filters.kind is None
    rows = connection.execute(
        f"""
        SELECT {SAID_COLUMNS}, persists
        FROM assertion {"NOT INDEXED" if whole else "INDEXED BY assertion_group"}
        WHERE start_min <= :latest AND end_max > :earliest AND {" AND ".join(conditions)}
        ORDER BY subject, attribute, start_min, position
        """,
        parameters | {"latest": instant + fuzz, "earliest": instant - fuzz},
    )
    members: list[Said] = []
    for row in rows:
        if members and (row[1] != members[0][1] or row[0] != members[0][0]):
            yield members
            members = []
        members.append(row)
    if members:
        yield members


def claim_said(row: Said, *, fuzz: int = 0) -> Claim:
    """Return the claim in a row that begins with `SAID_COLUMNS`; with fuzz, `persists` follows them."""
    _, _, value, _, position, valid, origin, _, _, _, role, disputes, key, *bounds = row
    if fuzz:
        *bounds, extent_end, persists = bounds
        reading = edtf.parse(valid)
        wide = edtf.bounds(reading, persists=bool(persists), fuzz=fuzz)
        extent_end = min(extent_end, edtf.bounds(reading, persists=False, fuzz=fuzz).end_min)
        bounds = [wide.start_min, wide.start_max, wide.end_min, wide.end_max, extent_end]
    return claim_of((key, position, *bounds[:5], value, role, origin, disputes))


def evidence(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Evidence]:
    """Return what stands behind some assertions, and what each does, by key."""
    rows = connection.execute(
        """
        SELECT assertion.key, assertion.value, event, position, valid, origin, source, grade, role
        FROM json_each(?) AS wanted
        CROSS JOIN assertion ON assertion.key = wanted.value
        """,
        (json.dumps(list(keys)),),
    )
    return {row[0]: row[1:] for row in rows}


def is_long(connection: sqlite3.Connection, subject: str, limit: int) -> bool:
    """Tell whether more assertions are about a subject than a limit."""
    rows = connection.execute("SELECT 1 FROM assertion WHERE subject = ? LIMIT 1 OFFSET ?", (subject, limit))
    return rows.fetchone() is not None


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


def is_party(connection: sqlite3.Connection, name: str) -> bool:
    """Tell whether some assertion comes from a source or an origin."""
    row = connection.execute("SELECT 1 FROM assertion WHERE source = ?1 OR origin = ?1 LIMIT 1", (name,)).fetchone()
    return row is not None


def claim_of(row: Sequence[Any]) -> Claim:
    """Return the claim in a row of `CLAIM_COLUMNS`."""
    key, position, start_min, start_max, end_min, end_max, extent_end, value, role, origin, disputes = row
    named = _NO_DISPUTES if disputes is None else frozenset(json.loads(disputes))
    bounds = start_min, start_max, end_min, end_max, extent_end
    return Claim(key, position, *bounds, value, _ROLES[role], origin, named)
