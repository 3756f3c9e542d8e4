"""What an answer of section 4 consists of: records, and no rule. Pure."""

from enum import StrEnum
from typing import Final, NamedTuple

from chronology.answers.edition3.claims import Claim
from chronology.answers.edition3.contests import Value

RULE: Final = 3
"""The edition of the rule; answers, reports and exports name it."""


class Standing(StrEnum):
    """What a value, and so each claim of it, is to an answer; the order of the members is the order of display."""

    LEADING = "leading"
    TIED = "tied"
    POSSIBLE = "possible"
    RIVAL = "rival"
    SET_ASIDE = "set_aside"
    DENIAL = "denial"


class Decision(StrEnum):
    """By what a value leads; by the last of these that would have let something else hold, were it not for it.

    `midpoint`: only by the middle of vague dates.
    """

    START = "start"
    LATER_WORD = "later_word"
    GRADE = "grade"
    RULING = "ruling"
    MIDPOINT = "midpoint"


class Verdict(NamedTuple):
    """What held at an instant.

    Attributes:
        leading: of each value that wins in the middle world, one claim that does: the best graded, then the one
            recorded first. One leads; several are tied, and the answer is undecided; none, and nothing is known.
        others: the other values that win in some world, in order of their texts; None among them is "nothing any more".
        nothing: whether null is possible although no claim that may win says so.
        certain: whether one value wins alone in every world.
        contested: whether sources disagree.
        decided_by: by what the leading value leads; None where nothing else could, and where nothing is decided.
        carried: whether it is only inferred: no claim of a leading value covers the instant by its date.
        last_claimed: the last second by then for which a leading value was claimed, if the instant itself is not: of
            what is carried its last claim, of an open claim the close of its day of statement. Else None.
        unknown_since: where nothing holds because other values stopped what held: the first second of which nothing
            is known. Else None.
    """

    leading: tuple[Claim, ...]
    others: tuple[Value, ...]
    nothing: bool
    certain: bool
    contested: bool = False
    decided_by: Decision | None = None
    carried: bool = False
    last_claimed: int | None = None
    unknown_since: int | None = None

    @property
    def undecided(self) -> bool:
        """Whether values tie, so that none leads."""
        return len(self.leading) > 1

    @property
    def value(self) -> Value:
        """The leading value; None if the answer is undecided or nothing is known to hold."""
        return self.leading[0].value if len(self.leading) == 1 else None


class Party(NamedTuple):
    """A claim and the standing of its value; None stands for "nothing is known to hold".

    `value` is what the claim speaks of: of a bare dispute, what the disputed event says of the attribute.
    """

    claim: Claim | None
    standing: Standing
    value: Value


def value_order(value: Value) -> tuple[bool, str]:
    """Return the order of values in an answer: by their texts, "nothing any more" last."""
    return value is None, value or ""
