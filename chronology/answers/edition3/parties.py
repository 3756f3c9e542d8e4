"""Who stands behind an answer and against it: every claim, by the standing of its value. Pure: no I/O and no clock."""

from collections.abc import Sequence
from typing import Final

from chronology.answers.edition3.cases import Case, Hearing, scene_of
from chronology.answers.edition3.claims import Claim, Role
from chronology.answers.edition3.contests import Value
from chronology.answers.edition3.outcomes import Party, Standing, Verdict, value_order
from chronology.answers.edition3.verdicts import of_case
from chronology.answers.edition3.worlds import Placed, in_the_middle, taking_part


def parties(claims: Sequence[Claim], instant: int, *, carry: int | None = None) -> list[Party]:
    """Return every party to the answer at an instant, by the standing of its value; nothing is dropped.

    Each claim that supports a leading, tied or possible value; "nothing known" after them where it leads or is
    possible; the claims of rival values; what a ruling has set aside; every denial and dispute of any of them.

    Args:
        claims: as for `verdict`.
        instant: seconds.
        carry: as for `verdict`.
    """
    case = Case.of(claims, carry=carry)
    found = of_case(case, claims, instant)
    if found is None:
        return []
    return parties_of(case, claims, found, instant)


def parties_of(case: Case, near: Sequence[Claim], found: Verdict, instant: int) -> list[Party]:
    """Return the parties to a verdict; arguments as for `of_case`."""
    affirming = [claim for claim in near if claim.role is Role.AFFIRMS and (case.fixed or claim.start_min <= instant)]
    heard = Hearing(case, affirming, scene_of(case, affirming, instant))
    led = {claim.value for claim in found.leading}
    first = Standing.TIED if found.undecided else Standing.LEADING
    standings: dict[Value, Standing] = dict.fromkeys(found.others, Standing.POSSIBLE) | dict.fromkeys(led, first)
    listed = [
        Party(claim, standings[claim.value], claim.value)
        for claim in affirming
        if claim.value in standings and heard.supports(claim)
    ]
    against = [
        party for one in listed if one.claim for party in heard.against(one.claim) if party[0].role is Role.AFFIRMS
    ]
    rivals = {value for _, value in against if value not in standings}
    shown = {one.claim.key for one in listed if one.claim}
    for claim in affirming:
        if claim.value in rivals and not claim.set_aside and claim.key not in shown:
            if any(heard.speaks(claim, claim.value, beside=value) for value in standings):
                listed.append(Party(claim, Standing.RIVAL, claim.value))
        elif claim.set_aside and any(
            heard.speaks(claim, claim.value, beside=value) for value in (*standings, claim.value)
        ):
            listed.append(Party(claim, Standing.SET_ASIDE, claim.value))
    listed += _denials(near, heard, listed)
    if not found.leading:
        listed.append(Party(None, Standing.LEADING, None))
    elif found.nothing:
        listed.append(Party(None, Standing.POSSIBLE, None))
    shown_first = {claim.key for claim in found.leading}
    return sorted(listed, key=lambda party: _display(party, shown_first))


def last_said(claims: Sequence[Claim], instant: int) -> list[Claim]:
    """Return what was last said of each value before an instant of which nothing is known, the latest first.

    Several claims of one value where they ended together. Only for a verdict with `unknown_since`.

    Args:
        claims: as for `verdict`.
        instant: seconds.
    """
    latest: dict[Value, list[Placed]] = {}
    for one in taking_part(in_the_middle(claims)):
        found = latest.setdefault(one.claim.value, [one])
        if one.start <= instant and (one.end > found[0].end or found[0].start > instant):
            latest[one.claim.value] = [one]
        elif one.start <= instant and one.end == found[0].end and found[0] is not one:
            found.append(one)
    said = [one for some in latest.values() for one in some if one.start <= instant and one.claim.value is not None]
    said.sort(key=lambda one: (-one.end, -one.start, one.claim.place, one.claim.key))
    return [one.claim for one in said]


_RANKS: Final = {standing: rank for rank, standing in enumerate(Standing)}


def _display(party: Party, shown_first: set[int]) -> tuple[object, ...]:
    claim = party.claim
    if claim is None:
        return _RANKS[party.standing], True, 0, 0, 0
    return _RANKS[party.standing], False, claim.key not in shown_first, claim.place, claim.key


def _denials(near: Sequence[Claim], heard: Hearing, listed: Sequence[Party]) -> list[Party]:
    """Return the denials and bare disputes of what is listed, and the disputes of those."""
    against: list[Party] = []
    at = {party.claim.position: party.value for party in listed if party.claim}
    values = {party.value for party in listed}
    waiting = [claim for claim in near if claim.role is not Role.AFFIRMS and claim.start_min <= heard.scene.instant]
    while True:
        more: list[Party] = []
        for claim in waiting:
            spoken = {at[position] for position in claim.disputes if position in at}
            if claim.role is Role.DENIES and claim.value in values:
                spoken.add(claim.value)
            more += [
                Party(claim, Standing.DENIAL, value)
                for value in sorted(spoken, key=value_order)
                if heard.speaks(claim, value, beside=value)
            ]
        if not more:
            return against
        against += more
        done = {party.claim.key for party in more if party.claim}
        waiting = [claim for claim in waiting if claim.key not in done]
        at |= {party.claim.position: party.value for party in more if party.claim}
