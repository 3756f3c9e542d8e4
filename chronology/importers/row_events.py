"""Events of rows: a row becomes the events that it stands for, by a mapping. Pure; compares nothing with a store."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from attrs import define, field, frozen

from chronology.errors import CanonicalError, MappingError, nearest, or_perhaps
from chronology.events import canonical
from chronology.events.json_values import Json
from chronology.events.patterns import is_day
from chronology.events.records import Event
from chronology.importers.mappings import EventMapping, FileMapping
from chronology.importers.rows import BadRow, Cell, Row, shown
from chronology.importers.templates import (
    Cells,
    Fill,
    NamedSubject,
    NamedSubjects,
    filler,
    names_in,
)
from chronology.importers.values import ColumnFault, ReadValue, ValidTime, forms_of, precision_faults, value_reader
from chronology.importers.written_dates import DateFault, Forms

_LONGEST_KEY: Final = 1_000


@frozen
class RowEvents:
    """What a row says, as events.

    Attributes:
        line: where it begins.
        key: what tells it from all other rows.
        events: without ids.
        cells: of the row.
        flags: what is not believed, such as a date that stands for none.
        subjects: those that it names.
    """

    line: int
    key: str
    events: tuple[Event, ...]
    cells: Cells
    flags: tuple[str, ...] = ()
    subjects: tuple[NamedSubject, ...] = ()


@define
class RowMapper:
    """A mapping, made ready for the columns of one file."""

    mapped: FileMapping
    source: str
    _missing: frozenset[str] = field(init=False)
    _key: Fill = field(init=False)
    _key_columns: frozenset[str] = field(init=False)
    _subjects: NamedSubjects = field(init=False)
    _mappers: tuple["_EventMapper", ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._missing = self.mapped.empty
        self._key = filler(self.mapped.key, self._missing)
        self._key_columns = frozenset(names_in(self.mapped.key))
        self._subjects = NamedSubjects(key=self.mapped.key, merge_spellings=self.mapped.merge_spellings)
        self._mappers = tuple(
            _EventMapper(event, self.mapped, self.source, self._subjects) for event in self.mapped.event
        )

    def key_of(self, cells: Cells) -> str:
        """Return the key of a row, empty if it has none."""
        key = self._key(cells)
        return key if len(key) <= _LONGEST_KEY else ""

    def is_doubtful(self, rows: Sequence[BadRow]) -> bool:
        """Tell whether a bad row may have another key than it seems, by all that is wrong with it."""
        return any(row.is_torn or row.column in self._key_columns for row in rows)

    def read(self, row: Row) -> RowEvents | list[BadRow]:
        """Return what a row says, or everything that is wrong with it."""
        cells = row.cells
        key = self.key_of(cells)
        column = next(names_in(self.mapped.key), None)
        if not key:
            return [BadRow(row.line, column, "has no key that tells it from other rows", cells)]
        self._subjects.drain()
        events: list[Event] = []
        flags: list[str] = []
        faults: list[ColumnFault] = []
        for mapper in self._mappers:
            if mapper.applies(cells):
                events += mapper.events(cells, key, flags, faults)
        if faults:
            distinct = dict.fromkeys((fault.column, fault.reason) for fault in faults)
            return [BadRow(row.line, fault, reason, cells) for fault, reason in distinct]
        if not events:
            return [BadRow(row.line, None, "says nothing: no event of the mapping applies to it", cells)]
        return RowEvents(row.line, key, tuple(events), cells, tuple(flags), self._subjects.drain())


def check_columns(mapped: FileMapping, columns: Sequence[str], where: str) -> None:
    """Refuse a mapping that reads columns which a file lacks.

    Raises:
        MappingError: the columns, each with those that are similar.
    """
    faults = [fault for event in mapped.event for fault in precision_faults(event.on)]
    for name in sorted(mapped.columns() - set(columns) - set(mapped.optional)):
        close = nearest(name, columns)
        faults.append(f"there is no column {name!r}{or_perhaps(close)}")
    if faults:
        shown_columns = ", ".join(columns[:12]) + (", ..." if len(columns) > 12 else "")
        raise MappingError(where, faults, hint=f"the columns are {shown_columns}")


class _EventMapper:
    """One event of a mapping, made ready."""

    def __init__(self, mapping: EventMapping, mapped: FileMapping, source: str, subjects: NamedSubjects) -> None:
        missing = mapped.empty
        self._mapping = mapping
        self._source = source
        self._missing = missing
        self._type = filler(mapping.type, missing)
        self._subject = subjects.filler(mapping.subject, missing)
        self._said_by = [_speakers(template, missing, subjects) for template in mapping.said_by]
        self._stance = filler(mapping.stance, missing) if mapping.stance else None
        self._valid = ValidTime(mapping.on, mapped.dates, missing)
        self._stated: Forms | None = forms_of(mapped.dates, mapping.stated.forms) if mapping.stated else None
        self._grade = filler(mapping.grade, missing) if mapping.grade else None
        self._quote = value_reader(mapping.quote, missing, subjects) if mapping.quote else None
        self._note = value_reader(mapping.note, missing, subjects) if mapping.note else None
        lists = set(mapping.each)
        data = mapping.data.items()
        readers = [(name, value_reader(value, missing, subjects), set(names_in(value.text))) for name, value in data]
        # What does not depend on the item of a list is taken once a row.
        self._common: list[tuple[str, ReadValue]] = [(name, read) for name, read, names in readers if not names & lists]
        self._own: list[tuple[str, ReadValue]] = [(name, read) for name, read, names in readers if names & lists]

    def applies(self, cells: Cells) -> bool:
        """Tell whether a row has what the event is about."""
        for column, wanted in self._mapping.when.items():
            cell = shown(cells.get(column, ""))
            if cell not in wanted if wanted else cell in self._missing:
                return False
        return True

    def events(self, cells: Cells, key: str, flags: list[str], faults: list[ColumnFault]) -> Iterator[Event]:
        """Yield the events of a row; adds what is not believed to `flags`, and what is wrong to `faults`."""
        begin = len(faults)
        valid = subject = ""
        try:
            valid = self._valid.of(cells)
        except ColumnFault as exc:
            faults.append(exc)
        try:
            subject = self._subject(cells)
            if not subject:
                raise ColumnFault(next(names_in(self._mapping.subject), None), "is empty, and the subject needs it")
        except ColumnFault as exc:
            faults.append(exc)
        kind = self._type(cells)
        data = _payload(self._mapping.payload, cells, faults) | _values(self._common, cells, faults)
        for item in self._items(cells, faults):
            whole = data | _values(self._own, item, faults) if self._own else data
            stated, flag = self._day(item, faults)
            note = self._note(item) if self._note else None
            if flag:
                flags.append(flag)
                note = f"{note}; {flag}" if note else flag
            said_by = [name for speakers in self._said_by for name in speakers(item) if name]
            stance = self._stance(item) if self._stance else ""
            if len(faults) > begin:
                continue
            yield Event(
                type=kind,
                subject=subject,
                valid=valid,
                # Checked with the whole event.
                stance=stance or "affirms",  # type: ignore[arg-type]
                data=whole,
                source=self._source,
                said_by=said_by,
                stated=stated,
                grade=(self._grade(item) or None) if self._grade else None,
                quote=str(quote) if self._quote and (quote := self._quote(item)) else None,
                locator=key,
                note=note,
            )

    def _items(self, cells: Cells, faults: list[ColumnFault]) -> Iterator[Cells]:
        """Yield the cells of a row once for each item of its lists."""
        each = self._mapping.each
        if not each:
            yield cells
            return
        lists: dict[str, Sequence[str]] = {}
        for column, separator in each.items():
            cell = cells.get(column, "")
            lists[column] = _split(cell, separator)
        lengths = {len(parts) for parts in lists.values() if parts}
        if len(lengths) > 1:
            counts = ", ".join(f"{column} has {len(parts)}" for column, parts in lists.items())
            faults.append(ColumnFault(next(iter(each)), f"lists that belong together have different lengths: {counts}"))
            return
        if lengths in (set(), {1}):
            yield cells
            return
        for place in range(lengths.pop()):
            item: dict[str, Cell] = {column: parts[place] if parts else "" for column, parts in lists.items()}
            yield {**cells, **item}

    def _day(self, cells: Cells, faults: list[ColumnFault]) -> tuple[str | None, str | None]:
        """Return the day on which it was said, or what is not believed of it."""
        if self._stated is None or self._mapping.stated is None:
            return None, None
        column = self._mapping.stated.column
        text = shown(cells.get(column, ""))
        if text in self._missing:
            return None, None
        try:
            day = self._stated.read(text)[:10]
        except DateFault as exc:
            if exc.is_sentinel:
                return None, f"{column} {exc}"
            faults.append(ColumnFault(column, str(exc)))
            return None, None
        if not is_day(day):
            return None, f"{column} {text!r} is not one day"
        return day, None


def _speakers(template: str, missing: frozenset[str], subjects: NamedSubjects) -> Callable[[Cells], Sequence[str]]:
    """Return a function that names who says something: one, or all that a cell with a list names."""
    fill = subjects.filler(template, missing)
    column = template[1:-1] if template[:1] == "{" and template.count("{") == 1 and template[-1:] == "}" else ""

    def speakers(cells: Cells) -> Sequence[str]:
        cell = cells.get(column, "")
        return cell if isinstance(cell, tuple) else (fill(cells),)

    return speakers


def _split(cell: Cell, separator: str) -> Sequence[str]:
    if isinstance(cell, tuple):
        return cell
    if not cell or not separator:
        return (cell,) if cell else ()
    return [part.strip() for part in cell.split(separator)]


def _payload(column: str | None, cells: Cells, faults: list[ColumnFault]) -> dict[str, Json]:
    """Return the payload that one cell holds as JSON."""
    text = shown(cells.get(column, "")) if column else ""
    if not text:
        return {}
    try:
        payload: Json = canonical.parse(text)
    except CanonicalError as exc:
        faults.append(ColumnFault(column, str(exc)))
        return {}
    if not isinstance(payload, dict):
        faults.append(ColumnFault(column, "is not a JSON object"))
        return {}
    return payload


def _values(readers: Sequence[tuple[str, ReadValue]], cells: Cells, faults: list[ColumnFault]) -> dict[str, Json]:
    values: dict[str, Json] = {}
    for name, read in readers:
        try:
            value = read(cells)
        except ColumnFault as exc:
            faults.append(exc)
            continue
        if value is not None:
            values[name] = value
    return values
