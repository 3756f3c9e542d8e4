"""A store that follows a shared log: it pulls before it writes, and writes there first.

A write is: pull to the shared head, check and fold the new events here, insert them there in one transaction, commit
there, commit here. If somebody else was faster, it all begins again. If this machine stops between the two commits, the
next pull brings the same rows.
"""

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from chronology.errors import RemoteError
from chronology.events.records import Event, RecordedEvent, decode
from chronology.evidence.exhibits import Comparison, compare
from chronology.log import database
from chronology.log.archive import Incoming
from chronology.log.event_table import Row
from chronology.log.redactions import declared
from chronology.projections.rebuild import Progress, ReplayReport
from chronology.remote import addresses, comparing, pushing
from chronology.remote.comparing import Compared
from chronology.remote.postgres import RULES, RemoteMovedError, SharedLog
from chronology.remote.pushing import Kept, Pushed, Waiting
from chronology.store import migrations
from chronology.store.batch import AppendResult
from chronology.store.chronology import Chronology
from chronology.store.intake.apply_remote import Extended
from chronology.store.reader import utc_now
from chronology.store.refusals import Refusals
from chronology.transparency.notes import Checkpoint
from chronology.vocabulary.event_types import REDACTED

if TYPE_CHECKING:
    from chronology.store.intake.merge import MergedLog

_T = TypeVar("_T")

_TRIES: Final = 30
_SHORTEST_WAIT, _LONGEST_WAIT = 0.01, 1.0
"""Seconds."""

Sleep = Callable[[float], None]
"""Waits this many seconds."""


class Follower(Chronology):
    """A store whose log is a replica of a shared log. Reading asks the replica alone, and works offline."""

    _address: addresses.Remote
    _path: Path
    _sleep: Sleep = staticmethod(time.sleep)
    _is_local = False

    @classmethod
    def follow(cls, path: Path, *, sleep: Sleep = time.sleep, **how: Any) -> Self:
        """Open a store that follows a shared log, as `Chronology.open` does.

        Raises:
            RemoteError: it follows none.
            StoreError: there is no such store.
        """
        address = addresses.needed(path)
        chron = cls.open(path, **how)
        chron._address, chron._path, chron._sleep = address, path, sleep
        return chron

    def pull(self, progress: Progress | None = None) -> Extended:
        """Take in what the shared log has beyond this one, after comparing everything that both hold.

        Raises:
            RemoteError: the shared log cannot be reached.
            RewrittenError: it is no continuation of this log.
            IntegrityError: an event that comes in is not one of a sound log.
        """
        with self._connected() as shared:
            return self._pull(shared, progress, thorough=True)

    def _pull(self, shared: SharedLog, progress: Progress | None = None, *, thorough: bool) -> Extended:
        with database.reading(self._connection):
            if thorough:
                comparing.check_beginning(self._log, shared)
            else:
                comparing.check_end(self._log, shared)
        here, there = self.head(), shared.head()
        if here == there:
            return Extended(added=0, erased=0, head=here)
        self._is_local = True
        try:
            rows = shared.read(after=here, until=there)
            return self.extend(rows, left=shared.row, progress=progress, until=there)
        finally:
            self._is_local = False

    def check(self) -> Compared:
        """Compare every row with the shared log's, byte by byte, trusting nothing that the server computes.

        Raises:
            RemoteError: the shared log cannot be reached.
            RewrittenError: an event differs.
        """
        with self._connected() as shared, database.reading(self._connection):
            return comparing.compare(self._log, shared)

    def share(self) -> int:
        """Make a shared log in an empty database, and put this whole log into it; return how many events that are.

        Raises:
            RemoteError: the database holds one already, or cannot be reached.
        """
        with self._connected() as shared:
            shared.make()
            with database.reading(self._connection):
                shared.append(self._log.read())
                return self._log.head()

    def renew_rules(self) -> int:
        """Give the shared log the rules of this program, and return the version that it had; older ones allow more.

        Raises:
            RemoteError: the shared log cannot be reached, has newer rules, or belongs to somebody else.
        """
        with self._connected() as shared:
            before = shared.rules()
            if before > RULES:
                told = f"the shared log has rules of version {before}, and this program knows version {RULES}"
                raise RemoteError(told, hint="a newer Chronology can renew them")
            shared.renew_rules()
        return before

    def rules(self) -> int:
        """Return the version of the rules of the shared log; the newest is `postgres.RULES`.

        Raises:
            RemoteError: the shared log cannot be reached.
        """
        with self._connected() as shared:
            return shared.rules()

    def compare_prefix(self) -> int:
        """Compare what both logs hold, as `pull` does, and return the head of the shared log.

        Raises:
            RemoteError: the shared log cannot be reached.
            RewrittenError: it is no continuation of this log.
        """
        with self._connected() as shared:
            with database.reading(self._connection):
                comparing.check_beginning(self._log, shared)
            return shared.head()

    def compare(self, checkpoint: Checkpoint) -> Comparison:
        """Compare this log with the checkpoint of another member.

        Raises:
            EvidenceError: the log is empty.
        """
        with database.reading(self._connection):
            return compare(self._log, checkpoint)

    def push(self, *, dry_run: bool = False) -> Pushed:
        """Append the events that wait in the outbox, and take them out; those that the log refuses stay in it.

        Events that come into the outbox meanwhile stay in it.

        Raises:
            RemoteError: the shared log cannot be reached; all stay in the outbox.
        """
        return pushing.push(self, self._path, dry_run=dry_run)

    def waiting(self) -> Waiting:
        """Return what waits in the outbox, with what is wrong with it as far as is known here; asks no server."""
        with self._impatient():
            return pushing.waiting(self, self._path)

    @contextmanager
    def _impatient(self) -> Iterator[None]:
        before = self._connection.execute("PRAGMA busy_timeout").fetchone()[0]
        self._connection.execute(f"PRAGMA busy_timeout = {int(pushing.PATIENCE * 1000)}")
        try:
            yield
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {before}")

    def keep_for_later(self, event: Event, *, dry_run: bool = False) -> Kept:
        """Check an event against what is known here, and put it into the outbox.

        This waits neither for the server nor for another writer of the store: if there is one, only the event's form
        is checked, and a push checks the rest.

        Raises:
            ChronologyError: as `append`.
        """
        with self._impatient():
            return pushing.keep(self, self._path, self._identified(event), dry_run=dry_run)

    # Writing ------------------------------------------------------------------------------------------------

    def _append(
        self,
        events: Iterable[Event],
        expected_head: int | None,
        taken: list[Row] | None,
        *,
        dry_run: bool,
        refusals: Refusals | None = None,
    ) -> AppendResult:
        # With ids of their own, events that were written after all are found unchanged when it is tried again.
        fixed = [self._identified(event) for event in events]

        def work() -> AppendResult:
            if taken is not None:
                taken.clear()
            return super(Follower, self)._append(fixed, expected_head, taken, dry_run=dry_run, refusals=refusals)

        return self._persistently(work)

    def redact(
        self, event_id: str, *, reason: str, recorded_by: str | None = None, dry_run: bool = False
    ) -> RecordedEvent:
        """Erase an event for good, here and in the shared log; every replica erases it when it pulls.

        As `Chronology.redact`; the server must have given the role of a redactor.
        """
        return self._persistently(
            lambda: super(Follower, self).redact(event_id, reason=reason, recorded_by=recorded_by, dry_run=dry_run)
        )

    def merge_log(
        self, path: str | os.PathLike[str], *, dry_run: bool = False, progress: Progress | None = None
    ) -> "MergedLog":
        """Take in the events of another store, here and in the shared log; as `Chronology.merge_log`."""
        return self._persistently(lambda: super(Follower, self).merge_log(path, dry_run=dry_run, progress=progress))

    def _describe(self, event: Event, incoming: Incoming | None, *, dry_run: bool) -> RecordedEvent:
        identified = self._identified(event)
        return self._persistently(lambda: super(Follower, self)._describe(identified, incoming, dry_run=dry_run))

    def _take_back(self, incoming: Incoming) -> None:
        """Leave the copy: nobody knows whether the shared log has the event, which the next pull would then bring."""

    def replay(self, progress: Progress | None = None, *, dry_run: bool = False) -> ReplayReport:
        """Rebuild all projections from the replica; needs no shared log."""
        self._is_local = True
        try:
            return super().replay(progress, dry_run=dry_run)
        finally:
            self._is_local = False

    def _persistently(self, work: Callable[[], _T]) -> _T:
        """Do what others may be faster at, again and again, with growing and random pauses."""
        longest = _SHORTEST_WAIT
        for _ in range(_TRIES):
            try:
                return work()
            except RemoteMovedError:
                self._sleep(random.uniform(0, longest))  # noqa: S311
                longest = min(2 * longest, _LONGEST_WAIT)
        raise RemoteError(
            f"others were faster {_TRIES} times, so nothing was written", hint="try again when fewer people write"
        )

    def _identified(self, event: Event) -> Event:
        return pushing.identified(event, now=self._now(), randomness=self._randomness)

    @contextmanager
    def _written(self, *, dry_run: bool) -> Iterator[None]:
        if self._is_local or dry_run:
            with super()._written(dry_run=dry_run):
                yield
            return
        with self._connected() as shared:
            self._pull(shared, thorough=False)
        with super()._written(dry_run=dry_run):
            before = self._log.head()
            yield
            if self._log.head() > before:
                self._publish(before)

    def _publish(self, before: int) -> None:
        """Write what was appended here into the shared log, before it is committed here."""
        declarations = (declared(row.position, decode(row.body)) for row in self._log.of_type(REDACTED, after=before))
        # What a merge took in without its body comes erased.
        erased = [redaction.position for redaction in declarations if redaction.position <= before]
        with self._connected() as shared:
            shared.append(self._log.read(after=before), erased=erased)

    def _connected(self) -> SharedLog:
        return SharedLog.connect(self._address.url)


def clone(url: str, path: Path, *, name: str = "origin", progress: Progress | None = None) -> Extended:
    """Make a new store that is a replica of a shared log, and follows it; if it cannot be believed, no file is left.

    Raises:
        RemoteError: the shared log cannot be reached, or is empty.
        StoreError: the file exists.
        IntegrityError: it is not a sound log.
    """
    address = addresses.checked(name, url)
    with SharedLog.connect(url) as shared:
        head = shared.head()
        if not head:
            raise RemoteError("the shared log is empty", hint="`chronology remote init` in a store fills it")
        with database.made(path, keep=True) as connection:
            migrations.apply(connection)
            chron = Chronology(connection, clock=utc_now, randomness=os.urandom)
            rows = shared.read(after=0, until=head)
            report = chron.extend(rows, left=shared.row, progress=progress, until=head)
    addresses.remember(path, address)
    return report
