"""What a report leaves out: subjects that were not asked for, and fields that are withheld. Reads no store."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from chronology.errors import ChronologyError, UnknownNameError
from chronology.events.json_values import Json
from chronology.store.query import KnownAt

FIELDS: Final = {
    "details": "what an event says beyond the values that it asserts, and the reason of a retraction",
    "grade": "Admiralty grades",
    "locator": "where in a document it stands",
    "note": "notes of whoever recorded it, and the reason of a replacement",
    "quote": "quotes",
    "recorded_by": "who recorded it",
    "said_by": "who said it: names are replaced by numbers",
    "source": "documents: names are replaced by numbers, and nothing that describes them is kept",
    "stated": "the day on which a source said it",
    "url": "addresses of documents",
}
"""The fields that can be withheld, each with what is left out."""


@frozen(kw_only=True)
class Limits:
    """What of a store goes into a report.

    Attributes:
        subjects: only these; all where empty.
        known_at: as the log stood then: a position, an instant or a day, as for `Reader.state`.
        withheld: names of `FIELDS`.
    """

    subjects: tuple[str, ...] = ()
    known_at: KnownAt = None
    withheld: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        for name in sorted(self.withheld - FIELDS.keys()):
            raise UnknownNameError("field", name, FIELDS, hint=f"these can be withheld: {', '.join(FIELDS)}")
        if isinstance(self.known_at, int) and self.known_at < 0:
            raise ChronologyError(f"position {self.known_at} is below 0", hint="position 0 is the empty log")

    def admit(self, subject: str) -> bool:
        """Tell whether a subject was asked for."""
        return not self.subjects or subject in self.subjects

    def hide(self, field: str) -> bool:
        """Tell whether a field is withheld."""
        return field in self.withheld


class Pseudonyms:
    """Stands numbers in for withheld names, the same for the same name everywhere in a report."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def withhold(self, names: Iterable[str]) -> None:
        """Take in names that must not appear, in the order in which they are to be numbered."""
        for name in names:
            self._numbers.setdefault(name, f"withheld/{len(self._numbers) + 1}")

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def of(self, name: str) -> str:
        """Return what stands for a name: itself, if it is not withheld."""
        return self._numbers.get(name, name)

    def within(self, value: Json) -> Json:
        """Return a value in which withheld names are replaced."""
        if isinstance(value, str):
            return self.of(value)
        if isinstance(value, Mapping):
            return {self.of(key): self.within(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.within(item) for item in value]
        return value
