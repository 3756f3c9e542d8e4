"""A store that follows a shared log: it pulls before it writes, and writes there first.

A write is: pull to the shared head, check and fold the new events here, insert them there in one transaction, commit
there, commit here. If somebody else was faster, it all begins again. If this machine stops between the two commits, the
next pull brings the same rows.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from chronology.errors import RemoteError
from chronology.events.records import Event, decode, identified
from chronology.evidence.exhibits import Comparison, compare
from chronology.log import database
from chronology.log.redactions import declared
from chronology.projections.rebuild import Progress
from chronology.remote import addresses, comparing, pushing
from chronology.remote.comparing import Compared
from chronology.remote.postgres import RULES, RemoteMovedError, SharedLog
from chronology.remote.pushing import Kept, Pushed, Waiting
from chronology.store import migrations
from chronology.store.chronology import Chronology
from chronology.store.replicate import Replicated
from chronology.store.session import Session
from chronology.store.sharing import Sharing
from chronology.transparency.notes import Checkpoint
from chronology.vocabulary.event_types import REDACTED

_T = TypeVar("_T")

_TRIES: Final = 30
_SHORTEST_WAIT, _LONGEST_WAIT = 0.01, 1.0
"""Seconds."""

Sleep = Callable[[float], None]
"""Waits this many seconds."""


class Follower(Chronology):
    """A store whose log is a replica of a shared log. Reading asks the replica alone, and works offline."""

    _path: Path
    _shared: "_Upstream"

    @classmethod
    def follow(cls, path: Path, *, sleep: Sleep = time.sleep, **how: Any) -> Self:
        """Open a store that follows a shared log, as `Chronology.open` does.

        Raises:
            RemoteError: it follows none.
            StoreError: there is no such store.
        """
        address = addresses.needed(path)
        chron = cls.open(path, **how)
        chron._path = path
        chron._shared = chron._session.upstream = _Upstream(chron._session, address.url, sleep)
        return chron

    def pull(self, progress: Progress | None = None) -> Replicated:
        """Take in what the shared log has beyond this one, after comparing everything that both hold.

        Raises:
            RemoteError: the shared log cannot be reached.
            RewrittenError: it is no continuation of this log.
            IntegrityError: an event that comes in is not one of a sound log.
        """
        return self._shared.bring_up(progress, thorough=True)

    def check(self) -> Compared:
        """Compare every row with the shared log's, byte by byte, trusting nothing that the server computes.

        Raises:
            RemoteError: the shared log cannot be reached.
            RewrittenError: an event differs.
        """
        with self._shared.connected() as shared, self._session.snapshot():
            return comparing.compare(self._session.log, shared)

    def share(self) -> int:
        """Make a shared log in an empty database, and put this whole log into it; return how many events that are.

        Raises:
            RemoteError: the database holds one already, or cannot be reached.
        """
        with self._shared.connected() as shared:
            shared.make()
            with self._session.snapshot():
                shared.append(self._session.log.read())
                return self._session.log.head()

    def renew_rules(self) -> int:
        """Give the shared log the rules of this program, and return the version that it had; older ones allow more.

        Raises:
            RemoteError: the shared log cannot be reached, has newer rules, or belongs to somebody else.
        """
        with self._shared.connected() as shared:
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
        with self._shared.connected() as shared:
            return shared.rules()

    def compare_prefix(self) -> int:
        """Compare what both logs hold, as `pull` does, and return the head of the shared log.

        Raises:
            RemoteError: the shared log cannot be reached.
            RewrittenError: it is no continuation of this log.
        """
        with self._shared.connected() as shared:
            with self._session.snapshot():
                comparing.check_beginning(self._session.log, shared)
            return shared.head()

    def compare(self, checkpoint: Checkpoint) -> Comparison:
        """Compare this log with the checkpoint of another member.

        Raises:
            EvidenceError: the log is empty.
        """
        with self._session.snapshot():
            return compare(self._session.log, checkpoint)

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
        before = self._session.connection.execute("PRAGMA busy_timeout").fetchone()[0]
        self._session.connection.execute(f"PRAGMA busy_timeout = {int(pushing.PATIENCE * 1000)}")
        try:
            yield
        finally:
            self._session.connection.execute(f"PRAGMA busy_timeout = {before}")

    def keep_for_later(self, event: Event, *, dry_run: bool = False) -> Kept:
        """Check an event against what is known here, and put it into the outbox.

        This waits neither for the server nor for another writer of the store: if there is one, only the event's form
        is checked, and a push checks the rest.

        Raises:
            ChronologyError: as `append`.
        """
        session = self._session
        with self._impatient():
            event = identified(event, now=session.now(), randomness=session.randomness)
            return pushing.keep(self, self._path, event, dry_run=dry_run)


class _Upstream:
    """A shared log, as the session of its replica writes to it."""

    def __init__(self, session: Session, url: str, sleep: Sleep) -> None:
        self._session, self._url, self._sleep = session, url, sleep

    def connected(self) -> SharedLog:
        return SharedLog.connect(self._url)

    def pull(self) -> None:
        self.bring_up(thorough=False)

    def bring_up(self, progress: Progress | None = None, *, thorough: bool) -> Replicated:
        """Take in what the shared log has beyond this one, after comparing all of both, or their ends."""
        session = self._session
        with self.connected() as shared:
            with session.snapshot():
                (comparing.check_beginning if thorough else comparing.check_end)(session.log, shared)
                here, there = session.log.head(), shared.head()
            if here == there:
                return Replicated(added=0, erased=0, head=here)
            rows = shared.read(after=here, until=there)
            return Sharing(session).apply_remote(rows, left=shared.row, progress=progress, until=there)

    def publish(self, after: int) -> None:
        log = self._session.log
        declarations = (declared(row.position, decode(row.body)) for row in log.of_type(REDACTED, after=after))
        # What a merge took in without its body comes erased.
        erased = [redaction.position for redaction in declarations if redaction.position <= after]
        with self.connected() as shared:
            shared.append(log.read(after=after), erased=erased)

    def persist(self, work: Callable[[], _T]) -> _T:
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


def clone(url: str, path: Path, *, name: str = "origin", progress: Progress | None = None) -> Replicated:
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
            rows = shared.read(after=0, until=head)
            report = Sharing(Session(connection)).apply_remote(rows, left=shared.row, progress=progress, until=head)
    addresses.remember(path, address)
    return report
