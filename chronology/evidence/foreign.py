"""Opening a store that somebody else made: nothing in it is believed before it is checked. Writes nothing, anywhere."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from chronology.errors import IntegrityError
from chronology.evidence.soundness import ForeignLog
from chronology.log import database, event_table
from chronology.log.event_table import Log
from chronology.projections import search_index, tables

_LARGEST_VALUE: Final = 200_000
"""The longest text or body, in bytes, that SQLite may return: about three times the longest valid body."""

# Objects beside the store's own, exactly as sqlite-utils and SQLite's ANALYZE make them.
_HARMLESS: Final = {
    "_sqlite_migrations": (
        'CREATE TABLE "_sqlite_migrations" (\n   "id" INTEGER PRIMARY KEY,\n   "migration_set" TEXT,\n'
        '   "name" TEXT,\n   "applied_at" TEXT\n)'
    ),
    "idx__sqlite_migrations_migration_set_name": (
        'CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"\n'
        '    ON "_sqlite_migrations" ("migration_set", "name")'
    ),
    "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}

_ALLOWED_FUNCTIONS: Final = frozenset({"ifnull", "max"})
_ALLOWED_TABLES: Final = frozenset({"event", "sqlite_master"})
_ALLOWED_PRAGMAS: Final = frozenset({"integrity_check"})


@contextmanager
def open_foreign(path: Path) -> Iterator[ForeignLog]:
    """Open somebody else's store for reading its log, event by event, each one checked.

    The file is opened read-only, its schema must be exactly a store's, and the connection can only read the table of
    events. Its projections are ignored: whatever is believed is folded again from the events.

    Raises:
        StoreError: there is no such store, or a crash left it unfinished: open it with a program you trust first.
        IntegrityError: it is damaged, or has tables, triggers or views that a store does not have.
    """
    connection = database.connect_foreign(path)
    try:
        with database.wrapped(path):
            _restrict(connection)
            _check_schema(connection)
            with database.reading(connection):
                _check_file(connection)
                yield ForeignLog(Log(connection))
    finally:
        connection.close()


def _restrict(connection: sqlite3.Connection) -> None:
    for limit, most in (
        (sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        connection.setlimit(limit, most)
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, _: str | None, __: str | None) -> int:
    allowed = (
        action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_TRANSACTION)
        or (action == sqlite3.SQLITE_READ and first in _ALLOWED_TABLES)
        or (action == sqlite3.SQLITE_FUNCTION and second in _ALLOWED_FUNCTIONS)
        or (action == sqlite3.SQLITE_PRAGMA and first in _ALLOWED_PRAGMAS)
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _check_schema(connection: sqlite3.Connection) -> None:
    """Check that the file has exactly the objects of a store, each of the same kind and with the same text."""
    wanted = {name: (_kind(text), text) for name, text in (event_table.SCHEMA | tables.SCHEMA).items()}
    harmless = {name: (_kind(text), text) for name, text in (_HARMLESS | search_index.SCHEMA).items()}
    found: list[Any] = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    left = dict(wanted)
    for kind, name, table, text in found:
        if text is None and kind == "index" and name.startswith("sqlite_autoindex_") and table in wanted:
            continue
        if left.pop(name, None) != (kind, text) and harmless.pop(name, None) != (kind, text):
            hint = "do not open it with other programs"
            if name in tables.SCHEMA:
                hint += ", or if its owner has another version of this one, ask them to `chronology replay` with yours"
            raise IntegrityError(f"the {kind} {name!r:.80} does not belong to a store", hint=hint)
    if left:
        raise IntegrityError(
            f"the {next(iter(left.values()))[0]} {next(iter(left))}, which every store has, is missing"
        )


def _kind(statement: str) -> str:
    words = statement.split()
    return "index" if "INDEX" in words[:3] else "table" if words[1] == "VIRTUAL" else words[1].lower()


def _check_file(connection: sqlite3.Connection) -> None:
    tables_found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    names = [name for (name,) in tables_found if name not in search_index.SCHEMA]
    # Table by table where there is a search index: newer releases of SQLite would let FTS5 check what a stranger put
    # there, of which nothing is read.
    checks = names if len(names) < len(tables_found) else [1]
    for what in checks:
        for (message,) in connection.execute(f"PRAGMA integrity_check({what})"):
            if message != "ok":
                raise IntegrityError(f"SQLite finds the file damaged: {message}")
