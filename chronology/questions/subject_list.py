"""Subjects: who and what a store speaks of, by which names, and how often. Reads, never writes."""

import heapq
import json
import sqlite3
from collections.abc import Collection, Iterator
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from attrs import frozen

from chronology.dates import edtf
from chronology.dates.calendar import BEGINNING, FOREVER
from chronology.events.identities import Identities
from chronology.events.slugs import slug_of
from chronology.log.event_table import Log
from chronology.questions.subject_names import Name, bearers, names

_OF_THE_LOG: Final = ("event", "type")
"""Kinds that only the log's own bookkeeping speaks of; they are listed where they are asked for."""

_AT_ONCE: Final = 1_000
"""Subjects whose names are looked up together."""


@frozen(kw_only=True)
class KnownSubject:
    """A subject that some event is about or refers to.

    Attributes:
        names: all its names, the one to show first.
        merged: the subjects that were merged into it.
        events: how many reports are about it or refer to it; those withdrawn are not counted.
        first_position, last_position: where in the log it is mentioned first and last.
        first, last: the earliest and the latest day that the dates of its reports name; None where they name none.
    """

    subject: str
    names: tuple[Name, ...]
    merged: tuple[str, ...]
    events: int
    first_position: int
    last_position: int
    first: str | None
    last: str | None

    @property
    def kind(self) -> str:
        """What it is: the part before the slash."""
        return self.subject.partition("/")[0]

    @property
    def name(self) -> str | None:
        """The name to show, None where only aliases or none are known."""
        return self.names[0].text if self.names and self.names[0].role == "name" else None

    @property
    def aliases(self) -> tuple[str, ...]:
        """All its other names."""
        return tuple(name.text for name in self.names[self.name is not None :])


def subjects(
    log: Log,
    connection: sqlite3.Connection,
    same: Identities,
    *,
    kind: str | None = None,
    text: str | None = None,
    known_at: int | None = None,
    limit: int | None = None,
) -> list[KnownSubject]:
    """Return the subjects that live events are about or refer to, in order of kind and slug.

    Args:
        log: holds the events.
        connection: of the projections.
        same: which names meant one subject then.
        kind: only of this one.
        text: only those in whose slug or names this stands, whatever its case and marks.
        known_at: as known at this position.
        limit: only so many, the first in that order.
    """
    with_name = bearers(log, connection, same, text, within=True, known_at=known_at) if text else ()
    rows = _rows(connection, same, kind=kind, known_at=known_at, text=text, with_name=with_name)
    found = _named(log, connection, same, rows, known_at=known_at)
    # What is left of a subject that is spoken of no more is the retractions.
    alive = (one for one in found if one.events or one.names or kind in _OF_THE_LOG)
    return list(islice(alive, limit))


def _named(
    log: Log, connection: sqlite3.Connection, same: Identities, rows: Iterator[Any], *, known_at: int | None
) -> Iterator[KnownSubject]:
    while some := list(islice(rows, _AT_ONCE)):
        named = names(log, connection, same, subjects=[row[0] for row in some], known_at=known_at)
        yield from (_subject(row, tuple(named.get(row[0], ())), same.names_of(row[0])[1:]) for row in some)


def _rows(
    connection: sqlite3.Connection,
    same: Identities,
    *,
    kind: str | None,
    known_at: int | None,
    text: str | None,
    with_name: Collection[str],
) -> Iterator[Any]:
    known = "known_until IS NULL"
    if known_at is not None:
        known = "(position <= :known_at AND (known_until IS NULL OR known_until > :known_at))"
    hidden = ", ".join(f"'{name}'" for name in _OF_THE_LOG)
    # "0" is the character after "/": all subjects of the kind, by the table's own order.
    of_kind = "1" if kind is None else "subject >= :kind || '/' AND subject < :kind || '0'"
    fits = "(subject IN (SELECT value FROM json_each(:with_name)) OR instr(subject, :text) OR instr(subject, :slug))"
    if text is None:
        fits = "1"
    elif not slug_of(text):
        # An empty text stands in every other.
        fits = fits.replace(" OR instr(subject, :slug)", "")
    merged = same.replaced()
    if text is not None:
        # Whoever remembers the other spelling finds the subject too.
        folded = [text.lower(), slug_of(text)]
        with_name = {*with_name, *(kept for name, kept in merged.items() if any(f and f in name for f in folded))}

    def rows(spoken_of: str, alone: str) -> Iterator[Any]:
        return connection.execute(
            f"""
            SELECT
                subject,
                count(first),
                min(position),
                max(position),
                min(CASE WHEN first > {BEGINNING} THEN first WHEN last < {FOREVER} THEN last - 1 END),
                max(CASE WHEN last < {FOREVER} THEN last - 1 WHEN first > {BEGINNING} THEN first END)
            FROM {spoken_of}
            WHERE {of_kind} AND {known} AND {fits} AND {alone}
            GROUP BY subject
            HAVING :kind IS NOT NULL OR substr(subject, 1, instr(subject, '/') - 1) NOT IN ({hidden})
            ORDER BY subject
            """,
            {
                "kind": kind,
                "known_at": known_at,
                "merged": json.dumps(merged | {kept: kept for kept in merged.values()}),
                "with_name": json.dumps(sorted(with_name)),
                "text": (text or "").lower(),
                "slug": slug_of(text or ""),
            },
        )

    if not merged:
        return rows("mention", "1")
    others = rows("mention", "subject NOT IN (SELECT key FROM json_each(:merged))")
    return heapq.merge(others, rows(_OF_MERGED, "1"), key=itemgetter(0))


# An event that speaks of two names of a subject speaks of it once.
_OF_MERGED: Final = """(
    SELECT DISTINCT value AS subject, position, first, last, known_until
    FROM json_each(:merged)
    CROSS JOIN mention ON mention.subject = json_each.key
)"""


def _subject(row: Any, its_names: tuple[Name, ...], merged: tuple[str, ...]) -> KnownSubject:
    subject, events, first_position, last_position, first, last = row
    return KnownSubject(
        subject=subject,
        names=its_names,
        merged=merged,
        events=events,
        first_position=first_position,
        last_position=last_position,
        first=_day(first),
        last=_day(last),
    )


def _day(instant: int | None) -> str | None:
    text = None if instant is None else edtf.format_instant(instant)
    return text and text.partition("T")[0]
