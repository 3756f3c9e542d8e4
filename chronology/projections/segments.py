"""Asking for what is known now of one group at one instant: its stored segment, or that it is plain. SQL and rows."""

import sqlite3
from collections.abc import Mapping
from typing import Final

import msgspec

from chronology.answers.holding import Dissent, HeldRow
from chronology.projections.claims import SAID, Group, at_places, evidence_of, held, nothing_held

_decode: Final = msgspec.json.decode


def at(
    connection: sqlite3.Connection, group: Group, instant: int, subject: str, texts: Mapping[int, str]
) -> HeldRow | None:
    """Return what held at an instant by all that is known now, None where nothing can have; however long the history.

    Args:
        connection: of the projections.
        group: which subject and attribute.
        instant: seconds.
        subject: its text.
        texts: of the other names.
    """
    segment = connection.execute(
        """
        SELECT valid_from <= ?3 AND valid_to > ?3, leading_start, leading, certain, contested, others, starts
        FROM segment
        WHERE subject = ?1 AND attribute = ?2 AND valid_from <= ifnull(
            (SELECT max(valid_from) FROM segment WHERE subject = ?1 AND attribute = ?2 AND valid_from <= ?3), ?4
        )
        ORDER BY valid_from DESC
        LIMIT 1
        """,
        (*group, instant, 2**62),
    ).fetchone()
    if segment is None:
        return _of_plain(connection, group, instant, subject, texts)
    holds, start, leading, certain, contested, others, starts = segment
    if not holds:
        return None
    parties = _decode(others) if others else []
    places = [(start, leading), *zip(_decode(starts) if starts else (), (key for key, _ in parties), strict=True)]
    found = at_places(connection, group, [place for place in places if place[1] is not None])
    dissent: Dissent | None = None
    if parties:
        told = tuple((evidence_of(found[key], texts) if key else None, standing) for key, standing in parties)
        dissent = "certain" if certain else "possible", bool(contested), told
    if leading is None:
        return nothing_held(subject, texts[group[1]], dissent)
    return held(found[leading], subject, texts, dissent)


def _of_plain(
    connection: sqlite3.Connection, group: Group, instant: int, subject: str, texts: Mapping[int, str]
) -> HeldRow | None:
    row = connection.execute(
        f"""
        SELECT {SAID}
        FROM claim
        WHERE subject = ? AND attribute = ? AND start_min <= ? AND known_until IS NULL
        ORDER BY start_min DESC
        LIMIT 1
        """,
        (*group, instant),
    ).fetchone()
    return None if row is None or row[6] is None else held(row, subject, texts)
