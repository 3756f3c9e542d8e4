"""What leaves a store: its events by every filter, its names, its log as text. `Reader` inherits it."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Unpack

from chronology.answers.holding import Holding
from chronology.dates import edtf
from chronology.errors import DateError
from chronology.projections.filters import KnownAt, Restrictions
from chronology.store import filtering
from chronology.store.query import Moment
from chronology.store.session import Asking

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.projections.bulk import Table


class Selecting(Asking):
    """What can be taken out of a store."""

    @abstractmethod
    def state(self, *question: Any, **scope: Any) -> list[Holding]:
        """Return what held at a date, as `Reader.state`."""

    def events(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        *,
        valid_at: Moment | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        min_origins: int = 0,
        **restrictions: Unpack[Restrictions],
    ) -> "Iterator[RecordedEvent]":
        """Yield the live events that pass every filter, in order of valid time; those without one are left out.

        It is a stream on one snapshot of the file, which it releases when it ends or is closed.

        Args:
            subject: only events about it or referring to it.
            attribute: only events that say something of it, of the subject where one is given.
            kind: only events about subjects of this kind.
            valid_at: only the parties to the answers of `state` at this date: what leads, what is possible, rivals
                and denials.
            since: only events that may touch this date or a later one.
            until: only events that may touch this date or an earlier one.
            min_origins: with `valid_at`, only answers whose leading value has at least this many independent origins.
            restrictions: the filters of `state`; `fuzz` only with `valid_at`.

        Raises:
            DateError: a date that cannot be read, or an end before the beginning.
            ChronologyError: a grade, a position or a number that cannot be one.
        """
        from chronology.questions.live_events import selected

        first, last = period(since, until)
        # Once, because what was given as a stream cannot be read again.
        kept = filtering.checked(restrictions, question="export" if valid_at is None else "state")
        with self._asking():
            filters = self._filters(subject, attribute, kept, kind=kind)

        def found() -> "Iterator[RecordedEvent]":
            with self._asking():
                among = None
                if valid_at is not None:
                    held = self.state(subject, attribute, kind, valid_at, **kept, min_origins=min_origins)
                    among = {party.position for one in held for party in one.candidates if party.position}
                yield from selected(self._log, self._connection, filters, since=first, until=last, among=among)

        return found()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Answer every question of a block from one state of the file, which nobody can append to meanwhile."""
        with self._asking():
            yield

    def whole(self, table: "Table", bucket_of: Callable[[str], int]) -> Iterator[tuple[Any, ...]]:
        """Yield every row of the log, of all assertions or of the state now, for a copy in another form.

        It is a stream on one snapshot of the file, which it releases when it ends or is closed.

        Args:
            table: `event`, `assertion` or `state`.
            bucket_of: gives each subject a number, by which the rows come sorted first.

        Returns:
            Tuples: the bucket, the year, then the columns that `chronology.projections.bulk.COLUMNS` lists.
        """
        from chronology.projections import bulk

        with self._asking():
            yield from bulk.rows(self._connection, table, bucket_of)

    def titles(self, *, known_at: KnownAt = None) -> dict[str, str]:
        """Return the name to show of every subject that has one.

        Args:
            known_at: as known then, as for `state`.

        Raises:
            DateError: a known_at that cannot be read.
            ChronologyError: a position below 0.
        """
        from chronology.questions import subject_names

        with self._asking():
            known = filtering.position_known_at(self._log, known_at)
            found = subject_names.names(self._log, self._connection, self._identities(known), known_at=known)
            return {subject: names[0].text for subject, names in found.items()}

    def transcript(self) -> Iterator[bytes]:
        """Yield the whole log as text, line by line, each with its line feed; `Chronology.restore` reads it back.

        The first line names the log, its head and its root; then each event is one line of canonical JSON. It is a
        stream on one snapshot of the file, which it releases when it ends or is closed.

        Raises:
            EvidenceError: the log is empty.
        """
        from chronology.evidence import transcripts

        with self._asking():
            yield from transcripts.lines(self._log)


def period(since: str | date | None, until: str | date | None) -> tuple[int | None, int | None]:
    """Return the first second of one date and the last second of another.

    Raises:
        DateError: a date that cannot be read, or an end before the beginning.
    """
    first = None if since is None else edtf.opening_of(str(since))
    last = None if until is None else edtf.close_of(str(until))
    if first is not None and last is not None and last < first:
        raise DateError(str(until), f"is before {since}, when the period begins", hint="swap the two dates")
    return first, last
