"""Events in words for people: what happened, to whom, who says so. Plain text: each format escapes it for itself."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from attrs import frozen

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
            told = f"{name}: {_words(event.data.get('attribute'))} = {self._value(thaw(event.data).get('value'))}"
        elif event.type == FACT_ENDED:
            told = f"{name}: {_words(event.data.get('attribute'))} ended"
        else:
            told = f"{self._vocabulary.version(event.type, event.type_version or 1).title}: {name}"
        told = " ".join(told.split())
        return f"Denied: {told}" if event.stance == "denies" else told

    def details(self, event: Event) -> str:
        """Return what else the event says, empty if nothing."""
        if event.type in (FACT_ASSERTED, FACT_ENDED):
            return ""
        said = thaw(event.data)
        return "; ".join(f"{_words(key)}: {self._value(value)}" for key, value in said.items() if value is not None)

    def said_by(self, event: Event) -> str:
        """Return who the claim comes from, if that is not the source itself, and who passed it on."""
        return ", via ".join(self.name(one) for one in event.said_by)

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
    return _REORDERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _words(key: object) -> str:
    return str(key).replace("_", " ")


def _described(reader: Reader, selection: Selection) -> dict[str, Described]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for holding in reader.state(kind="source", valid_at=ANY_TIME, known_at=selection.known_at):
        if holding.attribute in _PARTS and isinstance(holding.value, str) and holding.value:
            found[holding.subject][holding.attribute] = holding.value
    return {source: Described(**parts) for source, parts in found.items()}


_PARTS: Final = frozenset({"title", "publisher", "author", "published", "url"})


def told_events(reader: Reader, selection: Selection) -> Iterator[RecordedEvent]:
    """Yield the selected events that a story tells: descriptions of sources only where sources are asked for."""
    asked = selection.kind == "source" or (selection.subject or "").startswith("source/")
    for event in selection.events(reader):
        if asked or event.event.type != SOURCE_DESCRIBED:
            yield event
