"""The rows that an import has seen, by key, and those that it misses: on disk, for a file may have any number."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from sqlite3 import Connection
from typing import Final

from chronology.importers.identities import fingerprint
from chronology.log import database

_KEPT: Final = 100
"""Characters of a text that are kept to be shown."""


class SeenRows:
    """The keys of one run over a file."""

    def __init__(self, notes: Connection) -> None:
        """Take notes in a private database; use `seen_rows`."""
        self._notes = notes
        # Without a transaction, each row would be one of its own.
        notes.execute("BEGIN")
        notes.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        notes.execute("CREATE TABLE missing (place INTEGER PRIMARY KEY, key TEXT UNIQUE)")
        notes.execute("CREATE TABLE named (name TEXT PRIMARY KEY, form, text TEXT, line INTEGER) WITHOUT ROWID")

    def first_line(self, key: str, line: int) -> int:
        """Note that a line has a key, and return the first line that had it."""
        digest = fingerprint(key)
        if self._notes.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, line)).rowcount:
            return line
        (first,) = self._notes.execute("SELECT line FROM seen WHERE key = ?", (digest,)).fetchone()
        return int(first)

    def other(self, name: str, form: str, text: str, line: int) -> tuple[str, int] | None:
        """Note that a line has a name; return the text and the line that had it first, if they had it in another form.

        Args:
            name: of a subject.
            form: what must be equal wherever the name is.
            text: as messages show it; only its beginning is kept.
            line: where it stands.
        """
        short = form if len(form) <= _KEPT else fingerprint(form)
        noted = (name, short, None if text == short else text[:_KEPT], line)
        if self._notes.execute("INSERT OR IGNORE INTO named VALUES (?, ?, ?, ?)", noted).rowcount:
            return None
        query = "SELECT form, ifnull(text, form), line FROM named WHERE name = ?"
        first, told, number = self._notes.execute(query, (name,)).fetchone()
        return None if first == short else (str(told), int(number))

    def has(self, key: str) -> bool:
        """Tell whether a line had a key."""
        return self._notes.execute("SELECT 1 FROM seen WHERE key = ?", (fingerprint(key),)).fetchone() is not None

    def miss(self, key: str) -> bool:
        """Note that no line has a key, and tell whether it was not noted before."""
        return bool(self._notes.execute("INSERT OR IGNORE INTO missing (key) VALUES (?)", (key,)).rowcount)

    def missing(self) -> Iterator[str]:
        """Yield the keys that are missed, in the order in which they were noted."""
        for (key,) in self._notes.execute("SELECT key FROM missing ORDER BY place"):
            yield key


@contextmanager
def seen_rows() -> Iterator[SeenRows]:
    """Give an empty memory of rows, which leaves nothing behind."""
    with closing(database.scratch()) as notes:
        yield SeenRows(notes)
