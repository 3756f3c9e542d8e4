"""The export format `mermaid`: a timeline diagram as text, for Markdown that draws Mermaid."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from chronology.dates import edtf
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.wording import Wording, in_words, story_events, visible
from chronology.store.reader import Reader

_PLAIN: Final = re.compile(r"[^\W_]|[ ,.()'“”’–-]")
"""Characters that mean nothing to Mermaid: letters, digits and some punctuation."""

_LONGEST: Final = 160
"""Characters of a text in the diagram: a longer one leaves no room for others."""


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> None:
    stream.writelines(f"{line}\n".encode() for line in _lines(reader, selection))


def _lines(reader: Reader, selection: Selection) -> Iterator[str]:
    wording = Wording(reader, selection)
    yield "timeline"
    yield f"    title {escape(wording.name(selection.subject) if selection.subject else 'Timeline')}"
    section = None
    for recorded in story_events(reader, selection):
        event = recorded.event
        valid = event.valid or ""
        earliest = edtf.parse(valid).earliest
        year = "Beginning unknown" if earliest is None else earliest[: -len("-05-01")]
        if year != section:
            section = year
            yield f"    section {escape(year)}"
        yield f"        {escape(in_words(valid))} : {escape(wording.headline(event))}"


def escape(text: str) -> str:
    """Return a text that Mermaid shows unchanged, on one line: every other character is an entity code."""
    line = visible(" ".join(text.split()))
    if len(line) > _LONGEST:
        line = f"{line[: _LONGEST - 1]}…"
    return "".join(char if _PLAIN.fullmatch(char) else f"#{ord(char)};" for char in line)


MERMAID = Exporter(
    name="mermaid",
    title="a timeline diagram as text (Mermaid), dates in words",
    suffix=".mmd",
    loses=(
        "Who says so, grades, quotations, payloads: it shows when, what and who.",
        "The rest of headlines longer than 160 characters, and the distance between dates: one comes after the other.",
        "Descriptions of sources, and events without a valid time.",
    ),
    write=_write,
)
