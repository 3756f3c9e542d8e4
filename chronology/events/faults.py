"""What is wrong with the form of an event, whatever its type; the vocabulary judges the rest. Pure."""

import re
from operator import attrgetter
from types import MappingProxyType, NoneType
from typing import Final, get_args

from chronology.dates import edtf
from chronology.errors import CanonicalError, DateError, Fault
from chronology.events import canonical
from chronology.events.json_values import OBJECTS
from chronology.events.patterns import GRADE, SUBJECT_LENGTH, is_day, is_subject
from chronology.events.records import FIELDS, Body, Event, Stance

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def value_faults(event: object) -> list[Fault]:
    """Return the values of a wrong Python type, each with its path: a date instead of its text, a number among names.

    Every other check relies on there being none.
    """
    if not isinstance(event, Event):
        return [Fault("", f"must be an Event, not {event!r}")]
    if _is_plain(event):
        return []
    faults = []
    for name in _TEXTS:
        value = getattr(event, name)
        if not isinstance(value, str) and (value is not None or name in ("type", "subject")):
            faults.append(Fault(name, f"must be text, not {value!r}"))
    for path, names in (("said_by", event.said_by), ("disputes", event.disputes)):
        faults += [Fault(path, f"must be text, not {name!r}") for name in names if not isinstance(name, str)]
    version = event.type_version
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        faults.append(Fault("type_version", f"must be an integer, not {version!r}"))
    no_object = Fault("data", f"must be an object, not {event.data!r}")
    return faults if isinstance(event.data, OBJECTS) else [*faults, no_object]


_TEXTS: Final = tuple(name for name in FIELDS if name not in ("data", "said_by", "disputes", "type_version"))
_texts_of: Final = attrgetter(*_TEXTS)
_TEXT: Final = {str}
_TEXT_OR_NONE: Final = {str, NoneType}
_STANCES: Final = frozenset(get_args(Stance))


def _is_plain(event: Event) -> bool:
    """Check quickly what is true of nearly every event: each value has exactly the right type."""
    return (
        set(map(type, _texts_of(event))) <= _TEXT_OR_NONE
        and type(event.type) is type(event.subject) is str
        and set(map(type, event.said_by + event.disputes)) <= _TEXT
        and type(event.type_version) in (int, NoneType)
        and type(event.data) is MappingProxyType
    )


def form_faults(event: Event | Body) -> list[Fault]:
    """Return what is wrong with an event's form, each fault with its path; the vocabulary judges the rest."""
    faults: list[Fault] = []
    if event.subject:
        faults += _subject_faults("subject", event.subject)
    if event.valid is not None:
        faults += _valid_faults(event.valid)
    if event.stance not in _STANCES:
        faults.append(Fault("stance", f"{event.stance!r} is neither affirms nor denies"))
    if event.source is not None:
        faults += (wrong := _subject_faults("source", event.source))
        if not wrong and not event.source.startswith("source/"):
            faults.append(Fault("source", f"{event.source!r} is not of the kind source, as in source/voa-2018-05-14"))
    for index, name in enumerate(event.said_by):
        faults += _subject_faults(f"said_by[{index}]", name)
    if event.stated is not None and not is_day(event.stated):
        faults.append(Fault("stated", f"{event.stated!r} is not a day, as in 2018-05-14"))
    if event.grade is not None and not GRADE.fullmatch(event.grade):
        faults.append(
            Fault("grade", f"{event.grade!r} is not an Admiralty grade: A-F for the source, then 1-6, as in B2")
        )
    for name, text in (("id", event.id), ("replaces", event.replaces), ("retracts", event.retracts)):
        if text is not None:
            faults += _uuid_faults(name, text)
    for index, target in enumerate(event.disputes):
        faults += _uuid_faults(f"disputes[{index}]", target)
    return faults + _text_faults(event)


def _subject_faults(path: str, name: str) -> list[Fault]:
    if is_subject(name):
        return []
    if len(name) > SUBJECT_LENGTH:
        return [Fault(path, f"is {len(name)} characters long, and the maximum is {SUBJECT_LENGTH}")]
    return [Fault(path, f"{name!r} is not kind/slug in lower case, as in operation/al-jazeera-storm")]


def _valid_faults(text: str) -> list[Fault]:
    try:
        edtf.parse(text)
    except DateError as exc:
        return [Fault("valid", _with_hint(str(exc), exc.hint))]
    return []


def _uuid_faults(path: str, text: str) -> list[Fault]:
    return [] if _UUID.fullmatch(text) else [Fault(path, f"{text!r} is not a UUID in lower case with hyphens")]


def _text_faults(event: Event | Body) -> list[Fault]:
    faults = []
    for name, value in (
        ("data", event.data),
        ("quote", event.quote),
        ("locator", event.locator),
        ("note", event.note),
        ("recorded_by", event.recorded_by),
    ):
        if value is None:
            continue
        try:
            canonical.check(value, name)
        except CanonicalError as exc:
            faults.append(Fault(exc.path, _with_hint(exc.reason, exc.hint)))
    return faults


def _with_hint(reason: str, hint: str | None) -> str:
    return f"{reason} ({hint})" if hint else reason
