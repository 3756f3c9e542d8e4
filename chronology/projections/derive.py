"""What an event contributes to the projections, as plain rows. Pure: looks nothing up itself."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from chronology import canonical, edtf
from chronology.event_types import BOOKKEEPING
from chronology.events import Body
from chronology.resolve import Role
from chronology.values import Json
from chronology.vocabulary import Vocabulary

ORDINAL_BITS: Final = 24


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


def asserted(body: Body, vocabulary: Vocabulary) -> list[tuple[str, str | None]]:
    """Return the attributes and values of an event, its payload read by the newest version of its type."""
    if body.type in BOOKKEEPING:
        return []
    return vocabulary.newest(body.type).asserted(_payload(body, vocabulary))


def _payload(body: Body, vocabulary: Vocabulary) -> Json:
    version = body.type_version or 1
    if version == vocabulary.newest(body.type).version:
        return body.data
    return vocabulary.upcast(body.type, version, body.data)


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
    said = {(body.subject, attribute): value for attribute, value in asserted(body, vocabulary)}
    disputed = _disputed(body, vocabulary, lookup) if body.disputes else {}
    if not said and not disputed:
        return []
    persists = vocabulary.newest(body.type).persists
    common = (
        *_placed(body.valid or "", persists),
        body.valid,
        persists,
        body.id or "",
        body.origin or "",
        body.source or "",
        body.grade,
        body.stated or body.recorded_at[:10],
    )
    rows: list[AssertionRow] = []
    for group in [*said, *(group for group in disputed if group not in said)]:
        targets, disputed_value = disputed.get(group, ([], None))
        role, value = (body.stance, said[group]) if group in said else (Role.DISPUTES.value, disputed_value)
        disputes = canonical.encode_checked(targets).decode() if targets else None
        key = known_from << ORDINAL_BITS | ordinal + len(rows)
        rows.append(AssertionRow._make((key, position, *group, value, role, *common, disputes, known_from)))
    return rows


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
        for attribute, value in asserted(other, vocabulary):
            positions, _ = found.setdefault((other.subject, attribute), ([], value))
            if position not in positions:
                positions.append(position)
    return found


def mention_rows(position: int, body: Body, vocabulary: Vocabulary) -> list[MentionRow]:
    """Return one row for the event's subject and one for each other subject that its payload refers to."""
    if body.valid is None:
        return [MentionRow(body.subject, position, "subject", None, None)]
    extent = edtf.parse(body.valid).extent
    rows = [MentionRow(body.subject, position, "subject", extent.start_min, extent.end_max)]
    mentioned = vocabulary.newest(body.type).mentioned(_payload(body, vocabulary))
    rows += [
        MentionRow(name, position, "data", extent.start_min, extent.end_max)
        for name in mentioned
        if name != body.subject
    ]
    return rows
