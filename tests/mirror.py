"""The package through the model's eyes: claims, answers, stores and histories in the model's words. Judges nothing."""

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import model
import strategies
from conftest import Clock, counting
from model import text_of

from chronology import Chronology, Event
from chronology.answers import resolve
from chronology.answers.holding import Holding
from chronology.dates import edtf
from chronology.events.json_values import Json, thaw
from chronology.projections import rebuild

# Pure resolution --------------------------------------------------------------------------------------------


def as_claim(claim: model.Claim) -> resolve.Claim:
    """Return the resolver's claim for the model's."""
    return resolve.Claim(
        key=claim.position,
        position=claim.position,
        start_min=claim.start_min,
        start_max=claim.start_max,
        end_min=claim.end_min,
        end_max=claim.end_max,
        extent_end=claim.extent_end,
        value=None if claim.value is None else text_of(claim.value),
        role=resolve.Role(claim.stance),
        origin=claim.origin,
        disputes=claim.disputes,
        begins=claim.begins,
    )


def as_claims(claims: Iterable[model.Claim]) -> list[resolve.Claim]:
    """Return the resolver's claims for the model's."""
    return [as_claim(claim) for claim in claims]


def as_text(found: model.Answer | None) -> tuple[Any, ...] | None:
    """Return the model's answer in a form that equals `told` of the resolver's."""
    if found is None:
        return None
    value = None if found.value is None else text_of(found.value)
    return value, found.certainty, found.contested, found.candidates


def told(found: resolve.Answer | None) -> tuple[Any, ...] | None:
    """Return the resolver's answer in a form that equals `as_text` of the model's."""
    if found is None:
        return None
    value = found.leading.value if found.leading else None
    parties = frozenset((claim.position if claim else None, str(standing)) for claim, standing in found.candidates)
    return value, "certain" if found.certain else "possible", found.contested, parties


RANKS = ("leading", "possible", "rival", "denial")


def in_order(parties: Sequence[tuple[int | None, str]]) -> list[tuple[int | None, str]]:
    """Return (position, standing) pairs in the order of display: by standing, then position, nothing last."""
    return sorted(parties, key=lambda party: (RANKS.index(party[1]), party[0] is None, party[0] or 0))


# Stores -----------------------------------------------------------------------------------------------------

SAID, SEEN = "test.said", "test.seen"


def _definition(name: str, *, persists: bool) -> dict[str, Json]:
    """Define a type whose events may speak of both of the histories' attributes at once; null ends one."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:chronology:{name}:1",
        "title": name,
        "type": "object",
        "properties": {attribute: {} for attribute in strategies.ATTRIBUTES},
        "additionalProperties": False,
        "x-asserts": {attribute: {"data": attribute} for attribute in strategies.ATTRIBUTES},
        "x-persists": persists,
    }


SAID_2 = _definition(SAID, persists=True) | {
    "$id": f"urn:chronology:{SAID}:2",
    "properties": {"status": {}, "location": {}},
    "x-asserts": {"status": {"data": "status"}, "location": {"data": "location"}, "told": {"const": True}},
    "x-persists": False,
    "x-upcast": [{"op": "add", "path": "/location", "value": "somewhere"}, {"op": "remove", "path": "/place"}],
}
"""A second version of `test.said`, whose events speak of both attributes: it renames one, adds one, and ends sooner."""


class Stores:
    """Makes stores that know the test types, each a copy of one file and gone after use.

    Attributes:
        base: the position after which a new store's own events begin.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._template = folder / "template.db"
        with Chronology.open(
            self._template, create=True, clock=Clock(strategies.EPOCH), randomness=counting()
        ) as chron:
            chron.define(_definition(SAID, persists=True))
            chron.define(_definition(SEEN, persists=False))
            self.base = chron.head()

    def path(self) -> Path:
        """Return the path of a new store."""
        self._made += 1
        path = self._folder / f"{self._made}.db"
        shutil.copy(self._template, path)
        return path

    @contextmanager
    def new(self, clock: Clock | None = None) -> Iterator[Chronology]:
        """Open a new store, with a clock that stands still if none is given."""
        path = self.path()
        try:
            with Chronology.open(path, clock=clock or Clock(strategies.EPOCH), randomness=later_counting()) as chron:
                yield chron
        finally:
            path.unlink()

    @contextmanager
    def of(self, batches: Iterable[Sequence[Event]]) -> Iterator[Chronology]:
        """Open a new store that holds these batches."""
        with self.new() as chron:
            for batch in batches:
                chron.append_many(batch)
            yield chron


def later_counting() -> Callable[[int], bytes]:
    """Return randomness that counts from far beyond what the template of `Stores` drew."""
    draw = counting()
    return lambda size: b"\x01" + draw(size)[1:]


def tables(chron: Chronology) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every projection, with the storage class of each value, read past the store."""
    found = {}
    with closing(sqlite3.connect(path_of(chron))) as connection:
        for name in (*rebuild.PROJECTIONS, "assertion", "state", "subject", "mention"):
            rows = connection.execute(f"SELECT * FROM {name}").fetchall()
            found[name] = sorted((tuple((type(value).__name__, value) for value in row) for row in rows), key=repr)
    return found


def path_of(chron: Chronology) -> str:
    """Return the file behind a store."""
    return str(chron._session.connection.execute("PRAGMA database_list").fetchone()[2])


# Histories --------------------------------------------------------------------------------------------------


def as_event(event: model.Event) -> Event:
    """Return the event that a client submits for one of the model's."""
    if event.retracts:
        return Event(type="assertion.retracted", id=event.id, retracts=event.retracts, data={"reason": "example"})
    if event.merges:
        data = {"with": event.merges, "reason": "example"}
        return Event(type="subject.merged", id=event.id, subject=event.subject, data=data, replaces=event.replaces)
    if event.named:
        data = {"name": event.named}
        return Event(type="subject.named", id=event.id, subject=event.subject, data=data, replaces=event.replaces)
    type_, data = _payload(event)
    return Event(
        type=type_,
        subject=event.subject,
        valid=event.valid,
        stance=event.stance,
        data=data,
        source=event.source,
        said_by=event.said_by,
        stated=event.stated,
        grade=event.grade,
        disputes=event.disputes,
        replaces=event.replaces,
        id=event.id,
        type_version=1 if type_ == SAID else None,
    )


def _payload(event: model.Event) -> tuple[str, dict[str, Json]]:
    """Choose the built-in type if it can say it, else a test type."""
    if not event.persists:
        return SEEN, dict(event.assertions)
    if len(event.assertions) != 1:
        return SAID, dict(event.assertions)
    attribute, value = event.assertions[0]
    if value is None:
        return "fact.ended", {"attribute": attribute}
    return "fact.asserted", {"attribute": attribute, "value": value}


def batches(commands: Sequence[dict[str, Any]]) -> list[list[Event]]:
    """Return the events of a history as a client submits them, in its batches."""
    return [[as_event(event) for event in batch] for batch in strategies.model_batches(commands)]


def events(commands: Sequence[dict[str, Any]]) -> list[Event]:
    """Return the events of a history as a client submits them."""
    return [event for batch in batches(commands) for event in batch]


def retold(holdings: Iterable[Holding], base: int) -> dict[tuple[str, str], model.Answer]:
    """Return a store's answer as the model's, whose positions begin after those of the vocabulary."""
    return {
        (found.subject, found.attribute): model.Answer(
            thaw(found.value),
            found.certainty,
            found.contested,
            frozenset((one.position and one.position - base, one.standing) for one in found.candidates),
        )
        for found in holdings
    }


def second_of(question: str | datetime) -> int:
    """Return the second that a date or an instant asks about."""
    return edtf.close_of(question) if isinstance(question, str) else int(question.timestamp())


def without_positions(holdings: Iterable[Holding]) -> list[tuple[Any, ...]]:
    """Return what stays the same if the same events are at other positions."""
    return [
        (
            *(found.subject, found.attribute, text_of(thaw(found.value))),
            *(found.certainty, found.contested, found.since),
            frozenset((one.event, one.standing, text_of(thaw(one.value)), one.valid) for one in found.candidates),
        )
        for found in holdings
    ]


def possible_texts(holdings: Iterable[Holding]) -> Callable[[tuple[str, str]], set[str]]:
    """Return a question: which values, as JSON text, are possible for a subject and attribute."""
    found = {
        (one.subject, one.attribute): {
            text_of(thaw(party.value)) for party in one.candidates if party.standing in ("leading", "possible")
        }
        for one in holdings
    }
    return lambda group: found.get(group, {"null"})
