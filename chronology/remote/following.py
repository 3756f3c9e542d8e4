"""A store that follows a shared log: it pulls before it writes, and writes there first.

A write is: pull to the shared head, check and fold the new events here, insert them there in one transaction, commit
there, commit here. If somebody else was faster, it all begins again. If this machine stops between the two commits, the
next pull brings the same rows.
"""

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import attrs
from attrs import frozen

from chronology.errors import RemoteError, RewrittenError
from chronology.events.records import Event, RecordedEvent, decode, uuid7
from chronology.log import database, new_files
from chronology.log.event_table import Row
from chronology.log.redactions import declared
from chronology.projections.rebuild import Progress, ReplayReport
from chronology.remote import addresses, outbox
from chronology.remote.postgres import RemoteMovedError, SharedLog
from chronology.store import migrations
from chronology.store.batch import AppendResult
from chronology.store.chronology import Chronology
from chronology.store.extending import Extended
from chronology.store.reader import utc_now
from chronology.store.refusals import Refusals
from chronology.vocabulary.event_types import REDACTED

_T = TypeVar("_T")

_TRIES: Final = 30
_SHORTEST_WAIT, _LONGEST_WAIT = 0.01, 1.0
"""Seconds."""

_DIFFERS: Final = "the shared log has another event here than this one"

Sleep = Callable[[float], None]
"""Waits so many seconds."""


@frozen(kw_only=True)
class Checked:
    """What comparing every leaf hash found: how many events the two logs share, and how many each has beyond them."""

    shared: int
    here: int
    there: int


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
        here, there = self.head(), shared.head()
        self._check_prefix(shared, here, there, thorough=thorough)
        if here == there:
            return Extended(added=0, erased=0, head=here)
        self._is_local = True
        try:
            return self.extend(shared.read(after=here, until=there), progress=progress, until=there)
        finally:
            self._is_local = False

    def _check_prefix(self, shared: SharedLog, here: int, there: int, *, thorough: bool) -> None:
        """Refuse a shared log that is no continuation of this one.

        An append compares the newest leaf only, a pull all of them: what one lets pass the other finds.
        """
        if there < here:
            position = self._first_difference(shared, there)
            if position is None:
                raise RewrittenError(
                    f"the shared log ends at position {there}, but this one has {here} events",
                    position=there + 1,
                    hint="it was cut off, or events were appended here alone; `chronology remote check` compares all",
                )
        elif thorough:
            position = self._first_difference(shared, here)
        else:
            mine = self._log.by_position(here)
            position = None if not mine or mine.leaf == shared.leaf(here) else self._first_difference(shared, here)
        if position is not None:
            raise RewrittenError(
                _DIFFERS,
                position=position,
                hint="keep this store as it is: it holds the event that was pulled; ask who changed the shared log",
            )

    def _first_difference(self, shared: SharedLog, until: int) -> int | None:
        """Return the first position at which two logs differ, by halves, None if they are the same up to a position."""
        low, high = 0, until
        if not high or self._digest(low, high) == shared.digest(after=low, until=high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if self._digest(low, middle) == shared.digest(after=low, until=middle):
                low = middle
            else:
                high = middle
        return high

    def _digest(self, after: int, until: int) -> bytes:
        digest = sha256()
        with database.reading(self._connection):
            for leaf in self._log.leaves(after=after, until=until):
                digest.update(leaf)
        return digest.digest()

    def check(self) -> Checked:
        """Compare every leaf hash with the shared log's, one by one, trusting no digest that the server computes.

        Raises:
            RemoteError: the shared log cannot be reached.
            RewrittenError: an event differs.
        """
        with self._connected() as shared, database.reading(self._connection):
            here, there = self._log.head(), shared.head()
            both = min(here, there)
            with closing(self._log.leaves(until=both)) as ours:
                pairs = enumerate(zip_longest(ours, shared.leaves(until=both)), start=1)
                position = next((position for position, (mine, theirs) in pairs if mine != theirs), None)
        if position is not None:
            raise RewrittenError(_DIFFERS, position=position)
        return Checked(shared=both, here=here - both, there=there - both)

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

    def push(self) -> AppendResult | None:
        """Append the events that wait in the outbox, then forget them; None if none wait.

        Raises:
            RemoteError: the shared log cannot be reached; they go on waiting.
            ChronologyError: an event is refused, as by `append_many`; all go on waiting.
        """
        events = outbox.waiting(self._path)
        if not events:
            return None
        result = self.append_many(events)
        outbox.empty(self._path)
        return result

    def keep_for_later(self, event: Event) -> Event:
        """Check an event against what is known here, and put it into the outbox; return it with its id.

        Raises:
            ChronologyError: as `append`.
        """
        event = self._identified(event)
        self._is_local = True
        try:
            self.append_many([*outbox.waiting(self._path), event], dry_run=True)
        finally:
            self._is_local = False
        outbox.keep(self._path, [event])
        return event

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
        if not isinstance(event, Event) or event.id is not None:
            return event
        return attrs.evolve(event, id=uuid7(int(self._now().timestamp() * 1000), self._randomness(10)))

    @contextmanager
    def _written(self, *, dry_run: bool) -> Iterator[None]:
        if self._is_local:
            with super()._written(dry_run=dry_run):
                yield
            return
        with self._connected() as shared:
            self._pull(shared, thorough=False)
        with super()._written(dry_run=dry_run):
            before = self._log.head()
            yield
            if not dry_run and self._log.head() > before:
                self._publish(before)

    def _publish(self, before: int) -> None:
        """Write what was appended here into the shared log, before it is committed here."""
        erased = [
            declared(row.position, decode(row.body)).position for row in self._log.of_type(REDACTED, after=before)
        ]
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
        with new_files.made(path, keep=True) as connection:
            migrations.apply(connection)
            chron = Chronology(connection, clock=utc_now, randomness=os.urandom)
            report = chron.extend(shared.read(after=0, until=head), progress=progress, until=head)
    addresses.remember(path, address)
    return report
