"""Proposing a mapping: from the header and the first rows of a file to a TOML text that a person goes on with. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from chronology.events.patterns import SUBJECT_LENGTH
from chronology.importers.rows import Cell, shown
from chronology.importers.templates import slug
from chronology.importers.values import FALSE, TRUE
from chronology.importers.written_dates import DateFault, Forms

SAMPLED: Final = 1_000
"""Rows that are looked at."""

_FORMS: Final = (
    "YYYY-MM-DD", "YYYY-MM-DD hh:mm:ss", "YYYY-MM-DDThh:mm:ss", "YYYY-MM-DDThh:mm:ssZ", "YYYY/MM/DD", "YYYY-MM",
    "D MMMM YYYY", "D-MMM-YYYY", "MMMM D, YYYY", "D.M.YYYY", "words", "edtf",
)  # fmt: skip
_EITHER: Final = (("D/M/YYYY", "M/D/YYYY"), ("D-M-YYYY", "M-D-YYYY"), ("D/M/YY", "M/D/YY"))
_DATED: Final = re.compile(r"date|day|when|time|start|end|from|until|since|published", re.IGNORECASE)
_KEYED: Final = re.compile(r"(^|_)(id|key|code|ref|no|nr|number|uuid)s?($|_)", re.IGNORECASE)
_SAYING: Final = re.compile(r"source|outlet|reported|publisher|media|witness|author", re.IGNORECASE)
_STATING: Final = re.compile(r"publish|report|source|posted|stated", re.IGNORECASE)
_ENDING: Final = re.compile(r"(^|_)(end|until|to|last|finish)", re.IGNORECASE)
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_COORDINATES: Final = dict.fromkeys(("latitude", "lat"), "latitude") | dict.fromkeys(
    ("longitude", "lon", "lng", "long"), "longitude"
)
"""Names under which a map finds a coordinate, for those that files give it."""

_MISSING: Final = ("", "NA", "N/A", "n/a", "-", "NULL", "null", "None")


@frozen
class _Column:
    """A column as its first cells show it.

    Attributes:
        name: in the file.
        texts: its cells that are not empty.
        is_whole: whether it has no empty cell.
        is_list: whether the file itself has lists in it.
        forms: in which all its dates can be read; empty if it holds no dates.
        open_forms: of these, those between which the order of day and month must be chosen.
    """

    name: str
    texts: Sequence[str]
    is_whole: bool
    is_list: bool
    forms: tuple[str, ...]
    choice: str

    @property
    def is_distinct(self) -> bool:
        return self.is_whole and len(set(self.texts)) == len(self.texts) > 0

    @property
    def is_date(self) -> bool:
        return bool(self.forms or self.choice)


def propose(name: str, importer: str, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> str:
    """Return a mapping for a file, with a word on what has to be looked at.

    Args:
        name: of the file, without its ending.
        importer: that reads it.
        columns: of the file.
        rows: the first ones.
    """
    sample = list(rows)
    looked_at = [_looked_at(column, [row.get(column, "") for row in sample]) for column in columns]
    stem = slug(name, 40).replace(".", "-")
    kind = re.sub("[^a-z0-9]+", "_", stem).strip("_")
    kind = kind if kind[:1].isalpha() else f"file_{kind}"
    dates = [column for column in looked_at if column.is_date]
    key = _key(looked_at)
    saying = next((c for c in looked_at if _SAYING.search(c.name) and not c.is_date and c is not key), None)
    stated = next((c for c in dates if _STATING.search(c.name)), None) if len(dates) > 1 else None
    when = [column for column in dates if column is not stated]
    missing = [text for text in _MISSING[1:] if any(shown(row.get(c, "")) == text for row in sample for c in columns)]
    lines = [
        f"# A mapping for {_comment(name)}: what its columns mean. Check every line, then try it:",
        "# chronology mapping check THIS_FILE YOUR_FILE",
        "",
        f"name = {_text(stem)}",
        f"format = {_text(importer)}",
        f"missing = {json.dumps(missing, ensure_ascii=False)}",
        "",
        "# What identifies a row, and stays the same when the row is corrected.",
        f"key = {_text(_braced(key.name))}"
        if key
        else 'key = ""  # no column has a different value in each row: combine several',
        "",
        "[dataset]",
        f"source = {_text(f'source/{stem}')}  # the document in hand",
        "",
        "[[event]]",
        f"type = {_text(f'{kind}.reported')}",
        f"subject = {_text(f'incident/{stem}-' + (_braced(key.name) if key else ''))}"[: SUBJECT_LENGTH + 40],
        *_attribution(saying, stated),
        "",
        *_times(when),
        "",
        "[event.data]",
        *_data([c for c in looked_at if c not in when and c is not saying and c is not stated and c is not key]),
        "",
        "# Recorded where the store lacks it; with lasts = true, a value holds until the next one.",
        "[[type]]",
        f"name = {_text(f'{kind}.reported')}",
        f"title = {_text(f'Row of {name}')}",
        "lasts = false",
    ]
    return "\n".join(lines) + "\n"


def _looked_at(name: str, cells: Sequence[Cell]) -> _Column:
    texts = [text for cell in cells if (text := shown(cell)) not in _MISSING]
    forms, choice = _forms(name, texts)
    is_list = any(isinstance(cell, tuple) for cell in cells)
    return _Column(name, texts, len(texts) == len(cells), is_list, forms, choice)


def _forms(name: str, texts: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the forms that a column needs, and a choice that only a person can make."""
    if not texts or (not _DATED.search(name) and all(_DECIMAL.fullmatch(text) for text in texts)):
        return (), ""
    left = list(dict.fromkeys(texts))
    forms: list[str] = []
    for form in (*_FORMS, "YYYYMMDD", "YYYY"):
        read = {text for text in left if _reads(form, text)}
        if read:
            forms.append(form)
            left = [text for text in left if text not in read]
    choice = ""
    for first, second in _EITHER:
        read = {text for text in left if _reads(first, text) or _reads(second, text)}
        if not read:
            continue
        days = all(_reads(first, text) for text in read)
        months = all(_reads(second, text) for text in read)
        choice = f"{first} or {second}" if days == months else first if days else second
        left = [text for text in left if text not in read]
    dated = 1 - len(left) / len(set(texts))
    return (tuple(forms), choice) if dated >= 0.9 and (forms or choice) else ((), "")


def _reads(form: str, text: str) -> bool:
    try:
        Forms(forms=(form,)).read(text)
    except DateFault as exc:
        return exc.is_sentinel and form != "edtf"
    return True


def _key(columns: Sequence[_Column]) -> _Column | None:
    distinct = [column for column in columns if column.is_distinct and not column.is_list]
    likely = [column for column in distinct if _KEYED.search(column.name)]
    return next(iter([*likely, *(column for column in distinct if not column.is_date)]), None)


def _attribution(saying: _Column | None, stated: _Column | None) -> Iterator[str]:
    if saying is not None:
        yield f"said_by = {_text('organization/' + _braced(saying.name))}  # who says so"
        separator = next((s for s in (";", "|") if any(s in text for text in saying.texts)), None)
        if separator or saying.is_list:
            yield f"each = {{ {_text(saying.name)} = {_text(separator or '')} }}  # a list: one event for each of them"
    if stated is not None:
        yield f"stated = {{ column = {_text(stated.name)}{_written(stated)} }}  # when it was said"


def _times(dates: Sequence[_Column]) -> Iterator[str]:
    if not dates:
        yield "# No column looks like a date. Say which one is, and how it is written, as in DD/MM/YYYY."
        yield 'on = { column = "", forms = [] }'
        return
    end = next((column for column in dates[1:] if _ENDING.search(column.name)), None)
    if any(" or " in column.choice for column in dates):
        yield "# Does the day come first, or the month? Keep one of the two; nothing is guessed."
    if end is None:
        yield f"on = {{ column = {_text(dates[0].name)}{_written(dates[0])} }}  # when it was so"
        return
    rest = "" if end.is_whole else ', no_end = "open"'
    both = _Column("", (), True, False, tuple(dict.fromkeys(dates[0].forms + end.forms)), dates[0].choice or end.choice)
    yield f"on = {{ start = {_text(dates[0].name)}, end = {_text(end.name)}{_written(both)}{rest} }}  # when it was so"


def _written(column: _Column) -> str:
    forms = [*column.forms, *([column.choice] if column.choice else [])]
    return f", forms = {json.dumps(forms)}"


def _data(columns: Sequence[_Column]) -> Iterator[str]:
    used: set[str] = set()
    for column in columns:
        name = re.sub("[^a-z0-9]+", "_", slug(column.name, 60)).strip("_")
        name = name if name[:1].isalpha() else f"column_{name}"
        kind = _kind(column)
        if kind in ("decimal", "integer") and name in _COORDINATES:
            # As text, whose digits are those of the source.
            name, kind = _COORDINATES[name], "decimal"
        while name in used:
            name += "_"
        used.add(name)
        template = _text(_braced(column.name))
        yield f"{name} = {template}" if kind == "text" else f'{name} = {{ text = {template}, as = "{kind}" }}'


def _kind(column: _Column) -> str:
    if column.is_list:
        return "texts"
    if column.texts and all(_INTEGER.fullmatch(text) for text in column.texts):
        # What begins with a zero is a code, not a number.
        return "text" if any(text.lstrip("+-")[0] == "0" != text for text in column.texts) else "integer"
    if column.texts and all(text.lower() in TRUE | FALSE for text in column.texts):
        return "boolean"
    return "decimal" if column.texts and all(_DECIMAL.fullmatch(text) for text in column.texts) else "text"


def _braced(name: str) -> str:
    return f"{{{name}}}"


def _text(text: str) -> str:
    """Write a text as TOML does; a JSON text is one too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
