"""Whole tables, row by row, for a copy in another form: the log, all assertions, the state. Reads, never writes.

The rows are those of the table `event` and of the views `assertion` and `state`. The view `state` looks up where each
row of a plain group ends; over a whole store one pass in order of the claims tells the same, many times as fast.
"""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final, Literal, get_args

from chronology.dates.calendar import FOREVER, LINE_END, civil, day_opening
from chronology.projections.columns import SHOWN, read

Table = Literal["event", "assertion", "state"]
"""What can be copied whole."""

TABLES: Final[tuple[Table, ...]] = get_args(Table)

COLUMNS: Final[dict[Table, dict[str, type]]] = {
    "event": {
        "position": int,
        "id": str,
        "type": str,
        "subject": str,
        "recorded_at": str,
        "body": str,
        "leaf": bytes,
    },
    "assertion": SHOWN,
    "state": {
        "subject": str,
        "attribute": str,
        "valid_from": int,
        "valid_to": int,
        "value": str,
        "certainty": str,
        "contested": bool,
        "leading": int,
        **{name: SHOWN[name] for name in ("position", "valid", "origin", "source", "grade")},
        "others": str,
    },
}
"""Columns and what they hold; those that a view has too mean what they mean there."""

FIRST_YEAR: Final = 0
"""Stands for every year before the year 1, and for no beginning."""

LAST_YEAR: Final = 9_999
"""The last year of the line of time; also where no instant of the line is meant."""

_YEAR_1: Final = day_opening(1, 1, 1)


def year_of(second: int) -> int:
    """Return the year under which a row stands that begins at this second."""
    return FIRST_YEAR if second < _YEAR_1 else LAST_YEAR if second >= LINE_END else civil(second)[0]


def _year(second: str) -> str:
    return f"""
        CASE
            WHEN {second} < {_YEAR_1} THEN {FIRST_YEAR}
            WHEN {second} >= {LINE_END} THEN {LAST_YEAR}
            ELSE CAST(strftime('%Y', {second}, 'unixepoch') AS INTEGER)
        END
    """


_EVENTS: Final = """
    SELECT bucket_of(subject) AS bucket, CAST(substr(recorded_at, 1, 4) AS INTEGER) AS year,
        position, id, type, subject, recorded_at, iif(body = x'', NULL, CAST(body AS TEXT)), leaf
    FROM event
    ORDER BY bucket, year, position
"""

_ASSERTIONS: Final = f"""
    SELECT bucket_of(subject) AS bucket, {_year("start_min")} AS year, {", ".join(COLUMNS["assertion"])}
    FROM assertion
    ORDER BY bucket, year, subject, attribute, start_min, key
"""

# Ordered by where rows end: what has ended before a date stands together, and a question skips it unread.
_STATES: Final = f"""
    SELECT bucket_of(s.text) AS bucket, {_year("valid_from")} AS year,
        s.text, a.text, valid_from, valid_to, value, certainty, contested, leading,
        position, ifnull(valid, date(start_min, 'unixepoch')), o.text, p.text, grade, others
    FROM (
        SELECT subject, attribute, start_min AS valid_from, valid_to, value, 'certain' AS certainty, 0 AS contested,
            key AS leading, NULL AS others,
            {read("position")} AS position, valid, start_min, origin, source, grade
        FROM (
            SELECT *,
                lead(start_min, 1, {FOREVER}) OVER (PARTITION BY subject, attribute ORDER BY start_min) AS valid_to
            FROM claim
            WHERE known_until IS NULL AND NOT EXISTS (
                SELECT 1
                FROM segment
                WHERE segment.subject = claim.subject AND segment.attribute = claim.attribute
            )
        )
        WHERE value IS NOT NULL
        UNION ALL
        SELECT segment.subject, segment.attribute, valid_from, segment.valid_to, value,
            iif(certain, 'certain', 'possible'), contested, leading, others,
            {read("position")}, valid, start_min, ifnull(origin, source), source, grade
        FROM segment
        LEFT JOIN claim ON claim.subject = segment.subject AND claim.attribute = segment.attribute
            AND claim.start_min = segment.leading_start AND claim.key = segment.leading
        WHERE segment.valid_to > segment.valid_from
    ) AS held
    JOIN name AS s ON s.id = held.subject
    JOIN name AS a ON a.id = held.attribute
    LEFT JOIN name AS o ON o.id = ifnull(held.origin, held.source)
    LEFT JOIN name AS p ON p.id = held.source
    ORDER BY bucket, year, valid_to, s.text, a.text, valid_from
"""

_numbers: Final = count(1)

_QUERIES: Final[dict[Table, str]] = {"event": _EVENTS, "assertion": _ASSERTIONS, "state": _STATES}


def rows(connection: sqlite3.Connection, table: Table, bucket_of: Callable[[str], int]) -> Iterator[tuple[Any, ...]]:
    """Yield a whole table: bucket and year of each row, then its columns, in an order that nothing else decides.

    A row stands under the year in which it was recorded (events), may first begin (assertions) or begins (the state).
    SQLite sorts in temporary files, so memory does not grow with the store. Requires a snapshot.

    Args:
        connection: of the projections.
        table: which one.
        bucket_of: tells the bucket of a subject; always the same for one subject.
    """
    # A name of its own: SQLite does not let a function be defined anew while another stream uses it.
    name = f"bucket_of_{next(_numbers)}"
    connection.create_function(name, 1, bucket_of, deterministic=True)
    yield from connection.execute(_QUERIES[table].replace("bucket_of(", f"{name}("))
