"""One import: the rows of a file become events, and are counted; with --sync, rows that are gone are retracted."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

from attrs import define, field, frozen

from chronology.errors import BadRowsError, ChronologyError, ImportFileError, StoreError, UnknownNameError
from chronology.events import canonical
from chronology.events.records import Event, as_dict
from chronology.importers.existing_rows import (
    MOST_SLOTS,
    Comparison,
    ExistingEvent,
    ExistingRows,
    Place,
    compare,
    identity,
)
from chronology.importers.mappings import type_schemas
from chronology.importers.registry import OpenedFile
from chronology.importers.row_events import RowEvents, RowMapper, check_columns
from chronology.importers.rows import BadRow, Row
from chronology.importers.seen_rows import Clashes, EarlierSubjects, SeenRows, seen_rows
from chronology.store.chronology import Chronology
from chronology.vocabulary import builtin
from chronology.vocabulary.event_types import SOURCE_DESCRIBED
from chronology.vocabulary.registry import Vocabulary

_SHORT: Final = 10_000
"""Characters of the cells of a row whose events certainly fit into the log."""

LARGEST_SHARE: Final = 10
"""A file that withdraws more than one row in this many is taken for the wrong one, unless the user says otherwise."""

ReportBadRow = Callable[[BadRow], None]
"""Called with a row that cannot be imported."""

_READ_AHEAD: Final = 1_000
"""Events whose lines are remembered; the store reads fewer ahead of the one that it refuses."""

_AT_ONCE: Final = 16
"""Rows for which the store is asked one question; few, for a row may be long."""


@define(kw_only=True)
class Summary:
    """The outcome of an import; counts are of rows, unless they say otherwise.

    Attributes:
        dataset: the source that the rows come from.
        sync: whether the file was taken for the whole of the dataset.
        added: new ones, and with `sync` those that returned.
        changed: those that say something new; replaced, with `sync`.
        unchanged: those that the store already holds.
        withdrawn: those that are in the store and no longer in the file; retracted.
        refused: bad ones.
        differing: without `sync`, those that would be changed or restated by it, and are left alone.
        kept: events that somebody withdrew or redacted here, and which therefore were not appended again.
        flagged: events with a date that is not believed, such as 1753-01-01; their notes say so.
        events: how many events were appended, definitions and descriptions of the dataset included.
        said: how many events the rows of the file stand for.
        defined: event types that were added to the vocabulary.
        head: the newest position afterwards.
        remarks: what else a person should know.
    """

    dataset: str
    sync: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    refused: int = 0
    differing: int = 0
    kept: int = 0
    flagged: int = 0
    events: int = 0
    said: int = 0
    defined: list[str] = field(factory=list)
    head: int = 0
    remarks: list[str] = field(factory=list)


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


def import_file(chron: Chronology, opened: OpenedFile, *, options: ImportOptions, report: ReportBadRow) -> Summary:
    """Import the rows of a file in one transaction: all of it, or nothing.

    Args:
        chron: the store.
        opened: the file.
        options: how to import.
        report: called with every bad row, as it comes.

    Raises:
        MappingError: the mapping does not fit the columns.
        BadRowsError: there are bad rows, and they are neither skipped nor only looked for.
        ImportFileError: the file cannot be read to its end, or it would withdraw too much.
        ChronologyError: as `Chronology.append_many`.
    """
    table = opened.table
    if not table.is_open:
        check_columns(opened.mapped, table.columns, opened.mapped.name)
    with seen_rows() as seen:
        run = _Import(chron, opened, seen, options=options, report=report)
        try:
            result = chron.append_many(run.events(), dry_run=options.dry_run)
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
        self, chron: Chronology, opened: OpenedFile, seen: SeenRows, *, options: ImportOptions, report: ReportBadRow
    ) -> None:
        table, source = opened.table, opened.source
        self.summary = Summary(dataset=source, sync=options.sync, remarks=list(table.remarks))
        self._line = 0
        # Of the last events and how many came before them, for the store reads some ahead.
        self._line_of: deque[int] = deque(maxlen=_READ_AHEAD)
        self._yielded = 0
        self._chron = chron
        self._table = table
        self._mapped = opened.mapped
        self._path = opened.path
        self._source = source
        self._options = options
        self._report = report
        self._mapper = RowMapper(opened.mapped, source)
        self._existing = ExistingRows(chron, source, file=opened.path.name, recorded_by=options.recorded_by)
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
            BadRowsError, ImportFileError: as `import_file`.
        """
        for event in self._events():
            self._line_of.append(self._line)
            self._yielded += 1
            yield event

    def _events(self) -> Iterator[Event]:
        self._head = self._earlier.until = self._chron.head()
        vocabulary = self._chron.vocabulary
        for schema in type_schemas(self._mapped):
            name = str(schema["$id"]).split(":")[2]
            if name not in vocabulary:
                vocabulary = vocabulary.with_type(schema)
                self.summary.defined.append(name)
                yield builtin.definition(schema, recorded_by=self._options.recorded_by)
        yield from self._description()
        self._published = self._days_of_publication()
        rows = iter(self._table.rows)
        while some := list(islice(rows, _AT_ONCE)):
            yield from self._some(some, vocabulary)
        self._line = 0
        if self.summary.refused and not (self._options.skip_bad or self._options.dry_run):
            raise BadRowsError(
                self.summary.refused,
                hint="--dry-run shows all of them; --skip-bad FILE imports the others and writes these aside",
            )
        if self._options.sync:
            yield from self._vanished()

    def _some(self, rows: Sequence[Row | BadRow], vocabulary: Vocabulary) -> Iterator[Event]:
        """Yield what a few rows need; they are read together, so that the store is asked for all of them at once."""
        results: list[tuple[RowEvents, list[ExistingEvent]] | list[BadRow]] = []
        for row in rows:
            mapped = [row] if isinstance(row, BadRow) else self._mapper.read(row)
            results.append(mapped if isinstance(mapped, list) else (mapped, self._existing.of(mapped.key)))
        taken = self._earlier.taken(result for result in results if isinstance(result, tuple))
        for row, result in zip(rows, results, strict=True):
            self._line = row.line
            if isinstance(result, list):
                self._refuse(result, is_doubtful=self._mapper.is_doubtful(result))
            else:
                yield from self._row(*result, taken, vocabulary, is_unended=isinstance(row, Row) and row.is_unended)

    def _row(
        self,
        row: RowEvents,
        existing: list[ExistingEvent],
        taken: set[str],
        vocabulary: Vocabulary,
        *,
        is_unended: bool,
    ) -> Iterator[Event]:
        first = self._seen.first_line(row.key, row.line)
        if first != row.line:
            self._refuse(
                [BadRow(row.line, None, f"has the key {row.key!r}, as {self._table.unit} {first:,} has", row.cells)]
            )
            return
        # The store first: what it refuses must not stand in the way of a later row whose subject it is.
        if clashes := self._earlier.clashes(row, taken) or self._clashes.of(row):
            self._refuse(clashes)
            return
        self._present += any(old.state == "live" for old in existing)
        changes = compare(row.events, existing, self._published)
        if changes.is_change and (faults := log_faults(row, changes, vocabulary)):
            self._refuse([BadRow(row.line, None, fault, row.cells) for fault in faults])
            return
        if is_unended and changes.is_change:
            self._unended = row.line
        self.summary.said += len(row.events)
        self.summary.flagged += len(row.flags)
        self.summary.kept += changes.kept
        yield from self._take(row, existing, changes)

    def _refuse(self, rows: list[BadRow], *, is_doubtful: bool = False) -> None:
        if rows[0].is_cut and not self._options.yes:
            raise ImportFileError(
                f"{self._path.name}, {rows[0].message(self._table.unit)}",
                hint="fetch the file again; if it is whole, --yes takes this row for a bad one, as others are",
            )
        self.summary.refused += 1
        for row in rows:
            self._report(row)
        key = self._mapper.key_of(rows[0].cells)
        if key:
            # What cannot be read has not vanished.
            self._seen.first_line(key, rows[0].line)
        if self._doubtful is None and (is_doubtful or not key):
            self._doubtful = rows[0].line, "may have another key than it seems" if key else "has no key"

    def _take(self, row: RowEvents, existing: list[ExistingEvent], changes: Comparison) -> Iterator[Event]:
        """Yield what a row needs, and count it."""
        summary = self.summary
        if not changes.is_change:
            summary.unchanged += 1
        elif existing and not self._options.sync:
            summary.differing += 1
        else:
            if any(old.state != "withdrawn" for old in existing):
                summary.changed += 1
            else:
                summary.added += 1
            yield from self._existing.follow(row.key, existing, changes)

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
        if self._unended and not self._options.yes:
            rows = "1 row" if gone == 1 else f"{gone:,} rows"
            raise ImportFileError(
                f"{self._path.name} ends without a line break on {self._table.unit} {self._unended:,}, which says "
                f"something new, and lacks {rows} of {self._source}: it may be cut off",
                hint="is it whole? --dry-run --yes shows what would happen, --yes withdraws what is gone",
            )
        if gone * LARGEST_SHARE > before and not self._options.yes:
            raise ImportFileError(
                f"{self._path.name} lacks {gone:,} of the {before:,} rows of {self._source}, more than a tenth",
                hint="is it the whole dataset? --dry-run --yes shows what would happen, --yes withdraws them",
            )
        for key in self._seen.missing():
            live = self._live(key)
            self.summary.withdrawn += bool(live)
            for old in live:
                yield self._existing.retraction(key, old, f"row {key} is no longer in {self._path.name}")

    def _live(self, key: str) -> list[ExistingEvent]:
        return [old for old in self._existing.of(key) if old.state == "live"]

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
        texts = {name: getattr(dataset, name) for name in ("title", "author", "publisher", "url")}
        data = {name: text for name, text in texts.items() if text}
        if data:
            yield Event(
                type=SOURCE_DESCRIBED,
                subject=self._source,
                valid="../..",
                data=data,
                note=dataset.note,
                id=identity(self._source, "", Place(0, 0)),
                recorded_by=self._options.recorded_by,
            )

    def _days_of_publication(self) -> frozenset[str]:
        """Return the days with which the log may have filled in when the dataset said something."""
        described = (recorded.event.data for recorded in self._chron.timeline(self._source))
        return frozenset(str(data["published"]) for data in described if "published" in data)


def log_faults(row: RowEvents, changes: Comparison, vocabulary: Vocabulary) -> list[str]:
    """Return why the log would refuse what a row adds or replaces, once each; then the whole row is refused."""
    faults: dict[str, None] = {}
    if len(row.events) > MOST_SLOTS:
        return [f"stands for {len(row.events):,} events, and the most are {MOST_SLOTS:,}"]
    for event in (*changes.added, *(event for _, event in changes.replaced)):
        event_faults = _event_faults(vocabulary, event)
        if not event_faults and len(str(event.data)) + len(event.quote or "") + len(event.note or "") > _SHORT:
            size = len(canonical.encode(as_dict(event)))
            if size > canonical.MAX_BYTES - 1_000:
                event_faults = [f"says {size:,} bytes, more than fit into an event"]
        faults |= dict.fromkeys(event_faults)
    return list(faults)


def _event_faults(vocabulary: Vocabulary, event: Event) -> list[str]:
    try:
        return [*vocabulary.event_faults(event)]
    except UnknownNameError as exc:
        return [f"{exc} ({exc.hint})" if exc.hint else str(exc)]
