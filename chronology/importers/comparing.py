"""Comparing what a row says with what the log holds of it: which events are the same, which take whose place. Pure."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen

from chronology.events.json_values import Json, thaw
from chronology.events.records import Event, RecordedEvent
from chronology.importers.identities import Place


@frozen
class Held:
    """An imported event that the log holds, the newest at its place.

    Attributes:
        place: which event of its row it is.
        event: as recorded; it may be redacted.
        state: "live", "withdrawn" by an import, or "settled": withdrawn or redacted by somebody.
    """

    place: Place
    event: RecordedEvent
    state: str


@frozen
class Comparison:
    """What became of a row.

    Attributes:
        same: how many events are unchanged.
        kept: how many were settled by somebody here, and stay so.
        replaced: the held event, and what it now says.
        added: what is new.
        gone: held events that the row does not say any more.
    """

    same: int
    kept: int
    replaced: tuple[tuple[Held, Event], ...]
    added: tuple[Event, ...]
    gone: tuple[Held, ...]

    @property
    def is_change(self) -> bool:
        """Whether anything would have to be appended."""
        return bool(self.replaced or self.added or self.gone)


def compare(said: Sequence[Event], held: Iterable[Held], published: frozenset[str]) -> Comparison:
    """Compare what a row says with what the log holds of it.

    Args:
        said: the events of the row, without ids.
        held: the newest event at each place of the row.
        published: days of publication with which the log may have filled in `stated`.
    """
    by_state: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        by_state[one.state].append(one)
    left, live = _matched(said, by_state["live"], published)
    same = len(by_state["live"]) - len(live)
    settled = by_state["settled"]
    left, _ = _matched(left, [one for one in settled if not one.event.is_redacted], published)
    # Nobody can tell what a redacted event said, so what is new at such a row is taken for that, and stays out.
    redacted = sum(one.event.is_redacted for one in settled)
    kept = len(said) - same - len(left) + min(redacted, len(left))
    left = left[redacted:]
    replaced, left, live = _paired(left, live)
    return Comparison(same, kept, tuple(replaced), tuple(left), tuple(live))


def _matched(said: Sequence[Event], held: Sequence[Held], published: frozenset[str]) -> tuple[list[Event], list[Held]]:
    """Return what is left of both once all that says the same is taken out."""
    if not held:
        return list(said), []
    waiting: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        waiting[_content(one.event.event, published)].append(one)
    left = []
    for event in said:
        same = waiting.get(_content(event, published))
        if same:
            same.pop(0)
        else:
            left.append(event)
    still = {id(one) for group in waiting.values() for one in group}
    return left, [one for one in held if id(one) in still]


def _paired(said: Sequence[Event], held: Sequence[Held]) -> tuple[list[tuple[Held, Event]], list[Event], list[Held]]:
    """Pair what differs: first by who says it, then in order, always within one type of event."""
    pairs: list[tuple[Held, Event]] = []
    left, free = list(said), list(held)
    for alike in (_speaker, _type):
        rest = []
        for event in left:
            found = next((one for one in free if alike(one.event.event) == alike(event)), None)
            if found is None:
                rest.append(event)
            else:
                free.remove(found)
                pairs.append((found, event))
        left = rest
    return pairs, left, free


def _speaker(event: Event) -> tuple[str, str, tuple[str, ...]]:
    return event.type, event.subject, event.said_by


def _type(event: Event) -> str:
    return event.type


_TEXTS: Final = ("grade", "quote", "locator", "note")


def _content(event: Event, published: frozenset[str]) -> str:
    """Return what an event says, so that what only looks different is equal."""
    stated = None if event.stated in published else event.stated
    texts = [_plain(getattr(event, name)) or None for name in _TEXTS]
    data = _plain(thaw(event.data))
    parts = [event.type, event.subject, event.valid, event.stance, event.source, event.said_by, stated, texts, data]
    return json.dumps(parts, ensure_ascii=False, sort_keys=True)


def _plain(value: Json) -> Json:
    """Return a value without what no reader sees: kinds of white space, and zeros at the end of a decimal."""
    if isinstance(value, str):
        if value.isascii() and " " not in value and "\n" not in value and "\t" not in value:
            return _number(value) if "." in value else value
        return " ".join(unicodedata.normalize("NFC", value).split())
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _number(text: str) -> str:
    whole, point, rest = text.partition(".")
    if point and whole.lstrip("+-").isdigit() and rest.isdigit() and len(text) < 60:
        # Written out, for 30.0 would become 3E+1, and 30 has no point.
        return f"{Decimal(text).normalize():f}"
    return text
