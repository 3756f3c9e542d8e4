"""Which assertions of a long history can matter between two instants. SQL only; what they mean is `resolve`'s business.

A group with thousands of assertions is never read whole to answer for one day, or to take one more event in.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from chronology.instants import DAY, FOREVER
from chronology.projections.assertion import CLAIM_COLUMNS, Group, claim_of
from chronology.projections.scope import Scope
from chronology.resolve import Claim

_INDEX_OF_DISPUTES: Final = -1
"""Of the column `disputes` in a row of `CLAIM_COLUMNS`."""


class Neighbourhood:
    """One group, as far as a scope admits it."""

    def __init__(self, connection: sqlite3.Connection, group: Group, scope: Scope) -> None:
        """Look at a group; subject, attribute and kind of the scope do not count."""
        self._connection = connection
        self._group = group
        conditions, self._parameters = scope.conditions_on_assertions()
        self._live = " AND ".join(conditions)

    def claims(self, after: int, until: int) -> list[Claim]:
        """Return claims that give every instant in [after, until) the answer that all claims of the group would."""
        rows = self._possible_winners(after, until)
        rows += self._overlapping(rows, after, until)
        rows += self._select("assertion_opposing", "(role <> 'affirms' OR disputes IS NOT NULL)", (), after, until)
        rows += self._disputed(rows, after, until)
        return [claim_of(row) for row in {row[0]: row for row in rows}.values()]

    def cut(self, start: int) -> int:
        """Return an instant from which on a claim that starts surely before `start` can no longer win; FOREVER if none.

        From there on another covers for ever, and starts later.
        """
        row = self._connection.execute(
            f"""
            SELECT start_max
            FROM assertion INDEXED BY assertion_group
            WHERE subject = ? AND attribute = ? AND start_min >= ?
                AND role = 'affirms' AND end_min >= ? AND {self._live}
            ORDER BY start_min
            LIMIT 1
            """,
            (*self._group, start, FOREVER, *self._parameters),
        ).fetchone()
        return int(row[0]) if row else FOREVER

    def is_opposed(self) -> bool:
        """Tell whether some claim of the group denies or disputes."""
        return bool(
            self._connection.execute(
                f"""
                SELECT 1
                FROM assertion INDEXED BY assertion_opposing
                WHERE subject = ? AND attribute = ? AND (role <> 'affirms' OR disputes IS NOT NULL) AND {self._live}
                LIMIT 1
                """,
                (*self._group, *self._parameters),
            ).fetchone()
        )

    def _possible_winners(self, after: int, until: int) -> list[Sequence[Any]]:
        """Return the rows that may win: none starts surely before one that covers the whole window."""
        floor = self._connection.execute(
            f"""
            SELECT start_min
            FROM assertion INDEXED BY assertion_group
            WHERE subject = ? AND attribute = ? AND start_min <= ? AND start_max <= ? AND end_min >= ?
                AND role = 'affirms' AND {self._live}
            ORDER BY start_min DESC
            LIMIT 1
            """,
            (*self._group, after, after, until, *self._parameters),
        ).fetchone()
        if floor is None:
            return self._select("assertion_group", "start_min < ? AND role = 'affirms'", (until,), after, until)
        rows = self._select(
            "assertion_group", "start_min >= ? AND start_min < ? AND role = 'affirms'", (floor[0], until), after, until
        )
        imprecise = "start_min < start_max AND start_max >= ? AND start_min < ? AND role = 'affirms'"
        return rows + self._select("assertion_imprecise", imprecise, (floor[0], floor[0]), after, until)

    def _overlapping(self, winners: Sequence[Sequence[Any]], after: int, until: int) -> list[Sequence[Any]]:
        """Return the rows whose explicit extent may surely overlap one of the winners'."""
        extents = [(row[3], row[6]) for row in winners if row[3] < row[6]]
        if not extents:
            return []
        low, high = min(start for start, _ in extents), max(end for _, end in extents)
        exact = "start_min > ? AND start_min < ? AND start_max = start_min AND extent_end > ? AND role = 'affirms'"
        imprecise = "start_min < start_max AND start_max > ? AND start_max < ? AND extent_end > ? AND role = 'affirms'"
        long = f"extent_end > start_max + {DAY} AND extent_end > ? AND start_max < ? AND role = 'affirms'"
        return [
            *self._select("assertion_group", exact, (low - DAY, high, low), after, until),
            *self._select("assertion_imprecise", imprecise, (low - DAY, high, low), after, until),
            *self._select("assertion_long", long, (low, high), after, until),
        ]

    def _disputed(self, rows: Iterable[Sequence[Any]], after: int, until: int) -> list[Sequence[Any]]:
        """Return the rows that some of the given ones dispute: the conflict goes both ways."""
        lists = (json.loads(row[_INDEX_OF_DISPUTES]) for row in rows if row[_INDEX_OF_DISPUTES])
        positions = sorted({position for disputes in lists for position in disputes})
        found: list[Sequence[Any]] = []
        for position in positions:
            found += self._select("assertion_group", "position = ?", (position,), after, until)
        return found

    def _select(
        self, index: str, condition: str, parameters: Sequence[Any], after: int, until: int
    ) -> list[Sequence[Any]]:
        return self._connection.execute(
            f"""
            SELECT {CLAIM_COLUMNS}
            FROM assertion INDEXED BY {index}
            WHERE subject = ? AND attribute = ? AND {condition}
                AND start_min < ? AND end_max > ? AND {self._live}
            """,
            (*self._group, *parameters, until, after, *self._parameters),
        ).fetchall()
