"""Events as rows of texts, for tables: CSV, XLSX, Parquet. A date is the text as entered, beside what it means.

A spreadsheet would take some texts for something else: for formulas, or for dates with a day that nobody gave.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from chronology.dates import edtf
from chronology.events.json_values import Json, thaw
from chronology.events.patterns import format_instant
from chronology.events.records import RecordedEvent
from chronology.exporters.interface import Selection
from chronology.exporters.wording import Wording, in_words
from chronology.store.reader import Reader

COLUMNS: Final = (
    "position", "id", "type", "subject", "subject_name", "what", "valid", "valid_in_words", "earliest", "latest",
    "stance", "data", "source", "source_title", "origin", "said_by", "stated", "grade", "quote", "locator", "note",
    "disputes", "replaces", "recorded_at", "recorded_by", "type_version",
)  # fmt: skip
"""The columns that every table has; the keys of the payloads follow, as `data.reason`."""

MOST_KEYS: Final = 200
"""The most keys of payloads that get a column each; where there are more, `data` alone has them."""

Row = dict[str, str]
LOSES: Final = (
    "Which cells of data.* columns were numbers or true and false, and which were text; the column data shows it.",
    "Nonce, leaf hash and position in the Merkle tree: a table proves nothing.",
    "Redactions, retractions, definitions of types, names of subjects, and other events without a valid time.",
)
_SIGNS: Final = frozenset("=+-@＝＋－＠﹦﹢﹣﹫")
"""What starts a formula, in its narrow, wide and small forms."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Cn"})
"""Categories of characters that programs drop or do not show, so that a sign after them may still come first."""

_ALSO_UNSEEN: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters without a shape: Hangul fillers."""

_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE: Final = re.compile(
    rf"\s*(?:\d{{1,4}}([-/])\d{{1,4}}(?:\1\d{{1,4}})?(?:[T ].*)?|\d{{1,2}}\.\d{{1,2}}\.\d{{0,4}}"
    rf"|(?:\d{{1,2}}[ -])?{_MONTH}[ -]\d{{1,4}}(?:, \d.*)?|\d{{1,2}}[ -]{_MONTH}|\d{{1,2}}:\d\d(?::\d\d)?)\s*",
    re.IGNORECASE,
)
"""Dates as people write them, whole or partial, with hyphens, slashes, dots or the name of a month; times of day."""


class Rows:
    """The rows of a selection, and their columns."""

    def __init__(self, reader: Reader, selection: Selection) -> None:
        """Find the columns, which takes a first pass over the events."""
        self._reader = reader
        self._selection = selection
        self._wording = Wording(reader, selection)
        self._keys = _keys(reader, selection)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return (*COLUMNS, *(f"data.{key}" for key in self._keys))

    def __iter__(self) -> Iterator[Row]:
        """Yield a row for each event; what an event does not say is an empty text."""
        for event in self._selection.events(self._reader):
            yield self._row(event)

    def _row(self, recorded: RecordedEvent) -> Row:
        event = recorded.event
        valid = event.valid or ""
        reading = edtf.parse(valid)
        data = thaw(event.data)
        row: dict[str, object] = {
            "position": recorded.position,
            "id": recorded.id,
            "type": event.type,
            "subject": event.subject,
            "subject_name": self._wording.name(event.subject),
            "what": self._wording.headline(event),
            "valid": valid,
            "valid_in_words": in_words(valid),
            "earliest": reading.earliest,
            "latest": reading.latest,
            "stance": event.stance,
            "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
            "source": event.source,
            "source_title": self._wording.described(event.source or "").title,
            "origin": event.origin,
            "said_by": " ".join(event.said_by),
            "stated": event.stated,
            "grade": event.grade,
            "quote": event.quote,
            "locator": event.locator,
            "note": event.note,
            "disputes": " ".join(event.disputes),
            "replaces": event.replaces,
            "recorded_at": format_instant(recorded.recorded_at),
            "recorded_by": event.recorded_by,
            "type_version": event.type_version,
        }
        row |= {f"data.{key}": as_cell(data.get(key)) for key in self._keys}
        return {column: "" if value is None else str(value) for column, value in row.items()}


def _keys(reader: Reader, selection: Selection) -> list[str]:
    keys: set[str] = set()
    for event in selection.events(reader):
        keys.update(_texts(event.event.data))
        if len(keys) > MOST_KEYS:
            return []
    return sorted(keys)


def _texts(data: Mapping[str, Json]) -> Iterator[str]:
    return (key for key in data if key)


def as_cell(value: Json) -> str:
    """Return a value of a payload for a cell: texts unchanged, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def is_formula(text: str) -> bool:
    """Tell whether some spreadsheet may take a text for a formula."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    for char in text:
        if char in _SIGNS:
            return True
        if char not in _ALSO_UNSEEN and unicodedata.category(char) not in _UNSEEN:
            return False
    return False


def is_date(text: str) -> bool:
    """Tell whether some spreadsheet may take a text for a date: it makes 1 May 2018 of "2018-05" and of "May 2018"."""
    return _DATE.fullmatch(text) is not None


def harmless(text: str) -> str:
    """Return a text with an apostrophe before what could be taken for a formula or a date; this alters it."""
    return f"'{text}" if is_formula(text) or is_date(text) else text
