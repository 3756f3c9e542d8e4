"""The filters of questions as options of commands; what they are, `projections/filters.py` declares. Prints nothing."""

from collections.abc import Callable, Sequence
from inspect import Parameter
from typing import Annotated, Any, Final, cast

import typer

from chronology.commands.application import PAGED, Invocation, Shared
from chronology.commands.options import names
from chronology.errors import ChronologyError
from chronology.projections.filters import FILTERS, Effect, Restrictions, fits, refuse_unfitting
from chronology.store.reader import Reader


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
    subjects = tuple(names.asked(call, chron, text, kinds=kinds, parties=True) for text in texts)
    if FILTERS[name].leaves_out:
        # An answer does not show that a misspelt name left nothing out.
        names.note_unknown_parties(call, chron, subjects)
    return subjects
