"""What differs: in our knowledge between two known times, and by which events; in the world between two dates."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import evolve, frozen

from chronology.answers.holding import Holding
from chronology.answers.resolve import Answer, Claim, resolve, weigh
from chronology.answers.segments import Segment, segments
from chronology.projections import merges
from chronology.projections.columns import ORDINAL_BITS
from chronology.projections.filters import Filters
from chronology.questions.assertions import Sayings, hiding, said_of
from chronology.questions.outcomes import Outcome, outcome_held, outcome_of, span_of

Progress = Callable[[int, int], None]
"""Called with how many attributes are done, and of how many."""


@frozen(kw_only=True)
class Change:
    """A stretch of valid time over which an answer differs between two known times.

    Attributes:
        since: its first second; None if it has always been so.
        until: its last second; None if it goes on.
        before: what was thought to hold; None if nothing was known.
        after: what was thought later.
        events: positions of the events that changed the answer, by its state at the start of the stretch.
    """

    subject: str
    attribute: str
    since: str | None
    until: str | None
    before: Outcome | None
    after: Outcome | None
    events: tuple[int, ...]


def changes(
    connection: sqlite3.Connection,
    before: Filters,
    after: Filters,
    *,
    instant: int | None = None,
    fuzz: int = 0,
    progress: Progress | None = None,
) -> Iterator[Change]:
    """Yield what differs between two known times, by subject and attribute, in order of valid time.

    Args:
        connection: of the projections.
        before: what counts at the earlier known time: subject, attribute and kind, by the names kept then.
        after: what counts at the later one. Requires that both have a `known_at`, the first no later than the second.
        instant: compare the answers at this second only; over all of valid time if not given.
        fuzz: seconds by which the ends of qualified dates are widened.
        progress: called after every attribute.
    """
    groups = _touched(connection, before, after)
    for number, (subject, attribute) in enumerate(groups, start=1):
        old, new = (evolve(some, subject=subject, attribute=attribute) for some in (before, after))
        yield from _of_group(connection, old, new, instant, fuzz)
        if progress:
            progress(number, len(groups))


def _touched(connection: sqlite3.Connection, before: Filters, after: Filters) -> list[tuple[str, str]]:
    """Return the attributes about which something became known or was withdrawn between two positions.

    Where sources or origins were merged meanwhile, filters by them admit more than before, about any attribute.
    """
    conditions, parameters = after.group_conditions()
    if after.subject is not None:
        conditions[0] = "subject IN (SELECT id FROM name WHERE text IN (:subject, :former))"
        parameters["former"] = before.subject
    if (before.sources, before.origins) == (after.sources, after.origins):
        conditions.append(
            f"((key >> {ORDINAL_BITS}) BETWEEN :earlier + 1 AND :later OR known_until BETWEEN :earlier + 1 AND :later)"
        )
    return connection.execute(
        f"""
        SELECT DISTINCT s.text, a.text
        FROM claim
        JOIN name AS s ON s.id = claim.subject
        JOIN name AS a ON a.id = claim.attribute
        WHERE {" AND ".join(conditions) or "1"}
        ORDER BY s.text, a.text
        """,
        parameters | {"earlier": before.known_at, "later": after.known_at},
    ).fetchall()


def _of_group(
    connection: sqlite3.Connection, before: Filters, after: Filters, instant: int | None, fuzz: int
) -> Iterator[Change]:
    known = _Known(said_of(connection, Filters(subject=after.subject, attribute=after.attribute), fuzz=fuzz))
    old, new = known.at(before), known.at(after)
    if instant is not None:
        answers = resolve(old, instant), resolve(new, instant)
        stretches: Iterable[Stretch] = [(instant, instant + 1, *answers)] if _differ(*answers) else ()
    else:
        stretches = _stretches(segments(old), segments(new))
    for start, end, held, holds in stretches:
        span = span_of(start, end)
        if span is None:
            continue
        earlier, later = before.known_at or 0, after.known_at or 0
        parties = _parties(held, old, start), _parties(holds, new, start)
        yield Change(
            subject=after.subject or "",
            attribute=after.attribute or "",
            since=span[0],
            until=span[1],
            before=outcome_of(held),
            after=outcome_of(holds),
            events=known.causes(*parties, earlier=earlier, later=later)
            # What the filters name became one with another.
            or tuple(merges.between(connection, earlier, later)),
        )


class _Known:
    """The claims about one attribute, and when the log knew each."""

    def __init__(self, found: Sayings) -> None:
        self._said = [*found.live, *(said for said, _ in found.withdrawn)]
        self._until = {said.claim.key: by for said, by in found.withdrawn}
        # An event may be read anew, by a newer version of its type or after a merge of names: then what it first said
        # of this attribute, and what it said last, tell when it came and went.
        self._came: dict[int, int] = {}
        self._went: dict[int, int | None] = {}
        for said in sorted(self._said, key=lambda one: one.known_from):
            self._came.setdefault(said.position, said.known_from)
            self._went[said.position] = self._until.get(said.claim.key)

    def at(self, filters: Filters) -> list[Claim]:
        """Return the claims that were live then, as far as filters admit them. Requires that they have a `known_at`."""
        known_at = filters.known_at or 0
        return [
            said.claim
            for said in self._said
            if said.known_from <= known_at < self._until.get(said.claim.key, known_at + 1) and not hiding(filters, said)
        ]

    def causes(self, old: Iterable[Claim], new: Iterable[Claim], *, earlier: int, later: int) -> tuple[int, ...]:
        """Return the positions at which a party to the later answer came, or a party to the earlier answer went.

        If the answers differ, there is at least one: a winner that did not win before is new, or what beat it is gone.
        """
        read = {said.claim.key: said.known_from for said in self._said}
        found = set()
        for claim in new:
            came = self._came[claim.position]
            found.add(came if came > earlier else read[claim.key])
        for claim in old:
            went = self._went[claim.position]
            found.add(went if went is not None and went <= later else self._until.get(claim.key, 0))
        return tuple(sorted(position for position in found if earlier < position <= later))


def _parties(answer: Answer | None, claims: Sequence[Claim], instant: int) -> Iterable[Claim]:
    """Return the parties to an answer; if nothing is known, also the claims that say that nothing holds any more."""
    if answer is not None:
        return [claim for claim, _ in answer.candidates if claim]
    weighing = weigh(claims, instant)
    return weighing.winners + weighing.opponents


Stretch = tuple[int, int, Answer | None, Answer | None]
"""Seconds, half-open, over which one answer held, and later one with another outcome; both as at the start."""


def _differ(before: Answer | None, after: Answer | None) -> bool:
    return outcome_of(before) != outcome_of(after)


def _stretches(old: Sequence[Segment], new: Sequence[Segment]) -> Iterator[Stretch]:
    """Yield the longest stretches over which two histories differ in the same way."""
    borders = sorted({border for segment in (*old, *new) for border in segment[:2]})
    compared = zip(borders, borders[1:], _answers(old, borders), _answers(new, borders), strict=False)
    last: Stretch | None = None
    for start, end, before, after in compared:
        if last and last[1] == start and not _differ(last[2], before) and not _differ(last[3], after):
            last = (last[0], end, *last[2:])
            continue
        if last:
            yield last
        last = (start, end, before, after) if _differ(before, after) else None
    if last:
        yield last


def _answers(history: Sequence[Segment], instants: Sequence[int]) -> Iterator[Answer | None]:
    """Yield the answers at some ordered instants, which include all borders of the history."""
    left = iter(history)
    current = next(left, None)
    for instant in instants:
        while current and current.valid_to <= instant:
            current = next(left, None)
        yield current.answer if current and current.valid_from <= instant else None


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
