"""What people type after a command: filters, times, names of events and subjects, refused or noted where unknown.

What a filter is, `projections/filters.py` declares. Prints nothing.
"""

import re
from collections.abc import Callable, Collection, Sequence
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from chronology.commands.application import PAGED, Invocation, Shared
from chronology.commands.screen.output import Notes
from chronology.errors import AmbiguousNameError, ChronologyError, UnknownNameError, did_you_mean
from chronology.events.patterns import SUBJECT, is_subject
from chronology.projections.filters import (
    FILTERS,
    Effect,
    Restrictions,
    fits,
    refuse_unfitting,
    typed_known_at,
    typed_span,
)
from chronology.store.reader import Reader

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent


def read_known_at(text: str | None) -> int | str | None:
    """Read a known time as the filter of that name does; None where none was given."""
    return typed_known_at(text) if text else text


def event_name(text: str) -> int | str:
    """Read a position, given in digits or as `#7`, or an id; a leading 0 means the beginning of an id."""
    return int(text.removeprefix("#")) if re.fullmatch("#?[1-9][0-9]{0,17}", text) else text


def span(text: str | None) -> int:
    """Read a number of days or weeks, `7d` or `2w`, as seconds; 0 where none was given.

    Raises:
        ChronologyError: it is not a span of days.
    """
    return 0 if text is None else typed_span(text)


# Names --------------------------------------------------------------------------------------------------------

_EVENT_NAME: Final = re.compile("#?[0-9a-f-]*")
"""What may be a position, an id or the beginning of one."""


def check_known(
    call: Invocation,
    chron: Reader,
    *,
    subject: str | None,
    attribute: str | None,
    kind: str | None,
    parties: Sequence[str],
) -> None:
    """Refuse names that cannot exist, and note which others appear in no event.

    Args:
        call: the command.
        chron: the store.
        subject: what was asked about.
        attribute: what was asked of it.
        kind: the kind of subjects asked about.
        parties: sources and origins.

    Raises:
        ChronologyError: one of them is malformed.
        UnknownNameError: the kind or the attribute is in neither the vocabulary nor the log.
    """
    if kind is not None and kind not in (kinds := chron.names.kinds()):
        raise UnknownNameError("subject kind", kind, kinds, hint="`chronology types` lists the kinds")
    if attribute is not None and attribute not in (attributes := chron.names.attributes()):
        raise UnknownNameError("attribute", attribute, attributes, hint="`chronology types` lists the attributes")
    if subject is not None:
        check_subject(call, chron, subject)
    for name in parties:
        # Of any kind: somebody who passes a claim on need not be the subject of any event.
        _check_form(chron, name, parties=True)
    note_unknown_parties(call, chron, parties)


def note_unknown_parties(call: Invocation, chron: Reader, parties: Sequence[str]) -> None:
    """Note of which sources and origins no assertion comes."""
    for name in parties:
        if not chron.names.knows_party(name):
            _note_unknown(call, chron, "no assertion comes from", name, parties=True)


def meant(call: Invocation, chron: Reader, text: str, *, kinds: Collection[str] = (), parties: bool = False) -> str:
    """Return the subject that a person named, and note which it is where that is not what they typed.

    Raises:
        AmbiguousNameError: several subjects bear the name.
        ChronologyError: none does.
    """
    try:
        subject = chron.names.resolve(text, kinds=kinds, parties=parties)
    except AmbiguousNameError:
        raise
    except ChronologyError as exc:
        if text not in chron.names.attributes():
            raise
        raise ChronologyError(str(exc), hint=f"{text} is an attribute: the subject comes first") from exc
    note_meant(call.notes, text, subject)
    return subject


def if_named(call: Invocation, chron: Reader, text: str, *, kinds: Collection[str] = ()) -> str:
    """Return the subject that a name means; what no subject bears stays unchanged: a new subject, or to be refused.

    Raises:
        AmbiguousNameError: several subjects bear the name.
    """
    return (
        meant(call, chron, text, kinds=kinds)
        if not is_subject(text) and chron.names.subjects_named(text, kinds=kinds)
        else text
    )


def asked(call: Invocation, chron: Reader, text: str, *, kinds: Collection[str] = (), parties: bool = False) -> str:
    """Return the subject that a question is about: of names that meant one by the known time, the one that was kept.

    Raises:
        AmbiguousNameError: several subjects bear the name.
        ChronologyError: none does, or the known time cannot be read.
    """
    subject = meant(call, chron, text, kinds=kinds, parties=parties)
    return kept_name(call, chron, subject, known_at=call.filters.get("known_at"))


def kept_name(call: Invocation, chron: Reader, subject: str, *, known_at: str | None) -> str:
    """Return the name under which answers about a subject stand, and note which it is where it is another."""
    position = read_known_at(known_at)
    kept = chron.names.same_subject(subject, known_at=position)[0]
    if kept != subject:
        by = " and ".join(f"#{merge.position}" for merge in chron.names.merges(subject, known_at=position))
        call.notes.add(f"{subject} is {kept}, merged by {by}")
    return kept


def note_meant(notes: Notes, text: str, subject: str) -> None:
    """Note, unless the command is refused, which subject a name was taken for."""
    if subject != text:
        notes.add(f"{text} is {subject}")


def note_similar(call: Invocation, subject: str, similar: Sequence[str]) -> None:
    """Note of a new subject to which others it is similar, if to any."""
    if similar:
        call.notes.add(f"{subject} is new; similar: {', '.join(similar)}")


def check_subject(call: Invocation, chron: Reader, subject: str) -> None:
    """Refuse what cannot be a subject, and note if no event is about it.

    Raises:
        ChronologyError: it is not kind/slug, or of an unknown kind.
    """
    _check_form(chron, subject)
    if chron.names.knows_subject(subject):
        return
    kind = subject.partition("/")[0]
    if kind not in (kinds := chron.names.kinds()):
        raise UnknownNameError("subject kind", kind, kinds, hint="`chronology types` lists the kinds")
    _note_unknown(call, chron, "no event is about", subject)


def _check_form(chron: Reader, name: str, *, parties: bool = False) -> None:
    if not SUBJECT.fullmatch(name):
        close = chron.names.similar(name, parties=parties)
        hint = did_you_mean(close) or "write it as operation/al-jazeera-storm"
        raise ChronologyError(f"subject {name!r} is not kind/slug", hint=hint)


def _note_unknown(call: Invocation, chron: Reader, what: str, name: str, *, parties: bool = False) -> None:
    question = did_you_mean(chron.names.similar(name, parties=parties))
    call.notes.add(f"{what} {name}" + (f"; {question}" if question else ""))


def find_event(chron: Reader, name: str) -> "RecordedEvent":
    """Return the event that a person named by position, by id or by the beginning of its id.

    Raises:
        UnknownNameError: there is none; if a subject was named instead, the hint says so.
    """
    try:
        return chron.event(event_name(name))
    except UnknownNameError as exc:
        if not _EVENT_NAME.fullmatch(name) and (close := chron.names.similar(name)):
            exc.hint = f"{did_you_mean(close)} `chronology timeline SUBJECT` lists the events about a subject"
        raise


def note_late_position(call: Invocation, chron: Reader, *known: str | None) -> None:
    """Note that a number was read as a position, if the log does not reach it: 2018 is not a year there.

    Args:
        call: the command.
        chron: the store.
        known: the known times; that of the filter if none is given.
    """
    for text in known or (call.filters.get("known_at"),):
        position = read_known_at(text)
        if isinstance(position, int) and position > (head := chron.head()):
            call.notes.add(
                f"{position} is read as a position, and the log ends at {head}; write a day as in 2018-05-20"
            )


def position_of(chron: Reader) -> Callable[[str], int | None]:
    """Return a function that gives an event's position by its id."""

    def look_up(event_id: str) -> int | None:
        try:
            return chron.event(event_id).position
        except UnknownNameError:
            return None

    return look_up


# Filters ------------------------------------------------------------------------------------------------------


def filtering(question: str = "state", others: Shared = PAGED) -> Shared:
    """Return the options of a command that asks which assertions say what.

    Args:
        question: what it asks, where that does not take every filter: help leaves those out, and a user who gives one
            learns why.
        others: the options that it shares with commands besides.
    """
    return (*(_option(name, question) for name in FILTERS), *others)


def _option(name: str, question: str) -> Parameter:
    one = FILTERS[name]
    option = typer.Option(
        one.option,
        metavar=one.metavar,
        help=one.help,
        hidden=not fits(question, name),
        show_default=False,
        callback=None if fits(question, name) else _refusing(name, question),
    )
    kind: Any = list[str] if one.is_repeated else str
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option])


def _refusing(name: str, question: str) -> Callable[[Any], None]:
    def refuse(value: Any) -> None:
        if value not in (None, [], ()):
            refuse_unfitting(question, [name], typed=True)

    return refuse


FILTERING: Final = filtering()
"""Of a command that takes all filters of `state`."""


def refuse_all(call: Invocation, what: str) -> None:
    """Refuse every filter beside something that takes none.

    Raises:
        ChronologyError: the user gave one.
    """
    if found := [FILTERS[name].option for name in call.filters]:
        raise ChronologyError(f"{what} takes no filter: {', '.join(found)}", hint=f"leave out {' and '.join(found)}")


def parties(filters: Restrictions) -> list[str]:
    """Return the sources and origins from which alone something is wanted."""
    return [*(filters.get("sources") or ()), *(filters.get("origins") or ())]


def hides(call: Invocation) -> bool:
    """Tell whether filters leave out what the log holds; when it was known is another matter."""
    return any(FILTERS[name].effect is Effect.CLAIMS for name in call.filters)


def restrictions_of(call: Invocation, chron: Reader) -> Restrictions:
    """Return the filters that the user gave, as the store takes them.

    Raises:
        ChronologyError: the fuzz is not a span of days, or a source or origin is not a subject.
    """
    meant = {
        name: _meant(call, chron, name, texts) for name, texts in call.filters.items() if FILTERS[name].is_repeated
    }
    return cast(Restrictions, {**typed(call), **meant})


def typed(call: Invocation) -> Restrictions:
    """Return the filters that the user gave, with names as they were typed.

    Raises:
        ChronologyError: the fuzz is not a span of days.
    """
    return cast(
        Restrictions,
        {
            name: value if FILTERS[name].is_repeated else FILTERS[name].typed(value)
            for name, value in call.filters.items()
        },
    )


def names_typed(call: Invocation) -> list[str]:
    """Return every name that the user typed for a filter, each once."""
    return list(dict.fromkeys(text for name in call.filters if FILTERS[name].names for text in call.filters[name]))


def _meant(call: Invocation, chron: Reader, name: str, texts: Sequence[str]) -> tuple[str, ...]:
    kinds = FILTERS[name].kinds
    subjects = tuple(asked(call, chron, text, kinds=kinds, parties=True) for text in texts)
    if FILTERS[name].leaves_out:
        # An answer does not show that a misspelt name left nothing out.
        note_unknown_parties(call, chron, subjects)
    return subjects
