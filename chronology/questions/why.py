"""Why an answer is what it is: every assertion that was considered, what decided, and what is hidden or withdrawn."""

import sqlite3
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Literal

from attrs import evolve, frozen

from chronology.answers.explanation import Explanation, Judgement, Part, Rule, explain
from chronology.answers.resolve import Role
from chronology.dates import edtf
from chronology.events.identities import Merge
from chronology.events.records import decode
from chronology.log.event_table import Log, Row
from chronology.projections import merges, references
from chronology.projections.filters import Filters
from chronology.questions.assertions import Assertion, Sayings, said_of
from chronology.questions.outcomes import Outcome, outcome_of
from chronology.questions.subject_names import MergeTold, told
from chronology.vocabulary.event_types import RETRACTED


@frozen(kw_only=True)
class Reported:
    """An assertion, with everything that its event says about where it comes from.

    Attributes:
        said_by: the chain of attribution, the origin first; empty if the source speaks for itself.
    """

    assertion: Assertion
    said_by: tuple[str, ...]
    quote: str | None
    locator: str | None
    note: str | None


@frozen(kw_only=True)
class Considered(Reported):
    """An assertion in scope, and what it was to the answer.

    Attributes:
        part: leading, possible, rival or denial if it is a party; outdone by another; beside the point, because it
            denies or disputes what cannot hold then; or elsewhere, because it cannot cover the date.
        rule: why a leading one leads, or why an outdone one or a rival cannot win.
        against: position of the assertion that it won over, or lost to.
    """

    part: Part
    rule: Rule | None
    against: int | None


@frozen(kw_only=True)
class Withdrawn(Reported):
    """An assertion that no longer counts.

    Attributes:
        by: position of the event that withdrew it, recorded at `at`.
        how: retracted or replaced; "withdrawn" if that event was redacted, so that nobody can tell.
        reason: the one that event gives.
    """

    by: int
    at: str
    how: Literal["retracted", "replaced", "withdrawn"]
    reason: str | None


@frozen(kw_only=True)
class Hidden(Reported):
    """An assertion that filters leave out, and the names of the filters."""

    filters: tuple[str, ...]


@frozen(kw_only=True)
class Why:
    """An answer and its reasons.

    Attributes:
        valid_at: the last second that the question is about, as an ISO 8601 date-time.
        outcome: what held; None if nothing is known.
        considered: every assertion in scope, the parties first.
        without: what would hold if the leading assertion were not there; None if nothing would be known.
        withdrawn: what was retracted or replaced by then.
        hidden: what the filters leave out.
        merges: what says that the subject, or one who speaks of it, is the same as another; in order of the log.
    """

    subject: str
    attribute: str
    valid_at: str
    outcome: Outcome | None
    considered: tuple[Considered, ...]
    without: Outcome | None
    withdrawn: tuple[Withdrawn, ...]
    hidden: tuple[Hidden, ...]
    merges: tuple[MergeTold, ...]

    @property
    def leading(self) -> Considered | None:
        """The assertion that decides, None if none does."""
        first = self.considered[0] if self.considered else None
        return first if first and first.part is Part.LEADING else None


def why(log: Log, connection: sqlite3.Connection, filters: Filters, instant: int, *, fuzz: int = 0) -> Why:
    """Explain what held of one attribute of one subject at an instant."""
    found = said_of(connection, filters, fuzz=fuzz)
    explanation = explain([said.claim for said in found.live], instant)
    by_key = {said.claim.key: said for said in found.live}
    everything = (*found.live, *(said for said, _ in (*found.withdrawn, *found.hidden)))
    rows = {row.position: row for row in log.among(said.position for said in everything)}
    return Why(
        subject=filters.subject or "",
        attribute=filters.attribute or "",
        valid_at=edtf.format_instant(instant) or "",
        outcome=outcome_of(explanation.answer),
        considered=tuple(_considered(rows, by_key[j.claim.key], j) for j in explanation.judgements),
        without=_without(explanation),
        withdrawn=tuple(_gone(log, connection, filters, found)),
        hidden=tuple(Hidden(**_evidence(rows, said), filters=names) for said, names in found.hidden),
        merges=tuple(told(log, _merges_behind(found, filters))),
    )


def _merges_behind(found: Sayings, filters: Filters) -> list[Merge]:
    """Return the merges that have to do with an answer: of its subject, its values, and the speakers."""
    if not filters.identities:
        return []
    said = [*found.live, *(one for one, _ in found.hidden), *(one for one, _ in found.withdrawn)]
    values = (one.value for one in said if isinstance(one.value, str))
    named = {filters.subject or "", *values, *(name for one in said for name in (one.source, one.origin))}
    return sorted({merge for name in named for merge in filters.identities.merges_of(name)})


def _without(explanation: Explanation) -> Outcome | None:
    return outcome_of(explanation.without) if explanation.leading else None


def _considered(rows: Mapping[int, Row], said: Assertion, judgement: Judgement) -> Considered:
    against = judgement.against.position if judgement.against else None
    return Considered(**_evidence(rows, said), part=judgement.part, rule=judgement.rule, against=against)


def _gone(log: Log, connection: sqlite3.Connection, filters: Filters, found: Sayings) -> Iterator[Withdrawn]:
    """Yield what no longer counts, in order of position.

    What was withdrawn stands where it stood then: perhaps under a name that was merged later, or no longer is.
    """
    subject = filters.subject or ""
    former = [name for name in merges.ever(connection).names_of(subject) if name != subject]
    elsewhere = (said_of(connection, evolve(filters, subject=name)).withdrawn for name in former)
    gone = sorted(chain(found.withdrawn, *elsewhere), key=lambda one: one[0].position)
    rows = {row.position: row for row in log.among(said.position for said, _ in gone)}
    for said, by in gone:
        if told := _withdrawn(log, connection, rows, filters, said, by):
            yield told


def _withdrawn(
    log: Log, connection: sqlite3.Connection, rows: Mapping[int, Row], filters: Filters, said: Assertion, by: int
) -> Withdrawn | None:
    """Tell who withdrew an assertion.

    None if it was only read again, by a newer version of its type or after a merge, or is not about this subject now.
    """
    row, own = log.by_position(by), rows.get(said.position)
    if row is None or own is None or not own.body:
        return None
    event, same = decode(own.body), filters.identities
    if references.withdrawn_by(connection, event.subject, said.position, valid=event.valid) != by:
        return None
    # A bare dispute is filed under what it disputes.
    targets = [event.subject] if said.role != Role.DISPUTES else [_subject_of(log, name) for name in event.disputes]
    if (filters.subject or "") not in map(same.of, targets):
        return None
    body = decode(row.body) if row.body else None
    evidence = _evidence(rows, said)
    if body is None:
        return Withdrawn(**evidence, by=by, at=row.recorded_at, how="withdrawn", reason=None)
    if body.type == RETRACTED:
        return Withdrawn(**evidence, by=by, at=row.recorded_at, how="retracted", reason=body.data.get("reason"))
    return Withdrawn(**evidence, by=by, at=row.recorded_at, how="replaced", reason=body.note)


def _subject_of(log: Log, event_id: str) -> str:
    row = log.by_id(event_id)
    return row.subject if row else ""


def _evidence(rows: Mapping[int, Row], said: Assertion) -> dict[str, Any]:
    row = rows.get(said.position)
    body = decode(row.body) if row and row.body else None
    return {
        "assertion": said,
        "said_by": body.said_by if body else (),
        "quote": body.quote if body else None,
        "locator": body.locator if body else None,
        "note": body.note if body else None,
    }
