"""An answer as users get it: what held, since when, who says so. Keeps the stored texts and parses them on demand."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple
from uuid import UUID

import msgspec
from attrs import frozen

from chronology.dates import edtf
from chronology.errors import DateError, IntegrityError
from chronology.events.json_values import Json, freeze

Certainty = Literal["certain", "possible"]
Standing = Literal["leading", "possible", "rival", "denial"]
Role = Literal["affirms", "denies", "disputes"]


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What stands behind a party, as stored.

    Attributes:
        value: as canonical JSON.
        event: its id as text, or its 16 bytes.
        valid: the text, or the first second of the one day that it names.
    """

    value: str | None
    event: str | bytes
    position: int
    valid: str | int
    origin: str
    source: str
    grade: str | None
    role: Role = "affirms"


class Party(NamedTuple):
    """A party and its standing; `said` is None for "nothing known"."""

    said: Evidence | None
    standing: Standing


class Dissent(NamedTuple):
    """The rest of an answer with several parties; `parties` are the others, in order."""

    certainty: Certainty
    contested: bool
    parties: tuple[Party, ...]


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
    subject: str
    """What it is about."""
    attribute: str
    """Which attribute of the subject it is about."""
    _leading: Evidence | None
    # Most answers have a single party, which is certain and uncontested, and no dissent.
    _dissent: Dissent | None = None
    # Only a question that asks for it needs this: it takes a second look at what was said.
    _support: Mapping[str | None, int] | None = None

    def supported(self, support: Mapping[str | None, int]) -> "Holding":
        """Return the same with the number of origins that support each value, given as canonical JSON text."""
        return Holding(self.subject, self.attribute, self._leading, self._dissent, support)

    def supported_by_one(self) -> "Holding":
        """Return the same with one origin behind every value that a party affirms."""
        values = (None if said is None else said.value for said, _ in self._parties())
        return self.supported(dict.fromkeys(values, 1))

    @property
    def value(self) -> Json:
        """The leading value; None if nothing is known to hold."""
        return None if self._leading is None else _value(self._leading.value)

    @property
    def certainty(self) -> Certainty:
        """`certain` if it wins in every possible world, else `possible`."""
        return "certain" if self._dissent is None else self._dissent.certainty

    @property
    def contested(self) -> bool:
        """Whether sources disagree about it."""
        return self._dissent is not None and self._dissent.contested

    @property
    def since(self) -> str | None:
        """The start of the leading assertion as its source gave it; None if it is open or unknown, or nothing leads."""
        if self._leading is None:
            return None
        try:
            return edtf.parse(_date(self._leading.valid)).since
        except DateError as exc:
            raise ruined(exc) from exc

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every party, the leading one first."""
        return tuple(_candidate(said, standing, self._support) for said, standing in self._parties())

    def _parties(self) -> tuple[Party, ...]:
        return (Party(self._leading, "leading"), *(() if self._dissent is None else self._dissent.parties))

    def __repr__(self) -> str:
        names = ("subject", "attribute", "value", "certainty", "contested", "since", "candidates")
        return f"Holding({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _candidate(said: Evidence | None, standing: Standing, support: Mapping[str | None, int] | None) -> Candidate:
    if said is None:
        return Candidate(value=None, standing=standing)
    return Candidate(
        value=_value(said.value),
        standing=standing,
        event=said.event if isinstance(said.event, str) else str(UUID(bytes=said.event)),
        position=said.position,
        valid=_date(said.valid),
        origin=said.origin,
        source=said.source,
        grade=said.grade,
        role=said.role,
        supported_by=support.get(said.value) if support and said.role == "affirms" else None,
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
