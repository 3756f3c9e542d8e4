"""What an event contributes to the projections, as plain rows that still hold names as texts. Looks nothing up."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from chronology.answers.resolve import overtaken_from
from chronology.dates import edtf
from chronology.errors import InvalidEventError
from chronology.events import canonical
from chronology.events.json_values import Json
from chronology.events.patterns import is_day
from chronology.events.records import Body
from chronology.events.slugs import spelling
from chronology.projections.columns import OPPOSING, ORDINAL_BITS, REACHES, ClaimRow, NewClaim, Role
from chronology.vocabulary.event_types import BOOKKEEPING, MERGED, NAMED, EventType
from chronology.vocabulary.registry import Vocabulary


class ReferenceRow(NamedTuple):
    """A row of the table of references, columns as in `tables.REFERENCE`; its name is a text."""

    subject: str
    position: int
    about: bool
    first: int | None
    last: int | None
    known_until: int | None


class CalledRow(NamedTuple):
    """A row of the table of names, columns as in `tables.CALLED`; its subject is a text."""

    spelling: str
    subject: str
    key: int
    known_until: int | None
    position: int | None


Lookup = Callable[[str], tuple[int, Body] | None]
"""Position and body of an event, by id; None where it was redacted."""

_Said = dict[str, str | None]
"""What an event says of its subject: values as JSON text, by attribute."""

NAMING: Final = frozenset({"aliases", "name", "title"})
"""The attributes by which the built-in types give a subject's names."""

_AFFIRMS: Final = "affirms"


def asserted(body: Body, vocabulary: Vocabulary) -> _Said:
    """Return what an event says of which attribute, its payload read by the newest version of its type."""
    if body.type in BOOKKEEPING:
        return {}
    newest = vocabulary.newest(body.type)
    return dict(newest.asserted(_payload(body, newest, vocabulary)))


def check_upcast(position: int, body: Body, vocabulary: Vocabulary) -> None:
    """Refuse a new version of a type that reads an event as what it may not say.

    Raises:
        InvalidEventError: every fault of its payload.
    """
    newest = vocabulary.newest(body.type)
    if faults := newest.faults(vocabulary.upcast(body.type, body.type_version or 1, body.data)):
        raise InvalidEventError([f"x-upcast of the event at position {position}: {fault}" for fault in faults])


def _payload(body: Body, newest: EventType, vocabulary: Vocabulary) -> Json:
    version = body.type_version or 1
    return body.data if version == newest.version else vocabulary.upcast(body.type, version, body.data)


def claim_rows(
    position: int,
    body: Body,
    vocabulary: Vocabulary,
    lookup: Lookup,
    *,
    known_from: int | None = None,
    ordinal: int = 0,
    tells: bool = True,
    rank: bytes | None = None,
) -> list[NewClaim]:
    """Return the claims of one event, in the order of its type's schema, then of the events it disputes.

    Args:
        position: of the event.
        body: its stored body.
        vocabulary: as defined up to `known_from`.
        lookup: finds the events that this one disputes.
        known_from: the position since which a newer version of its type reads it so; None for its own.
        ordinal: number of the first row among those of `known_from`.
        rank: its place between two positions, where another log recorded the event first.
        tells: whether the body names the subject as the event itself does, so that a row may tell whom it is about.
    """
    said = asserted(body, vocabulary)
    disputed = _disputed(body, vocabulary, lookup) if body.disputes else {}
    if not said and not disputed:
        return []
    newest = vocabulary.newest(body.type)
    source = body.source or ""
    known_from = known_from or position
    first_key = known_from << ORDINAL_BITS | ordinal
    placed = _placed(body.valid or "", newest.persists)
    opposes = body.stance != _AFFIRMS
    event, origin = bytes.fromhex((body.id or "").replace("-", "")), body.origin or source
    stated = _first_second(body.stated or body.first_recorded_at[:10])
    told: list[tuple[str, str, str | None, Role, list[int] | None]] = []
    for attribute, value in said.items():
        if not isinstance(attribute, str):
            raise TypeError(f"the attribute {attribute!r} is not a text")
        positions, _ = disputed.pop((body.subject, attribute), (None, None))
        told.append((body.subject, attribute, value, body.stance, positions))
    for (subject, attribute), (named, value) in disputed.items():
        told.append((subject, attribute, value, "disputes", named))
    return [
        ClaimRow(
            key=first_key + number,
            position=position,
            subject=subject,
            attribute=attribute,
            value=value,
            role=role,
            start_min=placed.start_min,
            start_max=placed.start_max,
            end_min=placed.end_min,
            end_max=placed.end_max,
            extent_end=placed.extent_end,
            valid=placed.valid,
            persists=newest.persists,
            begins=newest.begins,
            event=event,
            origin=origin,
            source=source,
            grade=body.grade,
            stated=stated,
            disputes=_encoded(positions) if positions else None,
            known_from=known_from,
            known_until=None,
            rank=rank,
            breadth=OPPOSING if opposes or positions else placed.breadth,
            tells=tells and number == 0 and known_from == position and bool(said),
            extent_last=placed.extent_last,
        )
        for number, (subject, attribute, value, role, positions) in enumerate(told)
    ]


def _encoded(positions: list[int]) -> str:
    return canonical.encode_checked(positions).decode()


@lru_cache(maxsize=4_096)
def _first_second(day: str) -> int:
    return edtf.opening_of(day)


class _Place(NamedTuple):
    """The columns that a date tells."""

    start_min: int
    start_max: int
    end_min: int
    end_max: int
    extent_end: int
    extent_last: int
    valid: str | int
    breadth: int


@lru_cache(maxsize=65_536)
def _placed(valid: str, persists: bool) -> _Place:
    """Return what the date of an affirmation tells."""
    reading = edtf.parse(valid)
    extent, bounds = reading.extent, edtf.bounds(reading, persists=persists)
    reach = overtaken_from(bounds.start_max, extent.end_min) - bounds.start_min
    return _Place(
        start_min=bounds.start_min,
        start_max=bounds.start_max,
        end_min=bounds.end_min,
        end_max=bounds.end_max,
        extent_end=extent.end_min,
        extent_last=extent.end_max,
        valid=bounds.start_min if is_day(valid) else valid,
        breadth=next(index for index, most in enumerate(REACHES) if reach <= most),
    )


def _disputed(
    body: Body, vocabulary: Vocabulary, lookup: Lookup
) -> dict[tuple[str, str], tuple[list[int], str | None]]:
    """Return, for each group in which this event disputes another, the others' positions and the first one's value."""
    found: dict[tuple[str, str], tuple[list[int], str | None]] = {}
    for target in body.disputes:
        known = lookup(target)
        if known is None:
            # What is redacted says nothing any more, so nothing of it can be disputed.
            continue
        position, other = known
        for attribute, value in asserted(other, vocabulary).items():
            positions, _ = found.setdefault((other.subject, attribute), ([], value))
            if position not in positions:
                positions.append(position)
    return found


def reference_rows(
    position: int, body: Body, vocabulary: Vocabulary, *, claims: Sequence[NewClaim] = ()
) -> list[ReferenceRow]:
    """Return one row for the event's subject, and one for each other subject that its payload refers to.

    Args:
        position: of the event.
        body: its stored body.
        vocabulary: as `claim_rows` has it.
        claims: what else is known of it; where one tells whom the event is about, no row repeats that.
    """
    told = bool(claims) and claims[0].tells
    newest = None if body.valid is None else vocabulary.newest(body.type)
    if told and newest and not newest.references:
        return []
    if body.valid is None:
        about = [ReferenceRow(body.subject, position, True, None, None, None)]
        # A merge speaks of the other subject as much.
        other = [body.data["with"]] if body.type == MERGED else []
        return about + [ReferenceRow(name, position, False, None, None, None) for name in other]
    extent = edtf.parse(body.valid).extent
    first, last = extent.start_min, extent.end_max
    rows = [] if told else [ReferenceRow(body.subject, position, True, first, last, None)]
    if newest and newest.references:
        mentioned = newest.mentioned(_payload(body, newest, vocabulary))
        rows += [ReferenceRow(name, position, False, first, last, None) for name in mentioned if name != body.subject]
    return rows


def called_rows(position: int, body: Body, claims: Iterable[NewClaim]) -> list[CalledRow]:
    """Return the names that an event gives, one a spelling; none for a name without letters or digits.

    They are names of the subject as the event has it, whatever it was merged with.

    Args:
        position: of the event.
        body: its stored body.
        claims: what the event says, as the newest version of its type reads it.
    """
    if body.type == NAMED:
        found = [CalledRow(spelling(body.data["name"]), body.subject, position << ORDINAL_BITS, None, None)]
    else:
        for row in claims:
            if row.attribute in NAMING:
                break
        else:
            # Nearly every event: it must not pay for those that give names.
            return []
        found = [
            CalledRow(
                spelling(text), body.subject, row.key, None, None if row.position == row.known_from else row.position
            )
            for row in claims
            if row.attribute in NAMING and row.role == _AFFIRMS and row.value is not None
            for text in names_in(row.value)
        ]
    return [row for row in dict.fromkeys(found) if row.spelling]


def names_in(value: str) -> list[str]:
    """Return the names in the value, as JSON, of one of the naming attributes: a text, or the texts in a list."""
    told = json.loads(value)
    return [text for text in (told if isinstance(told, list) else [told]) if isinstance(text, str)]
