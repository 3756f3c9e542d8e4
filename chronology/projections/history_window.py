"""Which claims of a long history can matter between two instants. SQL only; what they mean is `resolve`'s business.

A group with thousands of claims is never read whole to answer for one day, or to take one more event in. Among 100,000
events, reading all 2,000 claims of the busiest attribute makes a question about it 70 times as slow, and one with an
earlier `known_at` 19 times.
"""

import json
import sqlite3
from contextlib import closing
from functools import lru_cache
from typing import Any, Final

from chronology.answers.resolve import Claim
from chronology.dates import edtf
from chronology.dates.calendar import DAY, FOREVER
from chronology.projections.claims import Group, claim_of
from chronology.projections.columns import NUMBERED, OPPOSING, REACHES, Said, read, said
from chronology.projections.filters import Filters

_OF_GROUP: Final = "subject = :subject AND attribute = :attribute"


class LongHistory:
    """One group, as far as filters admit it."""

    def __init__(self, connection: sqlite3.Connection, group: Group, filters: Filters) -> None:
        """Look at a group; subject, attribute and kind of the filters are ignored."""
        self._connection = connection
        conditions, self._parameters = filters.conditions_on_claims()
        self._parameters |= {"subject": group[0], "attribute": group[1]}
        self._live = " AND ".join(conditions)

    def claims(self, after: int, until: int) -> list[Claim]:
        """Return claims that give every instant in [after, until) the answer that all claims of the group would."""
        return [claim_of(row) for row in self.said(after, until)]

    def cut(self, start: int) -> int:
        """Return an instant from which on a claim that starts surely before `start` can no longer win; FOREVER if none.

        From there on another covers for ever, and starts later.
        """
        row = self._connection.execute(
            f"""
            SELECT {read("start_max")}
            FROM claim NOT INDEXED
            WHERE {_OF_GROUP} AND start_min >= :start AND role IS NULL AND end_min IS NULL AND {self._live}
            ORDER BY start_min
            LIMIT 1
            """,
            self._parameters | {"start": start},
        ).fetchone()
        return int(row[0]) if row else FOREVER

    def is_opposed(self) -> bool:
        """Tell whether some claim of the group denies or disputes."""
        return bool(
            self._connection.execute(
                f"""
                SELECT 1
                FROM claim INDEXED BY claim_broad
                WHERE {_OF_GROUP} AND breadth = {OPPOSING} AND {self._live}
                LIMIT 1
                """,
                self._parameters,
            ).fetchone()
        )

    def said(self, after: int, until: int, *, thought_away: bool = False) -> list[Said]:
        """Return what those claims are made of.

        Args:
            after: the first second.
            until: the second after the last one.
            thought_away: return also what would matter were any one value never affirmed.
        """
        window = self._parameters | {"after": after, "until": until}
        latest, floor = self._latest(window, values=2 if thought_away else 1)
        others = self._connection.execute(_others(self._live), window | {"floor": floor}).fetchall()
        # The latest start comes last, as where all claims are read.
        near = [*said(others), *reversed(latest)]
        found = {row.key: row for row in near}
        # The conflict of a dispute goes both ways.
        disputed = {position for row in near if row.disputes for position in json.loads(row.disputes)}
        for position in sorted(disputed):
            place = {"position": position, "start": self._start_of(position)}
            more = self._connection.execute(_by_position(self._live), window | place).fetchall()
            found |= {row.key: row for row in said(more)}
        return list(found.values())

    def _start_of(self, position: int) -> int | None:
        """Return the earliest start of what the event at a position says, which tells where its claims stand."""
        row = self._connection.execute(
            "SELECT json_extract(CAST(body AS TEXT), '$.valid') FROM event WHERE position = ? AND body <> x''",
            (position,),
        ).fetchone()
        return None if row is None else edtf.parse(row[0]).extent.start_min

    def _latest(self, window: dict[str, Any], *, values: int) -> tuple[list[Said], int]:
        """Return the affirmations that may start after the floor, or on the day before it; and the floor.

        That is the latest start from which that many different values cover the whole window; FOREVER if fewer do, and
        all were returned.
        """
        after, until = window["after"], window["until"]
        found: list[Said] = []
        covering: set[str | None] = set()
        floor = None
        with closing(self._connection.execute(_backwards(self._live), window)) as cursor:
            for row in said(cursor):
                if floor is not None and row.start_min <= floor - DAY:
                    break
                found.append(row)
                if floor is None and row.start_max <= after and row.end_min >= until:
                    covering.add(row.value)
                    floor = row.start_min if len(covering) == values else None
        return found, FOREVER if floor is None else floor


@lru_cache(maxsize=64)
def _backwards(live: str) -> str:
    """Return the query for the affirmations of a group that may cover part of a window, latest start first."""
    return f"""
        SELECT {NUMBERED}
        FROM claim NOT INDEXED
        WHERE {_OF_GROUP} AND start_min < :until AND ifnull(end_max > :after, 1) AND role IS NULL AND {live}
        ORDER BY start_min DESC
    """


_BROAD: Final = ", ".join(f"({breadth}, {reach})" for breadth, reach in enumerate(REACHES) if breadth)


@lru_cache(maxsize=64)
def _others(live: str) -> str:
    """Return the query for what starts before the floor, and can yet win or contest; a row may come more than once.

    It wins only if it may start at the floor or later. It contests a winner, which starts no earlier than that, only if
    it surely speaks of an instant after the floor. Or it denies or disputes. Each breadth is looked through no farther
    back than it reaches.
    """
    near = f"ifnull(end_max > :after, 1) AND {_OF_GROUP} AND {live}"
    reaching = f"(start_max >= :floor OR {read('extent_end')} > :floor)"
    return f"""
        WITH broad (class, reach) AS (VALUES {_BROAD})
        SELECT {NUMBERED}
        FROM broad
        CROSS JOIN claim INDEXED BY claim_broad
        WHERE breadth = class AND start_min >= :floor - reach AND start_min < min(:floor, :until)
            AND role IS NULL AND {reaching} AND {near}
        UNION ALL
        SELECT {NUMBERED}
        FROM claim INDEXED BY claim_broad
        WHERE breadth = {OPPOSING} AND start_min < :until AND {near}
    """


@lru_cache(maxsize=64)
def _by_position(live: str) -> str:
    """Return the query for what the event at a position says of a group within a window."""
    return f"""
        SELECT {NUMBERED}
        FROM claim NOT INDEXED
        WHERE {_OF_GROUP} AND start_min < :until AND ifnull(end_max > :after, 1)
            AND start_min = :start AND {read("position")} = :position AND {live}
    """
