"""Subjects: who and what a store speaks of, by which names, and how often. Reads, never writes."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from attrs import frozen

from chronology.dates import edtf
from chronology.dates.calendar import BEGINNING, FOREVER
from chronology.events.identities import Identities
from chronology.events.slugs import slug_of
from chronology.log.event_table import Log
from chronology.projections import name_index
from chronology.projections.columns import ORDINAL_BITS
from chronology.projections.tables import LAST
from chronology.questions.subject_names import Name, names

_OF_THE_LOG: Final = ("event", "type")
"""Kinds that only the log's own bookkeeping speaks of; they are listed where they are asked for."""

_AT_ONCE: Final = 1_000
"""Subjects that are looked up together."""

_FEW: Final = 50
"""The same at least, where only some are wanted: not every name is that of a subject."""


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
        limit: at most this many, the first in that order.
    """
    with_name = (
        set(map(same.of, name_index.bearers(connection, text, within=True, known_at=known_at))) if text else set()
    )
    listed = _listed(connection, same, kind=kind, text=text, with_name=with_name)
    # Who wants the first few need not wait for all.
    size = _AT_ONCE if limit is None else min(max(limit, _FEW), _AT_ONCE)
    found = (
        one
        for some in iter(lambda: list(islice(listed, size)), [])
        for one in _named(log, connection, same, _rows(connection, same, some, known_at=known_at), known_at=known_at)
    )
    # What is left of a subject that is spoken of no more is the retractions.
    alive = (one for one in found if one.events or one.names or kind in _OF_THE_LOG)
    return list(islice(alive, limit))


def _named(
    log: Log, connection: sqlite3.Connection, same: Identities, rows: Iterable[Sequence[Any]], *, known_at: int | None
) -> Iterator[KnownSubject]:
    some = list(rows)
    named = names(log, connection, same, subjects=[row[0] for row in some], known_at=known_at)
    yield from (_subject(row, tuple(named.get(row[0], ())), same.names_of(row[0])[1:]) for row in some)


def _listed(
    connection: sqlite3.Connection, same: Identities, *, kind: str | None, text: str | None, with_name: Collection[str]
) -> Iterator[str]:
    """Yield what may be a subject to list, in order, without a look at what is said of it."""
    fits = "(text IN (SELECT value FROM json_each(:with_name)) OR instr(text, :text) OR instr(text, :slug))"
    if text is None:
        fits = "1"
    elif not slug_of(text):
        # An empty text stands in every other.
        fits = fits.replace(" OR instr(text, :slug)", "")
    merged = same.replaced()
    if text is not None:
        # Somebody who remembers the other spelling finds the subject too.
        folded = [text.lower(), slug_of(text)]
        with_name = {*with_name, *(kept for name, kept in merged.items() if any(f and f in name for f in folded))}
    hidden = ", ".join(f"'{name}'" for name in _OF_THE_LOG)
    # "0" is the character after "/": all subjects of the kind, by the index.
    of_kind = "text >= :kind || '/' AND text < :kind || '0'"
    if kind is None:
        of_kind = f"instr(text, '/') AND substr(text, 1, instr(text, '/') - 1) NOT IN ({hidden})"
    rows = connection.execute(
        f"SELECT text FROM name WHERE {of_kind} AND {fits} ORDER BY text",
        {
            "kind": kind,
            "with_name": json.dumps(sorted(with_name)),
            "text": (text or "").lower(),
            "slug": slug_of(text or ""),
        },
    )
    return (row[0] for row in rows if row[0] not in merged)


def _rows(
    connection: sqlite3.Connection, same: Identities, some: Sequence[str], *, known_at: int | None
) -> Iterator[Any]:
    """Yield the sum of what is said of each of some subjects, in order; nothing of those that are none."""
    known = "known_until IS NULL"
    if known_at is not None:
        known = "(position <= :known_at AND (known_until IS NULL OR known_until > :known_at))"
    # The view mention would be read whole: of its two halves, each leads to a subject by its own key. An event that
    # speaks of two names of a subject speaks of it once.
    return connection.execute(
        f"""
        WITH listed (id, text) AS MATERIALIZED (
            SELECT name.id, json_extract(value, '$[1]')
            FROM json_each(:some)
            CROSS JOIN name ON name.text = json_extract(value, '$[0]')
        ),
        mentioned (subject, position, first, last, known_until) AS (
            SELECT text, key >> {ORDINAL_BITS}, start_min, {LAST}, known_until
            FROM listed
            CROSS JOIN claim ON claim.subject = listed.id
            WHERE tells
            {"UNION" if same else "UNION ALL"}
            SELECT text, position, first, last, known_until
            FROM listed
            CROSS JOIN reference ON reference.subject = listed.id
        )
        SELECT
            subject,
            count(first),
            min(position),
            max(position),
            min(CASE WHEN first > {BEGINNING} THEN first WHEN last < {FOREVER} THEN last - 1 END),
            max(CASE WHEN last < {FOREVER} THEN last - 1 WHEN first > {BEGINNING} THEN first END)
        FROM mentioned
        WHERE {known}
        GROUP BY subject
        ORDER BY subject
        """,
        {
            "some": json.dumps([(name, subject) for subject in some for name in same.names_of(subject)]),
            "known_at": known_at,
        },
    )


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
