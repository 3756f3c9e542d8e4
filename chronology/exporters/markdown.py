"""The export format `markdown`: a timeline with footnotes, to paste into a report."""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from chronology.events.records import Event
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.wording import Wording, in_words, story_events, visible
from chronology.store.reader import Reader

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>~|$^&]")
"""Characters that begin something in the middle of a line of Markdown; with a backslash before them, none does."""


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> Sequence[str]:
    stream.writelines(f"{line}\n".encode() for line in _lines(reader, selection))
    return []


def _lines(reader: Reader, selection: Selection) -> Iterator[str]:
    wording = Wording(reader, selection)
    title = wording.name(selection.subject) if selection.subject else "Timeline"
    yield f"# {escape(title).replace('#', chr(92) + '#')}"
    yield ""
    if words := selection.in_words():
        yield f"*{escape(f'Events {words}.')}*"
        yield ""
    # By what the footnote says: its number, and the events that share it.
    notes: dict[str, tuple[int, list[int]]] = {}
    for event in story_events(reader, selection):
        number, events = notes.setdefault(_footnote(event.event, wording), (len(notes) + 1, []))
        events.append(event.position)
        yield f"- {_item(event.event, reader, wording)}[^{number}]"
    for note, (number, events) in notes.items():
        yield ""
        yield f"[^{number}]: {note} In the log: {', '.join(map(str, sorted(events)))}."


def _item(event: Event, reader: Reader, wording: Wording) -> str:
    details = wording.details(event)
    item = f"**{escape(in_words(event.valid or ''))}**: {escape(wording.headline(event))}"
    item += f" ({escape(details)})" if details else ""
    disputed = [f"event {reader.event(event_id).position}" for event_id in event.disputes]
    item += f" (disputes {', '.join(disputed)})" if disputed else ""
    return item + ("" if item.endswith(".") else ".")


def _footnote(event: Event, wording: Wording) -> str:
    source = event.source or ""
    link = wording.link(source)
    parts = [
        f"{wording.said_by(event)}, in" if event.said_by else None,
        wording.source(source),
        f"({event.locator})" if event.locator else None,
    ]
    cited = escape(" ".join(filter(None, parts)))
    sentences = [f"{cited}, <{_address(link)}>." if link else f"{cited}."]
    if event.quote:
        quoted = event.quote.strip()
        sentences.append(escape(f"“{quoted}”{'' if quoted.endswith(('.', '!', '?', '…')) else '.'}"))
    if event.grade:
        sentences.append(f"Grade {event.grade}.")
    return " ".join(sentences)


def _address(url: str) -> str:
    """Return an address that cannot end the angle brackets around it."""
    return "".join(char if char.isascii() and char not in '<>\\`"' else _quoted(char) for char in url)


def _quoted(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())


def escape(text: str) -> str:
    """Return a text that Markdown shows unchanged, on one line: nothing in it is markup, a link, HTML or an entity."""
    return _SPECIAL.sub(r"\\\g<0>", visible(" ".join(text.split())))


MARKDOWN = Exporter(
    name="markdown",
    title="a timeline with footnotes, to paste into a report",
    suffix=".md",
    loses=(
        "Everything that has no words in a report: ids, stances other than denials, days of statement and recording.",
        "Line breaks inside quotations and payloads.",
        "Descriptions of sources, which the footnotes give, and events without a valid time, such as retractions.",
    ),
    write=_write,
)
