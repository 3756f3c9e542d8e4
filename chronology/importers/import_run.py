"""One import: the rows of a file are taken in, and counted; with --sync, rows that are gone are withdrawn."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from attrs import frozen

from chronology.errors import BadRowsError, ChronologyError, ImportFileError, StoreError
from chronology.events.records import Event
from chronology.importers.clashes import Clashes, EarlierSubjects
from chronology.importers.comparing import Comparison, Held, compare
from chronology.importers.definitions import schemas
from chronology.importers.existing_rows import Following
from chronology.importers.identities import Place, identity
from chronology.importers.log_faults import log_faults
from chronology.importers.mappings import Mapped
from chronology.importers.row_events import Stated, Statements, check_columns
from chronology.importers.rows import BadRow, Row, Table
from chronology.importers.seen_rows import SeenRows, seen_rows
from chronology.importers.summaries import Summary
from chronology.store.chronology import Chronology
from chronology.vocabulary import builtin
from chronology.vocabulary.event_types import SOURCE_DESCRIBED
from chronology.vocabulary.registry import Vocabulary

LARGEST_SHARE: Final = 10
"""A file that withdraws more than one row in this many is taken for the wrong one, unless the user says otherwise."""

Report = Callable[[BadRow], None]

_READ_AHEAD: Final = 1_000
"""Events whose lines are remembered; the store reads fewer ahead of the one that it refuses."""

_AT_ONCE: Final = 16
"""Rows for which the store is asked one question; few, for a row may be long."""


@frozen(kw_only=True)
class ImportOptions:
    """How to import.

    Attributes:
        sync: take the file for the newest whole state of the dataset.
        dry_run: check everything, and write nothing.
        skip_bad: import the other rows if some are bad.
        yes: let it withdraw more than a tenth of the dataset, and follow a file that may be cut off.
        recorded_by: who imports it.
    """

    sync: bool = False
    dry_run: bool = False
    skip_bad: bool = False
    yes: bool = False
    recorded_by: str | None = None


def take_in(
    chron: Chronology, table: Table, mapped: Mapped, *, path: Path, source: str, wanted: ImportOptions, report: Report
) -> Summary:
    """Import the rows of a file in one transaction: all of it, or nothing.

    Args:
        chron: the store.
        table: the rows.
        mapped: what they mean.
        path: of the file, for messages and reasons.
        source: the dataset, `source/slug`.
        wanted: how.
        report: called with every bad row, as it comes.

    Raises:
        MappingError: the mapping does not fit the columns.
        BadRowsError: there are bad rows, and they are neither skipped nor only looked for.
        ImportFileError: the file cannot be read to its end, or it would withdraw too much.
        ChronologyError: as `Chronology.append_many`.
    """
    if not table.is_open:
        check_columns(mapped, table.columns, mapped.name)
    with seen_rows() as seen:
        run = _Import(chron, table, mapped, seen, path=path, source=source, wanted=wanted, report=report)
        try:
            result = chron.append_many(run.events(), dry_run=wanted.dry_run)
        except StoreError:
            raise
        except ChronologyError as exc:
            if line := run.line_of(exc.index):
                raise ImportFileError(f"{table.unit} {line:,}: {exc}", hint=exc.hint) from exc
            raise
    run.summary.events, run.summary.head = result.appended, result.head
    if result.remarks:
        run.summary.remarks.append("some reports are dated before what they report; `chronology lint` lists them")
    return run.summary


class _Import:
    """One run over a file."""

    def __init__(
        self,
        chron: Chronology,
        table: Table,
        mapped: Mapped,
        seen: SeenRows,
        *,
        path: Path,
        source: str,
        wanted: ImportOptions,
        report: Report,
    ) -> None:
        self.summary = Summary(dataset=source, sync=wanted.sync, remarks=list(table.remarks))
        self._line = 0
        # Of the last events and how many came before them, for the store reads some ahead.
        self._line_of: deque[int] = deque(maxlen=_READ_AHEAD)
        self._yielded = 0
        self._chron = chron
        self._table = table
        self._mapped = mapped
        self._path = path
        self._source = source
        self._wanted = wanted
        self._report = report
        self._statements = Statements(mapped, source)
        self._following = Following(chron, source, file=path.name, recorded_by=wanted.recorded_by)
        self._seen = seen
        self._clashes = Clashes(seen, table.unit)
        self._earlier = EarlierSubjects(chron, source)
        self._head = 0
        # The first line of which nobody can tell which row it is, and why.
        self._doubtful: tuple[int, str] | None = None
        self._unended = 0
        self._present = 0

    def line_of(self, index: int | None) -> int:
        """Return the line that an event comes from, 0 if it comes from none."""
        place = -1 if index is None else index - self._yielded + len(self._line_of)
        return self._line_of[place] if 0 <= place < len(self._line_of) else 0

    def events(self) -> Iterator[Event]:
        """Yield what has to be appended; runs inside the transaction that appends it.

        Raises:
            BadRowsError, ImportFileError: as `take_in`.
        """
        for event in self._events():
            self._line_of.append(self._line)
            self._yielded += 1
            yield event

    def _events(self) -> Iterator[Event]:
        self._head = self._earlier.until = self._chron.head()
        vocabulary = self._chron.vocabulary
        for schema in schemas(self._mapped):
            name = str(schema["$id"]).split(":")[2]
            if name not in vocabulary:
                vocabulary = vocabulary.with_type(schema)
                self.summary.defined.append(name)
                yield builtin.definition(schema, recorded_by=self._wanted.recorded_by)
        yield from self._description()
        self._published = self._days_of_publication()
        rows = iter(self._table.rows)
        while some := list(islice(rows, _AT_ONCE)):
            yield from self._some(some, vocabulary)
        self._line = 0
        if self.summary.refused and not (self._wanted.skip_bad or self._wanted.dry_run):
            raise BadRowsError(
                self.summary.refused,
                hint="--dry-run shows all of them; --skip-bad FILE imports the others and writes these aside",
            )
        if self._wanted.sync:
            yield from self._vanished()

    def _some(self, rows: Sequence[Row | BadRow], vocabulary: Vocabulary) -> Iterator[Event]:
        """Yield what a few rows need; they are read together, so that the store is asked for all of them at once."""
        found: list[tuple[Stated, list[Held]] | list[BadRow]] = []
        for row in rows:
            said = [row] if isinstance(row, BadRow) else self._statements.of(row)
            found.append(said if isinstance(said, list) else (said, self._following.held(said.key)))
        taken = self._earlier.taken(one for one in found if isinstance(one, tuple))
        for row, one in zip(rows, found, strict=True):
            self._line = row.line
            if isinstance(one, list):
                self._refuse(one, is_doubtful=self._statements.is_doubtful(one))
            else:
                yield from self._row(*one, taken, vocabulary, is_unended=isinstance(row, Row) and row.is_unended)

    def _row(
        self, said: Stated, held: list[Held], taken: set[str], vocabulary: Vocabulary, *, is_unended: bool
    ) -> Iterator[Event]:
        first = self._seen.first_line(said.key, said.line)
        if first != said.line:
            self._refuse(
                [BadRow(said.line, None, f"has the key {said.key!r}, as {self._table.unit} {first:,} has", said.cells)]
            )
            return
        # The store first: what it refuses must not stand in the way of a later row whose subject it is.
        if clashes := self._earlier.clashes(said, taken) or self._clashes.of(said):
            self._refuse(clashes)
            return
        self._present += any(one.state == "live" for one in held)
        found = compare(said.events, held, self._published)
        if found.is_change and (faults := log_faults(said, found, vocabulary)):
            self._refuse([BadRow(said.line, None, fault, said.cells) for fault in faults])
            return
        if is_unended and found.is_change:
            self._unended = said.line
        self.summary.said += len(said.events)
        self.summary.flagged += len(said.flags)
        self.summary.kept += found.kept
        yield from self._take(said, held, found)

    def _refuse(self, rows: list[BadRow], *, is_doubtful: bool = False) -> None:
        if rows[0].is_cut and not self._wanted.yes:
            raise ImportFileError(
                f"{self._path.name}, {rows[0].told(self._table.unit)}",
                hint="fetch the file again; if it is whole, --yes takes this row for a bad one, as others are",
            )
        self.summary.refused += 1
        for row in rows:
            self._report(row)
        key = self._statements.key_of(rows[0].cells)
        if key:
            # What cannot be read has not vanished.
            self._seen.first_line(key, rows[0].line)
        if self._doubtful is None and (is_doubtful or not key):
            self._doubtful = rows[0].line, "may have another key than it seems" if key else "has no key"

    def _take(self, said: Stated, held: list[Held], found: Comparison) -> Iterator[Event]:
        """Yield what a row needs, and count it."""
        summary = self.summary
        if not found.is_change:
            summary.unchanged += 1
        elif held and not self._wanted.sync:
            summary.differing += 1
        else:
            if any(one.state != "withdrawn" for one in held):
                summary.changed += 1
            else:
                summary.added += 1
            yield from self._following.follow(said.key, held, found)

    def _vanished(self) -> Iterator[Event]:
        """Yield the retractions of rows that the file does not have any more.

        Raises:
            ImportFileError: nobody can tell which these are, they are too many, or the file may be cut off.
        """
        gone = sum(bool(self._live(key)) for key in self._keys_before() if self._seen.miss(key))
        if not gone:
            return
        if self._doubtful:
            line, why = self._doubtful
            raise ImportFileError(
                f"{self._table.unit} {line:,} {why}, so nobody can tell which rows are gone",
                hint="correct that line, or import without --sync",
            )
        before = self._present + gone
        if self._unended and not self._wanted.yes:
            rows = "1 row" if gone == 1 else f"{gone:,} rows"
            raise ImportFileError(
                f"{self._path.name} ends without a line break on {self._table.unit} {self._unended:,}, which says "
                f"something new, and lacks {rows} of {self._source}: it may be cut off",
                hint="is it whole? --dry-run --yes shows what would happen, --yes withdraws what is gone",
            )
        if gone * LARGEST_SHARE > before and not self._wanted.yes:
            raise ImportFileError(
                f"{self._path.name} lacks {gone:,} of the {before:,} rows of {self._source}, more than a tenth",
                hint="is it the whole dataset? --dry-run --yes shows what would happen, --yes withdraws them",
            )
        for key in self._seen.missing():
            live = self._live(key)
            self.summary.withdrawn += bool(live)
            for one in live:
                yield self._following.retraction(key, one, f"row {key} is no longer in {self._path.name}")

    def _live(self, key: str) -> list[Held]:
        return [one for one in self._following.held(key) if one.state == "live"]

    def _keys_before(self) -> Iterator[str]:
        """Yield the keys of imported rows that this file does not have."""
        for event in self._chron.log.from_source(self._source, until=self._head):
            key = event.event.locator
            # What an import did not bring has no ids of its kind, so nothing of it will be found.
            if key and not self._seen.has(key):
                yield key

    def _description(self) -> Iterator[Event]:
        """Yield a description of the dataset, where the mapping has one and the store has none."""
        dataset = self._mapped.dataset
        if dataset is None or self._chron.names.knows_subject(self._source):
            return
        told = {name: getattr(dataset, name) for name in ("title", "author", "publisher", "url")}
        data = {name: text for name, text in told.items() if text}
        if data:
            yield Event(
                type=SOURCE_DESCRIBED,
                subject=self._source,
                valid="../..",
                data=data,
                note=dataset.note,
                id=identity(self._source, "", Place(0, 0)),
                recorded_by=self._wanted.recorded_by,
            )

    def _days_of_publication(self) -> frozenset[str]:
        """Return the days with which the log may have filled in when the dataset said something."""
        described = (one.event.data for one in self._chron.timeline(self._source))
        return frozenset(str(data["published"]) for data in described if "published" in data)
