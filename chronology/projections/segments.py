"""Asking for what is known now of one group at one instant: its stored segment, or that it is plain. SQL and rows."""

import sqlite3
from collections.abc import Mapping
from typing import Final

import msgspec

from chronology.answers.holding import Dissent, Holding, Party
from chronology.projections.claims import Group, at_places, evidence_of, held
from chronology.projections.columns import NUMBERED, said

_decode: Final = msgspec.json.decode


def at(connection: sqlite3.Connection, group: Group, instant: int, texts: Mapping[int, str]) -> Holding | None:
    """Return what held at an instant by all that is known now, None where nothing can have; however long the history.

    Args:
        connection: of the projections.
        group: which subject and attribute.
        instant: seconds.
        texts: of names.
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
        return _of_plain(connection, group, instant, texts)
    holds, start, leading, certain, contested, others, starts = segment
    if not holds:
        return None
    parties = _decode(others) if others else []
    places = [(start, leading), *zip(_decode(starts) if starts else (), (key for key, _ in parties), strict=True)]
    found = at_places(connection, group, [place for place in places if place[1] is not None])
    dissent: Dissent | None = None
    if parties:
        others = tuple(Party(evidence_of(found[key], texts) if key else None, standing) for key, standing in parties)
        dissent = Dissent("certain" if certain else "possible", bool(contested), others)
    leads = None if leading is None else evidence_of(found[leading], texts)
    return Holding(texts[group[0]], texts[group[1]], leads, dissent)


def _of_plain(connection: sqlite3.Connection, group: Group, instant: int, texts: Mapping[int, str]) -> Holding | None:
    found = connection.execute(
        f"""
        SELECT {NUMBERED}
        FROM claim
        WHERE subject = ? AND attribute = ? AND start_min <= ? AND known_until IS NULL
        ORDER BY start_min DESC
        LIMIT 1
        """,
        (*group, instant),
    )
    row = next(said(found), None)
    return None if row is None or row.value is None else held(row, texts)
