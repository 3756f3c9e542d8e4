"""The rows that an import has seen: which keys and subjects are taken, by which row, and which rows are missing.

Rows clash that would become one subject though their texts differ; the row that had it first is named. What was seen is
kept on disk, for a file may have any number of rows.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from sqlite3 import Connection
from typing import Final

from attrs import define

from chronology.importers.existing_rows import ExistingEvent, prefix
from chronology.importers.row_events import RowEvents
from chronology.importers.rows import BadRow
from chronology.importers.templates import NamedSubject, SameBy, same_name
from chronology.log import database
from chronology.store.reader import Reader

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
        digest = _fingerprint(key)
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
        short = form if len(form) <= _KEPT else _fingerprint(form)
        noted = (name, short, None if text == short else text[:_KEPT], line)
        if self._notes.execute("INSERT OR IGNORE INTO named VALUES (?, ?, ?, ?)", noted).rowcount:
            return None
        query = "SELECT form, ifnull(text, form), line FROM named WHERE name = ?"
        first, other_text, other_line = self._notes.execute(query, (name,)).fetchone()
        return None if first == short else (str(other_text), int(other_line))

    def has(self, key: str) -> bool:
        """Tell whether a line had a key."""
        return self._notes.execute("SELECT 1 FROM seen WHERE key = ?", (_fingerprint(key),)).fetchone() is not None

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


_REMEMBERED: Final = 20_000
"""Names that are known to be the same as before, so that nobody has to be asked."""

_SHOWN: Final = 60


@define
class Clashes:
    """The subjects that one run over a file has named."""

    seen: SeenRows
    unit: str

    def of(self, row: RowEvents) -> list[BadRow]:
        """Note the subjects that a row names; return what is wrong with it if another row had one by another text."""
        faults: dict[tuple[str, str], None] = {}
        for named in row.subjects:
            template = named.template
            first = self._first(named, row.key, row.line)
            if first is not None:
                faults[template.column, self._reason(named, row.key, *first)] = None
            elif template.same_by is not SameBy.KEY:
                if len(template.known) >= _REMEMBERED:
                    template.known.clear()
                template.known.add(named.text)
        return [BadRow(row.line, column, reason, row.cells) for column, reason in faults]

    def _first(self, named: NamedSubject, key: str, line: int) -> tuple[str, int] | None:
        """Return the text, or the key, and the line that had the subject first, None if they are the same."""
        template, subject, text = named
        same_by = template.same_by
        if same_by is SameBy.KEY:
            return self.seen.other(subject, key, key, line)
        # Subjects have no space, so the two do not mix.
        return self.seen.other(
            f"{same_by.value} {subject}", same_name(text) if same_by is SameBy.NAME else text, text, line
        )

    def _reason(self, named: NamedSubject, key: str, other: str, line: int) -> str:
        where = f"as {brief(other)} on {self.unit} {line:,} does"
        if named.template.same_by is SameBy.KEY:
            return f"has the key {brief(key)} and becomes {named.subject}, {where}"
        return f"{brief(named.text)} becomes {named.subject}, {where}"


@define
class EarlierSubjects:
    """The subjects that rows of earlier releases of a dataset have.

    Only those that are made of the whole key: the log does not keep the texts of others.

    Attributes:
        until: the last position of the log that is an earlier release's.
    """

    chron: Reader
    source: str
    until: int = 0

    def taken(self, rows: Iterator[tuple[RowEvents, list[ExistingEvent]]]) -> set[str]:
        """Return those subjects of new rows that rows of an earlier release may have; asks the store once for all."""
        new = {
            subject
            for row, existing in rows
            for template, subject, _ in row.subjects
            if template.same_by is SameBy.KEY and not any(event.recorded.event.subject == subject for event in existing)
        }
        return self.chron.names.subjects_of(self.source, new) if new else new

    def clashes(self, row: RowEvents, taken: set[str]) -> list[BadRow]:
        """Return what is wrong with a row if a subject of it is that of another row, which the store holds."""
        for template, subject, _ in row.subjects if taken else ():
            if template.same_by is not SameBy.KEY or subject not in taken:
                continue
            for recorded in self.chron.timeline(subject):
                key = recorded.event.locator or ""
                # Other names of a merged subject were made one by somebody who knows what they are.
                is_other = key != row.key and recorded.event.subject == subject and recorded.position <= self.until
                # What an import did not bring has no id of its kind.
                if is_other and recorded.id.startswith(prefix(self.source, key)):
                    reason = f"has the key {brief(row.key)} and becomes {subject}, as {brief(key)} in the store does"
                    return [BadRow(row.line, template.column, reason, row.cells)]
        return []


def brief(text: str) -> str:
    """Return a text in quotation marks, in which marks that nobody sees can be seen."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")


def _fingerprint(key: str) -> bytes:
    """Return a few bytes that stand for a key of any length."""
    return hashlib.blake2b(key.encode(), digest_size=12).digest()
