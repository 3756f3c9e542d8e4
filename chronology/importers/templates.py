"""Templates: texts with columns in braces, as in "incident/ucdp-{id}", filled in from the cells of a row. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from chronology.events.patterns import SUBJECT_LENGTH
from chronology.events.slugs import folded, slug_of
from chronology.importers.rows import Cell, shown

_COLUMN: Final = re.compile(r"\{([^{}]+)\}")
_DIGEST: Final = 8

Cells = Mapping[str, Cell]
Fill = Callable[[Cells], str]


def names_in(template: str) -> Iterator[str]:
    """Yield the columns that a template names."""
    yield from _COLUMN.findall(template)


def filler(template: str, missing: frozenset[str], *, spell: Callable[[str], str] | None = None) -> Fill:
    """Return a function that fills a template in; the result is empty if every column that it names is.

    Args:
        template: with columns in braces.
        missing: cells that count as empty.
        spell: how to write what is filled in.
    """
    pieces = _COLUMN.split(template)
    if len(pieces) == 3 and pieces[0] == pieces[2] == "" and spell is None:
        column = pieces[1]

        def one(cells: Cells) -> str:
            cell = cells.get(column, "")
            text = cell if type(cell) is str else shown(cell)
            return "" if text in missing else text

        return one
    names = frozenset(pieces[1::2])

    def fill(cells: Cells) -> str:
        found, filled = [], not names
        for place, piece in enumerate(pieces):
            if not place % 2:
                found.append(piece)
                continue
            text = shown(cells.get(piece, ""))
            if text not in missing:
                filled = True
                found.append(spell(text) if spell else text)
        return "".join(found) if filled else ""

    return fill


def subject_filler(template: str, missing: frozenset[str], note: Callable[[str, str], None] | None = None) -> Fill:
    """Return a function that fills in a subject; it is empty if any column that it names is.

    A template of a single column without a kind takes that for kind/slug already.

    Args:
        template: with a kind before the slash, and columns after it.
        missing: cells that count as empty.
        note: called with each subject, and the text that it was made of.
    """
    kind, slash, rest = template.partition("/")
    if not slash:
        return filler(template, missing)
    names = tuple(_COLUMN.findall(rest))
    inner = filler(rest, missing)
    room = SUBJECT_LENGTH - len(kind) - 1

    def fill(cells: Cells) -> str:
        for name in names:
            if shown(cells.get(name, "")) in missing:
                return ""
        text = inner(cells)
        subject = f"{kind}/{slug(text, room)}"
        if note:
            note(subject, text)
        return subject

    return fill


@lru_cache(maxsize=100_000)
def slug(text: str, room: int) -> str:
    """Return the slug of a name; where it says less than the name, because letters were lost, it ends in a digest.

    Args:
        text: the name, in any script.
        room: the most characters.
    """
    if "://" in text:
        # Addresses may differ in nothing but punctuation or the case of letters.
        return _with_digest(slug_of(text.partition("://")[2]), text, room)
    found = slug_of(text)
    letters = [one for one in folded(text) if one.isalnum()]
    if found and len(found) <= room and all(map(str.isascii, letters)):
        return found
    return _with_digest(found, text, room)


def _with_digest(found: str, text: str, room: int) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGEST]
    short = found[: room - _DIGEST - 1].rstrip("-.")
    return f"{short}-{digest}" if short else f"x-{digest}"
