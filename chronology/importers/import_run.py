"""One import: the rows of a file are taken in, and counted; with --sync, rows that are gone are withdrawn."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from chronology.errors import BadRowsError, ChronologyError, ImportFileError, StoreError, UnknownNameError
from chronology.events import canonical
from chronology.events.faults import form_faults
from chronology.events.records import Event, as_dict
from chronology.importers.comparing import Comparison, Held, compare
from chronology.importers.definitions import schemas
from chronology.importers.existing_rows import Following
from chronology.importers.identities import MOST_SLOTS, Place, identity
from chronology.importers.mappings import Mapped
from chronology.importers.row_events import Stated, Statements, check_columns
from chronology.importers.rows import BadRow, Row, Table
from chronology.importers.seen_rows import SeenRows, seen_rows
from chronology.importers.summaries import Summary
from chronology.store.chronology import Chronology
from chronology.vocabulary import builtin
from chronology.vocabulary.event_types import SOURCE_DESCRIBED, shape_faults
from chronology.vocabulary.registry import Vocabulary

LARGEST_SHARE: Final = 10
"""A file that withdraws more than one row in so many is taken for the wrong one, unless somebody says otherwise."""

Report = Callable[[BadRow], None]

_READ_AHEAD: Final = 1_000
"""Events whose lines are remembered; the store reads fewer ahead of the one that it refuses."""

_SHORT: Final = 10_000
"""Characters of the cells of a row whose events certainly fit into the log."""


@frozen(kw_only=True)
class Wanted:
    """How to import.

    Attributes:
        sync: take the file for the newest whole state of the dataset.
        dry_run: check everything, and write nothing.
        skip_bad: import the other rows if some are bad.
        yes: let it withdraw more than a tenth of the dataset.
        recorded_by: who imports it.
    """

    sync: bool = False
    dry_run: bool = False
    skip_bad: bool = False
    yes: bool = False
    recorded_by: str | None = None


def take_in(
    chron: Chronology, table: Table, mapped: Mapped, *, path: Path, source: str, wanted: Wanted, report: Report
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
        wanted: Wanted,
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
        self._keyless = 0
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
        head = self._chron.head()
        vocabulary = self._chron.vocabulary
        for schema in schemas(self._mapped):
            name = str(schema["$id"]).split(":")[2]
            if name not in vocabulary:
                vocabulary = vocabulary.with_type(schema)
                self.summary.defined.append(name)
                yield builtin.definition(schema, recorded_by=self._wanted.recorded_by)
        yield from self._description()
        self._published = self._days_of_publication()
        for row in self._table.rows:
            self._line = row.line
            yield from self._row(row, vocabulary)
        self._line = 0
        if self.summary.refused and not (self._wanted.skip_bad or self._wanted.dry_run):
            raise BadRowsError(
                self.summary.refused,
                hint="--dry-run shows all of them; --skip-bad FILE imports the others and writes these aside",
            )
        if self._wanted.sync:
            yield from self._vanished(head)

    def _row(self, row: Row | BadRow, vocabulary: Vocabulary) -> Iterator[Event]:
        said = row if isinstance(row, BadRow) else self._statements.of(row)
        if isinstance(said, BadRow):
            self._refuse([said])
            return
        if isinstance(said, list):
            self._refuse(said)
            return
        first = self._seen.first_line(said.key, said.line)
        if first != said.line:
            self._refuse(
                [BadRow(said.line, None, f"has the key {said.key!r}, as {self._table.unit} {first:,} has", row.cells)]
            )
            return
        held = self._following.held(said.key)
        self._present += any(one.state == "live" for one in held)
        found = compare(said.events, held, self._published)
        if found.is_change and (faults := self._faults(said, found, vocabulary)):
            self._refuse([BadRow(said.line, None, fault, row.cells) for fault in faults])
            return
        self.summary.said += len(said.events)
        self.summary.flagged += len(said.flags)
        self.summary.kept += found.kept
        yield from self._take(said, held, found)

    def _refuse(self, rows: list[BadRow]) -> None:
        self.summary.refused += 1
        for row in rows:
            self._report(row)
        key = self._statements.key_of(rows[0].cells)
        if key:
            # What cannot be read has not vanished.
            self._seen.first_line(key, rows[0].line)
        else:
            self._keyless = self._keyless or rows[0].line

    def _faults(self, said: Stated, found: Comparison, vocabulary: Vocabulary) -> list[str]:
        """Return why the log would refuse what a row adds, so that the whole row is refused, not half of it."""
        faults: dict[str, None] = {}
        if len(said.events) > MOST_SLOTS:
            return [f"stands for {len(said.events):,} events, and the most are {MOST_SLOTS:,}"]
        for event in (*found.added, *(event for _, event in found.replaced)):
            found_faults = shape_faults(event) + form_faults(event)
            found_faults = found_faults or _payload_faults(vocabulary, event)
            if not found_faults and len(str(event.data)) + len(event.quote or "") + len(event.note or "") > _SHORT:
                size = len(canonical.encode(as_dict(event)))
                if size > canonical.MAX_BYTES - 1_000:
                    found_faults = [f"says {size:,} bytes, more than fit into an event"]
            faults |= dict.fromkeys(found_faults)
        return list(faults)

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

    def _vanished(self, head: int) -> Iterator[Event]:
        """Yield the retractions of rows that the file does not have any more.

        Raises:
            ImportFileError: nobody can tell which these are, or they are too many.
        """
        gone = sum(bool(self._live(key)) for key in self._keys_before(head) if self._seen.miss(key))
        if not gone:
            return
        if self._keyless:
            raise ImportFileError(
                f"{self._table.unit} {self._keyless:,} has no key, so nobody can tell which rows are gone",
                hint="correct that line, or import without --sync",
            )
        before = self._present + gone
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

    def _keys_before(self, head: int) -> Iterator[str]:
        """Yield the keys of imported rows that this file does not have."""
        for event in self._chron.log.from_source(self._source, until=head):
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


def _payload_faults(vocabulary: Vocabulary, event: Event) -> list[str]:
    try:
        return vocabulary.faults(event)
    except UnknownNameError as exc:
        return [f"{exc} ({exc.hint})" if exc.hint else str(exc)]
