"""What differs in the world between two dates. Pure: compares answers, asks nothing."""

from collections.abc import Iterable

from attrs import frozen

from chronology.answers.holding import Holding
from chronology.questions.outcomes import outcome_held


@frozen(kw_only=True)
class Difference:
    """An attribute whose answer differs between two dates; None if nothing was, or is, known."""

    subject: str
    attribute: str
    before: Holding | None
    after: Holding | None


def differences(before: Iterable[Holding], after: Iterable[Holding]) -> list[Difference]:
    """Return what differs in value, certainty or contest, by subject and attribute."""
    old, new = ({(held.subject, held.attribute): held for held in some} for some in (before, after))
    # Most answers are the same to the letter, and need not be taken apart to see that.
    unlike = [group for group in {*old, *new} if old.get(group) != new.get(group)]
    return [
        Difference(subject=group[0], attribute=group[1], before=old.get(group), after=new.get(group))
        for group in sorted(unlike)
        if outcome_held(old.get(group)) != outcome_held(new.get(group))
    ]
