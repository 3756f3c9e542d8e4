"""Asking the table of claims: which are live, what may cover an instant, what stands behind a party. Rows to claims."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from chronology.answers.holding import Dissent, Evidence, HeldRow
from chronology.answers.resolve import Claim, Role
from chronology.dates import edtf
from chronology.dates.calendar import DAY, FOREVER
from chronology.events.ranks import rank
from chronology.projections.filters import Filters
from chronology.projections.names import number_of

Group = tuple[int, int]
"""Subject and attribute, as names."""

Said = tuple[Any, ...]
"""A row of `SAID`: a claim and what stands behind it, with names and bounds as the table holds them."""

SAID: Final = """
    subject, attribute, start_min, key, ifnull(origin, source), source, value, role, start_max, end_min, end_max,
    extent_end, valid, persists, event, grade, disputes, ifnull(position, key >> 24), rank, begins
"""

KEY, DISPUTES = 3, 16
"""Of `SAID`: the places that others need to know."""

_LONG: Final = 64
"""Claims of a subject from which on each attribute is asked for on its own, and only what is near the instant read."""

_NO_DISPUTES: Final[frozenset[int]] = frozenset()
_ROLES: Final = {None: Role.AFFIRMS} | {role.value: role for role in Role}


# A whole state is made of some hundred thousand of these rows. To read them as records with names takes a third longer,
# a sixth of the answer, so the functions that follow, and they alone, know the places of `SAID`.


def claim_of(row: Said, *, fuzz: int = 0) -> Claim:
    """Return the claim in a row, with qualified ends widened by as many seconds."""
    (
        _, _, start_min, key, origin, _, value, role, start_max, end_min, end_max, extent_end, valid, persists, _, _,
        disputes, position, code, begins,
    ) = row  # fmt: skip
    start_max = start_min if start_max is None else start_max
    end_min = FOREVER if end_min is None else end_min
    end_max = FOREVER if end_max is None else end_max
    extent_end = start_min + DAY if extent_end is None else extent_end
    if fuzz and valid is not None:
        reading = edtf.parse(valid)
        wide = edtf.bounds(reading, persists=bool(persists), fuzz=fuzz)
        start_min, start_max, end_min, end_max = wide.start_min, wide.start_max, wide.end_min, wide.end_max
        extent_end = min(extent_end, edtf.bounds(reading, persists=False, fuzz=fuzz).end_min)
    named = _NO_DISPUTES if disputes is None else frozenset(json.loads(disputes))
    bounds = start_min, start_max, end_min, end_max, extent_end
    between = None if code is None else rank(position, code)
    return Claim(key, position, *bounds, value, _ROLES[role], origin, named, between, bool(begins))


def wins_outright(rows: Sequence[Said], instant: int) -> bool:
    """Tell whether the last of a group's rows is the whole answer: it surely holds, and nobody can win or contest.

    Requires rows that may cover the instant, in order of their earliest start. A subject of which five attributes are
    known is answered in half of the time that resolving them takes.
    """
    (_, _, start, _, origin, _, value, role, start_max, end_min, _, _, _, _, _, _, disputes, _, _, _) = rows[-1]
    if role is not None or disputes is not None or value is None:
        return False
    latest = start if start_max is None else start_max
    if latest > instant or (end_min is not None and end_min <= instant):
        return False
    if len(rows) == 1:
        return True
    for _, _, begin, _, speaker, _, said, role, until, _, _, extent_end, _, _, _, _, disputes, _, _, _ in rows[:-1]:
        if role is not None or disputes is not None or (begin if until is None else until) >= start:
            return False
        end = begin + DAY if extent_end is None else extent_end
        if end > latest and said != value and speaker != origin:
            return False
    return True


def held(row: Said, subject: str, texts: Mapping[int, str], dissent: Dissent | None = None) -> HeldRow:
    """Return the answer that a leading claim gives."""
    (_, attribute, start, _, origin, source, value, _, _, _, _, _, valid, _, event, grade, _, position, _, _) = row
    day = start if valid is None else valid
    return (
        subject, texts[attribute], value, event, position, day, texts[origin], texts[source], grade, dissent,
    )  # fmt: skip


def nothing_held(subject: str, attribute: str, dissent: Dissent | None) -> HeldRow:
    """Return the answer in which nothing known leads."""
    return subject, attribute, None, None, None, None, None, None, None, dissent


def evidence_of(row: Said, texts: Mapping[int, str]) -> Evidence:
    """Return what stands behind a party that does not lead."""
    (_, _, start, _, origin, source, value, role, _, _, _, _, valid, _, event, grade, _, position, _, _) = row
    day = start if valid is None else valid
    return value, event, position, day, texts[origin], texts[source], grade, role or "affirms"


def covering(connection: sqlite3.Connection, filters: Filters, instant: int, *, fuzz: int = 0) -> Iterator[Said]:
    """Yield what may cover an instant, within the filters, in order of subject, attribute and earliest start.

    Args:
        connection: of the projections.
        filters: which claims count.
        instant: seconds.
        fuzz: seconds by which qualified ends are widened; what is given may then not cover the instant.
    """
    conditions, parameters = filters.conditions()
    return connection.execute(
        f"""
        SELECT {SAID}
        FROM claim
        WHERE start_min <= :latest AND ifnull(end_max > :earliest, 1) AND {" AND ".join(conditions)}
        ORDER BY subject, attribute, start_min, key
        """,
        parameters | {"latest": instant + fuzz, "earliest": instant - fuzz},
    )


def live(connection: sqlite3.Connection, group: Group) -> list[Said]:
    """Return the live claims of one group, in order of their earliest start."""
    return connection.execute(
        f"""
        SELECT {SAID}
        FROM claim
        WHERE subject = ? AND attribute = ? AND known_until IS NULL
        ORDER BY start_min, key
        """,
        group,
    ).fetchall()


def live_of_short(connection: sqlite3.Connection, groups: Sequence[Group], *, limit: int) -> dict[Group, list[Said]]:
    """Return the live claims of those groups that have no more than a limit, in order of their earliest start.

    To ask for all at once takes half of the time that to ask for each does.
    """
    rows = connection.execute(
        f"""
        WITH wanted (number, what) AS (
            SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:groups)
        ),
        short AS MATERIALIZED (
            SELECT number, what
            FROM wanted
            WHERE NOT EXISTS (
                SELECT 1
                FROM claim
                WHERE subject = number AND attribute = what AND known_until IS NULL
                LIMIT 1 OFFSET :limit
            )
        )
        SELECT number, what, {SAID}
        FROM short
        LEFT JOIN claim ON subject = number AND attribute = what AND known_until IS NULL
        ORDER BY number, what, start_min, key
        """,
        {"groups": msgspec.json.encode(groups).decode(), "limit": limit},
    )
    found: dict[Group, list[Said]] = {}
    for number, what, *said in rows:
        some = found.setdefault((number, what), [])
        if said[0] is not None:
            some.append(tuple(said))
    return found


def neighbours(connection: sqlite3.Connection, group: Group, start: int) -> list[Said]:
    """Return the live claims of a group that start at an instant, and those before and after them, in order."""
    live = "subject = ?1 AND attribute = ?2 AND known_until IS NULL"
    return connection.execute(
        f"""
        SELECT {SAID}
        FROM claim
        WHERE {live}
            AND start_min >= ifnull((SELECT max(start_min) FROM claim WHERE {live} AND start_min < ?3), ?3)
            AND start_min <= ifnull((SELECT min(start_min) FROM claim WHERE {live} AND start_min > ?3), ?3)
        ORDER BY start_min, key
        """,
        (*group, start),
    ).fetchall()


def every_live(connection: sqlite3.Connection) -> Iterator[Said]:
    """Yield every live claim, by group."""
    return connection.execute(
        f"""
        SELECT {SAID}
        FROM claim
        WHERE known_until IS NULL
        ORDER BY subject, attribute, start_min, key
        """
    )


def at_places(connection: sqlite3.Connection, group: Group, places: Sequence[Sequence[int]]) -> dict[int, Said]:
    """Return some claims of a group, given by start_min and key, by key."""
    rows = connection.execute(
        f"""
        WITH wanted (start, number) AS (
            SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
        )
        SELECT {SAID}
        FROM wanted
        CROSS JOIN claim ON subject = ? AND attribute = ? AND start_min = start AND key = number
        """,
        (msgspec.json.encode(places).decode(), *group),
    )
    return {row[KEY]: row for row in rows}


def is_long(connection: sqlite3.Connection, subject: int) -> bool:
    """Tell whether so much is said of a subject that an answer should read only what is near the instant."""
    rows = connection.execute("SELECT 1 FROM claim WHERE subject = ? LIMIT 1 OFFSET ?", (subject, _LONG))
    return rows.fetchone() is not None


def attributes_of(connection: sqlite3.Connection, subject: int) -> list[int]:
    """Return the attributes of a subject, leaping from one to the next."""
    rows = connection.execute(
        """
        WITH RECURSIVE named (attribute) AS (
            SELECT min(attribute) FROM claim WHERE subject = ?1
            UNION ALL
            SELECT (SELECT min(attribute) FROM claim WHERE subject = ?1 AND attribute > named.attribute)
            FROM named
            WHERE named.attribute IS NOT NULL
        )
        SELECT attribute
        FROM named
        WHERE attribute IS NOT NULL
        """,
        (subject,),
    )
    return [row[0] for row in rows]


def attributes(connection: sqlite3.Connection) -> list[str]:
    """Return every attribute that some event asserts or asserted, in order."""
    rows = connection.execute("SELECT text FROM name WHERE id IN (SELECT DISTINCT attribute FROM claim) ORDER BY text")
    return [row[0] for row in rows]


def is_party(connection: sqlite3.Connection, name: str) -> bool:
    """Tell whether some claim comes from a source or an origin."""
    number = number_of(connection, name)
    if number is None:
        return False
    row = connection.execute("SELECT 1 FROM claim WHERE ?1 IN (source, origin) LIMIT 1", (number,)).fetchone()
    return row is not None


def parties(connection: sqlite3.Connection) -> list[str]:
    """Return every source and every origin of some claim, in order."""
    rows = connection.execute(
        "SELECT text FROM name WHERE id IN (SELECT source FROM claim UNION SELECT origin FROM claim) ORDER BY text"
    )
    return [row[0] for row in rows]
