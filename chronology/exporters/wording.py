"""Events in words for people: what happened, to whom, when, who says so. Plain text: each format escapes it for itself.

A date in words is no more precise than it was entered: "January 2018 to about April 2018".
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from chronology.dates import edtf
from chronology.events.json_values import Json, thaw
from chronology.events.patterns import is_subject
from chronology.events.records import Event, RecordedEvent
from chronology.exporters.interface import Selection
from chronology.store.reader import Reader
from chronology.vocabulary.event_types import FACT_ASSERTED, FACT_ENDED, SOURCE_DESCRIBED

ANY_TIME: Final = "9999-12-31"
"""The date at which a description is asked for: what is known of a source or a place does not change with the world."""

_REORDERS: Final = re.compile("[\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""Embeddings, overrides and isolates, which swap digits before a reader's eyes, and what is no character at all."""

_LINKS: Final = ("http://", "https://")
_PARTS: Final = frozenset({"title", "publisher", "author", "published", "url"})
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_GROUPS: Final = dict(
    enumerate(
        (
            "spring", "summer", "autumn", "winter",
            "spring", "summer", "autumn", "winter",
            "spring (southern)", "summer (southern)", "autumn (southern)", "winter (southern)",
            "first quarter of", "second quarter of", "third quarter of", "fourth quarter of",
            "first third of", "second third of", "last third of",
            "first half of", "second half of",
        ),
        start=21,
    )
)  # fmt: skip
_PLAIN: Final = re.compile(r"(\d{4})(?:-(\d\d|XX)(?:-(\d\d|XX))?)?")
_TIME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)(?::(\d\d))?(Z|[+-]\d\d(?::\d\d)?)?")
_MARKS: Final = str.maketrans("", "", "?~%")


@frozen(kw_only=True)
class Described:
    """What is known of a source; None where nothing is."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None


class Wording:
    """Puts events into words, with the names that subjects had by the selection's `known_at`."""

    def __init__(self, reader: Reader, selection: Selection) -> None:
        """Read names and descriptions of sources, which the events then share."""
        self._titles = reader.names.titles(known_at=selection.known_at)
        self._vocabulary = reader.vocabulary
        self._sources = _described(reader, selection)

    def name(self, subject: str) -> str:
        """Return what a subject is called; the part after the slash where it has no name."""
        return self._titles.get(subject) or subject.partition("/")[2]

    def headline(self, event: Event) -> str:
        """Return what happened to whom, or what is denied, in one line."""
        name = self.name(event.subject)
        if event.type == FACT_ASSERTED:
            headline = f"{name}: {_words(event.data.get('attribute'))} = {self._value(thaw(event.data).get('value'))}"
        elif event.type == FACT_ENDED:
            headline = f"{name}: {_words(event.data.get('attribute'))} ended"
        else:
            headline = f"{self._vocabulary.version(event.type, event.type_version or 1).title}: {name}"
        headline = " ".join(headline.split())
        return f"Denied: {headline}" if event.stance == "denies" else headline

    def details(self, event: Event) -> str:
        """Return what else the event says, empty if nothing."""
        if event.type in (FACT_ASSERTED, FACT_ENDED):
            return ""
        data = thaw(event.data)
        return "; ".join(f"{_words(key)}: {self._value(value)}" for key, value in data.items() if value is not None)

    def said_by(self, event: Event) -> str:
        """Return who the claim comes from, if that is not the source itself, and who passed it on."""
        return ", via ".join(self.name(speaker) for speaker in event.said_by)

    def described(self, source: str) -> Described:
        """Return what is known of a source."""
        return self._sources.get(source, Described())

    def source(self, source: str) -> str:
        """Return a source as a citation: author, title, publisher, day; its slug where nothing is known of it."""
        known = self.described(source)
        parts = [known.author, f"“{known.title}”" if known.title else None, known.publisher, known.published]
        return ", ".join(filter(None, parts)) or self.name(source)

    def link(self, source: str) -> str | None:
        """Return where a source was found, if that is an address of the web."""
        url = self.described(source).url
        return url if url and url.lower().startswith(_LINKS) and url.isprintable() and " " not in url else None

    def _value(self, value: Json) -> str:
        if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
            return ", ".join(self._value(item) for item in value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return self.name(value) if is_subject(value) else value
        return json.dumps(value, ensure_ascii=False)


def visible(text: str) -> str:
    """Return a text in which what would reorder its neighbours, or hide them, is shown as an escape."""
    return _REORDERS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _words(key: object) -> str:
    return str(key).replace("_", " ")


def _described(reader: Reader, selection: Selection) -> dict[str, Described]:
    described: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for holding in reader.state(kind="source", valid_at=ANY_TIME, known_at=selection.known_at):
        if holding.attribute in _PARTS and isinstance(holding.value, str) and holding.value:
            described[holding.subject][holding.attribute] = holding.value
    return {source: Described(**parts) for source, parts in described.items()}


def story_events(reader: Reader, selection: Selection) -> Iterator[RecordedEvent]:
    """Yield the selected events that a story tells: descriptions of sources only where sources are asked for."""
    asked = selection.kind == "source" or (selection.subject or "").startswith("source/")
    for event in selection.events(reader):
        if asked or event.event.type != SOURCE_DESCRIBED:
            yield event


def in_words(valid: str) -> str:
    """Return a valid time in English words; what has no plain words stays as it was entered.

    Raises:
        DateError: the text is not EDTF.
    """
    edtf.parse(valid)
    if "/" in valid:
        return _interval(*valid.split("/"))
    if valid[0] == "[":
        return _list(valid[1:-1].split(","))
    return _date(valid)


def _interval(start: str, end: str) -> str:
    if start == "..":
        return {"..": "always", "": "from the beginning to an unknown day"}.get(end) or f"until {_date(end)}"
    if start == "":
        return "since an unknown day" if end == ".." else f"from an unknown day to {_date(end)}"
    if end == "..":
        return f"since {_date(start)}"
    return f"{_date(start)} to an unknown day" if end == "" else _range(start, end)


def _list(parts: list[str]) -> str:
    if len(parts) == 1 and ".." in parts[0]:
        return _one_of(*parts[0].split(".."))
    *others, last = [_one_of(*part.split("..")) if ".." in part else _date(part) for part in parts]
    return f"{', '.join(others)} or {last}" if others else last


def _one_of(first: str, last: str) -> str:
    if not first:
        return f"{_date(last)} or earlier"
    if not last:
        return f"{_date(first)} or later"
    exact = len(first.translate(_MARKS)) == len("2018-05-01")
    return f"{'some day' if exact else 'some time'} from {_range(first, last)}"


def _range(first: str, last: str) -> str:
    """Return two dates in words; what they share is said once where both are plain days."""
    if first == last:
        return _date(first)
    if len(first) == len(last) == len("2018-05-01") and first[:4] == last[:4] and _is_day(first) and _is_day(last):
        begin = _date(first).removesuffix(f" {first[:4]}")
        if first[:7] == last[:7]:
            begin = begin.partition(" ")[0]
        return f"{begin} to {_date(last)}"
    return f"{_date(first)} to {_date(last)}"


def _is_day(text: str) -> bool:
    return text.replace("-", "").isdigit()


def _date(text: str) -> str:
    marks = {mark for mark in text if mark in "?~%"}
    plain = _plain(text.translate(_MARKS))
    if plain is None:
        return text
    about = "about " if marks & {"~", "%"} else ""
    return f"{about}{plain}{' (uncertain)' if marks & {'?', '%'} else ''}"


def _plain(text: str) -> str | None:
    """Return a date without qualifiers in words, None where it has no plain ones."""
    if match := _TIME.fullmatch(text):
        year, month, day, clock, second, zone = match.groups()
        seconds = f":{second}" if second and second != "00" else ""
        named = "" if zone is None else " UTC" if zone == "Z" else f" UTC{zone}"
        return f"{_day(year, month, day)}, {clock}{seconds}{named}"
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    if month is None or (month == "XX" and day in (None, "XX")):
        # Of an event of which only the year is known, a month or day with X says no more.
        return year if month is None else f"some day in {year}"
    if month == "XX":
        return None
    if int(month) in _GROUPS:
        return f"{_GROUPS[int(month)]} {year}"
    if day is None:
        return f"{_MONTHS[int(month) - 1]} {year}"
    return f"some day in {_MONTHS[int(month) - 1]} {year}" if day == "XX" else _day(year, month, day)


def _day(year: str, month: str, day: str) -> str:
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"
