"""Which events hold some words, the best first, each with the piece of text where they stand. Reads the log."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Final

from attrs import frozen

from chronology.errors import IntegrityError, StoreError
from chronology.events.identities import Identities
from chronology.events.records import Body, RecordedEvent, decode, recorded
from chronology.log import database
from chronology.log.event_table import Log
from chronology.projections import name_index, references, search_index
from chronology.projections.filters import Filters
from chronology.projections.search_index import Place, Term, expression, fold, hits, terms
from chronology.questions.subject_names import names
from chronology.vocabulary.event_types import BOOKKEEPING

_BEFORE: Final = 50
_LONGEST: Final = 140
"""Characters of a text that are shown before the first hit, and at most in all."""

_WAIT: Final = 500
"""Milliseconds for which a search waits to bring up the index in the file; after that it makes one of its own."""

_FIELDS: Final = ("quote", "says", "note", "subject", "source", "type")
"""Where hits are shown from: of equally many, the first."""


@frozen(kw_only=True)
class Hit:
    """An event in which words were found.

    Attributes:
        event: the event.
        field: where most of them stand: subject, type, says (the payload), quote, note or source (who says so, too).
        snippet: the piece of that text around the first hit, cut at words; `...` stands for what is left out.
        marks: where the hits stand in it, as pairs of start and end, in characters.
        withdrawn_by: the position that retracted or replaced the event by then, None while it is live.
    """

    event: RecordedEvent
    field: str
    snippet: str
    marks: tuple[tuple[int, int], ...]
    withdrawn_by: int | None


def is_indexed(log: Log, connection: sqlite3.Connection) -> bool:
    """Tell whether the index in the file is up to the log's head."""
    return search_index.position(connection, "main") == log.head()


def bring_up(log: Log, connection: sqlite3.Connection) -> None:
    """Bring up the index in the file, where the connection may write and no other process is writing."""
    if connection.in_transaction or connection.execute("PRAGMA query_only").fetchone()[0]:
        return
    if is_indexed(log, connection):
        return
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_WAIT}")
    try:
        with database.writing(connection), _ruin_told():
            search_index.bring_up(log, connection, "main")
    except StoreError as exc:
        # Locked, or no room: the search gets an answer all the same.
        if not isinstance(exc.__cause__, sqlite3.Error) or not database.is_passing(exc.__cause__):
            raise
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")


def find(
    log: Log,
    connection: sqlite3.Connection,
    words: str,
    filters: Filters,
    *,
    withdrawn: bool = False,
    as_written: bool = False,
) -> Iterator[Hit]:
    """Yield the events that hold all words of a question, the best first.

    Args:
        log: the log.
        connection: of the index and the projections.
        words: the question, as `search_words.terms` reads it.
        filters: which events count.
        withdrawn: also those that were withdrawn, and retractions and redactions themselves.
        as_written: look for these words only, and not for the other names of the subjects that they name.

    Raises:
        ChronologyError: the question has no word.
    """
    question = terms(words)
    if not as_written:
        question = widened(log, connection, question, filters)
    with _ruin_told():
        place = _place(log, connection)
    found = search_index.positions(connection, place, expression(question), until=filters.known_at)
    for position in _ruin_told_while(found):
        row = log.by_position(position)
        if row is None or not row.body:
            continue
        body = decode(row.body)
        by = references.withdrawn_by(connection, body.subject, position, valid=body.valid)
        if by is not None and filters.known_at is not None and by > filters.known_at:
            by = None
        if (withdrawn or (by is None and body.type not in BOOKKEEPING)) and _counts(body, filters):
            yield _hit(recorded(row.position, row.body, row.leaf), body, question, by)


@contextmanager
def _ruin_told() -> Iterator[None]:
    """Say what to do about an index that SQLite cannot read or write."""
    try:
        yield
    except sqlite3.DatabaseError as exc:
        if database.is_passing(exc):
            raise
        raise IntegrityError(
            f"the search index cannot be used: {exc}",
            hint="`chronology replay` drops it, and the next search makes it again; `chronology verify` checks the log",
        ) from exc


def _ruin_told_while(positions: Iterator[int]) -> Iterator[int]:
    with _ruin_told():
        yield from positions


def _place(log: Log, connection: sqlite3.Connection) -> Place:
    """Return where an up-to-date index is: in the file, or in a temporary table, which is brought up to date."""
    if is_indexed(log, connection):
        return "main"
    with database.unguarded(connection):
        search_index.bring_up(log, connection, "temp")
    return "temp"


def _counts(body: Body, filters: Filters) -> bool:
    """Tell whether an event passes the filters; `known_at` was applied before."""
    stated = body.stated or body.recorded_at[:10]
    of = filters.identities.of
    return (
        (filters.kind is None or body.subject.startswith(f"{filters.kind}/"))
        and (filters.subject is None or of(body.subject) == filters.subject)
        and not filters.hiding(source=body.source, origin=body.origin, stated=stated, grade=body.grade)
    )


def _hit(event: RecordedEvent, body: Body, question: list[Term], withdrawn_by: int | None) -> Hit:
    found = search_index.texts(body)._asdict()
    marks = {name: hits(found[name], question) for name in _FIELDS}
    field = max(_FIELDS, key=lambda name: (len(marks[name]), -_FIELDS.index(name)))
    snippet, shown = _snippet(found[field], marks[field])
    return Hit(event=event, field=field, snippet=snippet, marks=tuple(shown), withdrawn_by=withdrawn_by)


def _snippet(text: str, marks: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Return the piece of a text around the first hit, and where the hits stand in it."""
    start = max(0, (marks[0][0] if marks else 0) - _BEFORE)
    if start:
        # At a word, unless the hit itself is far inside what has no spaces.
        space = text.find(" ", start, marks[0][0])
        start = space + 1 if space >= 0 else start
    end = start + _LONGEST
    if end < len(text):
        space = text.rfind(" ", marks[0][1] if marks else start, end)
        end = space if space > start else end
    before, after = ("..." if start else ""), ("..." if end < len(text) else "")
    shift = len(before) - start
    shown = [(first + shift, min(last, end) + shift) for first, last in marks if start <= first < end]
    return before + text[start:end] + after, shown


_MOST: Final = 20
"""Subjects whose other names are looked for; a word in the names of more is a common word, and stands for none."""

_SHORTEST: Final = 4
"""Letters of a name that is looked for as a word; a shorter one, as IS, would be found in every other sentence."""


def widened(log: Log, connection: sqlite3.Connection, question: list[Term], filters: Filters) -> list[Term]:
    """Return terms that are also found by what their subjects are called otherwise, and by kind/slug.

    A term means the subjects in a name of which it stands, as known then. What a source is called is left out: its
    title says what it is about. A merged subject goes by all names of the one that it is now.
    """
    return [term._replace(others=tuple(_others(log, connection, term, filters))) for term in question]


def _others(log: Log, connection: sqlite3.Connection, term: Term, filters: Filters) -> list[tuple[str, ...]]:
    same = filters.identities
    near = name_index.bearers(connection, " ".join(term.words), within=True, known_at=filters.known_at)
    kept = {same.of(name) for name in chain(near, _merged(same, term)) if not name.startswith("source/")}
    if not kept or len(kept) > _MOST:
        return []
    named = names(log, connection, same, subjects=sorted(kept), known_at=filters.known_at)
    found: dict[tuple[str, ...], None] = {}
    for subject in sorted(kept):
        spoken_of = [*same.names_of(subject), *(name.text for name in named.get(subject, ()))]
        if any(hits(text, [term]) for text in spoken_of):
            found |= dict.fromkeys(_words(subject, spoken_of))
    return [words for words in found if not hits(" ".join(words), [term])]


def _merged(same: Identities, term: Term) -> Iterator[str]:
    """Yield the subjects that a merge made one with another, and in a name of which a term stands."""
    for name, kept in same.replaced().items():
        yield from (one for one in (name, kept) if hits(one, [term]))


def _words(subject: str, texts: list[str]) -> Iterator[tuple[str, ...]]:
    for text in texts:
        words = tuple(fold(text).split())
        if len("".join(words)) >= _SHORTEST or text == subject:
            yield words
