"""Values: the cells of a row become valid times, texts, numbers or subjects, as a mapping says. Pure."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from chronology.dates import edtf
from chronology.errors import DateError
from chronology.events.canonical import MAX_INTEGER
from chronology.events.json_values import Json
from chronology.events.patterns import is_subject
from chronology.importers.mappings import Dates, ValidTimeRule, Value
from chronology.importers.rows import Cell, plain_text, shown
from chronology.importers.templates import Cells, NamedSubjects, filler, names_in
from chronology.importers.written_dates import DateFault, Forms

_DAYS: Final = re.compile(r"([0-9]{1,3}) days?")
_LENGTH: Final = {"day": 10, "month": 7, "year": 4}


class ColumnFault(Exception):  # noqa: N818 - never leaves the room
    """What is wrong with one cell of a row."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def forms_of(dates: Dates, forms: tuple[str, ...] = ()) -> Forms:
    """Return the declared forms of a column."""
    return Forms(
        forms=forms or dates.forms,
        sentinels=frozenset(dates.sentinels),
        earliest=dates.earliest,
        latest=dates.latest,
        months=dates.months,
        midnight=dates.midnight,
    )


class ValidTime:
    """The rule by which rows have their valid times."""

    def __init__(self, on: ValidTimeRule, dates: Dates, missing: frozenset[str]) -> None:
        self._on = on
        self._forms = forms_of(dates, on.forms)
        self._missing = missing

    def of(self, cells: Cells) -> str:
        """Return the valid time of a row as EDTF.

        Raises:
            ColumnFault: a cell is not a date by the declared forms, or contradicts another.
        """
        on = self._on
        if on.column is not None:
            return self._single(cells, on.column)
        start, end = on.start or "", on.end
        first = self._read(cells, start)
        if end is None or first is None:
            return self._absent(start) if first is None else first
        last = self._read(cells, end)
        if last is None:
            return self._without_end(first, end)
        if first == last:
            return first
        pattern = "[{}..{}]" if self._is_one_day(cells) else "{}/{}"
        try:
            return edtf.parse(pattern.format(first, last)).text
        except DateError as exc:
            raise ColumnFault(
                end, f"{shown(cells.get(start, ''))} to {shown(cells.get(end, ''))}: {exc.reason}"
            ) from exc

    def _single(self, cells: Cells, column: str) -> str:
        day = self._read(cells, column)
        if day is None:
            return self._absent(column)
        if self._on.precision is None:
            return day
        code = shown(cells.get(self._on.precision, ""))
        meaning = self._on.precisions.get(code)
        if meaning is None:
            raise ColumnFault(self._on.precision, f"{code!r} is none of {', '.join(self._on.precisions)}")
        if meaning in _LENGTH:
            return day[: _LENGTH[meaning]] if len(day) >= _LENGTH[meaning] else day
        return _around(day, meaning) if len(day) >= len("2018-05-01") else day

    def _is_one_day(self, cells: Cells) -> bool:
        rules = self._on.one_day
        return bool(rules) and all(shown(cells.get(column, "")) in wanted for column, wanted in rules.items())

    def _without_end(self, first: str, end: str) -> str:
        if self._on.no_end == "refuse":
            raise ColumnFault(end, "is empty (no_end in the mapping says what that means)")
        return first + {"same day": "", "open": "/..", "unknown": "/"}[self._on.no_end]

    def _absent(self, column: str) -> str:
        if self._on.missing is None:
            raise ColumnFault(column, "has no date")
        return self._on.missing

    def _read(self, cells: Cells, column: str) -> str | None:
        text = shown(cells.get(column, ""))
        if text in self._missing:
            return None
        try:
            return self._forms.read(text)
        except DateFault as exc:
            if exc.is_sentinel and self._on.missing is not None:
                return None
            raise ColumnFault(column, str(exc)) from exc


def precision_faults(on: ValidTimeRule) -> list[str]:
    """Return what is wrong with the meanings of precisions."""
    return [
        f"on.precisions: {meaning!r} is not day, month, year, or a number of days, as in 3 days"
        for meaning in on.precisions.values()
        if meaning not in _LENGTH and not _DAYS.fullmatch(meaning)
    ]


def _around(day: str, meaning: str) -> str:
    """Return one unknown day among those at most this many days before or after a day."""
    match = _DAYS.fullmatch(meaning)
    days = timedelta(days=int(match[1]) if match else 0)
    middle = date.fromisoformat(day[:10])
    return f"[{middle - days}..{middle + days}]"


ReadValue = Callable[[Cells], Json]
"""Returns the value of a row, None where it has none; raises ColumnFault."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,16}(?:\.0{1,9})?", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
TRUE: Final = frozenset(("1", "true", "yes", "y", "t"))
FALSE: Final = frozenset(("0", "false", "no", "n", "f"))


def value_reader(value: Value, missing: frozenset[str], subjects: NamedSubjects) -> ReadValue:
    """Return a function that reads a value from the cells of a row, and notes the subjects that it names."""
    column = next(names_in(value.text), None)
    if value.as_ in ("texts", "subjects"):
        return _list_reader(value, missing, column, subjects)
    read = _READERS[value.as_]
    if value.as_ == "subject":
        template = value.text if "/" in value.text else f"{value.kind}/{value.text}"
        is_made = value.kind or "/" in value.text
        fill = subjects.filler(template, missing) if is_made else filler(value.text, missing)
    else:
        fill = filler(value.text, missing)
    if not (value.values or value.drop or value.strip):
        plain = value.as_ == "text"

        def read_value(cells: Cells) -> Json:
            text = fill(cells)
            return (text if plain else read(text, column)) if text else None

        return read_value

    def read_changed(cells: Cells) -> Json:
        text = _changed(fill(cells), value)
        return read(text, column) if text else None

    return read_changed


def _changed(text: str, value: Value) -> str:
    if value.strip:
        text = text.strip(value.strip)
    if value.drop:
        # Where there are fewer pieces, the last one is what is wanted.
        text = text.split(value.at, value.drop)[-1].strip()
    return value.values.get(text, text)


def _list_reader(value: Value, missing: frozenset[str], column: str | None, subjects: NamedSubjects) -> ReadValue:
    names = list(names_in(value.text))
    template = value.text
    if value.as_ == "subjects" and "/" not in template:
        template = f"{value.kind}/{template}"
    is_subject = value.as_ == "subjects"
    fill = subjects.filler(template, missing) if is_subject else filler(template, missing)
    read = _READERS["subject" if is_subject else "text"]

    def items(cell: Cell) -> tuple[str, ...]:
        if isinstance(cell, tuple):
            return cell
        parts = cell.split(value.split) if value.split else [cell]
        return tuple(part.strip() for part in parts)

    def read_value(cells: Cells) -> Json:
        lists = {name: items(cells.get(name, "")) for name in names}
        # By how they look, so that an item counts once in whichever Unicode form it is written the second time.
        values: dict[str, str] = {}
        for place in range(max(map(len, lists.values()), default=0)):
            item = {name: parts[place] if place < len(parts) else "" for name, parts in lists.items()}
            text = _changed(fill(item), value)
            if text and text not in missing:
                item_value = str(read(text, column))
                values.setdefault(plain_text(item_value), item_value)
        return list(values.values()) or None

    return read_value


def _integer(text: str, column: str | None) -> Json:
    if not _INTEGER.fullmatch(text) or abs(number := int(text.partition(".")[0])) > MAX_INTEGER:
        raise ColumnFault(column, f"{_brief(text)} is not a whole number")
    return number if text[0] != "-" else -abs(number)


def _decimal(text: str, column: str | None) -> Json:
    if not _DECIMAL.fullmatch(text):
        raise ColumnFault(column, f"{_brief(text)} is not a number")
    return text.lstrip("+")


def _boolean(text: str, column: str | None) -> Json:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ColumnFault(column, f"{_brief(text)} is neither yes nor no")


def _subject(text: str, column: str | None) -> Json:
    if not is_subject(text):
        raise ColumnFault(column, f"{_brief(text)} is not kind/slug")
    return text


def _text(text: str, _: str | None) -> Json:
    return text


def _brief(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


_READERS: Final = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "subject": _subject,
}
