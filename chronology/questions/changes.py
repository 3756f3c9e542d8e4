"""When our knowledge changed: the answers that differ between two known times, and the events that changed them."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import evolve, frozen

from chronology.answers.resolve import Answer, Claim, resolve, weigh
from chronology.answers.segments import Segment, segments
from chronology.projections.filters import Filters
from chronology.projections.tables import ORDINAL_BITS
from chronology.questions.assertions import Sayings, hiding, said_of
from chronology.questions.outcomes import Outcome, outcome_of
from chronology.questions.spans import span_of

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
        events: positions of the events that changed the answer, as it is at the start of the stretch.
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
    filters: Filters,
    *,
    earlier: int,
    later: int,
    instant: int | None = None,
    fuzz: int = 0,
    progress: Progress | None = None,
) -> Iterator[Change]:
    """Yield what differs between two known times, by subject and attribute, in order of valid time.

    Args:
        connection: of the projections.
        filters: which subject, attribute and kind, and what counts; their `known_at` is ignored.
        earlier: a position. Requires earlier <= later.
        later: the other one.
        instant: compare the answers at this second only; over all of valid time if not given.
        fuzz: seconds by which the ends of qualified dates are widened.
        progress: called after every attribute.
    """
    groups = _touched(connection, filters, earlier, later)
    for number, (subject, attribute) in enumerate(groups, start=1):
        group = evolve(filters, subject=subject, attribute=attribute, known_at=None)
        yield from _of_group(connection, group, earlier, later, instant, fuzz)
        if progress:
            progress(number, len(groups))


def _touched(connection: sqlite3.Connection, filters: Filters, earlier: int, later: int) -> list[tuple[str, str]]:
    """Return the attributes about which something became known or was withdrawn between two positions."""
    conditions, parameters = filters.group_conditions()
    conditions.append(
        f"((key >> {ORDINAL_BITS}) BETWEEN :earlier + 1 AND :later OR known_until BETWEEN :earlier + 1 AND :later)"
    )
    return connection.execute(
        f"""
        SELECT DISTINCT s.text, a.text
        FROM claim
        JOIN name AS s ON s.id = claim.subject
        JOIN name AS a ON a.id = claim.attribute
        WHERE {" AND ".join(conditions)}
        ORDER BY s.text, a.text
        """,
        parameters | {"earlier": earlier, "later": later},
    ).fetchall()


def _of_group(
    connection: sqlite3.Connection, group: Filters, earlier: int, later: int, instant: int | None, fuzz: int
) -> Iterator[Change]:
    known = _Known(group, said_of(connection, group, fuzz=fuzz))
    old, new = known.at(earlier), known.at(later)
    if instant is not None:
        answers = resolve(old, instant), resolve(new, instant)
        stretches: Iterable[Stretch] = [(instant, instant + 1, *answers)] if _differ(*answers) else ()
    else:
        stretches = _stretches(segments(old), segments(new))
    for start, end, before, after in stretches:
        span = span_of(start, end)
        if span is None:
            continue
        parties = _parties(before, old, start), _parties(after, new, start)
        yield Change(
            subject=group.subject or "",
            attribute=group.attribute or "",
            since=span[0],
            until=span[1],
            before=outcome_of(before),
            after=outcome_of(after),
            events=known.causes(*parties, earlier=earlier, later=later),
        )


class _Known:
    """The claims about one attribute that the filters admit, and when the log knew each."""

    def __init__(self, filters: Filters, found: Sayings) -> None:
        self._until = {said.claim.key: by for said, by in found.withdrawn}
        admitted = [*found.live, *(said for said, _ in found.withdrawn if not hiding(filters, said))]
        self._from = {said.claim.key: said.known_from for said in admitted}
        self._claims = [said.claim for said in admitted]

    def at(self, position: int) -> list[Claim]:
        """Return the claims that were live as the log stood at a position."""
        return [
            claim
            for claim in self._claims
            if self._from[claim.key] <= position and self._until.get(claim.key, position + 1) > position
        ]

    def causes(self, old: Iterable[Claim], new: Iterable[Claim], *, earlier: int, later: int) -> tuple[int, ...]:
        """Return the positions at which a party to the later answer came, or a party to the earlier answer went.

        If the answers differ, there is at least one: a winner that did not win before is new, or what beat it is gone.
        """
        came = {self._from[claim.key] for claim in new}
        went = {self._until.get(claim.key, 0) for claim in old}
        return tuple(sorted(position for position in came | went if earlier < position <= later))


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
