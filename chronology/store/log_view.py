"""Reading the log itself: its events as they stand, who withdrew or redacted them, and the whole of it at once.

What only some of it needs is imported where it is used: a question about what held need not wait for it.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Unpack

from chronology.errors import UnknownNameError, did_you_mean
from chronology.projections import references
from chronology.projections.filters import KnownAt, Restrictions
from chronology.store import query
from chronology.store.session import Session

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.log.event_table import Row
    from chronology.projections.bulk import Table
    from chronology.questions.assertions import Entry

_LEAST_ALIKE: Final = 6
"""Characters of an id that a mistyped one must begin with, to be taken for it."""

_FEW: Final = 3

_MOST_ALIKE: Final = 100_000
"""More events than any beginning of an id that is in use is shared by."""


def read(
    session: Session,
    restrictions: Restrictions,
    *,
    after: int,
    until: int | None,
    reverse: bool,
    limit: int | None,
) -> "Iterator[RecordedEvent]":
    """Yield recorded events in log order."""
    query.check_limit(limit)
    if not any(value is not None for value in restrictions.values()):
        rows = session.log.read(after=after, until=until, reverse=reverse, limit=limit)
        return session.stream_in_parts(rows, lambda rows: map(session.recorded, rows))
    from chronology.questions.live_events import counts

    with session.reading():
        filters = session.filters(None, None, restrictions, question="log")
    known = [position for position in (until, filters.known_at) if position is not None]
    rows = session.log.read(after=after, until=min(known, default=None), reverse=reverse)

    def admitted(rows: "Iterator[Row]") -> "Iterator[RecordedEvent]":
        return islice((event for event in map(session.recorded, rows) if counts(filters, event)), limit)

    return session.stream_in_parts(rows, admitted)


def event(session: Session, name: str | int) -> "RecordedEvent":
    """Return one event by position, by id, or by the first characters of its id if those are unique."""
    with session.snapshot():
        row = session.log.by_position(name) if isinstance(name, int) else _by_prefix(session, name)
        if row is None:
            question = "" if isinstance(name, int) else did_you_mean(_ids_like(session, name))
            hint = f"positions go from 1 to {session.log.head()}; `chronology log` lists them"
            raise UnknownNameError("event", str(name), (), hint=f"{question} {hint}".lstrip())
    return session.recorded(row)


def _ids_like(session: Session, name: str) -> list[str]:
    """Return the ids that begin like one that does not exist, as long as they can, if they are few."""
    for length in range(len(name) - 1, _LEAST_ALIKE - 1, -1):
        if found := session.log.ids_starting(name[:length], limit=_FEW + 1):
            return found if len(found) <= _FEW else []
    return []


def _by_prefix(session: Session, prefix: str) -> "Row | None":
    ids = session.log.ids_starting(prefix, limit=3) if len(prefix) >= 8 else []
    if len(ids) > 1 and prefix not in ids:
        raise UnknownNameError("event", prefix, (), hint=f"more than one id begins like this: {', '.join(ids)}")
    return session.log.by_id(prefix if prefix in ids else ids[0]) if ids else session.log.by_id(prefix)


class LogView:
    """The log of a store, as `Reader.log` gives it."""

    def __init__(self, session: Session) -> None:
        """Read the log of one open store."""
        self._session = session

    def position(self, known_at: KnownAt = None) -> int:
        """Return the position up to which a question reads the log: the head where nothing else is asked for.

        Args:
            known_at: as for `state`.

        Raises:
            DateError: a text or date-time that names no instant.
            ChronologyError: a position below 0.
        """
        with self._session.snapshot():
            head = self._session.log.head()
            known = query.position_known_at(self._session.log, known_at)
            return head if known is None else min(known, head)

    def starting(self, prefix: str) -> "list[RecordedEvent]":
        """Return the events whose ids begin with a prefix, in order of their ids, withdrawn and redacted ones too.

        Args:
            prefix: the beginning of a UUID in lower case, with its hyphens.
        """
        with self._session.snapshot():
            found = self._session.log.ids_starting(prefix, limit=_MOST_ALIKE)
            rows = (self._session.log.by_id(event_id) for event_id in found)
            return [self._session.recorded(row) for row in rows if row is not None]

    def from_source(self, source: str, *, until: int | None = None) -> "Iterator[RecordedEvent]":
        """Yield the events that name a source, in log order, withdrawn ones and retractions too.

        It looks at the whole log, as a stream; redacted events name no source any more.

        Args:
            source: the document in hand, `source/slug`.
            until: the last position looked at; the head where not given.
        """
        # A body is canonical JSON, in which a source is written in one way only. Another text may contain the same.
        written = f'"source":"{source}"'.encode()

        def found(rows: "Iterator[Row]") -> "Iterator[RecordedEvent]":
            events = (self._session.recorded(row) for row in rows if written in row.body)
            return (event for event in events if event.event.source == source)

        return self._session.stream_in_parts(self._session.log.read(until=until), found)

    def mentions(self, event_id: str) -> list[int]:
        """Return the positions of the events whose text names another by its id: withdrawals, disputes, notes."""
        from chronology.store import redaction

        with self._session.snapshot():
            return redaction.naming(self._session.log, event_id)

    def withdrawn_by(self, event: "RecordedEvent") -> int | None:
        """Return the position that retracted or replaced an event, None while it is live."""
        with self._session.reading():
            said = event.event
            return references.withdrawn_by(self._session.connection, said.subject, event.position, valid=said.valid)

    def redaction_of(self, event: "RecordedEvent") -> "RecordedEvent | None":
        """Return the event that declares a redacted event's gap, None if it was not redacted."""
        from chronology.projections import bookkeeping

        with self._session.reading():
            row = bookkeeping.redaction_of(self._session.log, self._session.connection, event.id)
        return None if row is None else self._session.recorded(row)

    def is_indexed(self) -> bool:
        """Tell whether the search index in the file is up to the log's head."""
        from chronology.questions import search

        with self._session.reading():
            return search.is_indexed(self._session.log, self._session.connection)

    def assertions(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> "Iterator[Entry]":
        """Yield every assertion that the log holds or held, by subject, attribute and position.

        Each tells its bounds on the line of seconds, and from which position to which the log knew it so. It is a
        stream on one snapshot of the file, which it releases when it ends or is closed.

        Args:
            subject: only about this one.
            attribute: only of this one.
            kind: only about subjects of this kind.
            restrictions: the filters of `state`; nothing recorded after `known_at` is reported.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: an invalid grade, position or number of seconds.
        """
        from chronology.questions import assertions

        session = self._session

        def found() -> "Iterator[Entry]":
            filters = session.filters(subject, attribute, restrictions, kind=kind)
            return assertions.entries(session.connection, filters, fuzz=filters.fuzz)

        return session.stream(found)

    def rows(self, table: "Table", bucket_of: Callable[[str], int]) -> Iterator[tuple[Any, ...]]:
        """Yield every row of the log, of all assertions or of the state now, for a copy in another form.

        It is a stream on one snapshot of the file, which it releases when it ends or is closed.

        Args:
            table: `event`, `assertion` or `state`.
            bucket_of: gives each subject a number, by which the rows come sorted first.

        Returns:
            Tuples: the bucket, the year, then the columns that `chronology.projections.bulk.COLUMNS` lists.
        """
        from chronology.projections import bulk

        return self._session.stream(lambda: bulk.rows(self._session.connection, table, bucket_of))

    def transcript(self) -> Iterator[bytes]:
        """Yield the whole log as text, line by line, each with its line feed; `Chronology.restore` reads it back.

        The first line names the log, its head and its root; then each event is one line of canonical JSON. It is a
        stream on one snapshot of the file, which it releases when it ends or is closed.

        Raises:
            EvidenceError: the log is empty.
        """
        from chronology.evidence import transcripts

        return self._session.stream(lambda: transcripts.lines(self._session.log))
