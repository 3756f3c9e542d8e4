"""An answer as users get it: what held, since when, who says so. Keeps the stored texts and parses them on demand."""

from collections.abc import Mapping
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from attrs import frozen

from chronology.dates import edtf
from chronology.errors import DateError, IntegrityError
from chronology.events.json_values import Json, freeze

Certainty = Literal["certain", "possible"]
Standing = Literal["leading", "possible", "rival", "denial"]
Role = Literal["affirms", "denies", "disputes"]

Evidence = tuple[str | None, bytes, int, str | int, str, str, str | None, Role]
"""The evidence of a party: value as canonical JSON, event, position, valid, origin, source, grade, role.

The event is the 16 bytes of its id. `valid` is the text, or the first second of the one day that it names.
"""

Party = tuple[Evidence | None, Standing]
"""A party and its standing; None stands for "nothing known"."""

Dissent = tuple[Certainty, bool, tuple[Party, ...]]
"""The rest of an answer with several parties: certainty, whether it is contested, and the other parties in order."""

HeldRow = tuple[
    str, str, str | None, bytes | None, int | None, str | int | None, str | None, str | None, str | None, Dissent | None
]
"""An answer as stored: subject and attribute, the leading party's evidence without its role, and the dissent.

If "nothing known" leads, all of the evidence is None. A single party is certain and uncontested, and the dissent is
None. Most answers are like that.
"""

_decode: Final = msgspec.json.decode


@frozen(kw_only=True)
class Candidate:
    """One party to an answer, and who says so. For "nothing known", `event` and everything after it are None.

    Attributes:
        value: what the event says; for a denial, what it denies or disputes.
        role: what the event does to the attribute; it `disputes` if it only names another event and gives no value.
        supported_by: how many independent origins support the value, where the question asked for it and the event
            affirms it; else None.
    """

    value: Json
    standing: Standing
    event: str | None = None
    position: int | None = None
    valid: str | None = None
    origin: str | None = None
    source: str | None = None
    grade: str | None = None
    role: Role | None = None
    supported_by: int | None = None


class Holding(msgspec.Struct, frozen=True, gc=False):
    """What held of one attribute of one subject.

    Values and dates are parsed when asked for, which raises IntegrityError if their texts are damaged.
    """

    # A whole state has one of these for every attribute of every subject; gc=False spares the collector a look at each.
    _row: HeldRow
    # Only a question that asks for it needs this: it takes a second look at what was said.
    _support: Mapping[str | None, int] | None = None

    def supported(self, support: Mapping[str | None, int]) -> "Holding":
        """Return the same with the number of origins that support each value, given as canonical JSON text."""
        return Holding(self._row, support)

    def supported_by_one(self) -> "Holding":
        """Return the same with one origin behind every value that a party affirms."""
        others = () if self._row[-1] is None else self._row[-1][2]
        values = (self._row[2], *(said[0] for said, _ in others if said))
        return Holding(self._row, dict.fromkeys(values, 1))

    @property
    def subject(self) -> str:
        """What it is about."""
        return self._row[0]

    @property
    def attribute(self) -> str:
        """Which attribute of the subject it is about."""
        return self._row[1]

    @property
    def value(self) -> Json:
        """The leading value; None if nothing is known to hold."""
        return _value(self._row[2])

    @property
    def certainty(self) -> Certainty:
        """`certain` if it wins in every possible world, else `possible`."""
        dissent = self._row[-1]
        return "certain" if dissent is None else dissent[0]

    @property
    def contested(self) -> bool:
        """Whether sources disagree about it."""
        dissent = self._row[-1]
        return dissent is not None and dissent[1]

    @property
    def since(self) -> str | None:
        """The start of the leading assertion as its source gave it; None if it is open or unknown, or nothing leads."""
        valid = self._row[5]
        if valid is None:
            return None
        try:
            return edtf.parse(_date(valid)).since
        except DateError as exc:
            raise ruined(exc) from exc

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every party, the leading one first."""
        evidence, dissent = self._row[2:-1], self._row[-1]
        leading = Candidate(value=None, standing="leading")
        if evidence[1] is not None:
            leading = _candidate((*evidence, "affirms"), "leading", self._support)
        others = () if dissent is None else dissent[2]
        return (leading, *(_candidate(said, standing, self._support) for said, standing in others))

    def __repr__(self) -> str:
        names = ("subject", "attribute", "value", "certainty", "contested", "since", "candidates")
        return f"Holding({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _candidate(said: Any, standing: Standing, support: Mapping[str | None, int] | None) -> Candidate:
    if said is None:
        return Candidate(value=None, standing=standing)
    value, event, position, valid, origin, source, grade, role = said
    return Candidate(
        value=_value(value),
        standing=standing,
        event=str(UUID(bytes=event)),
        position=position,
        valid=_date(valid),
        origin=origin,
        source=source,
        grade=grade,
        role=role,
        supported_by=support.get(value) if support and role == "affirms" else None,
    )


def _date(valid: str | int) -> str:
    return valid if isinstance(valid, str) else edtf.format_day(valid) or ""


def _value(text: str | None) -> Json:
    if text is None:
        return None
    try:
        return freeze(_decode(text))
    except ValueError as exc:
        raise ruined(exc) from exc


def ruined(exc: Exception) -> IntegrityError:
    """Return the error for projections that hold something that no replay would write."""
    return IntegrityError(
        f"the projections are damaged: {exc}",
        hint="`chronology verify` says more; `chronology replay` rebuilds them",
    )
