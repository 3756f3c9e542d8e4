"""Erasing what an event said, with a declaration in its place, in the caller's transaction.

The one exception to an append-only log. Leaf hashes stay, so the tree, its proofs and its checkpoints stay true.
"""

import sqlite3
from typing import Final

from chronology.errors import IntegrityError, NotLiveError, UnknownNameError
from chronology.events.records import decode
from chronology.log.event_table import Log, Row
from chronology.log.redactions import declaration
from chronology.projections import rebuild, search_index
from chronology.projections.bookkeeping import redaction_of
from chronology.store.batch import Batch
from chronology.vocabulary.event_types import DEFINED, NOTED, REDACTED

_REFUSED: Final = {
    DEFINED: "without it the events of that type could no longer be read",
    NOTED: "without it logs that were merged would no longer answer alike",
    REDACTED: "without it the gap would be undeclared",
}


def declare(
    batch: Batch, log: Log, connection: sqlite3.Connection, event_id: str, *, reason: str, recorded_by: str | None
) -> tuple[Row, Row]:
    """Declare that an event is redacted, in the same transaction as `erase`; do nothing if it already is.

    Returns:
        The row of the event that declares the gap, and the row to erase; its body is empty if it was erased before.

    Raises:
        UnknownNameError: there is no such event.
        NotLiveError: the log cannot do without it.
    """
    target = log.by_id(event_id)
    if target is None:
        raise UnknownNameError("event", event_id, (), hint="`chronology log` lists the events")
    known = redaction_of(log, connection, event_id)
    if not target.body:
        if known is None:
            raise IntegrityError("the body is missing, and no event declares it redacted", position=target.position)
        return known, target
    if target.type in _REFUSED:
        raise NotLiveError(f"an event of type {target.type} cannot be redacted: {_REFUSED[target.type]}")
    withdrew = _withdrawn_by(log, target)
    row = batch.declare(declaration(target, withdrew=withdrew, reason=reason, recorded_by=recorded_by))
    return row, target


def erase(log: Log, connection: sqlite3.Connection, target: Row) -> None:
    """Erase what a row says, once its redaction is declared, and rebuild the projections."""
    log.redact(target.position)
    # No answer from the projections, for any known_at, may still contain what was erased.
    rebuild.replay(log, connection)
    for place in search_index.PLACES:
        search_index.drop(connection, place)


def naming(log: Log, event_id: str) -> list[int]:
    """Return the positions of the events that retract, replace, dispute or quote an event by its id.

    Reads the whole log.
    """
    sought = event_id.encode()
    return [row.position for row in log.read() if row.id != event_id and row.type != REDACTED and sought in row.body]


def _withdrawn_by(log: Log, row: Row) -> int | None:
    """Return the position of the event that a row retracts or replaces."""
    body = decode(row.body)
    named = body.retracts or body.replaces
    target = log.by_id(named) if named else None
    return target.position if target else None
