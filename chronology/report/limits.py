"""What a report leaves out: subjects that were not asked for, and fields that are withheld. Reads no store."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen

from chronology.errors import UnknownNameError
from chronology.events.json_values import Json
from chronology.projections import filters
from chronology.projections.filters import KnownAt, Restrictions

FIELDS: Final = {
    "details": "what an event says beyond the values that it asserts, and the reason for a retraction",
    "grade": "Admiralty grades",
    "locator": "where in a document it stands",
    "note": "notes by the person who recorded it, and the reason for a replacement",
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
        withheld: names of `FIELDS`.
        restrictions: the filters of `Reader.state` but those that read dates otherwise.
    """

    subjects: tuple[str, ...] = ()
    withheld: frozenset[str] = frozenset()
    restrictions: Restrictions = field(factory=Restrictions, converter=filters.checked)

    def __attrs_post_init__(self) -> None:
        for name in sorted(self.withheld - FIELDS.keys()):
            raise UnknownNameError("field", name, FIELDS, hint=f"these can be withheld: {', '.join(FIELDS)}")
        filters.refuse_unfitting("report", self.restrictions)

    @property
    def known_at(self) -> KnownAt:
        """As known when; None for now."""
        return self.restrictions.get("known_at")

    def told(self) -> list[str]:
        """Return in words what filters leave out; a name that may be one of those withheld is not given."""
        rest: dict[str, Any] = {**self.restrictions}
        rest.pop("known_at", None)
        if self.hide("source") or self.hide("said_by"):
            rest |= {name: ("withheld",) for name in rest if filters.FILTERS[name].names}
        return filters.told(rest)

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
