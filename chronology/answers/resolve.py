"""The rule: assertions of one (subject, attribute) in, what held at an instant out. Pure: no I/O and no clock.

The closed form of design.md, section 4: every start and end lies somewhere inside its bounds (valid-time
indeterminacy, Dyreson and Snodgrass 1998), a choice of all of them is a possible world, and in one world the covering
assertion with the latest start wins, equal starts going to what was recorded later.

What answers without weighing every claim asks the conditions at the end, which follow from the rule and change with
it: nothing else compares starts, ranks or extents to tell who wins. `segments` is the same rule over all of valid time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple, Protocol, TypeVar

from chronology.dates.calendar import BEGINNING, DAY, FOREVER
from chronology.events.ranks import Rank

Precedence = tuple[int, Rank]
"""(start, rank): the larger wins."""

NOTHING: Final[Precedence] = (BEGINNING - 1, 0)
"""Below every assertion's precedence."""


class Role(StrEnum):
    """What an assertion does to its attribute."""

    AFFIRMS = "affirms"
    DENIES = "denies"
    DISPUTES = "disputes"


class Standing(StrEnum):
    """What an assertion is to an answer; the order of the members is the order of display."""

    LEADING = "leading"
    POSSIBLE = "possible"
    RIVAL = "rival"
    DENIAL = "denial"


class Rule(StrEnum):
    """Why one claim wins over another, or alone."""

    ALONE = "the only assertion that covers the date"
    LATEST_START = "latest start"
    RECORDED_LATER = "recorded later"


class Claim(NamedTuple):
    """What one event says of one (subject, attribute).

    A tuple, because a history can have hundreds of thousands of them.

    The first covered instant lies in [start_min, start_max], the first no longer covered in [end_min, end_max];
    integer seconds, `end_min > start_min`, `end_max > start_max`.

    Attributes:
        key: identifies the claim; unique, and never used to decide.
        position: of its event; unique among the claims of one question.
        extent_end: the earliest end of what the source really claimed. From `start_max` until then the claim surely
            holds by the source's own word, even without persistence.
        value: canonical JSON text; None if the event says that nothing holds any more.
        role: an affirmation can win; a denial or a bare dispute never does.
        origin: a name, or the number of one.
        disputes: positions of events that this one disputes.
        between: where its event was first recorded in another log, its place between two positions; else None.
        begins: whether its start is when the value began to hold; if not, the value held then, and nobody says since
            when. Of what held, both tell the same.
    """

    key: int
    position: int
    start_min: int
    start_max: int
    end_min: int
    end_max: int
    extent_end: int
    value: str | None
    role: Role = Role.AFFIRMS
    origin: str | int | None = None
    disputes: frozenset[int] = frozenset()
    between: "Rank | None" = None
    begins: bool = True

    @property
    def rank(self) -> Rank:
        """Its place in the order in which events were first recorded, in whichever log; of equal starts, later wins."""
        return self.position if self.between is None else self.between

    @property
    def middle(self) -> tuple[int, int]:
        """Start and end in the middle world."""
        return middle(self.start_min, self.start_max, self.end_min, self.end_max)

    @property
    def is_plain(self) -> bool:
        """Whether it affirms, disputes nobody, and holds from one exact start until something later does."""
        return self.start_min == self.start_max and self.end_min >= FOREVER and not self.opposes

    @property
    def opposes(self) -> bool:
        """Whether it denies or disputes anything."""
        return self.role is not Role.AFFIRMS or bool(self.disputes)

    def may_cover(self, instant: int) -> bool:
        """Tell whether the claim covers the instant in some world."""
        return self.start_min <= instant < self.end_max

    def surely_covers(self, instant: int) -> bool:
        """Tell whether the claim covers the instant in every world."""
        return self.start_max <= instant < self.end_min

    def covers_in_middle(self, instant: int) -> bool:
        """Tell whether the claim covers the instant in the middle world."""
        start, end = self.middle
        return start <= instant < end


class Candidate(NamedTuple):
    """A claim and its standing; None stands for "nothing is known to hold"."""

    claim: Claim | None
    standing: Standing


_NOTHING_ONLY: Final = {None}


class Answer(NamedTuple):
    """What held of one (subject, attribute).

    Attributes:
        certain: one value wins in every world.
        contested: a live claim disagrees with, or denies, a claim that leads or may win.
        candidates: the leading one first, then by standing and rank; nothing is dropped.
    """

    candidates: tuple[Candidate, ...]
    certain: bool
    contested: bool

    @property
    def leading(self) -> Claim | None:
        """The winner in the middle world; None if nothing covers the instant there."""
        return self.candidates[0].claim


def middle(start_min: int, start_max: int, end_min: int, end_max: int) -> tuple[int, int]:
    """Return the start and end of a claim in the middle world.

    Each is the midpoint of its bounds, rounded down. If one side is unbounded, it is the finite bound; if both are, the
    claim reaches as far as it can. If that puts an unknown end at or before an imprecise start (or an unknown start at
    or after an imprecise end), the unknown one moves until the claim covers its shortest length, because start < end
    in every world.
    """
    start = _midpoint(start_min, start_max, farthest=BEGINNING)
    end = _midpoint(end_min, end_max, farthest=FOREVER)
    if end <= start:
        if end_max >= FOREVER:
            end = start + (end_min - start_min)
        else:
            start = end - (end_max - start_max)
    return start, end


def _midpoint(low: int, high: int, *, farthest: int) -> int:
    # Normalised bounds leave the claim at least one day, so an unbounded one may lie a day inside the end of the line.
    low_unbounded, high_unbounded = low <= BEGINNING + DAY, high >= FOREVER - DAY
    if low_unbounded and high_unbounded:
        return farthest
    if low_unbounded:
        return high
    return low if high_unbounded else (low + high) // 2


def conflict(a: Claim, b: Claim) -> bool:
    """Tell whether two claims contradict each other, in either order.

    Affirmations conflict if values and origins differ and what the sources really claimed surely overlaps. A denial
    conflicts with affirmations of its value. A dispute always conflicts with the event that it names.
    """
    if b.position in a.disputes or a.position in b.disputes:
        return True
    if a.role is Role.DENIES or b.role is Role.DENIES:
        return a.role is not b.role and Role.DISPUTES not in (a.role, b.role) and a.value == b.value
    return (
        a.role is b.role is Role.AFFIRMS
        and a.value != b.value
        and a.origin != b.origin
        and max(a.start_max, b.start_max) < min(a.extent_end, b.extent_end)
    )


class Weighing(NamedTuple):
    """What an answer is put together from, and explained by.

    Attributes:
        leading: the winner in the middle world; None where nothing covers the instant there.
        winners: the claims that win in some world, the leading one among them.
        opponents: the claims that may cover the instant and conflict with a winner; they may be winners themselves.
        floor: the claim that every winner must equal or beat; None where in some world nothing covers the instant.
    """

    leading: Claim | None
    winners: list[Claim]
    opponents: list[Claim]
    floor: Claim | None


def resolve(claims: Sequence[Claim], instant: int) -> Answer | None:
    """Return what held at an instant, or None if nothing is known to hold and nobody contests that.

    Args:
        claims: the live claims in scope about one (subject, attribute), in any order.
        instant: seconds on the line of `chronology.dates.calendar`.
    """
    leading, winners, opponents, floor = weigh(claims, instant)
    return answer(leading, winners, opponents, nothing_possible=floor is None)


def weigh(claims: Sequence[Claim], instant: int) -> Weighing:
    """Return which claims win at an instant, which oppose the winners, and what decided it; as for `resolve`."""
    covering = [claim for claim in claims if claim.may_cover(instant)]
    affirming = [claim for claim in covering if claim.role is Role.AFFIRMS]
    sure = (claim for claim in affirming if claim.surely_covers(instant))
    floor = max(sure, key=attrgetter("start_min", "rank"), default=None)
    least = (floor.start_min, floor.rank) if floor else NOTHING
    winners = [c for c in affirming if (min(c.start_max, instant), c.rank) >= least]
    return Weighing(leader(winners, instant), winners, _conflicting(covering, winners), floor)


def leader(claims: Iterable[Claim], instant: int) -> Claim | None:
    """Return the affirmation that wins in the middle world, None where none covers the instant there."""
    covering = (claim for claim in claims if claim.role is Role.AFFIRMS and claim.covers_in_middle(instant))
    return max(covering, key=lambda claim: (claim.middle[0], claim.rank), default=None)


def why_leading(claim: Claim, second: Claim | None) -> Rule:
    """Say why the leader wins over what would lead without it."""
    return Rule.ALONE if second is None else _rule(second.middle[0], claim.middle[0])


def why_lost(claim: Claim, floor: Claim, instant: int) -> Rule:
    """Say why a claim that may cover the instant cannot reach what every winner must equal or beat."""
    return _rule(min(claim.start_max, instant), floor.start_min)


def _rule(loser: int, winner: int) -> Rule:
    return Rule.LATEST_START if loser < winner else Rule.RECORDED_LATER


def _conflicting(claims: Sequence[Claim], winners: Sequence[Claim]) -> list[Claim]:
    """Return the claims that conflict with a winner."""
    if not any(claim.opposes for claim in claims):
        # Affirmations conflict only if each surely covers some instant by its source's own word.
        claims, winners = ([c for c in some if c.start_max < c.extent_end] for some in (claims, winners))
    return [claim for claim in claims if any(conflict(claim, winner) for winner in winners)]


def answer(
    leading: Claim | None, winners: Sequence[Claim], opponents: Sequence[Claim], *, nothing_possible: bool
) -> Answer | None:
    """Put an answer together from its parts.

    Args:
        leading: the winner in the middle world.
        winners: the claims that win in some world, including the leading one.
        opponents: the claims that may cover the instant and conflict with a winner; they may be winners themselves.
        nothing_possible: whether in some world nothing covers the instant.
    """
    values = {claim.value for claim in winners}
    # If an event that ended the attribute may win, it already says that nothing held.
    nothing = leading is None or (nothing_possible and None not in values)
    if nothing:
        values.add(None)
    if values == _NOTHING_ONLY and not opponents:
        return None
    found = [Candidate(leading, Standing.LEADING)]
    found += [Candidate(claim, Standing.POSSIBLE) for claim in _in_order(winners) if claim is not leading]
    if nothing and leading is not None:
        # "Nothing known" has no position and comes last among the possible values.
        found.append(Candidate(None, Standing.POSSIBLE))
    if opponents:
        won = {claim.key for claim in winners}
        against = [claim for claim in _in_order(opponents) if claim.key not in won]
        found += [Candidate(claim, Standing.RIVAL) for claim in against if claim.role is Role.AFFIRMS]
        found += [Candidate(claim, Standing.DENIAL) for claim in against if claim.role is not Role.AFFIRMS]
    return Answer(tuple(found), len(values) == 1, bool(opponents))


def _in_order(claims: Sequence[Claim]) -> Sequence[Claim]:
    """Return claims in order of display, which is the order in which they were first recorded."""
    return claims if len(claims) < 2 else sorted(claims, key=attrgetter("rank"))


# What follows from the rule, for those who answer without weighing every claim.


class Said(Protocol):
    """What the conditions look at, of a claim or of a row that a claim is made of; as in `Claim`."""

    @property
    def value(self) -> str | None: ...  # noqa: D102
    @property
    def origin(self) -> object: ...  # noqa: D102
    @property
    def start_min(self) -> int: ...  # noqa: D102
    @property
    def start_max(self) -> int: ...  # noqa: D102
    @property
    def extent_end(self) -> int: ...  # noqa: D102
    @property
    def opposes(self) -> bool: ...  # noqa: D102


class Bounded(Said, Protocol):
    """The same of a claim of which it matters when it ends."""

    @property
    def end_min(self) -> int: ...  # noqa: D102


_Bounded = TypeVar("_Bounded", bound=Bounded)


def is_settled(said: Sequence[Bounded], instant: int) -> bool:
    """Tell whether the last of a group's claims is the whole answer: it surely holds, and nobody can win or contest.

    Requires the claims that may cover the instant, in order of their earliest start.
    """
    *others, last = said
    surely = not last.opposes and last.value is not None and last.start_max <= instant < last.end_min
    return surely and is_alone(last, others)


def is_alone(last: Said, others: Iterable[Said]) -> bool:
    """Tell whether a claim that surely holds, and opposes nobody, is the whole answer beside others that may cover."""
    for one in others:
        if one.opposes or one.start_max >= last.start_min:
            return False
        if one.extent_end > last.start_max and one.value != last.value and one.origin != last.origin:
            return False
    return True


def are_plain(said: Iterable[Bounded]) -> bool:
    """Tell whether each of a group's claims holds, certain and uncontested, until the next one starts.

    Whether one comes that leaves the group so, it and its neighbours alone tell. Requires the claims in order of their
    earliest start.
    """
    spoken = BEGINNING
    for one in said:
        start = one.start_min
        if one.start_max > start or one.end_min < FOREVER or spoken > start or one.opposes:
            return False
        spoken = one.extent_end
    return True


def overtaken_from(start_max: int, extent_end: int) -> int:
    """Return the instant from which on an affirmation neither wins nor contests where another that starts later holds.

    What opposes does so for as long as it may cover.
    """
    # What may start at the very end of what it claims reaches beyond it.
    return max(start_max + 1, extent_end)


def until_outdone(
    latest_first: Iterable[_Bounded], after: int, until: int, *, values: int = 1
) -> tuple[list[_Bounded], int]:
    """Return the affirmations that may win in a window whatever starts earlier, and the floor; it stops at the floor.

    What starts earlier than the floor can win only if it may start there or later, and contest only if it surely speaks
    of an instant after it.

    Args:
        latest_first: the affirmations that may cover part of the window, the latest earliest start first.
        after: the first second of the window.
        until: the second after its last one.
        values: how many different values must cover all of the window, each from its own start on, for the floor.

    Returns:
        Those claims, and the earliest start of the last one needed; FOREVER if too few values cover the window.
    """
    found: list[_Bounded] = []
    covering: set[str | None] = set()
    floor = None
    for one in latest_first:
        if floor is not None and one.start_min <= floor - DAY:
            break
        found.append(one)
        if floor is None and one.start_max <= after and one.end_min >= until:
            covering.add(one.value)
            floor = one.start_min if len(covering) == values else None
    return found, FOREVER if floor is None else floor


def support(claims: Sequence[Claim], instant: int) -> dict[str | None, int]:
    """Return for each affirmed value the number of independent origins that support it at an instant.

    An origin supports a value at an instant if one of its live affirmations of that value would be a party to the
    answer (leading, possible or rival) were the other claims of that same value not there. So two papers that quote one
    spokesman count once, somebody who said the same earlier still counts, and somebody whose word a later change has
    overtaken does not. Whom others merely contest keeps their support: it says who stands behind a value, not whether
    the value wins.

    Every value that a party to the answer affirms has at least one. A further claim of the same value never lowers the
    number; one of another value may, for it may be a change after which the older claims count no more.

    Args:
        claims: the live claims in scope about one (subject, attribute), in any order.
        instant: seconds on the line of `chronology.dates.calendar`.

    Returns:
        Canonical JSON texts of values, each with its number; None stands for events that ended the attribute.
    """
    covering = [claim for claim in claims if claim.role is Role.AFFIRMS and claim.may_cover(instant)]
    floor, value = _floor_of(covering, instant)
    # Claims of the value that sets the floor must reach what the other values set: their own is left out.
    below, _ = _floor_of([claim for claim in covering if claim.value != value], instant)
    winners = [claim for claim in covering if _latest_start(claim, instant) >= floor]
    others = [claim for claim in covering if claim.value != value and _latest_start(claim, instant) >= below]
    origins: defaultdict[str | None, set[str | int | None]] = defaultdict(set)
    for claim in covering:
        least, rivals = (below, others) if claim.value == value else (floor, winners)
        if _latest_start(claim, instant) >= least or _contests(claim, rivals):
            origins[claim.value].add(claim.origin)
    return {said: len(by) for said, by in origins.items()}


def _floor_of(claims: Sequence[Claim], instant: int) -> tuple[Precedence, str | None]:
    """Return what every winner must reach, and the value of the claim that sets it."""
    sure = [(claim.start_min, claim.rank, claim.value) for claim in claims if claim.surely_covers(instant)]
    if not sure:
        return NOTHING, None
    start, rank, value = max(sure, key=lambda found: found[:2])
    return (start, rank), value


def _latest_start(claim: Claim, instant: int) -> Precedence:
    return min(claim.start_max, instant), claim.rank


def _contests(claim: Claim, winners: Sequence[Claim]) -> bool:
    return any(winner.value != claim.value and conflict(claim, winner) for winner in winners)
