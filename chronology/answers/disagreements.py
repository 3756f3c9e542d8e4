"""Who disagrees about one attribute, and when that makes its answer contested. Pure: no I/O and no clock.

A pair of claims disagrees if `resolve.conflict` says so. The answer at an instant is contested by a pair if one of them
may win there and the other may cover it; so the spans of all pairs together are the instants at which it is contested.

Or they give other dates for the same: one value of one attribute, one spell, other bounds. Two claims of one value tell
of one *spell* if the later can have begun before the earlier surely ended, and no claim of another value can have begun
between their beginnings: else the value may have held twice, and both may be right. What says the value again within a
spell, such as a weekly report, does not tell when the spell began. Nor does what says only when the value held
(`Claim.begins`); it can tell when the spell ended, or that another value came between.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from heapq import heappop, heappush
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from chronology.answers.resolve import Claim, Precedence, Role, Said, Standing
from chronology.answers.segments import segments
from chronology.dates.calendar import BEGINNING, DAY, FOREVER

Span = tuple[int, int]
"""Seconds, half-open."""


Voice = tuple[str | int | None, str]
"""Who a claim comes from, and the source that passes it on."""


class Voiced(Said, Protocol):
    """What a glance at a claim, or at the row that it is made of, sees."""

    @property
    def source(self) -> str: ...  # noqa: D102


class Clash(StrEnum):
    """How two claims disagree."""

    VALUES = "values"
    DENIAL = "denial"
    DISPUTE = "dispute"
    DATES = "dates"


class Disagreement(NamedTuple):
    """Two claims of which not both can be right.

    Attributes:
        first: the claim that is denied or disputed, None where that is not in scope; of two values the one recorded
            earlier, of two dates the earlier one.
        second: the other one.
        spans: in order, when the answer is contested by this pair; of dates, between which the two disagree.
        differ: of dates, what differs: "start", "end" or both.
    """

    clash: Clash
    first: Claim | None
    second: Claim
    spans: tuple[Span, ...]
    differ: tuple[str, ...] = ()


def may_disagree(said: Sequence[Voiced], *, widened: bool) -> bool:
    """Tell at a glance whether somebody may contradict somebody: most attributes are none of those.

    There is nothing to find where all speak with one voice, or where no value is said twice and no two claims overlap.

    Args:
        said: what is said of one attribute.
        widened: whether dates are still to be widened.
    """
    if any(one.opposes for one in said):
        return True
    if len({(one.origin, one.source) for one in said}) == 1:
        return False
    if widened or len({one.value for one in said}) < len(said):
        return True
    extents = sorted((one.start_max, one.extent_end) for one in said)
    reach = accumulate((end for _, end in extents), max)
    return any(start < end for (start, _), end in zip(extents[1:], reach, strict=False))


def disagreements(claims: Sequence[Claim], *, sources: Mapping[int, str]) -> list[Disagreement]:
    """Return every pair of claims that contest each other, and every denial and dispute, by position.

    Two values from one origin do not contest each other. They are listed all the same, without a span, if they come
    from different sources, since there they look like a conflict. A denial of what nobody affirms, and a dispute of
    what is not in scope, stand alone.

    Args:
        claims: the live claims in scope about one (subject, attribute), in any order.
        sources: the source of each claim, by its key.
    """
    found = list(_disputes(claims))
    disputed = {(pair.first.key, pair.second.key) for pair in found if pair.first}
    disputed |= {(second, first) for first, second in disputed}
    found += _denials(claims, disputed)
    found += _contradictions(claims, disputed, sources)
    if not found:
        return []
    winning = _Winning(claims)
    spanned = (pair._replace(spans=_spans(pair, winning)) for pair in found)
    return sorted(spanned, key=lambda pair: (pair.first.rank if pair.first else 0, pair.second.rank))


def _disputes(claims: Sequence[Claim]) -> Iterator[Disagreement]:
    by_position = {claim.position: claim for claim in claims}
    for claim in claims:
        if claim.disputes:
            targets = [by_position[position] for position in sorted(claim.disputes) if position in by_position]
            if not targets:
                yield Disagreement(Clash.DISPUTE, None, claim, ())
            for target in targets:
                yield Disagreement(Clash.DISPUTE, target, claim, ())


def _denials(claims: Sequence[Claim], paired: set[tuple[int, int]]) -> Iterator[Disagreement]:
    denying = [claim for claim in claims if claim.role is Role.DENIES]
    if not denying:
        return
    affirming: defaultdict[str | None, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.role is Role.AFFIRMS:
            affirming[claim.value].append(claim)
    for denial in denying:
        alone = not denial.disputes
        for claim in affirming[denial.value]:
            # About other times than the denial's there is nothing to deny.
            if max(claim.start_min, denial.start_min) < min(claim.end_max, denial.end_max):
                alone = False
                if (claim.key, denial.key) not in paired:
                    yield Disagreement(Clash.DENIAL, claim, denial, ())
        if alone:
            yield Disagreement(Clash.DENIAL, None, denial, ())


def _contradictions(
    claims: Sequence[Claim], paired: set[tuple[int, int]], sources: Mapping[int, str]
) -> Iterator[Disagreement]:
    """Yield the affirmations with different values whose explicit extents surely overlap, swept by their start."""
    said = [claim for claim in claims if claim.role is Role.AFFIRMS and claim.start_max < claim.extent_end]
    lasting = _Lasting(sources)
    for claim in sorted(said, key=lambda claim: (claim.start_max, claim.rank)):
        for rival in lasting.against(claim):
            first, second = (claim, rival) if claim.rank < rival.rank else (rival, claim)
            if (first.key, second.key) not in paired:
                yield Disagreement(Clash.VALUES, first, second, ())
        lasting.add(claim)


class _Lasting:
    """The affirmations whose explicit extent surely covers an instant that only moves forward.

    They are kept by value and by voice, so that only pairs that disagree are met. What one source says by the word of
    one origin is one voice, which contradicts itself in nothing.
    """

    def __init__(self, sources: Mapping[int, str]) -> None:
        self._sources = sources
        self._kept: dict[str | None, dict[Voice, dict[int, Claim]]] = {}
        self._ending: list[tuple[int, int, Claim]] = []

    def against(self, claim: Claim) -> Iterator[Claim]:
        """Yield what other voices say of the beginning of a claim that gives another value."""
        while self._ending and self._ending[0][0] <= claim.start_max:
            self._remove(heappop(self._ending)[2])
        voice = self._voice(claim)
        for value, voices in self._kept.items():
            if value != claim.value:
                for other, members in voices.items():
                    if other != voice:
                        yield from members.values()

    def add(self, claim: Claim) -> None:
        """Take in a claim that begins at the instant."""
        self._kept.setdefault(claim.value, {}).setdefault(self._voice(claim), {})[claim.key] = claim
        heappush(self._ending, (claim.extent_end, claim.key, claim))

    def _remove(self, claim: Claim) -> None:
        # What is empty goes too: a sweep through many values would look into each of them again and again.
        voices, voice = self._kept[claim.value], self._voice(claim)
        del voices[voice][claim.key]
        if not voices[voice]:
            del voices[voice]
        if not voices:
            del self._kept[claim.value]

    def _voice(self, claim: Claim) -> Voice:
        return claim.origin, self._sources[claim.key]


def _spans(pair: Disagreement, winning: "_Winning") -> tuple[Span, ...]:
    first, second = pair.first, pair.second
    if first is None or (pair.clash is Clash.VALUES and first.origin == second.origin):
        return ()
    begin, end = max(first.start_min, second.start_min), min(first.end_max, second.end_max)
    won = sorted((*winning.of(first), *winning.of(second)))
    return tuple(_joined((max(since, begin), min(until, end)) for since, until in won))


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans, given in order of their beginnings; those that meet become one, and empty ones are left out."""
    last: Span | None = None
    for since, until in spans:
        if since >= until:
            continue
        if last and since <= last[1]:
            last = last[0], max(last[1], until)
            continue
        if last:
            yield last
        last = since, until
    if last:
        yield last


class _Winning:
    """When each claim may win."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._found: defaultdict[int, list[Span]] = defaultdict(list)
        for segment in segments(claims):
            for party in segment.answer.candidates:
                if party.claim and party.standing in _WINNING:
                    self._found[party.claim.key].append((segment.valid_from, segment.valid_to))

    def of(self, claim: Claim) -> list[Span]:
        """Return spans in which a claim may win, in order, where that is not to end what nobody holds against it."""
        return self._found[claim.key]


_WINNING: Final = frozenset({Standing.LEADING, Standing.POSSIBLE})


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
