"""Valid times of rows: the rule of a mapping makes one EDTF date of a row's columns. Pure."""

import re
from datetime import date, timedelta
from typing import Final

from chronology.dates import edtf
from chronology.errors import DateError
from chronology.importers.mappings import Dates, On
from chronology.importers.rows import shown
from chronology.importers.templates import Cells
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

    def __init__(self, on: On, dates: Dates, missing: frozenset[str]) -> None:
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
        found = self._read(cells, column)
        if found is None:
            return self._absent(column)
        if self._on.precision is None:
            return found
        code = shown(cells.get(self._on.precision, ""))
        meaning = self._on.precisions.get(code)
        if meaning is None:
            raise ColumnFault(self._on.precision, f"{code!r} is none of {', '.join(self._on.precisions)}")
        if meaning in _LENGTH:
            return found[: _LENGTH[meaning]] if len(found) >= _LENGTH[meaning] else found
        return _around(found, meaning) if len(found) >= len("2018-05-01") else found

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


def precision_faults(on: On) -> list[str]:
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
