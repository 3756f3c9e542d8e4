"""Trying a mapping on a file without a store: every row is read, and every fault reported. Writes nothing."""

from collections.abc import Iterator
from typing import Final

from chronology.events.faults import form_faults
from chronology.events.records import Event
from chronology.importers.mappings import FileMapping, type_schemas
from chronology.importers.row_events import RowEvents, RowMapper, check_columns
from chronology.importers.rows import BadRow, Table
from chronology.importers.seen_rows import Clashes, SeenRows, seen_rows
from chronology.vocabulary import builtin
from chronology.vocabulary.event_types import shape_faults
from chronology.vocabulary.registry import Vocabulary

ANY: Final = "source/any"
"""The source of a preview, where nobody names one."""

SHOWN: Final = 3
"""Rows whose events are shown."""


class Preview:
    """A run of a mapping over a file; the counts are right when it has ended."""

    def __init__(self, mapped: FileMapping, table: Table) -> None:
        """Make a mapping ready for a file.

        Raises:
            MappingError: the mapping does not fit the columns.
        """
        check_columns(mapped, table.columns, mapped.name)
        self._mapper = RowMapper(mapped, ANY)
        self._table = table
        self._vocabulary = Vocabulary()
        for schema in (*builtin.schemas(), *type_schemas(mapped)):
            self._vocabulary = self._vocabulary.with_type(schema, trusted=True)
        self.unused = [name for name in table.columns if name not in mapped.columns()]
        self.good = self.bad = self.events = 0

    def results(self) -> Iterator[RowEvents | list[BadRow]]:
        """Yield what each row says, or what is wrong with it."""
        with seen_rows() as seen:
            clashes = Clashes(seen, self._table.unit)
            for row in self._table.rows:
                result = [row] if isinstance(row, BadRow) else self._mapper.read(row)
                if not isinstance(result, list):
                    result = self._bad(result, seen, clashes) or result
                if isinstance(result, list):
                    self.bad += 1
                else:
                    self.good += 1
                    self.events += len(result.events)
                yield result

    def _bad(self, row: RowEvents, seen: SeenRows, clashes: Clashes) -> list[BadRow]:
        first = seen.first_line(row.key, row.line)
        if first != row.line:
            reason = f"has the key {row.key!r}, as {self._table.unit} {first:,} has"
            return [BadRow(row.line, None, reason, row.cells)]
        faults = dict.fromkeys(fault for event in row.events for fault in self._event_faults(event))
        return [BadRow(row.line, None, fault, row.cells) for fault in faults] or clashes.of(row)

    def _event_faults(self, event: Event) -> list[str]:
        if event.type in self._vocabulary:
            return [*self._vocabulary.event_faults(event)]
        # A store may have types that nobody but its owner knows.
        return [*shape_faults(event), *form_faults(event)]
