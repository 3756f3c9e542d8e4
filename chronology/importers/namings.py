"""Which texts of a row become subjects, and whether two texts that become the same one mean the same. Pure.

A subject is made of a text by dropping what a slug cannot hold, so `AB/1` and `AB-1` would become one, and their claims
would mix.
"""

import unicodedata
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from attrs import field, frozen

from chronology.importers.mappings import Mapped
from chronology.importers.templates import names_in

Note = Callable[[str, str], None]
"""Called with a subject, and the text that it was made of."""


class Rule(Enum):
    """What must be equal where two rows name one subject; the values stand in no file."""

    KEY = "key"
    """The keys: the template holds all of the key, so each row has a subject of its own."""

    TEXT = "text"
    """The texts: the template holds a part of the key, in which letter case tells rows apart too."""

    NAME = "name"
    """The names, which people write with capitals and spaces or without."""


@frozen(eq=False)
class Place:
    """Where a mapping names a subject.

    Attributes:
        column: the first one of the template.
        rule: what must be equal.
        known: texts that are known not to clash, and need not be noted again; added by the code that finds out.
    """

    column: str
    rule: Rule
    known: set[str] = field(factory=set)


class Naming(NamedTuple):
    """A subject that a row names, and the text that it was made of."""

    place: Place
    subject: str
    text: str


class Namings:
    """Takes note of the subjects that the row at hand names."""

    def __init__(self, mapped: Mapped) -> None:
        """Take note of what a mapping names."""
        self._key = frozenset(names_in(mapped.key))
        self._merges = mapped.merge_spellings
        self._found: list[Naming] = []

    def noting(self, template: str) -> Note | None:
        """Return what to call with the subjects of a template, None if they cannot clash."""
        columns = list(names_in(template.partition("/")[2]))
        rule = Rule.KEY if self._key <= set(columns) else Rule.TEXT if self._key & set(columns) else Rule.NAME
        if not columns or (rule is Rule.NAME and self._merges):
            return None
        place = Place(columns[0], rule)
        known, add = place.known, self._found.append

        def note(subject: str, text: str) -> None:
            if text not in known:
                add(Naming(place, subject, text))

        return note

    def taken(self) -> tuple[Naming, ...]:
        """Return what was noted since the last time."""
        found = tuple(self._found)
        self._found.clear()
        return found


def same_name(text: str) -> str:
    """Return what two spellings of one name share: neither letter case nor spaces nor marks that nobody sees count."""
    if not text.isascii():
        text = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
    return " ".join(text.casefold().split())
