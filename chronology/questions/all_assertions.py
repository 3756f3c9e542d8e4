"""Every assertion that the log holds or held, with when it was known so. Reads, never writes."""

import sqlite3
from collections.abc import Iterator

from attrs import frozen

from chronology.projections.columns import TEXTS, Row, rows
from chronology.projections.filters import Filters
from chronology.questions.assertions import Assertion, assertion_of, hiding


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
        filters: which assertions count. What happened after `known_at` is told of none: those withdrawn later are live.
        fuzz: seconds by which the ends of qualified dates are widened.
    """
    known_at = filters.known_at
    for row in _rows(connection, filters):
        said = assertion_of(row, fuzz=fuzz)
        if hiding(filters, said):
            continue
        until = row.known_until
        if until is not None and known_at is not None and until > known_at:
            until = None
        yield Entry(subject=row.subject, attribute=row.attribute, assertion=said, known_until=until)


def _rows(connection: sqlite3.Connection, filters: Filters) -> Iterator[Row]:
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
