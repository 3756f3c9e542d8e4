"""The names in an event to be appended: taken for subjects, or refused or noted with the subjects that are similar."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import attrs
from attrs import frozen

from chronology.commands.options import note_meant
from chronology.commands.screen.output import Notes
from chronology.errors import AmbiguousNameError, InvalidEventError, did_you_mean, one_of
from chronology.events.json_values import Json, thaw
from chronology.events.patterns import KIND, SUBJECT_LENGTH, is_subject
from chronology.events.records import Event
from chronology.events.slugs import slug_of
from chronology.store.reader import Reader
from chronology.vocabulary.event_types import EventType
from chronology.vocabulary.registry import Vocabulary

_SPEAKERS: Final = ("person", "organization")
"""Kinds of a new subject that says something."""


@frozen(kw_only=True)
class _Misnamed:
    """A text in place of a subject.

    Attributes:
        path: where it is, as faults name it.
        wanted: the kinds of subject that are allowed here; empty for any.
        likely: the likely kinds of a new subject; empty if unknown.
    """

    path: str
    text: str
    wanted: Collection[str] = ()
    likely: Sequence[str] = ()


class Naming:
    """Replaces the names that people use for subjects by these, in one event after the other."""

    def __init__(self, notes: Notes, chron: Reader) -> None:
        """Take the event types that are known now: a batch that is then refused may define others."""
        self._notes = notes
        self._chron = chron
        self._vocabulary = chron.vocabulary
        self._told: set[tuple[str, str]] = set()

    def with_subjects(self, event: Event) -> Event:
        """Return an event with subjects in place of names, and say once which they are.

        What no subject bears stays unchanged, to be refused.

        Raises:
            AmbiguousNameError: several subjects that fit bear a name.
        """
        if event.type not in self._vocabulary:
            return event
        names = (event.subject, event.source or event.subject, *event.said_by)
        if all(map(is_subject, names)) and not self._vocabulary.newest(event.type).references:
            return event
        found = {one.path: subject for one in _misnamed(event, self._vocabulary) if (subject := self._borne(one))}
        return _renamed(event, found, self._vocabulary) if found else event

    def _borne(self, one: _Misnamed) -> str | None:
        fit = self._chron.names.subjects_named(one.text, kinds=one.wanted)
        likely = [subject for subject in fit if subject.partition("/")[0] in one.likely] or fit
        if len(likely) > 1:
            raise AmbiguousNameError(one.text, likely)
        if likely and (one.text, likely[0]) not in self._told:
            self._told.add((one.text, likely[0]))
            note_meant(self._notes, one.text, likely[0])
        return likely[0] if likely else None


def _renamed(event: Event, found: Mapping[str, str], vocabulary: Vocabulary) -> Event:
    data = thaw(event.data)
    for steps in vocabulary.newest(event.type).references:
        data = _replaced(data, steps, "data", found)
    said_by = (found.get(f"said_by[{index}]", name) for index, name in enumerate(event.said_by))
    return attrs.evolve(
        event,
        subject=found.get("subject", event.subject),
        source=found.get("source", event.source),
        said_by=tuple(said_by),
        data=data,
    )


def _replaced(value: Json, steps: Sequence[str], path: str, found: Mapping[str, str]) -> Json:
    """Return a payload in which the texts at a path of a schema's references are those found for their own paths."""
    if not steps:
        return found.get(path, value)
    if steps[0] == "*":
        items = value if isinstance(value, list) else ()
        return [_replaced(item, steps[1:], f"{path}[{index}]", found) for index, item in enumerate(items)] or value
    if isinstance(value, Mapping) and steps[0] in value:
        return {**value, steps[0]: _replaced(value[steps[0]], steps[1:], f"{path}.{steps[0]}", found)}
    return value


def similar_names(chron: Reader, event: Event) -> dict[str, list[str]]:
    """Return the subjects that an event would be the first to name, each with those that are similar, if any."""
    if event.type not in chron.vocabulary:
        return {}
    data = thaw(event.data)
    steps = chron.vocabulary.newest(event.type).references
    mentioned = [text for path in steps for _, text in _texts(data, path, "data")]
    named = dict.fromkeys([event.subject, event.source or "", *event.said_by, *mentioned])
    new = [
        name
        for name in named
        if is_subject(name) and not (chron.names.knows_subject(name) or chron.names.knows_party(name))
    ]
    return {name: similar for name in new if (similar := chron.names.similar_to_new(name))}


@contextmanager
def with_hint(chron: Reader, event: Event) -> Iterator[None]:
    """Let the refusal of an event tell how to write its names: as similar ones in the log, or as new ones.

    Args:
        chron: the store.
        event: what the block appends.
    """
    try:
        yield
    except InvalidEventError as exc:
        found = [(one.path, _how_to_write(chron, one)) for one in _misnamed(event, chron.vocabulary)]
        if len(found) == 1:
            exc.hint = found[0][1]
        elif found:
            # One line, whether a hint is a question or not.
            exc.hint = "; ".join(f"{path}: {hint}" for path, hint in found).replace("?;", "?")
        raise


def _misnamed(event: Event, vocabulary: Vocabulary) -> list[_Misnamed]:
    event_type = vocabulary.newest(event.type)
    kinds = event_type.kinds
    found = [_Misnamed(path="subject", text=event.subject, wanted=kinds, likely=kinds)]
    if event.source is not None:
        found.append(_Misnamed(path="source", text=event.source, wanted=("source",), likely=("source",)))
    found += [
        _Misnamed(path=f"said_by[{index}]", text=name, likely=_SPEAKERS) for index, name in enumerate(event.said_by)
    ]
    data = thaw(event.data)
    for steps in event_type.references:
        likely = _kinds_at(event_type, steps, vocabulary.kinds())
        found += [_Misnamed(path=path, text=text, likely=likely) for path, text in _texts(data, steps, "data")]
    return [one for one in found if one.text and len(one.text) <= SUBJECT_LENGTH and not is_subject(one.text)]


def _kinds_at(event_type: EventType, steps: Sequence[str], known: Collection[str]) -> list[str]:
    """Return the kinds of subject that a property takes, judged by its name or by the examples of the type."""
    names = [step for step in steps if step != "*"]
    if names and names[-1] in known:
        return [names[-1]]
    examples = event_type.schema.get("examples", ())
    texts = [text for example in examples for _, text in _texts(example, steps, "")]
    return list(dict.fromkeys(text.partition("/")[0] for text in texts))


def _texts(value: Json, steps: Sequence[str], path: str) -> Iterator[tuple[str, str]]:
    """Yield the texts at a path of a schema's references, each with its own path."""
    if not steps:
        if isinstance(value, str):
            yield path, value
    elif steps[0] == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _texts(item, steps[1:], f"{path}[{index}]")
    elif isinstance(value, Mapping) and steps[0] in value:
        yield from _texts(value[steps[0]], steps[1:], f"{path}.{steps[0]}")


def _how_to_write(chron: Reader, one: _Misnamed) -> str:
    known = chron.names.similar(one.text, kinds=one.wanted, parties=True)
    new = _new_forms(one, chron.names.kinds())
    same = [form for form in new if form in known]
    if same:
        return did_you_mean(same)
    return f"{did_you_mean(known)} For a new subject, write {one_of(new)}" if known else f"write it as {one_of(new)}"


def _new_forms(one: _Misnamed, known: Collection[str]) -> list[str]:
    kind, mark, rest = one.text.partition("/")
    kind = kind.strip().lower()
    if mark and KIND.fullmatch(kind) and kind in known:
        kinds, name = [kind], rest
    else:
        kinds, name = list(one.likely) or ["KIND"], one.text
    slugs = [slug_of(name, kind=kind) for kind in kinds]
    if not all(slugs):
        return [f"{kinds[0]}/... (a-z, 0-9 and hyphens)"] if len(kinds) == 1 else [f"{kind}/..." for kind in kinds]
    return [f"{kind}/{slug}" for kind, slug in zip(kinds, slugs, strict=True)]
