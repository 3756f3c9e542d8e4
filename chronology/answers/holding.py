"""An answer as users get it: what held, since when, who says so. Keeps stored texts, and reads them when asked."""

from typing import Any, Final, Literal

import msgspec
from attrs import frozen

from chronology.dates import edtf
from chronology.errors import DateError, IntegrityError
from chronology.events.json_values import Json, freeze

Certainty = Literal["certain", "possible"]
Standing = Literal["leading", "possible", "rival", "denial"]
Role = Literal["affirms", "denies", "disputes"]

Evidence = tuple[str | None, str, int, str, str, str, str | None, Role]
"""What stands behind a party: value as canonical JSON, event, position, valid, origin, source, grade, role."""

Party = tuple[Evidence | None, Standing]
"""A party and its standing; None for the world of nothing known."""

Dissent = tuple[Certainty, bool, tuple[Party, ...]]
"""Of an answer with more than its leading party: how certain, whether contested, and the others in order."""

HeldRow = tuple[
    str, str, str | None, str | None, int | None, str | None, str | None, str | None, str | None, Dissent | None
]
"""An answer as text: subject and attribute, evidence of the leading party but for its role, and the dissent.

All of the evidence is None where nothing known leads. One party alone is certain, and nobody contests it: most answers
are so, and then SQL gives this row as it is.
"""

_decode: Final = msgspec.json.decode


@frozen(kw_only=True)
class Candidate:
    """One party to an answer, with who says so; `event` and what follows are None for the world of nothing known.

    Attributes:
        value: what is said; of a denial, what is denied or disputed.
        role: what its event does to the attribute: disputes is for one that names another event and says no value.
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


class Holding(msgspec.Struct, frozen=True, gc=False):
    """What held of one attribute of one subject.

    Its values and dates are read from their texts when asked for, which raises IntegrityError where they are ruined.
    """

    # A whole state has one of these for every attribute of every subject: the collector need not look at each.
    _row: HeldRow

    @property
    def subject(self) -> str:
        """What it is about."""
        return self._row[0]

    @property
    def attribute(self) -> str:
        """What of the subject held."""
        return self._row[1]

    @property
    def value(self) -> Json:
        """The leading value; None where that is that nothing is known to hold."""
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
        """The start of the leading assertion as its source gave it; None if that is open, unknown or nothing."""
        valid = self._row[5]
        if not valid:
            return None
        try:
            return edtf.parse(valid).since
        except DateError as exc:
            raise ruined(exc) from exc

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every party, the leading one first."""
        evidence, dissent = self._row[2:-1], self._row[-1]
        leading = Candidate(value=None, standing="leading")
        if evidence[1] is not None:
            leading = _candidate((*evidence, "affirms"), "leading")
        others = () if dissent is None else dissent[2]
        return (leading, *(_candidate(said, standing) for said, standing in others))

    def __repr__(self) -> str:
        names = ("subject", "attribute", "value", "certainty", "contested", "since", "candidates")
        return f"Holding({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _candidate(said: Any, standing: Standing) -> Candidate:
    if said is None:
        return Candidate(value=None, standing=standing)
    value, event, position, valid, origin, source, grade, role = said
    return Candidate(
        value=_value(value),
        standing=standing,
        event=event,
        position=position,
        valid=valid,
        origin=origin,
        source=source,
        grade=grade,
        role=role,
    )


def _value(text: str | None) -> Json:
    if text is None:
        return None
    try:
        return freeze(_decode(text))
    except ValueError as exc:
        raise ruined(exc) from exc


def ruined(exc: Exception) -> IntegrityError:
    """Return the error of a projection that holds what no replay writes."""
    return IntegrityError(
        f"the projections hold what no replay writes: {exc}",
        hint="`chronology verify` tells more; `chronology replay` rebuilds them",
    )
