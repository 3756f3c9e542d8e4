"""Names as integers: subjects, attributes, origins and sources, numbered as the log first names them. SQL only."""

import sqlite3
from collections.abc import Iterable
from typing import Final

import msgspec

_MOST: Final = 65_536
"""Texts that a connection keeps in mind."""


def number(connection: sqlite3.Connection, texts: Iterable[str]) -> dict[str, int]:
    """Return the numbers of some texts, in the order of first use; those that have none yet get the next ones."""
    ordered = dict.fromkeys(texts)
    found: dict[str, int] = dict(
        connection.execute(
            "SELECT text, name.id FROM json_each(?) AS wanted CROSS JOIN name ON name.text = wanted.value",
            (msgspec.json.encode(sorted(ordered)).decode(),),
        ).fetchall()
    )
    missing = [text for text in ordered if text not in found]
    if missing:
        (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM name").fetchone()
        rows = list(enumerate(missing, last + 1))
        connection.executemany("INSERT INTO name (id, text) VALUES (?, ?)", rows)
        found.update((text, number) for number, text in rows)
    return found


def number_of(connection: sqlite3.Connection, text: str) -> int | None:
    """Return the number of a text, None where the log never named it."""
    row = connection.execute("SELECT id FROM name WHERE text = ?", (text,)).fetchone()
    return row[0] if row else None


def in_order(connection: sqlite3.Connection, *, kind: str | None = None) -> dict[int, str]:
    """Return all names, or those of a kind of subject, by number, in order of their texts."""
    # "0" is the character after "/".
    rows = connection.execute(
        """
        SELECT id, text
        FROM name
        WHERE :kind IS NULL OR (text >= :kind || '/' AND text < :kind || '0')
        ORDER BY text
        """,
        {"kind": kind},
    )
    return dict(rows.fetchall())


class Texts(dict[int, str]):
    """The texts of names, by number, looked up when first asked for and then kept in mind.

    A replay may give names other numbers, and what a transaction named goes if it is taken back. Who keeps one of these
    from question to question must call `renew` on each, and `clear` when a transaction of its own ends.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection
        self._version = 0

    def __missing__(self, number: int) -> str:
        if len(self) >= _MOST:
            self.clear()
        (text,) = self._connection.execute("SELECT text FROM name WHERE id = ?", (number,)).fetchone()
        self[number] = text
        return str(text)

    def renew(self) -> None:
        """Forget everything if another connection has written since the last question."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self.clear()
            self._version = version
