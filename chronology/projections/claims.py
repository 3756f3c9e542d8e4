"""Asking the table of claims: which are live, what may cover an instant, what stands behind a party. Rows to claims."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec

from chronology.answers.holding import Dissent, Evidence, Holding, Party
from chronology.answers.resolve import Answer, Claim, Role
from chronology.dates import edtf
from chronology.events.patterns import is_day
from chronology.events.ranks import rank
from chronology.projections.columns import NUMBERED, ClaimRow, Said, read, said
from chronology.projections.filters import CODED, Filters
from chronology.projections.names import number_of

Group = tuple[int, int]
"""Subject and attribute, as names."""

GROUP: Final = attrgetter("subject", "attribute")

_LONG: Final = 64
"""Claims of a subject from which on each attribute is asked for on its own, and only what is near the instant read."""

_NO_DISPUTES: Final[frozenset[int]] = frozenset()
_ROLES: Final = {role.value: role for role in Role}


def claim_of(row: ClaimRow[Any, Any, Any], *, fuzz: int = 0) -> Claim:
    """Return the claim in a row as the resolver takes it, with qualified ends widened by as many seconds."""
    claim = Claim(
        key=row.key,
        position=row.position,
        start_min=row.start_min,
        start_max=row.start_max,
        end_min=row.end_min,
        end_max=row.end_max,
        extent_end=row.extent_end,
        value=row.value,
        role=_ROLES[row.role],
        origin=row.origin,
        disputes=_NO_DISPUTES if row.disputes is None else frozenset(json.loads(row.disputes)),
        between=None if row.rank is None else rank(row.position, row.rank),
        begins=row.begins == 1,
    )
    if not fuzz or not isinstance(row.valid, str):
        return claim
    reading = edtf.parse(row.valid)
    wide = edtf.bounds(reading, persists=bool(row.persists), fuzz=fuzz)
    return claim._replace(
        start_min=wide.start_min,
        start_max=wide.start_max,
        end_min=wide.end_min,
        end_max=wide.end_max,
        extent_end=min(row.extent_end, edtf.bounds(reading, persists=False, fuzz=fuzz).end_min),
    )


def evidence_of(row: ClaimRow[Any, Any, Any], texts: Mapping[Any, str]) -> Evidence:
    """Return what stands behind a party."""
    return Evidence(
        value=row.value,
        event=row.event,
        position=row.position,
        valid=row.valid,
        origin=texts[row.origin],
        source=texts[row.source],
        grade=row.grade,
        role=row.role,
    )


def held(row: ClaimRow[Any, Any, Any], texts: Mapping[Any, str], dissent: Dissent | None = None) -> Holding:
    """Return the answer that a leading claim gives."""
    return Holding(texts[row.subject], texts[row.attribute], evidence_of(row, texts), dissent)


def told(rows: Sequence[ClaimRow[Any, Any, Any]], answer: Answer, texts: Mapping[Any, str]) -> Holding:
    """Return an answer to what was said of one attribute, with what stands behind each party to it."""
    by_key = {row.key: row for row in rows}
    parties = tuple(
        Party(evidence_of(by_key[one.claim.key], texts) if one.claim else None, one.standing.value)
        for one in answer.candidates
    )
    dissent: Dissent | None = None
    if parties[1:]:
        dissent = Dissent("certain" if answer.certain else "possible", answer.contested, parties[1:])
    return Holding(texts[rows[0].subject], texts[rows[0].attribute], parties[0].said, dissent)


def covering(
    connection: sqlite3.Connection, filters: Filters, instant: int, *, subject: int | None = None, fuzz: int = 0
) -> Iterator[Said]:
    """Yield what may cover an instant, within the filters, in order of subject, attribute and earliest start.

    Args:
        connection: of the projections.
        filters: which claims count.
        instant: seconds.
        subject: the number of the one that the filters name, if that is known.
        fuzz: seconds by which qualified ends are widened; what is given may then not cover the instant.
    """
    conditions, parameters = filters.conditions() if subject is None else filters.conditions_on_claims()
    if subject is not None:
        conditions.append("subject = :subject")
        parameters["subject"] = subject
        if filters.attribute is not None:
            conditions.append(CODED.one.format(column="attribute", value=":attribute"))
            parameters["attribute"] = filters.attribute
    found = connection.execute(
        f"""
        SELECT {NUMBERED}
        FROM claim
        WHERE start_min <= :latest AND ifnull(end_max > :earliest, 1) AND {" AND ".join(conditions)}
        ORDER BY subject, attribute, start_min, key
        """,
        parameters | {"latest": instant + fuzz, "earliest": instant - fuzz},
    )
    return said(found)


def live(connection: sqlite3.Connection, group: Group, *, limit: int = -1) -> list[Said]:
    """Return the live claims of one group, in order of their earliest start; at most this many, if a limit is given."""
    found = connection.execute(
        f"""
        SELECT {NUMBERED}
        FROM claim
        WHERE subject = ? AND attribute = ? AND known_until IS NULL
        ORDER BY start_min, key
        LIMIT ?
        """,
        (*group, limit),
    )
    return list(said(found))


def neighbours(connection: sqlite3.Connection, group: Group, start: int) -> list[Said]:
    """Return the live claims of a group that start at an instant, and those before and after them, in order."""
    live = "subject = ? AND attribute = ? AND known_until IS NULL"
    found = connection.execute(
        f"""
        SELECT {NUMBERED}
        FROM claim
        WHERE {live}
            AND start_min >= ifnull((SELECT max(start_min) FROM claim WHERE {live} AND start_min < ?), ?)
            AND start_min <= ifnull((SELECT min(start_min) FROM claim WHERE {live} AND start_min > ?), ?)
        ORDER BY start_min, key
        """,
        (*group, *group, start, start, *group, start, start),
    )
    return list(said(found))


def every_live(connection: sqlite3.Connection) -> Iterator[Said]:
    """Yield every live claim, by group."""
    found = connection.execute(
        f"""
        SELECT {NUMBERED}
        FROM claim
        WHERE known_until IS NULL
        ORDER BY subject, attribute, start_min, key
        """
    )
    return said(found)


def at_places(connection: sqlite3.Connection, group: Group, places: Sequence[Sequence[int]]) -> dict[int, Said]:
    """Return some claims of a group, given by start_min and key, by key."""
    found = connection.execute(
        f"""
        WITH wanted (start, number) AS (
            SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
        )
        SELECT {NUMBERED}
        FROM wanted
        CROSS JOIN claim ON subject = ? AND attribute = ? AND start_min = start AND key = number
        """,
        (msgspec.json.encode(places).decode(), *group),
    )
    return {row.key: row for row in said(found)}


def is_long(connection: sqlite3.Connection, subject: int) -> bool:
    """Tell whether so much is said of a subject that an answer should read only what is near the instant."""
    rows = connection.execute("SELECT 1 FROM claim WHERE subject = ? LIMIT 1 OFFSET ?", (subject, _LONG))
    return rows.fetchone() is not None


def attributes_of(connection: sqlite3.Connection, subject: int) -> list[int]:
    """Return the attributes of a subject, leaping from one to the next."""
    rows = connection.execute(
        """
        WITH RECURSIVE named (attribute) AS (
            SELECT min(attribute) FROM claim WHERE subject = :subject
            UNION ALL
            SELECT (SELECT min(attribute) FROM claim WHERE subject = :subject AND attribute > named.attribute)
            FROM named
            WHERE named.attribute IS NOT NULL
        )
        SELECT attribute
        FROM named
        WHERE attribute IS NOT NULL
        """,
        {"subject": subject},
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
    row = connection.execute("SELECT 1 FROM claim WHERE ? IN (source, origin) LIMIT 1", (number,)).fetchone()
    return row is not None


def parties(connection: sqlite3.Connection) -> list[str]:
    """Return every source and every origin of some claim, in order."""
    rows = connection.execute(
        "SELECT text FROM name WHERE id IN (SELECT source FROM claim UNION SELECT origin FROM claim) ORDER BY text"
    )
    return [row[0] for row in rows]


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


PUBLISHED: Final = "published"
"""The attribute of a source from which `stated` is filled in."""


def published_on(connection: sqlite3.Connection, source: str) -> str | None:
    """Return the day on which a source was published, None where nobody knows it. Requires a name that is kept."""
    text = latest_value(connection, source, PUBLISHED)
    value = msgspec.json.decode(text) if text else None
    return value if isinstance(value, str) and is_day(value) else None


def latest_value(connection: sqlite3.Connection, subject: str, attribute: str) -> str | None:
    """Return the value, as JSON text, of the newest live affirmation in a group."""
    row = connection.execute(
        f"""
        SELECT value
        FROM claim
        WHERE subject = (SELECT id FROM name WHERE text = ?) AND attribute = (SELECT id FROM name WHERE text = ?)
            AND known_until IS NULL AND role IS NULL
        ORDER BY {read("position")} DESC
        LIMIT 1
        """,
        (subject, attribute),
    ).fetchone()
    return row[0] if row else None
