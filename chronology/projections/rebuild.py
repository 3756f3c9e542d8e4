"""Rebuilding projections from the log, and telling whether two sets of projections are the same."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import frozen

from chronology.log.database import schema
from chronology.log.event_table import Log, Row
from chronology.projections import tables
from chronology.projections.columns import ORDINAL_BITS
from chronology.projections.fold import Fold
from chronology.vocabulary.registry import Vocabulary

Progress = Callable[[int, int], None]
"""Called with how many events are done, and of how many."""

Stored = tuple[Any, ...] | None
"""A row of a projection table, None where there is none."""

_TICK: Final = 1_000

_IN_ORDER_OF: Final = {"claim": ("key",), "reference": ("position",), "called": ("key",)}
"""What tells which of many differences comes first in the log."""

PROJECTIONS: Final = {
    "name": ("id",),
    "claim": ("subject", "attribute", "start_min", "key"),
    "segment": ("subject", "attribute", "valid_from"),
    "reference": ("subject", "position"),
    "merge": ("position",),
    "called": ("spelling", "subject", "key"),
    "recording": ("event", "noted"),
    "projection": ("name",),
}
"""Every projection table, and the columns that tell its rows apart."""

_VIEWS: Final = tuple(name for name, statement in tables.SCHEMA.items() if statement.startswith("CREATE VIEW"))


@frozen(kw_only=True)
class ReplayReport:
    """What a replay did.

    Attributes:
        events: how many were replayed.
        seconds: how long it took.
        rows: how many assertion, state and mention show afterwards.
        changed: the tables and views that were not right, by name; empty where all were.
    """

    events: int
    seconds: float
    rows: dict[str, int]
    changed: tuple[str, ...]


def replay(
    log: Log, connection: sqlite3.Connection, *, progress: Progress | None = None, dry_run: bool = False
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Fold the whole log again, and put the result in the place of what stood before, where they differ.

    Runs in the caller's transaction. A dry run only tells what differs.

    Returns:
        How many rows assertion, state and mention show, and the names of the tables and views that were not right.
    """
    with fresh(log, connection, progress=progress):
        rows = _shown(connection)
        changed = tuple(
            name for name in PROJECTIONS if _is_damaged(connection, name) or first_difference(connection, name)
        )
        replaced = () if dry_run else changed
        for name in replaced:
            _drop(connection, name)
            connection.execute(tables.SCHEMA[name])
            order = ", ".join(PROJECTIONS[name])
            connection.execute(f"INSERT INTO main.{name} SELECT * FROM temp.{name} ORDER BY {order}")
    # An index is made on the table that its name finds first, so the temporary ones must be gone.
    for name in replaced:
        for index in _indexes(name):
            connection.execute(tables.SCHEMA[index])
    for name in _VIEWS:
        if _is_damaged(connection, name):
            changed += (name,)
            if not dry_run:
                _drop(connection, name)
                connection.execute(tables.SCHEMA[name])
    return rows, changed


def _drop(connection: sqlite3.Connection, name: str) -> None:
    # A trigger may bear the name of a table, and is none of our business.
    found = connection.execute(
        "SELECT type FROM main.sqlite_schema WHERE name = ? AND type IN ('table', 'view')", (name,)
    ).fetchone()
    if found:
        connection.execute(f"DROP {found[0]} main.{name}")


@contextmanager
def fresh(log: Log, connection: sqlite3.Connection, *, progress: Progress | None = None) -> Iterator[None]:
    """Fold the whole log into temporary tables, which hide the stored ones by name until the block ends."""
    guarded = connection.execute("PRAGMA query_only").fetchone()[0]
    connection.execute("PRAGMA query_only = OFF")
    try:
        for name in PROJECTIONS:
            connection.execute(tables.SCHEMA[name].replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
        connection.execute("PRAGMA temp.cache_size = -16384")
        head = log.head()
        Fold(log, connection, Vocabulary(), is_new=True).rebuild(reported(log.read(until=head), head, progress))
        yield
    finally:
        for name in PROJECTIONS:
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        connection.execute(f"PRAGMA query_only = {guarded}")


def reported(rows: Iterable[Row], head: int, progress: Progress | None) -> Iterator[Row]:
    """Yield rows, and tell every thousand events how many are done, of how many."""
    for row in rows:
        yield row
        if progress and (row.position % _TICK == 0 or row.position == head):
            progress(row.position, head)


def first_difference(connection: sqlite3.Connection, name: str) -> tuple[Stored, Stored] | None:
    """Return the first rows in which a stored table differs from the fresh one, None for one that is missing.

    Requires to run inside `fresh`.
    """
    columns = [column[0] for column in connection.execute(f"SELECT * FROM temp.{name} LIMIT 0").description]
    same_key = " AND ".join(f"stored.{key} = fresh.{key}" for key in PROJECTIONS[name])
    left, right = (", ".join(f"{table}.{column}" for column in columns) for table in ("stored", "fresh"))
    order = ", ".join(f"stored.{key}" for key in (*_IN_ORDER_OF.get(name, ()), *PROJECTIONS[name]))
    row = connection.execute(
        f"""
        SELECT {left}, {right}
        FROM main.{name} AS stored
        LEFT JOIN temp.{name} AS fresh ON {same_key}
        WHERE ({left}) IS NOT ({right})
        ORDER BY {order}
        LIMIT 1
        """
    ).fetchone()
    if row:
        return row[: len(columns)], row[len(columns) :] if row[len(columns)] is not None else None
    if _count(connection, f"main.{name}") == _count(connection, f"temp.{name}"):
        return None
    missing = connection.execute(
        f"""
        SELECT {right}
        FROM temp.{name} AS fresh
        WHERE NOT EXISTS (SELECT 1 FROM main.{name} AS stored WHERE {same_key})
        ORDER BY {order.replace("stored.", "fresh.")}
        LIMIT 1
        """
    ).fetchone()
    return None, missing


def first_use(connection: sqlite3.Connection, name: int) -> int | None:
    """Return the position of the event that first uses a name, given by its number.

    Requires to run inside `fresh`.
    """
    row = connection.execute(
        f"""
        SELECT min(position)
        FROM (
            SELECT min(key) >> {ORDINAL_BITS} AS position
            FROM temp.claim
            WHERE :name IN (subject, attribute, origin, source)
            UNION ALL
            SELECT min(position) FROM temp.reference WHERE subject = :name
        )
        """,
        {"name": name},
    ).fetchone()
    return row[0] if row else None


def _shown(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows the views of fresh tables would show."""
    counts = {
        "assertion": "SELECT count(*) FROM temp.claim",
        "state": """
            SELECT (SELECT count(*) FROM temp.segment WHERE valid_to > valid_from) + count(*)
            FROM temp.claim
            WHERE known_until IS NULL AND value IS NOT NULL AND NOT EXISTS (
                SELECT 1
                FROM temp.segment
                WHERE segment.subject = claim.subject AND segment.attribute = claim.attribute
            )
        """,
        "mention": "SELECT (SELECT count(*) FROM temp.reference) + count(*) FROM temp.claim WHERE tells",
    }
    return {name: int(connection.execute(query).fetchone()[0]) for name, query in counts.items()}


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _indexes(table: str) -> list[str]:
    return [name for name in tables.SCHEMA if name.startswith(f"{table}_")]


def _is_damaged(connection: sqlite3.Connection, table: str) -> bool:
    """Tell whether a stored table or one of its indexes is missing, or not of this version."""
    found = schema(connection)
    return any((found.get(name) or "").strip() != tables.SCHEMA[name] for name in (table, *_indexes(table)))
