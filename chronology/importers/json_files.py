"""JSON files: an object a line, or a list of objects, read one by one. Nested parts get columns of their own."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from chronology.errors import CanonicalError, ImportFileError
from chronology.events import canonical
from chronology.events.json_values import Json
from chronology.importers.files import check_no_page, encoding_of, lines, opened, pieces
from chronology.importers.rows import LONGEST_LINE, MOST_COLUMNS, BadRow, Cell, Reading, Row, Table

_SAMPLED: Final = 100

Check = Callable[[Mapping[str, Json]], str]
"""Returns what is wrong with an object, empty if nothing is."""


@frozen(kw_only=True)
class JsonRows:
    """An importer of JSON objects."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    check: Check

    def read(self, path: Path, reading: Reading) -> Table:
        """Open a file and return its objects as rows; columns are those of the first ones.

        Raises:
            ImportFileError: it is no text, or its first objects break off.
        """
        check_no_page(path)
        encoding = reading.encoding or encoding_of(path, longest_line=None).name
        rows = self._rows(path, encoding, reading)
        first = list(islice(rows, _SAMPLED))
        columns = dict.fromkeys(name for row in first for name in row.cells)
        return Table(tuple(columns), chain(first, rows), is_open=True, unit="object")

    def _rows(self, path: Path, encoding: str, reading: Reading) -> Iterator[Row | BadRow]:
        with opened(path) as source:
            beginning = next((text.lstrip() for text in pieces(source, encoding, None) if text.strip()), "")
        with opened(path) as source:
            is_list = beginning.startswith("[")
            records = (
                _of_list(pieces(source, encoding, reading.tell), path)
                if is_list
                else _of_lines(lines(source, encoding, reading.tell), path)
            )
            for number, record in enumerate(records, start=1):
                yield self._row(number, record)

    def _row(self, number: int, record: Json) -> Row | BadRow:
        if isinstance(record, CanonicalError):
            return BadRow(number, None, str(record))
        if not isinstance(record, dict):
            return BadRow(number, None, "is not a JSON object")
        cells = flattened(record)
        if len(cells) > MOST_COLUMNS:
            return BadRow(number, None, f"has {len(cells):,} parts, and the most are {MOST_COLUMNS:,}")
        reason = self.check(record)
        return BadRow(number, None, reason, cells) if reason else Row(number, cells)


def _cloud_fault(record: Mapping[str, Json]) -> str:
    if record.get("specversion") != "1.0":
        return f"is not a CloudEvent of version 1.0: specversion is {record.get('specversion')!r}"
    lacking = [name for name in ("id", "source", "type") if not isinstance(record.get(name), str) or not record[name]]
    return f"is not a CloudEvent: {', '.join(lacking)} missing" if lacking else ""


def _no_fault(_: Mapping[str, Json]) -> str:
    return ""


CLOUDEVENTS: Final = JsonRows(
    name="cloudevents",
    title="CloudEvents 1.0, one JSON object a line or a batch",
    suffixes=(".cloudevents", ".cloudevents.json", ".cloudevents.jsonl", ".ce.jsonl"),
    check=_cloud_fault,
)
JSON: Final = JsonRows(
    name="json", title="a list of JSON objects, or one a line", suffixes=(".json", ".ndjson"), check=_no_fault
)


def flattened(record: Mapping[str, Json]) -> dict[str, Cell]:
    """Return the parts of an object as cells, those inside others by a path with dots.

    A list of objects becomes a column for each of their keys, each with the texts at the same places. An object inside
    is also there as JSON text, by its own name.
    """
    cells: dict[str, Cell] = {}
    _flatten(record, "", cells)
    return cells


def _flatten(record: Mapping[str, Json], path: str, cells: dict[str, Cell]) -> None:
    for key, value in record.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            cells[name] = _as_json(value)
            _flatten(value, f"{name}.", cells)
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            parts = [flattened(item) if isinstance(item, dict) else {"": _text(item)} for item in value]
            for inner in dict.fromkeys(inner for part in parts for inner in part):
                cells[f"{name}.{inner}" if inner else name] = tuple(_one(part.get(inner, "")) for part in parts)
        elif isinstance(value, list):
            cells[name] = tuple(map(_text, value))
        else:
            cells[name] = _text(value)


def _one(cell: Cell) -> str:
    return cell if isinstance(cell, str) else "; ".join(cell)


def _text(value: Json) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else _as_json(value)


def _as_json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _of_lines(text: Iterator[str], path: Path) -> Iterator[Any]:
    """Yield the objects of lines.

    Raises:
        ImportFileError: the text ends within an object.
    """
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        record = _parsed(line)
        # Only the last line can lack its end.
        if isinstance(record, CanonicalError) and line[-1] not in "\r\n" and _Items().breaks_off(line):
            raise ImportFileError(
                f"{path}, line {number:,}: the file ends within this object, so it is cut off", hint="fetch it again"
            )
        yield record


def _parsed(text: str) -> Any:
    try:
        return canonical.parse(text.strip())
    except CanonicalError as exc:
        return exc


def _of_list(text: Iterator[str], path: Path) -> Iterator[Any]:
    """Yield the items of a list, with no more than one in memory.

    Raises:
        ImportFileError: the list breaks off, more text follows it, or an item is too long.
    """
    scanner = _Items()
    line = 1
    # To the end, for an archive is only known to be whole there.
    for piece in text:
        yield from map(_parsed, scanner.feed(piece))
        rest = scanner.rest.lstrip()
        if rest:
            line += piece[: len(piece) - len(rest)].count("\n")
            raise ImportFileError(
                f"{path}, line {line:,}: after the end of the list of objects comes {rest[:20]!r}",
                hint="put all objects into one list, or one on each line without any list",
            )
        line += piece.count("\n")
    if scanner.closed_by != "]":
        raise ImportFileError(
            f"{path}, line {line:,}: the list of objects breaks off: its closing bracket is missing",
            hint="fetch it again",
        )


_MARK: Final = re.compile(r'["\[\]{},]')
_IN_TEXT: Final = re.compile(r'["\\]')


class _Items:
    """Cuts the text of a list into its items, by brackets and quotation marks alone."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_text = False
        # Whether the last character of a piece was a backslash, which escapes the first one of the next piece.
        self._escapes = False
        self._kept: list[str] = []
        self._length = 0
        self._number = 0
        self.is_done = False
        self.rest = ""
        self.closed_by = ""

    def breaks_off(self, text: str) -> bool:
        """Tell whether an object ends before it is closed. Requires a scanner that has seen nothing."""
        for _ in self.feed(text):
            pass
        return text.lstrip().startswith("{") and not self.is_done

    def feed(self, piece: str) -> Iterator[str]:
        """Take in more text; yield the items that end in it. What follows the closing bracket is kept as `rest`."""
        if self.is_done:
            self.rest = piece
            return
        start, place = 0, 1 if self._escapes else 0
        self._escapes = False
        while mark := (_IN_TEXT if self._in_text else _MARK).search(piece, place):
            place = mark.end()
            char = mark[0]
            if self._in_text:
                self._in_text = char != '"'
                if char == "\\":
                    self._escapes = place == len(piece)
                    place += 1
            elif char == '"':
                self._in_text = True
            elif char in "[{":
                self._depth += 1
                start = place if self._depth == 1 else start
            elif char != "," or self._depth == 1:
                self._depth -= char != ","
                if self._depth == 0 or char == ",":
                    yield from self._cut(piece[start : place - 1])
                    start = place
                if self._depth == 0:
                    self.is_done = True
                    self.rest, self.closed_by = piece[place:], char
                    return
        self._keep(piece[start:])

    def _keep(self, text: str) -> None:
        self._kept.append(text)
        self._length += len(text)
        if self._length > LONGEST_LINE:
            raise ImportFileError(
                f"object {self._number + 1:,} is longer than {LONGEST_LINE:,} characters, more than any event can hold"
            )

    def _cut(self, text: str) -> Iterator[str]:
        self._keep(text)
        item = "".join(self._kept).strip()
        self._kept.clear()
        self._length = 0
        self._number += 1
        if item:
            yield item
