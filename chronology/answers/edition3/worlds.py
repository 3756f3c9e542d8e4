"""One possible world: every start and end has its place, and rules 1 to 5 of section 4 say who wins. Pure.

Design, section 4: repetition adds nothing; an origin's later word replaces its earlier one; denials and what a ruling
has set aside take no part; the latest start wins; equal starts go to a value rather than to "nothing any more", then to
the better grade, and else they tie.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from chronology.answers.edition3.claims import NO_MERIT, Claim, Role, is_later, middle, outranks
from chronology.dates.calendar import BEGINNING


class Placed(NamedTuple):
    """A claim in one world, where its date covers [start, end).

    Attributes:
        merit: the best grade of all that count as one with it.
    """

    start: int
    end: int
    claim: Claim
    merit: int


class Rules(NamedTuple):
    """Which of the rules count, to find out what decided an answer; all of them do in an answer."""

    rulings: bool = True
    later_words: bool = True
    grades: bool = True


ALL_RULES: Final = Rules()

_BY_START: Final = itemgetter(0)


def in_the_middle(claims: Sequence[Claim]) -> list[Placed]:
    """Return the middle world: affirmations with their starts and ends at the midpoints."""
    return [Placed(*middle(claim), claim, claim.merit) for claim in claims if claim.role is Role.AFFIRMS]


def taking_part(world: Sequence[Placed], *, rules: Rules = ALL_RULES, fixed: bool = False) -> list[Placed]:
    """Return what takes part in a world, with the merit that it has together with its repetitions.

    What a ruling has set aside replaces nothing: setting a later word aside restores the earlier one.

    Args:
        world: affirmations.
        rules: those that count.
        fixed: whether the attribute does not change, so that starts are not compared.
    """
    if not rules.grades:
        world = [one._replace(merit=NO_MERIT) for one in world]
    if len(world) == 1:
        return [one for one in world if not (rules.rulings and one.claim.set_aside)]
    groups: dict[tuple[int, str | int | None], list[Placed]] = {}
    for one in world:
        groups.setdefault((0 if fixed else one.start, one.claim.origin), []).append(one)
    found: list[Placed] = []
    for group in groups.values():
        if len(group) > 1:
            found += _of_one_origin(group, rules)
        elif not (rules.rulings and group[0].claim.set_aside):
            found.append(group[0])
    return found


def _of_one_origin(group: Sequence[Placed], rules: Rules) -> list[Placed]:
    """Return what takes part of the claims of one origin with one start: rules 1 and 2, and rulings of rule 3."""
    units: dict[str | None, list[Placed]] = {}
    for one in group:
        units.setdefault(one.claim.value, []).append(one)
    if rules.rulings:
        units = {value: unit for value, unit in units.items() if not any(one.claim.set_aside for one in unit)}
    found: list[Placed] = []
    for value, unit in units.items():
        words = (other.claim for said, others in units.items() if said != value for other in others)
        if rules.later_words and any(all(is_later(word, one.claim) for one in unit) for word in words):
            continue
        merit = min(one.merit for one in unit)
        found += [one if one.merit == merit else one._replace(merit=merit) for one in unit]
    return found


def winners(
    world: Sequence[Placed], instant: int, *, carry: int | None = None, rules: Rules = ALL_RULES
) -> list[Placed]:
    """Return what wins at an instant: several claims where they tie or say the same; none where nothing competes.

    Args:
        world: the affirmations about one (subject, attribute) that does change, set-aside ones included.
        instant: seconds.
        carry: how many seconds an inference reaches beyond what is claimed; None sets no limit.
        rules: those that count.
    """
    parties = taking_part(world, rules=rules)
    parties = [one for one in parties if one.start <= instant]
    if len(parties) > 1:
        parties.sort(key=_BY_START, reverse=True)
    told: dict[str | None, int] = {}
    for one in parties:
        if one.claim.tells_end and one.end <= instant:
            told[one.claim.value] = max(one.end, told.get(one.claim.value, BEGINNING))
    started: set[str | None] = set()
    first = 0
    while first < len(parties):
        start, last = parties[first].start, first + 1
        while last < len(parties) and parties[last].start == start:
            last += 1
        group = parties[first:last]
        covering = [
            one
            for one in group
            if instant < one.end
            or (
                one.claim.lasts
                and (carry is None or instant < one.end + carry)
                and (not started or started == {one.claim.value})
                and told.get(one.claim.value, BEGINNING) <= start
                and not _outlived(one, group, instant)
            )
        ]
        if covering:
            return best(covering)
        started.update(one.claim.value for one in group)
        first = last
    return []


def _outlived(one: Placed, group: Sequence[Placed], instant: int) -> bool:
    """Tell whether a claim of another value with the same start has ended: the loser does not return."""
    return any(
        other.claim.value != one.claim.value and not other.claim.lasts and other.end <= instant for other in group
    )


def best(ties: Sequence[Placed]) -> list[Placed]:
    """Return the winners among claims of equal start that cover an instant."""
    if len(ties) == 1:
        return list(ties)
    return [
        one
        for one in ties
        if not any(outranks(other.claim.value, other.merit, one.claim.value, one.merit) for other in ties)
    ]


def fixed_winners(world: Sequence[Placed], *, rules: Rules = ALL_RULES) -> list[Placed]:
    """Return what wins, at any instant from the earliest start on, of what does not change."""
    return best(taking_part(world, rules=rules, fixed=True))
