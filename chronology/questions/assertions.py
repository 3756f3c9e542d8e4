"""All that was said of one attribute of one subject: live, hidden by filters, or withdrawn. Reads, never writes."""

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from attrs import field, frozen

from chronology.answers.resolve import Claim
from chronology.dates import edtf
from chronology.events.json_values import Json, freeze
from chronology.projections.claims import claim_of
from chronology.projections.columns import TEXTS, Row, rows
from chronology.projections.filters import Filters


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
