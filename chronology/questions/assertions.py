"""What was said, as evidence: of one attribute, of what filters admit, or all of it with its fate. Reads, never writes.

It asks the projections by the names and texts that a SQL prompt shows; only which groups of a whole store are worth
a look, their tables tell.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple

from attrs import field, frozen

from chronology.answers.resolve import Claim
from chronology.dates import edtf
from chronology.events.json_values import Json, freeze
from chronology.projections.claims import GROUP, claim_of
from chronology.projections.columns import OPPOSING, TEXTS, Row, rows
from chronology.projections.filters import VIEW, Filters


@frozen(kw_only=True)
class Assertion:
    """What one event says of one attribute, and who says so.

    Attributes:
        event: its id; `position` is its place in the log.
        value: what it says, or denies or disputes; None if it says that nothing holds any more.
        role: what it does to the attribute: affirms, denies, disputes.
        valid: the date as its source gave it.
        stated: the day on which the source said so.
        known_from: the position from which it is read like this: its own, or that of a newer version of its type.
    """

    event: str
    position: int
    value: Json
    role: str
    valid: str
    origin: str
    source: str
    grade: str | None
    stated: str
    known_from: int
    _persists: bool = field(alias="persists", repr=False)
    _claim: Claim = field(alias="claim", repr=False)

    @property
    def reading(self) -> str:
        """How the date is read, in words."""
        return edtf.describe(edtf.parse(self.valid), persists=self._persists)

    @property
    def claim(self) -> Claim:
        """The same as the resolver takes it."""
        return self._claim


class Sayings(NamedTuple):
    """What was said of one attribute, sorted by what became of it; each list is in order of position.

    Attributes:
        live: what counts.
        hidden: what filters leave out, with the names of the filters.
        withdrawn: what was retracted, replaced or reread by then, with the position of the event that did it.
    """

    live: list[Assertion]
    hidden: list[tuple[Assertion, tuple[str, ...]]]
    withdrawn: list[tuple[Assertion, int]]


def said_of(connection: sqlite3.Connection, filters: Filters, *, fuzz: int = 0) -> Sayings:
    """Return all that the log knew of one attribute.

    Args:
        connection: of the projections.
        filters: which subject and attribute, known when, and what counts.
        fuzz: seconds by which the ends of qualified dates are widened.
    """
    found = Sayings([], [], [])
    for row in _rows(connection, filters):
        said = assertion_of(row, fuzz=fuzz)
        if row.known_until is not None and (filters.known_at is None or row.known_until <= filters.known_at):
            found.withdrawn.append((said, row.known_until))
        elif hidden := hiding(filters, said):
            found.hidden.append((said, hidden))
        else:
            found.live.append(said)
    return found


def hiding(filters: Filters, said: Assertion) -> tuple[str, ...]:
    """Return the names of the filters that leave an assertion out."""
    return filters.hiding(source=said.source, origin=said.origin, stated=said.stated, grade=said.grade)


def _rows(connection: sqlite3.Connection, filters: Filters) -> Iterator[Row]:
    found = connection.execute(
        f"""
        SELECT {TEXTS}
        FROM assertion
        WHERE subject = :subject AND attribute = :attribute AND (:known_at IS NULL OR known_from <= :known_at)
        ORDER BY position, key
        """,
        {"subject": filters.subject, "attribute": filters.attribute, "known_at": filters.known_at},
    )
    return rows(found)


def assertion_of(row: Row, *, fuzz: int) -> Assertion:
    """Return a row as users get it."""
    return Assertion(
        event=row.event,
        position=row.position,
        value=None if row.value is None else freeze(json.loads(row.value)),
        role=row.role,
        valid=row.valid,
        origin=row.origin,
        source=row.source,
        grade=row.grade,
        stated=row.stated,
        known_from=row.known_from,
        persists=bool(row.persists),
        claim=claim_of(row, fuzz=fuzz),
    )


_WORTH_A_LOOK: Final = {
    "disputable": f"""
        min(source) <> max(source)
        OR min(ifnull(origin, source)) <> max(ifnull(origin, source))
        OR max(breadth = {OPPOSING})
    """,
    "bounded": "count(end_max)",
}
"""Conditions on all claims of a group, whether they count or not, without which a kind of answer has nothing of it."""


def groups(
    connection: sqlite3.Connection,
    filters: Filters,
    *,
    covering: int | None = None,
    fuzz: int = 0,
    only: Literal["disputable", "bounded"] | None = None,
) -> Iterator[list[Row]]:
    """Return the assertions in scope, by subject and attribute, in order.

    Args:
        connection: of the projections.
        filters: which assertions count.
        covering: only what may cover this instant.
        fuzz: seconds by which qualified ends are widened; such ends are not yet in the rows.
        only: of a whole store, leave out the groups of which no two sources ever spoke and nobody denied or disputed
            anything, or those in which everything lasts for ever. That is most of it, and one pass tells.
    """
    conditions, parameters = filters.conditions(VIEW)
    if covering is not None and not fuzz:
        conditions.append("start_min <= :instant AND end_max > :instant")
        parameters["instant"] = covering
    source = "assertion"
    if only and filters.subject is None:
        source = f"({_groups_with(_WORTH_A_LOOK[only])}) CROSS JOIN assertion USING (subject, attribute)"
    found = connection.execute(
        f"""
        SELECT {TEXTS}
        FROM {source}
        WHERE {" AND ".join(conditions)}
        ORDER BY subject, attribute, position
        """,
        parameters,
    )
    return by_group(found)


def by_group(found: Iterable[tuple[Any, ...]]) -> Iterator[list[Row]]:
    """Yield the assertions about one attribute of one subject together. Requires them in order."""
    for _, members in groupby(rows(found), key=GROUP):
        yield list(members)


def _groups_with(condition: str) -> str:
    return f"""
        SELECT s.text AS subject, a.text AS attribute
        FROM (SELECT subject, attribute FROM claim GROUP BY subject, attribute HAVING {condition}) AS found
        JOIN name AS s ON s.id = found.subject
        JOIN name AS a ON a.id = found.attribute
    """


@frozen(kw_only=True)
class Entry:
    """An assertion, what it is about, and until when it was known so.

    Attributes:
        known_until: position of the event that withdrew it or made it read anew; None while it is live.
    """

    subject: str
    attribute: str
    assertion: Assertion
    known_until: int | None


def entries(connection: sqlite3.Connection, filters: Filters, *, fuzz: int = 0) -> Iterator[Entry]:
    """Yield what filters admit, withdrawn or not, by subject, attribute and position.

    Args:
        connection: of the projections.
        filters: which assertions count. What happened after `known_at` is left out: those withdrawn later are live.
        fuzz: seconds by which the ends of qualified dates are widened.
    """
    known_at = filters.known_at
    for row in _all_rows(connection, filters):
        said = assertion_of(row, fuzz=fuzz)
        if hiding(filters, said):
            continue
        until = row.known_until
        if until is not None and known_at is not None and until > known_at:
            until = None
        yield Entry(subject=row.subject, attribute=row.attribute, assertion=said, known_until=until)


def _all_rows(connection: sqlite3.Connection, filters: Filters) -> Iterator[Row]:
    found = connection.execute(
        f"""
        SELECT {TEXTS}
        FROM assertion
        WHERE (:subject IS NULL OR subject = :subject)
            AND (:attribute IS NULL OR attribute = :attribute)
            AND (:kind IS NULL OR subject >= :kind || '/' AND subject < :kind || '0')
            AND (:known_at IS NULL OR known_from <= :known_at)
        ORDER BY subject, attribute, position, key
        """,
        {
            "subject": filters.subject,
            "attribute": filters.attribute,
            "kind": filters.kind,
            "known_at": filters.known_at,
        },
    )
    return rows(found)
