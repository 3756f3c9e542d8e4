"""The oracle: design sections 3 to 5, slow and obvious. It may use neither the resolver nor the projections.

What held at an instant is found by walking through every possible world, never by the closed form of
section 4.
The only thing borrowed from the package is the reader of dates, `chronology.edtf`.
"""

import json
import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import attrs
from attrs import frozen

from chronology.dates import edtf
from chronology.dates.calendar import DAY
from chronology.dates.edtf import BEGINNING, FOREVER

MOST_WORLDS = 200_000

AFFIRMS, DENIES, DISPUTES = "affirms", "denies", "disputes"


class TooManyWorldsError(Exception):
    """The question is too large to enumerate: the test that asked it must become smaller."""


class RefusedError(Exception):
    """An event that may not enter the log."""


# One claim, and the worlds in which it has a definite place -------------------------------------------------


@frozen(kw_only=True)
class Claim:
    """What one assertion says about one attribute, with its four bounds on an integer line.

    The first covered instant lies in [start_min, start_max], the first instant no longer covered in
    [end_min, end_max]. The explicit extent surely covers [start_max, extent_end). `unit` is the least that an
    assertion covers. Stance "disputes" is a row without a value: its event disputes a claim about this
    attribute, and says no more. Where it does not begin, its start is a day on which the value held.
    """

    position: int
    start_min: int
    start_max: int
    end_min: int
    end_max: int
    extent_end: int
    value: Any = None
    stance: str = AFFIRMS
    origin: str = "source/x"
    disputes: frozenset[int] = frozenset()
    unit: int = 1
    begins: bool = True

    def __attrs_post_init__(self) -> None:
        ordered = self.start_min <= self.start_max and self.end_min <= self.end_max
        normal = self.end_min >= self.start_min + self.unit and self.start_max <= self.end_max - self.unit
        if not (ordered and normal):
            raise ValueError(f"bounds are not normalised: {self}")

    def may_cover(self, instant: int) -> bool:
        """Whether some world has this claim cover the instant."""
        return self.start_min <= instant < self.end_max


class Placed(NamedTuple):
    """A claim in one world, where it covers [start, end)."""

    claim: Claim
    start: int
    end: int

    def covers(self, instant: int) -> bool:
        """Whether the claim holds at the instant in this world."""
        return self.start <= instant < self.end


World = tuple[Placed, ...]


def worlds(claims: Sequence[Claim], *instants: int) -> Iterator[World]:
    """Yield every world on a small line: each start and end at each place in its bounds, with start < end.

    An unbounded side is walked to two places beyond every finite bound and every instant that will be asked
    about, and to the sentinel itself. Farther places stand in no new order relation to anything.
    """
    finite = [p for c in claims for p in bounds_of(c) if BEGINNING + c.unit < p < FOREVER - c.unit] + list(instants)
    low, high = min(finite, default=0) - 2, max(finite, default=0) + 2

    def places(first: int, last: int) -> list[int]:
        ends = {first, last}
        return sorted(ends | set(range(max(first, low), min(last, high) + 1)))

    each = [
        [
            Placed(claim, start, end)
            for start in places(claim.start_min, claim.start_max)
            for end in places(claim.end_min, claim.end_max)
            if start < end
        ]
        for claim in claims
    ]
    return guarded_product(each)


def critical_worlds(claims: Sequence[Claim], instant: int) -> Iterator[World]:
    """Yield enough worlds, on a line of any length, to meet every possible winner at the instant.

    Every start and end takes only its own two bounds, the instant, and the place after it. That is enough:

    - Take any world in which i wins. Move its start up to the lower of start_max and the instant, and its end
      up to end_max: i still covers the instant, and starts no earlier, so it still wins.
    - Another claim that covers the instant moves down to start_min, and its end up to end_max: it still
      covers, starts no later, and still loses.
    - One that does not cover it starts later, and moves up to start_max and end_max; or has ended, and moves
      down to start_min and end_min. Normal bounds keep start < end in both.
    - Where nothing covers the instant the last step alone leads to a world among these.

    Places of one claim that come to the same (not covering, or covering from the same start) count once: the
    winner looks at nothing else.
    """

    def places(first: int, last: int) -> set[int]:
        return {first, last} | {p for p in (instant, instant + 1) if first <= p <= last}

    each = []
    for claim in claims:
        outcomes: dict[int | None, Placed] = {}
        for start in sorted(places(claim.start_min, claim.start_max)):
            for end in sorted(places(claim.end_min, claim.end_max)):
                if start < end:
                    placed = Placed(claim, start, end)
                    outcomes.setdefault(start if placed.covers(instant) else None, placed)
        each.append(list(outcomes.values()))
    return guarded_product(each)


def guarded_product(each: Sequence[Sequence[Placed]]) -> Iterator[World]:
    """Combine the places of every claim into worlds, or say that there are too many."""
    count = math.prod(len(places) for places in each)
    if count > MOST_WORLDS:
        raise TooManyWorldsError(f"{count} worlds, at most {MOST_WORLDS} are enumerated")
    return product(*each)


def bounds_of(claim: Claim) -> tuple[int, int, int, int]:
    """Return the four bounds of a claim."""
    return claim.start_min, claim.start_max, claim.end_min, claim.end_max


def middle(claim: Claim) -> Placed:
    """Place a claim in the middle world: midpoints, or the finite bound where one side is unbounded.

    Where both sides are, the claim reaches as far as it can.
    """
    start = midpoint(claim.start_min, claim.start_max, claim.unit, farthest=BEGINNING)
    end = midpoint(claim.end_min, claim.end_max, claim.unit, farthest=FOREVER)
    if start >= end:
        # Two finite midpoints never meet, because the bounds are normal: the unbounded side gives way, until the
        # claim covers the least that its bounds allow.
        if claim.end_max == FOREVER:
            end = start + (claim.end_min - claim.start_min)
        else:
            start = end - (claim.end_max - claim.start_max)
    return Placed(claim, start, end)


def midpoint(low: int, high: int, unit: int, *, farthest: int) -> int:
    """Return the middle of two bounds, rounded down.

    Normal bounds keep one unit free before a sentinel, so a bound that near to it is unbounded too.
    """
    low_unbounded, high_unbounded = low <= BEGINNING + unit, high >= FOREVER - unit
    if low_unbounded and high_unbounded:
        return farthest
    if low_unbounded:
        return high
    return low if high_unbounded else (low + high) // 2


# What held --------------------------------------------------------------------------------------------------


def winner(world: World, instant: int) -> Claim | None:
    """Return what wins at the instant in one world: latest start, then highest position; None if nothing."""
    covering = [placed for placed in world if placed.claim.stance == AFFIRMS and placed.covers(instant)]
    if not covering:
        return None
    return max(covering, key=lambda placed: (placed.start, placed.claim.position)).claim


def winners(possible: Iterator[World], instant: int) -> dict[int | None, Claim | None]:
    """Return the winner of every world given, by position; None stands for worlds in which nothing holds."""
    found = {}
    for world in possible:
        claim = winner(world, instant)
        found[claim.position if claim else None] = claim
    return found


def affirming(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims that can win; a denial or a dispute never does, so its place decides nothing."""
    return [claim for claim in claims if claim.stance == AFFIRMS]


def possible_winners(claims: Sequence[Claim], instant: int) -> dict[int | None, Claim | None]:
    """Return every possible winner at the instant by enumeration of the small line, by position."""
    return winners(worlds(affirming(claims), instant), instant)


def critical_winners(claims: Sequence[Claim], instant: int) -> dict[int | None, Claim | None]:
    """Return every possible winner at the instant by enumeration of the critical worlds, by position."""
    return winners(critical_worlds(affirming(claims), instant), instant)


def possible_values(claims: Sequence[Claim], instant: int) -> list[Any]:
    """Return the values that hold in some world, each once, in the order of their JSON text."""
    return values_of(possible_winners(claims, instant))


def certain(claims: Sequence[Claim], instant: int) -> bool:
    """Say whether one and the same value (or nothing) holds in every world."""
    return len(possible_values(claims, instant)) == 1


def leading(claims: Sequence[Claim], instant: int) -> Claim | None:
    """Return the winner in the middle world."""
    return winner(tuple(middle(claim) for claim in claims), instant)


def values_of(found: dict[int | None, Claim | None]) -> list[Any]:
    """Return the distinct values of some winners; the value of nothing is null."""
    by_text = {text_of(value): value for value in (claim and claim.value for claim in found.values())}
    return [by_text[text] for text in sorted(by_text)]


def text_of(value: Any) -> str:
    """Return a JSON value as text, which tells true from 1, as Python's equality does not."""
    return json.dumps(value, sort_keys=True)


# Who disagrees ----------------------------------------------------------------------------------------------


def conflicts(a: Claim, b: Claim) -> bool:
    """Say whether two rows about one attribute of one subject contradict each other. It is symmetric."""
    if a.position in b.disputes or b.position in a.disputes:
        return True
    stances = {a.stance, b.stance}
    if stances == {AFFIRMS}:
        overlap = max(a.start_max, b.start_max) < min(a.extent_end, b.extent_end)
        return overlap and a.origin != b.origin and text_of(a.value) != text_of(b.value)
    if stances == {AFFIRMS, DENIES}:
        return text_of(a.value) == text_of(b.value)
    return False


Sources = dict[int, str]
"""The source of each claim, by position."""


def denied_by(denial: Claim, claim: Claim) -> bool:
    """Say whether a denial speaks of the value of an affirmation, and of a time that this one may cover."""
    together = max(claim.start_min, denial.start_min) < min(claim.end_max, denial.end_max)
    return together and text_of(claim.value) == text_of(denial.value)


def clashes(claims: Sequence[Claim], sources: Sources) -> set[tuple[str, int | None, int]]:
    """Return who disagrees with whom: the kind, the position of who is spoken against, and of who speaks.

    Of two values, the positions are in order. One origin by way of two sources is a pair too.
    """
    found: set[tuple[str, int | None, int]] = set()
    for a, b in product(claims, repeat=2):
        if a.position in b.disputes:
            found.add(("dispute", a.position, b.position))
        elif b.position in a.disputes:
            continue
        elif (a.stance, b.stance) == (AFFIRMS, DENIES):
            if denied_by(b, a):
                found.add(("denial", a.position, b.position))
        elif a.position < b.position and (a.stance, b.stance) == (AFFIRMS, AFFIRMS):
            apart = attrs.evolve(a, origin="source/else")
            if conflicts(apart, b) and (a.origin != b.origin or sources[a.position] != sources[b.position]):
                found.add(("values", a.position, b.position))
    for claim in claims:
        if claim.disputes and not any((kind, speaker) == ("dispute", claim.position) for kind, _, speaker in found):
            found.add(("dispute", None, claim.position))
        if claim.stance == DENIES and not claim.disputes and not any(denied_by(claim, a) for a in affirming(claims)):
            found.add(("denial", None, claim.position))
    return found


def date_clashes(claims: Sequence[Claim], sources: Sources) -> set[tuple[int, int, str]]:
    """Return which two claims give other dates for the same, the earlier first, and what differs."""
    dated = [c for c in affirming(claims) if c.end_min - c.start_min > DAY or c.end_max - c.start_max > DAY]

    def voice(claim: Claim) -> tuple[str, str]:
        return claim.origin, sources[claim.position]

    def is_earlier(a: Claim, b: Claim) -> bool:
        return (a.start_min, a.position) < (b.start_min, b.position)

    def same_spell(a: Claim, b: Claim) -> bool:
        between = [c for c in affirming(claims) if c.start_max > a.start_min and c.start_min < b.start_max]
        same = [text_of(c.value) == text_of(a.value) for c in [*between, b]]
        return is_earlier(a, b) and a.end_max > b.start_min and all(same)

    def first_of_its_voice(claim: Claim) -> bool:
        earlier = [c for c in dated if c.begins and same_spell(c, claim)]
        return claim.begins and all(voice(c) != voice(claim) for c in earlier)

    found = set()
    for a, b in product(dated, repeat=2):
        if voice(a) == voice(b) or not same_spell(a, b):
            continue
        if BEGINNING < a.start_max < b.start_min and first_of_its_voice(a) and first_of_its_voice(b):
            found.add((a.position, b.position, "start"))
        ended = a.end_max < FOREVER and b.end_max < FOREVER
        if ended and (a.end_max < b.end_min or b.end_max < a.end_min):
            found.add((a.position, b.position, "end"))
    return found


def support(claims: Sequence[Claim], instant: int) -> dict[str, set[str]]:
    """Return the origins that support each affirmed value at the instant, by the value's JSON text.

    A claim counts if it would win in some world, or contest what wins, were the other claims of its value not there.
    """
    found: dict[str, set[str]] = {}
    for claim in affirming(claims):
        others = [other for other in affirming(claims) if text_of(other.value) != text_of(claim.value)]
        won = [winner for winner in critical_winners([claim, *others], instant).values() if winner]
        if claim.may_cover(instant) and (claim in won or any(conflicts(claim, winner) for winner in won)):
            found.setdefault(text_of(claim.value), set()).add(claim.origin)
    return found


@frozen
class Answer:
    """What held at an instant: the leading value, how sure it is, whether sources disagree, and all parties.

    A candidate is (position, standing); position None is "nothing is known to hold".
    """

    value: Any
    certainty: str
    contested: bool
    candidates: frozenset[tuple[int | None, str]]


def resolve(claims: Sequence[Claim], instant: int) -> Answer | None:
    """Answer for claims on a small line, by enumeration of all worlds.

    None where nothing can hold, and nobody disagrees about that.
    """
    return answer(claims, instant, possible_winners(claims, instant))


def answer(claims: Sequence[Claim], instant: int, found: dict[int | None, Claim | None]) -> Answer | None:
    """Build the answer from the possible winners."""
    values = values_of(found)
    leader = leading(claims, instant)
    held = [claim for claim in found.values() if claim]
    candidates: set[tuple[int | None, str]] = {(claim.position, standing(claim, leader)) for claim in held}
    # An ended attribute already stands for null, unless it is nothing at all that leads.
    if leader is None or (None in found and not any(claim.value is None for claim in held)):
        candidates.add((None, standing(None, leader)))

    disagree = any(conflicts(a, b) for a in held for b in held)
    for claim in claims:
        if claim not in held and claim.may_cover(instant) and any(conflicts(claim, other) for other in held):
            candidates.add((claim.position, "rival" if claim.stance == AFFIRMS else "denial"))
            disagree = True
    if values == [None] and not disagree:
        return None
    return Answer(
        leader.value if leader else None,
        "certain" if len(values) == 1 else "possible",
        disagree,
        frozenset(candidates),
    )


def standing(claim: Claim | None, leader: Claim | None) -> str:
    """Return the standing of a possible winner, or of nothing (None)."""
    return "leading" if claim is leader else "possible"


# The log ----------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Event:
    """An event as the model sees it: what its type makes of its data is already worked out in `assertions`.

    A pair (attribute, None) is an attribute that ends, or is said to be null. A retraction has `retracts` and
    nothing to assert; a merge has `merges`, another name of its subject; a naming has `named`. `stated` is the day in
    the stored body; None counts as the day of recording.
    """

    id: str
    subject: str
    recorded_at: datetime
    assertions: tuple[tuple[str, Any], ...] = ()
    valid: str | None = None
    persists: bool = True
    stance: str = AFFIRMS
    source: str | None = None
    said_by: tuple[str, ...] = ()
    stated: str | None = None
    grade: str | None = None
    disputes: tuple[str, ...] = ()
    replaces: str | None = None
    retracts: str | None = None
    merges: str | None = None
    named: str | None = None

    @property
    def is_report(self) -> bool:
        """Whether it says something of the world."""
        return not (self.retracts or self.merges or self.named)

    @property
    def origin(self) -> str:
        """Whom the claim comes from: the first who said it, else the document."""
        return self.said_by[0] if self.said_by else str(self.source)

    @property
    def stated_day(self) -> str:
        """The day on which the source said it, as far as is known."""
        return self.stated or self.recorded_at.date().isoformat()


@lru_cache(maxsize=4096)
def placed_bounds(valid: str, *, persists: bool) -> dict[str, int]:
    """Return the bounds part of a claim, in seconds, for a valid time as entered."""
    reading = edtf.parse(valid)
    bounds = edtf.bounds(reading, persists=persists)
    return {
        "start_min": bounds.start_min,
        "start_max": bounds.start_max,
        "end_min": bounds.end_min,
        "end_max": bounds.end_max,
        "extent_end": reading.extent.end_min,
        "unit": reading.unit,
    }


@attrs.define
class Model:
    """An append-only list of events. Every question filters the whole list, front to back."""

    events: list[Event] = attrs.field(factory=list)

    def append(self, event: Event) -> int:
        """Add an event and return its position; an event that is there already keeps its old one.

        Raises:
            RefusedError: the id is taken by other content, or a named event is unknown or no longer live.
        """
        for position, known in enumerate(self.events, start=1):
            if known.id == event.id:
                if text_of(content(known)) != text_of(content(event)):
                    raise RefusedError(f"{event.id} exists with other content")
                return position
        for target in filter(None, (event.retracts, event.replaces)):
            if target not in self.live_ids():
                raise RefusedError(f"{target} is unknown, withdrawn, or itself a retraction")
        if event.merges and (event.merges == event.subject or event.merges in self.one_subject(event.subject)):
            raise RefusedError(f"{event.merges} is {event.subject} already")
        for target in event.disputes:
            if target not in {known.id for known in self.events}:
                raise RefusedError(f"{target} is unknown")
        self.events.append(event)
        return self.head()

    def retract(self, target: str, *, id: str, recorded_at: datetime) -> int:  # noqa: A002 - the field's name
        """Append a retraction of an earlier event, which carries its target's subject."""
        subject = next((known.subject for known in self.events if known.id == target), "")
        return self.append(Event(id=id, subject=subject, recorded_at=recorded_at, retracts=target))

    def head(self) -> int:
        """Return the position of the newest event, 0 when there is none."""
        return len(self.events)

    def live_ids(self, known_at: int | None = None) -> set[str]:
        """Return the ids of the assertions that were neither retracted nor replaced by then."""
        known = self.events[: self.head() if known_at is None else known_at]
        withdrawn = {e.retracts for e in known} | {e.replaces for e in known}
        return {e.id for e in known if not e.retracts and e.id not in withdrawn}

    def kept_names(self, known_at: int | None = None) -> dict[str, str]:
        """Return the name under which each merged name stands: the one that the latest merge of its kin kept."""
        live = self.live_ids(known_at)
        kept: dict[str, str] = {}
        for event in self.events:
            if event.merges and event.id in live:
                for name in (event.subject, event.merges):
                    kept.setdefault(name, name)
                into, other = kept[event.subject], kept[event.merges]
                kept.update({name: into for name in kept if kept[name] == other})
        return kept

    def one_subject(self, name: str, known_at: int | None = None) -> set[str]:
        """Return all names that mean the same subject as one."""
        kept = self.kept_names(known_at)
        return {name} | {other for other in kept if kept[other] == kept.get(name, name)}

    def under_kept_names(self, known_at: int | None = None) -> "Model":
        """Return the log as if every event had been written under the names that were kept by then."""
        kept = self.kept_names(known_at)

        def renamed(event: Event) -> Event:
            return attrs.evolve(
                event,
                subject=kept.get(event.subject, event.subject),
                source=kept.get(str(event.source), event.source),
                said_by=tuple(kept.get(name, name) for name in event.said_by),
                assertions=tuple(
                    (attribute, kept.get(value, value) if isinstance(value, str) else value)
                    for attribute, value in event.assertions
                ),
            )

        return Model([renamed(event) for event in self.events])

    def rows(self, event: Event) -> Iterator[tuple[tuple[str, str], Claim]]:
        """Yield a claim for each attribute asserted, and a bare dispute for each disputed one left unsaid.

        A dispute is about what the disputed event itself asserts, attribute by attribute.
        """
        if event.valid is None:
            return
        position_of = {known.id: position for position, known in enumerate(self.events, start=1)}
        common = placed_bounds(event.valid, persists=event.persists) | {
            "position": position_of[event.id],
            "origin": event.origin,
        }
        disputed: dict[tuple[str, str], set[int]] = {}
        for position in (position_of[target] for target in event.disputes):
            known = self.events[position - 1]
            for attribute, _ in known.assertions:
                disputed.setdefault((known.subject, attribute), set()).add(position)
        own = {(event.subject, attribute): value for attribute, value in event.assertions}
        for key, value in own.items():
            targets = frozenset(disputed.get(key, ()))
            yield key, Claim(**common, value=value, stance=event.stance, disputes=targets)
        for key, positions in disputed.items():
            if key not in own:
                yield key, Claim(**common, stance=DISPUTES, disputes=frozenset(positions))

    def claims(
        self,
        known_at: int | None = None,
        *,
        stated_by: str | None = None,
        sources: Sequence[str] | None = None,
        origins: Sequence[str] | None = None,
        without_sources: Sequence[str] | None = None,
        without_origins: Sequence[str] | None = None,
        min_grade: str | None = None,
    ) -> dict[tuple[str, str], list[Claim]]:
        """Return the live rows in scope by (subject, attribute), in log order."""
        kept = self.kept_names(known_at)

        def meant(names: Sequence[str] | None) -> list[str]:
            return [kept.get(name, name) for name in names or ()]

        live = self.live_ids(known_at)
        found: dict[tuple[str, str], list[Claim]] = {}
        log = self.under_kept_names(known_at) if kept else self
        for event in log.events:
            if (
                event.id in live
                and (stated_by is None or event.stated_day <= stated_by)
                and (sources is None or event.source in meant(sources))
                and (origins is None or event.origin in meant(origins))
                and event.source not in meant(without_sources)
                and event.origin not in meant(without_origins)
                and (min_grade is None or graded(event.grade, min_grade))
            ):
                for key, claim in log.rows(event):
                    found.setdefault(key, []).append(claim)
        return dict(sorted(found.items()))

    def state(
        self,
        valid_at: int,
        known_at: int | None = None,
        *,
        stated_by: str | None = None,
        sources: Sequence[str] | None = None,
        origins: Sequence[str] | None = None,
        without_sources: Sequence[str] | None = None,
        without_origins: Sequence[str] | None = None,
        min_grade: str | None = None,
    ) -> dict[tuple[str, str], Answer]:
        """Return what held at a second of valid time, by (subject, attribute), as known at a position."""
        scope = self.claims(
            known_at,
            stated_by=stated_by,
            sources=sources,
            origins=origins,
            without_sources=without_sources,
            without_origins=without_origins,
            min_grade=min_grade,
        )
        answers = {key: answer_at(claims, valid_at) for key, claims in scope.items()}
        return {key: found for key, found in answers.items() if found is not None}


def answer_at(claims: Sequence[Claim], instant: int) -> Answer | None:
    """Answer for claims on a line of any length, by enumeration of the critical worlds.

    A claim that covers the instant in no world is left out: it neither wins nor contests there.
    """
    near = [claim for claim in claims if claim.may_cover(instant)]
    return answer(near, instant, critical_winners(near, instant))


def content(event: Event) -> dict[str, Any]:
    """Return what makes two events with one id the same event."""
    return attrs.asdict(event, filter=lambda field, _: field.name != "recorded_at")


def graded(grade: str | None, least: str) -> bool:
    """Say whether a grade is at least as good as another, in its letter and in its digit."""
    return grade is not None and grade[0] <= least[0] and grade[1] <= least[1]
