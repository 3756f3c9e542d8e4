"""Who gives other dates for the same: one value of one attribute, one spell, other bounds. Pure: no I/O and no clock.

Two claims of one value tell of one *spell* if the later can have begun before the earlier surely ended, and no claim of
another value can have begun between their beginnings: else the value may have held twice, and both may be right. What
says the value again within a spell, such as a weekly report, does not tell when the spell began. Nor does what says
only when the value held (`Claim.begins`); it can tell when the spell ended, or that another value came between.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from chronology.answers.disagreements import Clash, Disagreement, Span, Voice
from chronology.answers.resolve import Claim, Precedence, Role
from chronology.dates.calendar import BEGINNING, DAY, FOREVER

START, END = "start", "end"


def date_disagreements(claims: Sequence[Claim], *, sources: Mapping[int, str]) -> list[Disagreement]:
    """Return the pairs that give one value for one spell, and whose starts or ends surely differ.

    A single date of what does not last, such as a sighting, dates no beginning and no end; an open side dates nothing.
    Of each voice (an origin by way of one source) only the first claim in a spell that tells of its beginning counts
    for that. The two of a
    pair have different voices; where only their sources differ, they share an origin.

    Args:
        claims: the live claims in scope about one (subject, attribute), in any order.
        sources: the source of each claim, by its key.
    """
    affirming = [claim for claim in claims if claim.role is Role.AFFIRMS]
    affirming.sort(key=_order)
    barriers = _Barriers(affirming)
    told: defaultdict[str | None, _Told] = defaultdict(lambda: _Told(sources))
    found: list[Disagreement] = []
    for claim in affirming:
        if not _is_momentary(claim):
            found += told[claim.value].disagreeing(claim, barriers.before(claim))
    return found


def _order(claim: Claim) -> Precedence:
    return claim.start_min, claim.rank


def _is_momentary(claim: Claim) -> bool:
    """Tell whether a claim is about one day, known or unknown, or less."""
    return claim.end_min - claim.start_min <= DAY and claim.end_max - claim.start_max <= DAY


class _Barriers:
    """When other values can have begun last, before a claim begins."""

    def __init__(self, ordered: Sequence[Claim]) -> None:
        self._starts = [claim.start_min for claim in ordered]
        self._latest = list(accumulate(map(_Latest.of, ordered), _Latest.with_another))

    def before(self, claim: Claim) -> int:
        """Return the latest possible start of a claim of another value that can start before this one does."""
        index = bisect_left(self._starts, claim.start_max) - 1
        return self._latest[index].of_another_than(claim.value) if index >= 0 else BEGINNING


class _Latest(NamedTuple):
    """The latest start among some claims, its value, and the latest start of any other value."""

    start: int
    value: str | None
    other: int

    @classmethod
    def of(cls, claim: Claim) -> "_Latest":
        return cls(claim.start_max, claim.value, BEGINNING)

    def with_another(self, more: "_Latest") -> "_Latest":
        if more.value == self.value:
            return self._replace(start=max(self.start, more.start))
        if more.start > self.start:
            return _Latest(more.start, more.value, self.start)
        return self._replace(other=max(self.other, more.start))

    def of_another_than(self, value: str | None) -> int:
        return self.other if value == self.value else self.start


class _Told:
    """What was said of one value up to a start that only moves forward."""

    def __init__(self, sources: Mapping[int, str]) -> None:
        self._sources = sources
        self._accounts = _Trail()
        self._ended = _Trail()
        self._by_voice: defaultdict[Voice, _Trail] = defaultdict(_Trail)

    def disagreeing(self, claim: Claim, barrier: int) -> list[Disagreement]:
        """Return the pairs of a claim with earlier ones that give other dates, and take the claim in."""
        voice = self._voice(claim)
        pairs: dict[int, tuple[Claim, dict[str, Span]]] = {}
        if claim.begins:
            if next(self._by_voice[voice].of_spell(claim, barrier), None) is None:
                for other in self._accounts.of_spell(claim, barrier):
                    if BEGINNING < other.start_max < claim.start_min and self._voice(other) != voice:
                        pairs.setdefault(other.key, (other, {}))[1][START] = other.start_max, claim.start_min
                self._accounts.add(claim)
            self._by_voice[voice].add(claim)
        if claim.end_max < FOREVER:
            for other in self._ended.of_spell(claim, barrier):
                between = min(other.end_max, claim.end_max), max(other.end_min, claim.end_min)
                if between[0] < between[1] and self._voice(other) != voice:
                    pairs.setdefault(other.key, (other, {}))[1][END] = between
            self._ended.add(claim)
        return [
            Disagreement(Clash.DATES, other, claim, tuple(sorted(between.values())), tuple(between))
            for other, between in pairs.values()
        ]

    def _voice(self, claim: Claim) -> Voice:
        return claim.origin, self._sources[claim.key]


class _Trail:
    """Claims of one value in order of their earliest starts."""

    def __init__(self) -> None:
        self._claims: list[Claim] = []
        self._reach: list[int] = []

    def add(self, claim: Claim) -> None:
        """Take in a claim that starts no earlier than those before it."""
        self._claims.append(claim)
        self._reach.append(max(claim.end_max, self._reach[-1] if self._reach else BEGINNING))

    def of_spell(self, claim: Claim, barrier: int) -> Iterator[Claim]:
        """Yield the claims that tell of the same spell as one that starts no earlier, backwards."""
        for index in range(len(self._claims) - 1, -1, -1):
            other = self._claims[index]
            if self._reach[index] <= claim.start_min or other.start_min < barrier:
                return
            if other.end_max > claim.start_min:
                yield other
