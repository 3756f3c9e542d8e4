"""Which claims take part, in every world or in some: rules 1 to 3 before any instant is asked about. Pure.

Where claims of one origin surely have the same start, repetitions count as one, a later word replaces an earlier one
and a ruling on one holds for its repetitions, in every world. Where their starts only may coincide, these things happen
in some worlds; such claims are *entangled*, and one choice of a start bears on another.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from chronology.answers.edition3.claims import Claim, is_later
from chronology.answers.edition3.worlds import Placed, taking_part
from chronology.dates.calendar import BEGINNING

Value = str | None


class Participants(NamedTuple):
    """What is true of the affirmations about one (subject, attribute) at every instant.

    Attributes:
        merits: the best grade, by key, where repetitions lend a better one in every world.
        out: keys of what takes part in no world in which starts do not coincide by chance: replaced, or set aside.
        avoidable: keys of what a coincidence may keep from taking part.
        entangled: by key, the keys of those with which a coincidence would change something.
        mates: by key, the claims of the same origin that have the same start in some or all worlds.
    """

    merits: dict[int, int]
    out: frozenset[int]
    avoidable: frozenset[int]
    entangled: dict[int, set[int]]
    mates: dict[int, list[Claim]]

    @classmethod
    def of(cls, affirming: Sequence[Claim]) -> "Participants":
        """Return what is true of affirmations, in any order."""
        by_origin: defaultdict[str | int | None, list[Claim]] = defaultdict(list)
        for claim in affirming:
            by_origin[claim.origin].append(claim)
        pairs = [pair for group in by_origin.values() if len(group) > 1 for pair in _sharing_starts(group)]
        if not pairs:
            out = frozenset(claim.key for claim in affirming if claim.set_aside)
            return cls({}, out, frozenset(), {}, {})
        exact = [Placed(c.start_min, 0, c, c.merit) for c in affirming if c.start_min == c.start_max]
        left = {one.claim.key: one for one in taking_part(exact)}
        merits = {key: one.merit for key, one in left.items() if one.merit != one.claim.merit}
        lost = {one.claim.key for one in exact if one.claim.key not in left}
        out = frozenset(lost | {claim.key for claim in affirming if claim.set_aside})
        return cls(merits, out, *_chances(pairs, merits, out, by_origin))

    def are_entangled(self, claims: Sequence[Claim]) -> bool:
        """Tell whether a coincidence among some claims would change something."""
        if not self.entangled:
            return False
        keys = {claim.key for claim in claims}
        return any(not keys.isdisjoint(self.entangled[key]) for key in keys & self.entangled.keys())

    def entangled_with(self, claims: Sequence[Claim]) -> list[Claim]:
        """Return those of some claims, of unknown start, on whose starts it depends who takes part."""
        keys = {claim.key for claim in claims}
        waiting = [claim for claim in claims if not keys.isdisjoint(self.entangled.get(claim.key, ()))]
        found = {claim.key: claim for claim in waiting}
        while waiting:
            for mate in self.mates.get(waiting.pop().key, ()):
                if mate.key in keys and mate.key not in found:
                    found[mate.key] = mate
                    waiting.append(mate)
        return [claim for claim in found.values() if claim.start_min != claim.start_max]

    def parts(self, affirming: Sequence[Claim]) -> list[Claim]:
        """Return the claims that take part unless a coincidence keeps them from it, with the grades they are lent."""
        if not self.merits:
            return [claim for claim in affirming if claim.key not in self.out] if self.out else list(affirming)
        return [
            claim._replace(merit=self.merits[claim.key]) if claim.key in self.merits else claim
            for claim in affirming
            if claim.key not in self.out
        ]

    def revivable(self, affirming: Sequence[Claim]) -> list[Claim]:
        """Return the replaced claims that a coincidence may bring back."""
        return [
            claim
            for claim in affirming
            if claim.key in self.out
            and not claim.set_aside
            # What replaces it may itself be replaced, or set aside together with a repetition.
            and any(mate.key in self.entangled for mate in (claim, *self.mates.get(claim.key, ())))
        ]


def _sharing_starts(group: Sequence[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Yield the pairs of claims of one origin whose starts may be the same."""
    active: list[Claim] = []
    for claim in sorted(group, key=lambda claim: (claim.start_min, claim.key)):
        active = [other for other in active if other.start_max >= claim.start_min]
        for other in active:
            yield other, claim
        active.append(claim)


def _chances(
    pairs: Sequence[tuple[Claim, Claim]],
    merits: dict[int, int],
    out: Collection[int],
    by_origin: dict[str | int | None, list[Claim]],
) -> tuple[frozenset[int], dict[int, set[int]], dict[int, list[Claim]]]:
    """Return what is avoidable, who is entangled with whom, and who may share a start."""
    varied = {origin for origin, group in by_origin.items() if len({claim.value for claim in group}) > 1}
    avoidable: set[int] = set()
    entangled: defaultdict[int, set[int]] = defaultdict(set)
    mates: defaultdict[int, list[Claim]] = defaultdict(list)
    for one, other in pairs:
        mates[one.key].append(other)
        mates[other.key].append(one)
        if one.start_min == one.start_max == other.start_min == other.start_max:
            continue
        avoided = list(_avoided(one, other))
        avoidable.update(claim.key for claim in avoided)
        lends = one.value == other.value and (
            merits.get(one.key, one.merit) != merits.get(other.key, other.merit)
            or (one.origin in varied and (one.stated, one.dated) != (other.stated, other.dated))
            or (one.origin in varied and not one.dated)
            or one.key in out
            or other.key in out
        )
        if avoided or lends:
            entangled[one.key].add(other.key)
            entangled[other.key].add(one.key)
    return frozenset(avoidable), dict(entangled), dict(mates)


def _avoided(one: Claim, other: Claim) -> Iterator[Claim]:
    """Yield those of a pair that the other would keep from taking part, if they had the same start."""
    for first, second in ((one, other), (other, one)):
        if second.set_aside:
            continue
        if first.value == second.value:
            if first.set_aside:
                yield second
        elif not first.set_aside and is_later(first, second):
            yield second


FEW: Final = 12
"""So many claims, and it takes no longer to answer than to look for those that can still matter."""


def relevant(
    affirming: Sequence[Claim],
    roles: Participants,
    instant: int,
    *,
    kept: Collection[int] = (),
    forever: bool = False,
    spare: int = 1,
) -> list[Claim]:
    """Return the affirmations that can bear on the answer at an instant, or on why it is what it is.

    Left out is what nobody would miss: what other values have stopped, or what lost to what surely holds; what was said
    to be over; what its own value repeats later; and what is over and can stop nothing that is left. In O(n).

    Args:
        affirming: those about one (subject, attribute).
        roles: theirs.
        instant: seconds; what starts later in every world is left out.
        kept: keys of claims that are in conflict: repetitions do not supersede them.
        forever: leave out only what cannot bear on a later instant either, and keep what starts later.
        spare: 1 if nobody should miss it even if all claims of some value were not there, which asks why; else 0.
    """
    later = [claim for claim in affirming if claim.start_min > instant] if forever else []
    begun = [claim for claim in affirming if claim.start_min <= instant]
    sure = [
        claim
        for claim in begun
        if claim.start_max <= instant and claim.key not in roles.out and claim.key not in roles.avoidable
    ]
    started, covering = _Latest(), _Latest()
    repeated: dict[Value, int] = {}
    told: dict[Value, int] = {}
    for claim in sure:
        start, value = claim.start_min, claim.value
        started.add(start, value)
        if claim.lasts and start > repeated.get(value, BEGINNING):
            repeated[value] = start
        if claim.tells_end and claim.end_max <= instant and claim.end_min > told.get(value, BEGINNING):
            told[value] = claim.end_min
        if not forever and claim.end_min > instant:
            covering.add(start, value)
    floor = covering.latest(spare)
    found: dict[int, Claim] = {}
    for claim in begun:
        end = claim.start_max
        if claim.lasts:
            is_alive = not (
                started.latest_but(claim.value, spare) > end
                or told.get(claim.value, BEGINNING) > end
                or (claim.key not in kept and claim.key not in roles.out and repeated.get(claim.value, BEGINNING) > end)
            )
        else:
            is_alive = claim.end_max > instant
        if is_alive and (end >= floor or claim.key in kept):
            found[claim.key] = claim
    return [*_with_what_bears_on_them(found, begun, later, roles, instant), *later]


def _with_what_bears_on_them(
    found: dict[int, Claim], begun: Sequence[Claim], later: Sequence[Claim], roles: Participants, instant: int
) -> Iterable[Claim]:
    """Return claims with those that can stop or replace them, and with what can stop or replace these in turn."""
    size = -1
    while size < len(found):
        size = len(found)
        since = min((claim.start_min for claim in found.values() if claim.lasts), default=None)
        if since is not None:
            for claim in begun:
                if claim.start_max >= since or (claim.tells_end and min(claim.end_max, instant) > since):
                    found[claim.key] = claim
        if roles.mates:
            for claim in [*found.values(), *later]:
                for mate in roles.mates.get(claim.key, ()):
                    if mate.start_min <= instant:
                        found[mate.key] = mate
    return found.values()


class _Latest:
    """The latest starts of the values that have the latest ones."""

    def __init__(self) -> None:
        self._found: dict[Value, int] = {}
        self._sorted: list[tuple[int, Value]] | None = None

    def add(self, start: int, value: Value) -> None:
        """Take in a start of a value."""
        if start > self._found.get(value, BEGINNING - 1):
            self._found[value] = start
            self._sorted = None

    def _latest(self) -> list[tuple[int, Value]]:
        if self._sorted is None:
            order = sorted(self._found.items(), key=lambda item: -item[1])[:3]
            self._sorted = [(start, value) for value, start in order]
        return self._sorted

    def latest(self, spare: int) -> int:
        """Return the latest start of any value, or of any but one."""
        latest = self._latest()
        return latest[spare][0] if len(latest) > spare else BEGINNING - 1

    def latest_but(self, value: Value, spare: int) -> int:
        """Return the latest start of any other value, or of any other but one."""
        others = [start for start, other in self._latest() if other != value]
        return others[spare] if len(others) > spare else BEGINNING - 1
