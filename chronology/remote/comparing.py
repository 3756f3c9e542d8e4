"""Comparing a store's log with the shared log: quickly by digests, or row by row. Changes neither."""

from hashlib import sha256
from itertools import zip_longest

from attrs import frozen

from chronology.errors import RewrittenError
from chronology.log.event_table import Log, Row
from chronology.remote.postgres import SharedLog


@frozen(kw_only=True)
class Compared:
    """How two logs compare that begin alike.

    Attributes:
        shared: how many events both hold.
        here: how many this one has beyond these.
        there: how many the shared log has beyond these.
        rules: the version of the rules of the shared log.
    """

    shared: int
    here: int
    there: int
    rules: int


def check_end(log: Log, shared: SharedLog) -> None:
    """Refuse a shared log whose event at this log's head is another one; as quick for a long log as for a short one.

    Raises:
        RewrittenError: names the first position that differs.
    """
    here = log.by_position(log.head())
    if here is not None and shared.leaf(here.position) != here.leaf:
        check_beginning(log, shared)
        raise _rewritten(here.position)


def check_beginning(log: Log, shared: SharedLog) -> None:
    """Refuse a shared log that is no continuation of this one, by digests over the leaf hash of each body.

    Raises:
        RewrittenError: names the first position that differs.
    """
    here, there = log.head(), shared.head()
    position = _first_difference(log, shared, min(here, there))
    if position is not None:
        raise _rewritten(position)
    if there < here:
        raise RewrittenError(
            f"the shared log ends at position {there}, and this one has {here} events",
            position=there + 1,
            hint="it was cut off, or events were appended here alone",
        )


def compare(log: Log, shared: SharedLog) -> Compared:
    """Compare every row of both logs, byte by byte, whatever the server says of them.

    Raises:
        RewrittenError: names the first position that differs.
    """
    here, there = log.head(), shared.head()
    both = min(here, there)
    rows = zip_longest(log.read(until=both), shared.read(after=0, until=both))
    for position, (mine, theirs) in enumerate(rows, start=1):
        if mine != theirs and not (there > here and _is_erased(mine, theirs)):
            raise _rewritten(position)
    return Compared(shared=both, here=here - both, there=there - both, rules=shared.rules())


def _is_erased(mine: Row | None, theirs: Row | None) -> bool:
    """Tell whether a row was erased there, by a redaction that has yet to be pulled."""
    return mine is not None and theirs == mine._replace(type="", subject="", body=b"")


def _first_difference(log: Log, shared: SharedLog, until: int) -> int | None:
    """Return the first position up to another at which two logs differ, found by halves; None if there is none."""
    low, high = 0, until
    if _digest(log, low, high) == shared.digest(after=low, until=high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if _digest(log, low, middle) == shared.digest(after=low, until=middle):
            low = middle
        else:
            high = middle
    return high


def _digest(log: Log, after: int, until: int) -> bytes:
    digest = sha256()
    for leaf in log.leaves(after=after, until=until):
        digest.update(leaf)
    return digest.digest()


def _rewritten(position: int) -> RewrittenError:
    return RewrittenError(
        "the shared log has another event here than this one",
        position=position,
        hint="keep this store unchanged: it holds the event that was pulled; ask who changed the shared log",
    )
