"""Which assertions of a long history can matter between two instants. SQL only; what they mean is `resolve`'s business.

A group with thousands of assertions is never read whole to answer for one day, or to take one more event in.
"""

import json
import sqlite3
from contextlib import closing
from functools import lru_cache
from typing import Any, Final

from chronology.answers.resolve import Claim
from chronology.dates.calendar import DAY, FOREVER
from chronology.projections.assertion import DISPUTES, KEY, SAID_COLUMNS, START_MIN, Group, Said, claim_said
from chronology.projections.filters import Filters
from chronology.projections.tables import BRIEF, NARROW, ORDINAL_BITS

_OF_GROUP: Final = "subject = :subject AND attribute = :attribute"
_OPPOSING: Final = "(role <> 'affirms' OR disputes IS NOT NULL)"


class LongHistory:
    """One group, as far as filters admit it."""

    def __init__(self, connection: sqlite3.Connection, group: Group, filters: Filters) -> None:
        """Look at a group; subject, attribute and kind of the filters are ignored."""
        self._connection = connection
        conditions, self._parameters = filters.conditions_on_assertions()
        self._parameters |= {"subject": group[0], "attribute": group[1]}
        self._live = " AND ".join(conditions)

    def claims(self, after: int, until: int) -> list[Claim]:
        """Return claims that give every instant in [after, until) the answer that all claims of the group would."""
        return [claim_said(row) for row in self.said(after, until)]

    def cut(self, start: int) -> int:
        """Return an instant from which on a claim that starts surely before `start` can no longer win; FOREVER if none.

        From there on another covers for ever, and starts later.
        """
        row = self._connection.execute(
            f"""
            SELECT start_max
            FROM assertion INDEXED BY assertion_group
            WHERE {_OF_GROUP} AND start_min >= :start AND role = 'affirms' AND end_min >= :forever AND {self._live}
            ORDER BY start_min
            LIMIT 1
            """,
            self._parameters | {"start": start, "forever": FOREVER},
        ).fetchone()
        return int(row[0]) if row else FOREVER

    def is_opposed(self) -> bool:
        """Tell whether some claim of the group denies or disputes."""
        return bool(
            self._connection.execute(
                f"""
                SELECT 1
                FROM assertion INDEXED BY assertion_opposing
                WHERE {_OF_GROUP} AND {_OPPOSING} AND {self._live}
                LIMIT 1
                """,
                self._parameters,
            ).fetchone()
        )

    def said(self, after: int, until: int) -> list[Said]:
        """Return what those claims are made of."""
        window = self._parameters | {"after": after, "until": until}
        latest, floor = self._latest(window, after, until)
        rows = self._connection.execute(_others(self._live), window | {"floor": floor}).fetchall()
        # The latest start comes last, as where all claims are read.
        rows += reversed(latest)
        found = {row[KEY]: row for row in rows}
        # The conflict of a dispute goes both ways.
        disputed = {position for row in rows if row[DISPUTES] for position in json.loads(row[DISPUTES])}
        for position in sorted(disputed):
            low = position << ORDINAL_BITS
            place = {"position": position, "low": low, "high": low + (1 << ORDINAL_BITS)}
            rows = self._connection.execute(_by_position(self._live), window | place).fetchall()
            found |= {row[KEY]: row for row in rows}
        return list(found.values())

    def _latest(self, window: dict[str, Any], after: int, until: int) -> tuple[list[Said], int]:
        """Return the affirmations that may start after the floor, or on the day before it; and the floor.

        That is the latest start of one that covers the whole window; FOREVER if there is none, and all were returned.
        """
        rows: list[Said] = []
        floor = None
        with closing(self._connection.execute(_backwards(self._live), window)) as cursor:
            for row in cursor:
                start_min, start_max, end_min = row[START_MIN : START_MIN + 3]
                if floor is not None and start_min <= floor - DAY:
                    break
                rows.append(row)
                if floor is None and start_max <= after and end_min >= until:
                    floor = start_min
        return rows, FOREVER if floor is None else floor


@lru_cache(maxsize=64)
def _backwards(live: str) -> str:
    """Return the query for the affirmations of a group that may cover part of a window, latest start first."""
    return f"""
        SELECT {SAID_COLUMNS}
        FROM assertion INDEXED BY assertion_group
        WHERE {_OF_GROUP} AND start_min < :until AND end_max > :after AND role = 'affirms' AND {live}
        ORDER BY start_min DESC
    """


@lru_cache(maxsize=64)
def _others(live: str) -> str:
    """Return the query for what starts before the floor, and can yet win or contest; a row may come more than once.

    It wins only if it may start at the floor or later. It contests a winner, which starts no earlier than that, only if
    it surely speaks of an instant after the floor: of a day that ends there, or of more than a day. Or it denies or
    disputes.
    """
    near = f"start_min < :until AND end_max > :after AND {_OF_GROUP} AND {live}"
    early = f"start_min < :floor AND role = 'affirms' AND {near}"
    reaching = f"start_max > :floor - {DAY} AND (start_max >= :floor OR extent_end > :floor)"
    parts = {
        "imprecise": f"""
            start_min < start_max AND start_max <= start_min + {NARROW} AND {early}
            AND {reaching} AND start_max < :floor + {NARROW}
        """,
        "vague": f"start_max > start_min + {NARROW} AND {early} AND {reaching}",
        "long": f"""
            extent_end > start_max + {DAY} AND extent_end <= start_max + {BRIEF} AND {early}
            AND start_max < :floor AND extent_end > :floor AND extent_end < :floor + {BRIEF}
        """,
        "lasting": f"extent_end > start_max + {BRIEF} AND {early} AND extent_end > :floor",
        "opposing": f"{_OPPOSING} AND {near}",
    }
    return " UNION ALL ".join(
        f"SELECT {SAID_COLUMNS} FROM assertion INDEXED BY assertion_{name} WHERE {condition}"
        for name, condition in parts.items()
    )


@lru_cache(maxsize=64)
def _by_position(live: str) -> str:
    """Return the query for what the event at a position says of a group within a window."""
    return f"""
        SELECT {SAID_COLUMNS}
        FROM assertion
        WHERE (key >= :low AND key < :high OR known_from <> position) AND position = :position
            AND {_OF_GROUP} AND start_min < :until AND end_max > :after AND {live}
    """
