"""What goes into the outbox of a store and comes out of it: keeping, pushing, listing, dropping. Prints nothing.

No lock on the outbox is held while the store or the server is asked.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs
from attrs import frozen

from chronology.errors import (
    BatchRefusedError,
    ChronologyError,
    InvalidEventError,
    LockedError,
    StoreError,
    UnknownNameError,
)
from chronology.events import canonical
from chronology.events.faults import form_faults, value_faults
from chronology.events.records import Event, as_dict, identified
from chronology.remote import outbox
from chronology.remote.outbox import Line
from chronology.store.batch import AppendResult
from chronology.store.chronology import Chronology
from chronology.store.session import utc_now
from chronology.store.writing import Refusals

PATIENCE: Final = 0.2
"""Seconds that the outbox waits for another writer of the store: an append is done by then, but a push or
pull may wait for its server as long as that takes."""


@frozen(kw_only=True)
class Kept:
    """An event that was put into the outbox, with its id, and whether it could be checked against the store."""

    event: Event
    checked: bool


@frozen(kw_only=True)
class Pushed:
    """What a push did: None if there was nothing to append; and the lines that stay there, each with its fault."""

    result: AppendResult | None
    left: tuple[Line, ...] = ()


@frozen(kw_only=True)
class Waiting:
    """The lines of the outbox with their faults, and why the events could not be checked against the store, if so."""

    lines: tuple[Line, ...]
    unchecked: StoreError | None = None


def push(chron: Chronology, store: Path, *, dry_run: bool) -> Pushed:
    """Append what waits, then take it out; if this is stopped in between, the next push finds it unchanged.

    Raises:
        RemoteError: the outbox cannot be read or written, or the shared log cannot be reached.
    """
    result, lines = _appended(chron, outbox.read(store), dry_run=dry_run)
    if not dry_run:
        outbox.remove(store, {line.raw for line in lines if line.fault is None})
    return Pushed(result=result, left=tuple(line for line in lines if line.fault is not None))


def waiting(chron: Chronology, store: Path) -> Waiting:
    """Return what waits, with what is wrong with it.

    Raises:
        RemoteError: the outbox cannot be read.
    """
    lines = outbox.read(store)
    try:
        return Waiting(lines=tuple(_appended(chron, lines, dry_run=True)[1]))
    except StoreError as exc:
        return Waiting(lines=tuple(lines), unchecked=exc)


def keep(chron: Chronology, store: Path, event: Event, *, dry_run: bool) -> Kept:
    """Put an event that has an id into the outbox; check it first against the store and what waits, if nobody writes.

    Raises:
        ChronologyError: it is refused, or the outbox cannot be written.
    """
    new = Line(number=0, raw=b"", event=event)
    try:
        judged = _appended(chron, [*outbox.read(store), new], dry_run=True)[1][-1]
    except LockedError:
        return keep_unchecked(store, event, dry_run=dry_run)
    if judged.fault is not None:
        raise judged.fault
    if not dry_run:
        outbox.keep(store, [event])
    return Kept(event=event, checked=True)


def keep_unchecked(store: Path, event: Event, *, dry_run: bool) -> Kept:
    """Put an event into the outbox after a check of its form alone, because the store cannot be asked.

    Raises:
        ChronologyError: its form is wrong, or the outbox cannot be written.
    """
    if faults := value_faults(event):
        raise InvalidEventError(faults)
    event = identified(event, now=utc_now(), randomness=os.urandom)
    if faults := form_faults(event):
        raise InvalidEventError(
            faults, hint="the store is locked by another process, so names and short ids must be written out"
        )
    canonical.check(as_dict(event))
    if not dry_run:
        outbox.keep(store, [event])
    return Kept(event=event, checked=False)


def find(store: Path, name: int | str) -> Line:
    """Return a waiting line by the id of its event, the beginning of it if that is enough, or the line's number.

    Raises:
        ChronologyError: there is none, or there are several.
    """
    lines = outbox.read(store)
    if isinstance(name, int):
        found = [line for line in lines if line.number == name] or _named(lines, str(name))
    else:
        found = _named(lines, name.lower())
    if not found:
        raise UnknownNameError(
            "event in the outbox", str(name), (), hint="`chronology push --list` shows what waits, with ids and lines"
        )
    if len({line.raw for line in found}) > 1:
        numbers = ", ".join(str(line.number) for line in found)
        raise ChronologyError(f"{name!r} means the events of lines {numbers}", hint="give more of the id, or the line")
    return found[0]


def _named(lines: Sequence[Line], start: str) -> list[Line]:
    return [line for line in lines if start and line.event and (line.event.id or "").startswith(start)]


def _appended(chron: Chronology, lines: Sequence[Line], *, dry_run: bool) -> tuple[AppendResult | None, list[Line]]:
    """Append the events of lines that the log takes; return the lines, the others with their faults.

    A batch is written whole or not at all. So what it refuses is left out and the rest tried again, as often as it
    takes: mostly twice, because one try finds all refused events but those that depend on another of them.
    """
    judged = list(lines)
    while places := [place for place, line in enumerate(judged) if line.fault is None]:
        refused: list[ChronologyError] = []
        refusals = Refusals(refused.append)
        events = [event for place in places if (event := judged[place].event) is not None]
        try:
            return chron.append_many(events, dry_run=dry_run, refusals=refusals), judged
        except BatchRefusedError:
            for error in refused:
                place = places[error.index or 0]
                judged[place] = attrs.evolve(judged[place], fault=error)
    return None, judged
