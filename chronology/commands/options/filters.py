"""The filters of questions as options of commands; what they are, `projections/filters.py` declares. Prints nothing."""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import typer
from typer.core import TyperOption

from chronology.commands.application import PagedCommand, StoreCommand, path_of
from chronology.commands.options import names
from chronology.errors import ChronologyError
from chronology.projections.filters import FILTERS, Effect, Restrictions, fits, refuse_unfitting
from chronology.store.reader import Reader

_KEPT: Final = "filters"


class FilteringCommand(PagedCommand):
    """A command that asks which assertions say what, and prints rows.

    Attributes:
        question: what it asks, where that does not take every filter: help leaves those out, and whoever gives one is
            told why.
    """

    question = "state"

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Add the filters to the command's own options."""
        super().__init__(*args, params=[*(params or []), *_options(self.question)], **kwargs)


class FilteringStoreCommand(StoreCommand):
    """A command that takes filters, and prints in forms of its own; `question` is that of `FilteringCommand`."""

    question = "state"

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Add the filters to the command's own options."""
        super().__init__(*args, params=[*(params or []), *_options(self.question)], **kwargs)


def _options(question: str) -> list[TyperOption]:
    return [
        TyperOption(
            param_decls=[one.option],
            type=str,
            metavar=one.metavar,
            multiple=one.is_repeated,
            expose_value=False,
            callback=_keep(name, question),
            help=one.help,
            hidden=not fits(question, name),
        )
        for name, one in FILTERS.items()
    ]


def _keep(name: str, question: str) -> Callable[[typer.Context, Any, Any], None]:
    def keep(context: typer.Context, _: Any, value: Any) -> None:
        # An option that is there restricts, even if its value is empty: that is refused, not passed over.
        if value not in (None, ()):
            refuse_unfitting(question, [name], typed=True)
            context.meta.setdefault(_KEPT, {})[name] = value

    return keep


def names_given(context: typer.Context) -> list[str]:
    """Return the names of the filters that the user gave."""
    return list(context.meta.get(_KEPT, {}))


def refuse_all(context: typer.Context, what: str) -> None:
    """Refuse every filter beside something that takes none.

    Raises:
        ChronologyError: the user gave one.
    """
    if found := [FILTERS[name].option for name in names_given(context)]:
        raise ChronologyError(f"{what} takes no filter: {', '.join(found)}", hint=f"leave out {' and '.join(found)}")


def given(context: typer.Context, name: str) -> Any:
    """Return what the user gave for a filter, None if it was left out."""
    return context.meta.get(_KEPT, {}).get(name)


def parties(context: typer.Context) -> list[str]:
    """Return the sources and origins from which alone something is wanted."""
    return [*(given(context, "sources") or ()), *(given(context, "origins") or ())]


def hides(context: typer.Context) -> bool:
    """Tell whether filters leave out what the log holds; when it was known is another matter."""
    return any(FILTERS[name].effect is Effect.CLAIMS for name in names_given(context))


def restrictions_of(context: typer.Context) -> Restrictions:
    """Return the filters that the user gave, as the store takes them.

    Raises:
        ChronologyError: the fuzz is not a span of days, or a source or origin is not a subject.
    """
    kept = context.meta.setdefault(_KEPT, {})
    for name, texts in kept.items():
        if FILTERS[name].names:
            kept[name] = _meant(context, name, texts)
    return typed(context)


def typed(context: typer.Context) -> Restrictions:
    """Return the filters that the user gave, with the names as they were typed.

    Raises:
        ChronologyError: the fuzz is not a span of days.
    """
    found = {name: given(context, name) for name in names_given(context)}
    return cast(
        Restrictions,
        {name: value if FILTERS[name].is_repeated else FILTERS[name].typed(value) for name, value in found.items()},
    )


def names_typed(context: typer.Context) -> list[str]:
    """Return every name that the user typed for a filter."""
    return [text for name in names_given(context) if FILTERS[name].names for text in given(context, name)]


def _meant(context: typer.Context, name: str, texts: Sequence[str]) -> tuple[str, ...]:
    known_at, kinds = given(context, "known_at"), FILTERS[name].kinds
    with Reader.open(path_of(context)) as chron:
        found = tuple(names.asked(chron, text, kinds=kinds, parties=True, known_at=known_at) for text in texts)
        if FILTERS[name].leaves_out:
            # An answer does not show that a misspelt name left nothing out.
            names.note_unknown_parties(chron, found)
        return found
