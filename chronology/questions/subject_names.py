"""The names of subjects: those that they were given, those that sources assert, and merges. Reads, never writes."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec
from attrs import evolve, field, frozen

from chronology.errors import IntegrityError
from chronology.events.identities import Identities, Merge
from chronology.events.ranks import Rank, rank
from chronology.events.records import decode
from chronology.log.event_table import Log, Row
from chronology.projections import recordings, references
from chronology.projections.claim_rows import names_in
from chronology.projections.recordings import Places
from chronology.vocabulary.event_types import NAMED

Role = Literal["name", "alias"]

_ASSERTED: Final[dict[str, tuple[Role, int]]] = {"name": ("name", 1), "title": ("name", 2), "aliases": ("alias", 4)}
"""The attributes by which events name a subject: what each value is, and its rank."""

_GIVEN: Final = {"name": 0, "alias": 3}
"""The rank of what `subject.named` gives: a decision about the name stands before what sources happen to call it."""


class _Naming(msgspec.Struct):
    name: str


class _Payload(msgspec.Struct):
    """Of the body of an event of type `subject.named`, the name alone: it is read by the thousand."""

    data: _Naming


_payload: Final = msgspec.json.Decoder(_Payload).decode


@frozen(kw_only=True)
class Name:
    """One name of a subject.

    Attributes:
        role: "name" if it may stand for the subject, "alias" if the subject also goes by it.
        language: BCP 47 tag, where the event gives one.
        position: of the event that gives the name.
        source: the document that tells it; None where it is a decision of the store's keeper.
    """

    subject: str
    text: str
    role: Role
    language: str | None
    position: int
    source: str | None
    _rank: int
    # In the order of first recording: two logs that were merged show the same name.
    _place: Rank = field(eq=False, repr=False)

    @property
    def is_given(self) -> bool:
        """Whether an event of type `subject.named` gives it."""
        return self._rank in _GIVEN.values()


def names(
    log: Log,
    connection: sqlite3.Connection,
    same: Identities,
    *,
    subjects: Iterable[str] | None = None,
    known_at: int | None = None,
) -> dict[str, list[Name]]:
    """Return the names of subjects, by subject, the one to show first and no text twice.

    First what `subject.named` gives, then what sources assert; of several names to show, the newest.

    Args:
        log: holds the events.
        connection: of the projections.
        same: which names meant one subject then.
        subjects: only of these, by the names that were kept; of all where not given.
        known_at: as known at this position.
    """
    wanted = None if subjects is None else list(subjects)
    every = None if wanted is None else [name for one in wanted for name in same.names_of(one)]
    among, spoken_of = (None if some is None else json.dumps(some) for some in (wanted, every))
    given = (evolve(name, subject=same.of(name.subject)) for name in _given(log, connection, spoken_of, known_at))
    found = [*given, *_asserted(connection, among, known_at)]
    # An older name to show is an alias by now, so it stands behind the newer; aliases stay in order of recording.
    found.sort(key=lambda name: (name.subject, name._rank, -name._place if name.role == "name" else name._place))
    named: dict[str, list[Name]] = {}
    told = set()
    for name in found:
        if (name.subject, name.text) not in told:
            told.add((name.subject, name.text))
            named.setdefault(name.subject, []).append(name)
    return named


def _name_in(row: Row) -> str:
    try:
        return _payload(row.body).data.name
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        # Appending checks every event; only a body edited since can fail here.
        raise IntegrityError(f"names no subject: {exc}", position=row.position) from exc


def _given(log: Log, connection: sqlite3.Connection, among: str | None, known_at: int | None) -> Iterator[Name]:
    places, any_noted = Places(log), recordings.any_noted(connection)
    for row in log.among(references.undated(connection, among, known_at), NAMED):
        body = decode(row.body)
        first = recordings.of(connection, row.id, known_at=known_at) if any_noted else None
        body = body if first is None else first.applied(body)
        role: Role = "alias" if body.data.get("role") == "alias" else "name"
        yield Name(
            subject=row.subject,
            text=_name_in(row),
            role=role,
            language=body.data.get("language"),
            position=row.position,
            source=body.source,
            rank=_GIVEN[role],
            place=rank(row.position, places.code(body)),
        )


def _asserted(connection: sqlite3.Connection, among: str | None, known_at: int | None) -> Iterator[Name]:
    rows = connection.execute(
        f"""
        SELECT subject, attribute, value, position, source, rank
        FROM assertion
        WHERE {_in(among)}
            AND attribute IN ({_attributes()})
            AND role = 'affirms'
            AND {_known("known_from", known_at)}
        """,
        {"among": among, "known_at": known_at},
    )
    for subject, attribute, value, position, source, code in rows:
        role, order = _ASSERTED[attribute]
        for text in names_in(value) if value else ():
            yield Name(
                subject=subject,
                text=text,
                role=role,
                language=None,
                position=position,
                source=source,
                rank=order,
                place=rank(position, code),
            )


def _attributes() -> str:
    return ", ".join(f"'{attribute}'" for attribute in _ASSERTED)


def _in(among: str | None) -> str:
    return "1" if among is None else "subject IN (SELECT value FROM json_each(:among))"


def _known(since: str, known_at: int | None) -> str:
    if known_at is None:
        return "known_until IS NULL"
    return f"({since} <= :known_at AND (known_until IS NULL OR known_until > :known_at))"


@frozen(kw_only=True)
class MergeTold:
    """That two subjects are one, and who says so.

    Attributes:
        event: its id; `position` is its place in the log, and `at` when it was recorded.
        kept: the subject that the event is about, whose name is kept.
        merged: the other one.
        reason: the one that the event gives.
        source: the document that tells it; None where it is a decision of the store's keeper.
    """

    event: str
    position: int
    at: str
    kept: str
    merged: str
    reason: str
    source: str | None


def merges_of(log: Log, identities: Identities, subject: str | None = None) -> Iterator[MergeTold]:
    """Yield the merges that made one of several names of a subject, in order; of every subject if none is given."""
    return told(log, identities.merges if subject is None else identities.merges_of(subject))


def told(log: Log, merges: Iterable[Merge]) -> Iterator[MergeTold]:
    """Yield merges with what their events say."""
    for merge in merges:
        row = log.by_position(merge.position)
        if row is None or not row.body:
            raise IntegrityError("is missing, and the projections hold a merge of it", position=merge.position)
        body = decode(row.body)
        yield MergeTold(
            event=row.id,
            position=row.position,
            at=row.recorded_at,
            kept=merge.kept,
            merged=merge.merged,
            reason=str(body.data.get("reason", "")),
            source=body.source,
        )
