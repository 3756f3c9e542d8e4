"""Values of payloads: the cells of a row become texts, numbers or subjects, as a mapping says. Pure."""

import re
from collections.abc import Callable
from typing import Final

from chronology.events.canonical import MAX_INTEGER
from chronology.events.json_values import Json
from chronology.events.patterns import is_subject
from chronology.importers.date_rules import ColumnFault
from chronology.importers.mappings import Value
from chronology.importers.namings import Namings
from chronology.importers.rows import Cell
from chronology.importers.templates import Cells, filler, names_in, subject_filler

Take = Callable[[Cells], Json]
"""Returns the value, None where there is none; raises ColumnFault."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,16}(?:\.0{1,9})?", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
TRUE: Final = frozenset(("1", "true", "yes", "y", "t"))
FALSE: Final = frozenset(("0", "false", "no", "n", "f"))


def taker(value: Value, missing: frozenset[str], namings: Namings) -> Take:
    """Return a function that takes a value from the cells of a row, and notes the subjects that it names."""
    column = next(names_in(value.text), None)
    if value.as_ in ("texts", "subjects"):
        return _list_taker(value, missing, column, namings)
    read = _READERS[value.as_]
    if value.as_ == "subject":
        template = value.text if "/" in value.text else f"{value.kind}/{value.text}"
        is_made = value.kind or "/" in value.text
        fill = subject_filler(template, missing, namings.noting(template)) if is_made else filler(value.text, missing)
    else:
        fill = filler(value.text, missing)
    if not (value.values or value.drop or value.strip):
        plain = value.as_ == "text"

        def take(cells: Cells) -> Json:
            text = fill(cells)
            return (text if plain else read(text, column)) if text else None

        return take

    def take_changed(cells: Cells) -> Json:
        text = _changed(fill(cells), value)
        return read(text, column) if text else None

    return take_changed


def _changed(text: str, value: Value) -> str:
    if value.strip:
        text = text.strip(value.strip)
    if value.drop:
        # Where there are fewer pieces, the last one is what is wanted.
        text = text.split(value.at, value.drop)[-1].strip()
    return value.values.get(text, text)


def _list_taker(value: Value, missing: frozenset[str], column: str | None, namings: Namings) -> Take:
    names = list(names_in(value.text))
    template = value.text
    if value.as_ == "subjects" and "/" not in template:
        template = f"{value.kind}/{template}"
    is_subject = value.as_ == "subjects"
    fill = subject_filler(template, missing, namings.noting(template)) if is_subject else filler(template, missing)
    read = _READERS["subject" if is_subject else "text"]

    def items(cell: Cell) -> tuple[str, ...]:
        if isinstance(cell, tuple):
            return cell
        parts = cell.split(value.split) if value.split else [cell]
        return tuple(part.strip() for part in parts)

    def take(cells: Cells) -> Json:
        lists = {name: items(cells.get(name, "")) for name in names}
        found: dict[str, None] = {}
        for place in range(max(map(len, lists.values()), default=0)):
            one = {name: parts[place] if place < len(parts) else "" for name, parts in lists.items()}
            text = _changed(fill(one), value)
            if text and text not in missing:
                found[str(read(text, column))] = None
        return list(found) or None

    return take


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
