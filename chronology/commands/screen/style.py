"""Colours for terminals: the colour of each tone, and where it is wanted. Prints nothing; takes escaped text only."""

import os
from typing import Final, TextIO

from chronology.commands.screen.table import Paint, Tone, plain

_CODES: Final = {
    Tone.HEADING: "1",
    Tone.POSSIBLE: "33",
    Tone.CONTESTED: "31",
    Tone.ERROR: "1;31",
    Tone.HINT: "36",
    Tone.NOTE: "33",
}
"""Select Graphic Rendition (ECMA-48, section 8.3.117): bold, yellow, red, cyan; no background, no faint text."""


def paint_for(stream: TextIO) -> Paint:
    """Return what colours text for a stream; it does so only for a terminal whose user did not refuse colours."""
    refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return plain if refused or not stream.isatty() else _paint


def _paint(text: str, tone: Tone) -> str:
    return f"\x1b[{_CODES[tone]}m{text}\x1b[0m"
