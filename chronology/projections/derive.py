"""What an event contributes to the projections, as plain rows. Pure: looks nothing up itself."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from chronology.answers.resolve import Role
from chronology.dates import edtf
from chronology.events import canonical
from chronology.events.json_values import Json
from chronology.events.records import Body
from chronology.projections.tables import ORDINAL_BITS
from chronology.vocabulary.event_types import BOOKKEEPING, EventType
from chronology.vocabulary.registry import Vocabulary


class AssertionRow(NamedTuple):
    """A row of the assertion projection, but for its `known_until`; columns as in `tables.ASSERTION`."""

    key: int
    position: int
    subject: str
    attribute: str
    value: str | None
    role: str
    start_min: int
    start_max: int
    end_min: int
    end_max: int
    extent_end: int
    valid: str
    persists: bool
    event: str
    origin: str
    source: str
    grade: str | None
    stated: str
    disputes: str | None
    known_from: int


class MentionRow(NamedTuple):
    """A row of the mention projection, but for its `known_until`; columns as in `tables.MENTION`."""

    subject: str
    position: int
    role: str
    first: int | None
    last: int | None


Lookup = Callable[[str], tuple[int, Body] | None]
"""Position and body of an event, by id; None where it was redacted."""

_Group = tuple[str, str]


def asserted(body: Body, vocabulary: Vocabulary) -> dict[_Group, str | None]:
    """Return what an event says of which attribute, its payload read by the newest version of its type."""
    if body.type in BOOKKEEPING:
        return {}
    newest = vocabulary.newest(body.type)
    said = newest.asserted(_payload(body, newest, vocabulary))
    return {(body.subject, attribute): value for attribute, value in said}


def _payload(body: Body, newest: EventType, vocabulary: Vocabulary) -> Json:
    version = body.type_version or 1
    return body.data if version == newest.version else vocabulary.upcast(body.type, version, body.data)


def assertion_rows(
    position: int, body: Body, vocabulary: Vocabulary, lookup: Lookup, *, known_from: int, ordinal: int = 0
) -> list[AssertionRow]:
    """Return the rows of one event, in the order of its type's schema, then of the events it disputes.

    Args:
        position: of the event.
        body: its stored body.
        vocabulary: as defined up to `known_from`.
        lookup: finds the events that this one disputes.
        known_from: the position since which the event is read so: its own, or that of a newer version of its type.
        ordinal: number of the first row among those of `known_from`.
    """
    said = asserted(body, vocabulary)
    disputed = _disputed(body, vocabulary, lookup) if body.disputes else {}
    if not said and not disputed:
        return []
    valid, source = body.valid or "", body.source or ""
    persists = vocabulary.newest(body.type).persists
    stated = body.stated or body.recorded_at[:10]
    common = *_placed(valid, persists), valid, persists, body.id or "", body.origin or "", source, body.grade, stated
    key = known_from << ORDINAL_BITS | ordinal
    rows: list[AssertionRow] = []
    for (subject, attribute), value in said.items():
        targets = disputed.pop((subject, attribute), None)
        disputes = _encoded(targets[0]) if targets else None
        said_of = key + len(rows), position, subject, attribute, value
        rows.append(AssertionRow._make((*said_of, body.stance, *common, disputes, known_from)))
    for (subject, attribute), (positions, value) in disputed.items():
        said_of = key + len(rows), position, subject, attribute, value
        rows.append(AssertionRow._make((*said_of, Role.DISPUTES.value, *common, _encoded(positions), known_from)))
    return rows


def _encoded(positions: list[int]) -> str:
    return canonical.encode_checked(positions).decode()


@lru_cache(maxsize=65_536)
def _placed(valid: str, persists: bool) -> tuple[int, int, int, int, int]:
    """Return the four bounds of an assertion, and the earliest end of its explicit extent."""
    reading = edtf.parse(valid)
    bounds = edtf.bounds(reading, persists=persists)
    return bounds.start_min, bounds.start_max, bounds.end_min, bounds.end_max, reading.extent.end_min


def _disputed(body: Body, vocabulary: Vocabulary, lookup: Lookup) -> dict[_Group, tuple[list[int], str | None]]:
    """Return, for each group in which this event disputes another, the others' positions and the first one's value."""
    found: dict[_Group, tuple[list[int], str | None]] = {}
    for target in body.disputes:
        known = lookup(target)
        if known is None:
            # What is redacted says nothing any more, so nothing of it can be disputed.
            continue
        position, other = known
        for group, value in asserted(other, vocabulary).items():
            positions, _ = found.setdefault(group, ([], value))
            if position not in positions:
                positions.append(position)
    return found


def mention_rows(position: int, body: Body, vocabulary: Vocabulary) -> list[MentionRow]:
    """Return one row for the event's subject and one for each other subject that its payload refers to."""
    if body.valid is None:
        return [MentionRow(body.subject, position, "subject", None, None)]
    extent = edtf.parse(body.valid).extent
    first, last = extent.start_min, extent.end_max
    rows = [MentionRow(body.subject, position, "subject", first, last)]
    newest = vocabulary.newest(body.type)
    if newest.references:
        mentioned = newest.mentioned(_payload(body, newest, vocabulary))
        rows += [MentionRow(name, position, "data", first, last) for name in mentioned if name != body.subject]
    return rows
