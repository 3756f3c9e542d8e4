"""Names that people type, held against those the store knows: refused, or told with the nearest one."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from chronology.commands import arguments, output
from chronology.errors import ChronologyError, UnknownNameError, nearest
from chronology.events.patterns import SUBJECT
from chronology.store.reader import Reader

_MANY: Final = 2_000
_BESIDE: Final = 200


def check_known(
    chron: Reader, *, subject: str | None, attribute: str | None, kind: str | None, parties: Sequence[str]
) -> None:
    """Refuse names that cannot exist, and say on stderr which others no event has.

    Args:
        chron: the store.
        subject: what was asked about.
        attribute: what was asked of it.
        kind: the kind of subjects asked about.
        parties: sources and origins.

    Raises:
        ChronologyError: one of them is malformed.
        UnknownNameError: the kind or the attribute is in neither the vocabulary nor the log.
    """
    if kind is not None and kind not in (kinds := chron.kinds()):
        raise UnknownNameError("subject kind", kind, kinds, hint="`chronology types` lists the kinds")
    if attribute is not None and attribute not in (attributes := chron.attributes()):
        raise UnknownNameError("attribute", attribute, attributes, hint="`chronology types` lists the attributes")
    if subject is not None:
        check_subject(chron, subject)
    known = chron.parties() if parties else []
    for name in parties:
        # Of any kind: who passes a claim on need not be the subject of any event.
        _check_form(name, known)
        _note_unknown("no assertion comes from", name, known)


def check_subject(chron: Reader, subject: str) -> None:
    """Refuse what can be no subject, and say on stderr of one that can that no event is about it.

    Raises:
        ChronologyError: it is not kind/slug, or of an unknown kind.
    """
    if SUBJECT.fullmatch(subject) and chron.knows_subject(subject):
        return
    known = chron.subjects()
    _check_form(subject, known)
    kind = subject.partition("/")[0]
    if kind not in (kinds := chron.kinds()):
        raise UnknownNameError("subject kind", kind, kinds, hint="`chronology types` lists the kinds")
    _note_unknown("no event is about", subject, known)


def _check_form(name: str, known: list[str]) -> None:
    if not SUBJECT.fullmatch(name):
        close = [other for other in known if other.partition("/")[2] == name] or _nearest(name, known)
        hint = _did_you_mean(close) or "write it as operation/al-jazeera-storm"
        raise ChronologyError(f"subject {name!r} is not kind/slug", hint=hint)


def _note_unknown(what: str, name: str, known: list[str]) -> None:
    if name not in known:
        question = _did_you_mean(_nearest(name, known))
        output.say(f"note: {what} {name}" + (f"; {question}" if question else ""))


def _nearest(subject: str, known: list[str]) -> list[str]:
    """Return the nearest names; of very many, only those that stand beside it in the alphabet are looked at."""
    if len(known) > _MANY:
        place = bisect_left(known, subject)
        known = known[max(0, place - _BESIDE) : place + _BESIDE]
    return nearest(subject, known)


def note_late_position(chron: Reader, known_at: str | None) -> None:
    """Say on stderr that a number was read as a position, where the log does not reach it: 2018 is no year there."""
    position = arguments.known_at(known_at)
    if isinstance(position, int) and position > (head := chron.head()):
        output.say(f"note: {position} is read as a position, and the log ends at {head}; write a day as in 2018-05-20")


def position_of(chron: Reader) -> Callable[[str], int | None]:
    """Return what gives an event's position by its id."""

    def look_up(event_id: str) -> int | None:
        try:
            return chron.event(event_id).position
        except UnknownNameError:
            return None

    return look_up


def _did_you_mean(close: list[str]) -> str | None:
    return f"did you mean {' or '.join(close[:3])}?" if close else None
