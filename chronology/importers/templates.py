"""Templates: texts with columns in braces, as in "incident/ucdp-{id}", filled in from the cells of a row. Pure.

A subject is made of a text by dropping what a slug cannot hold, so `AB/1` and `AB-1` would become one, and their claims
would mix. So it is noted which texts of a row become subjects, and what must be equal where two rows name one.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from attrs import field, frozen

from chronology.events.patterns import SUBJECT_LENGTH
from chronology.events.slugs import folded, slug_of
from chronology.importers.rows import Cell, shown

_COLUMN: Final = re.compile(r"\{([^{}]+)\}")
_DIGEST: Final = 8

Cells = Mapping[str, Cell]
Fill = Callable[[Cells], str]
Note = Callable[[str, str], None]
"""Called with a subject, and the text that it was made of."""


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

        def fill_column(cells: Cells) -> str:
            cell = cells.get(column, "")
            text = cell if type(cell) is str else shown(cell)
            return "" if text in missing else text

        return fill_column
    names = frozenset(pieces[1::2])

    def fill(cells: Cells) -> str:
        parts, filled = [], not names
        for place, piece in enumerate(pieces):
            if not place % 2:
                parts.append(piece)
                continue
            text = shown(cells.get(piece, ""))
            if text not in missing:
                filled = True
                parts.append(spell(text) if spell else text)
        return "".join(parts) if filled else ""

    return fill


def subject_filler(template: str, missing: frozenset[str], note: Note | None = None) -> Fill:
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
    plain = slug_of(text)
    letters = [letter for letter in folded(text) if letter.isalnum()]
    if plain and len(plain) <= room and all(map(str.isascii, letters)):
        return plain
    return _with_digest(plain, text, room)


def _with_digest(plain: str, text: str, room: int) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGEST]
    short = plain[: room - _DIGEST - 1].rstrip("-.")
    return f"{short}-{digest}" if short else f"x-{digest}"


class SameBy(Enum):
    """What must be equal where two rows name one subject; the values stand in no file."""

    KEY = "key"
    """The keys: the template holds all of the key, so each row has a subject of its own."""

    TEXT = "text"
    """The texts: the template holds a part of the key, in which letter case tells rows apart too."""

    NAME = "name"
    """The names, which people write with capitals and spaces or without."""


@frozen(eq=False)
class SubjectTemplate:
    """Where a mapping names a subject.

    Attributes:
        column: the first one that it names.
        same_by: what must be equal.
        known: texts that are known not to clash, and need not be noted again; added by the code that finds out.
    """

    column: str
    same_by: SameBy
    known: set[str] = field(factory=set)


class NamedSubject(NamedTuple):
    """A subject that a row names, and the text that it was made of."""

    template: SubjectTemplate
    subject: str
    text: str


class NamedSubjects:
    """Takes note of the subjects that the row at hand names."""

    def __init__(self, *, key: str, merge_spellings: bool) -> None:
        """Take note of what a mapping names.

        Args:
            key: the template of the key.
            merge_spellings: whether names may be spelled in several ways.
        """
        self._key = frozenset(names_in(key))
        self._merges = merge_spellings
        self._noted: list[NamedSubject] = []

    def filler(self, template: str, missing: frozenset[str]) -> Fill:
        """Return a function that fills in a subject, as `subject_filler` does, and notes it."""
        return subject_filler(template, missing, self._noting(template))

    def _noting(self, template: str) -> Note | None:
        """Return what notes the subjects of a template, None if they cannot clash."""
        columns = list(names_in(template.partition("/")[2]))
        same_by = SameBy.KEY if self._key <= set(columns) else SameBy.TEXT if self._key & set(columns) else SameBy.NAME
        if not columns or (same_by is SameBy.NAME and self._merges):
            return None
        origin = SubjectTemplate(columns[0], same_by)
        known, add = origin.known, self._noted.append

        def note(subject: str, text: str) -> None:
            if text not in known:
                add(NamedSubject(origin, subject, text))

        return note

    def drain(self) -> tuple[NamedSubject, ...]:
        """Return what was noted since the last time."""
        noted = tuple(self._noted)
        self._noted.clear()
        return noted


def same_name(text: str) -> str:
    """Return what two spellings of one name share: neither letter case nor spaces nor marks that nobody sees count."""
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return " ".join(text.casefold().split())
