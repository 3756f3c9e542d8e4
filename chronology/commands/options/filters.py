"""The filters that every question about the state takes, as options of its command. Prints nothing."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import typer
from typer.core import TyperOption

from chronology.commands.application import PagedCommand, StoreCommand, path_of
from chronology.commands.options import arguments, names
from chronology.store.reader import Reader
from chronology.store.session import Restrictions

_KEPT: Final = "filters"

_FILTERS: Final = {
    "known_at": ("T", "As the log stood then: a position, a day (its close, UTC) or a date-time."),
    "stated_by": ("DAY", "Only what was stated up to this day."),
    "source": ("S", "Only from this document; may be repeated."),
    "origin": ("X", "Only claims that come from X; may be repeated."),
    "without_source": ("S", "Nothing from this document; may be repeated."),
    "without_origin": ("X", "No claims that come from X, as if X were not trusted; may be repeated."),
    "min_grade": ("B3", "Only what has at least this grade in both respects."),
    "fuzz": ("7d", "Widen the ends of dates qualified with ? ~ or %."),
}
"""Each filter, with the placeholder for its value in help and what help says about it."""

_REPEATED: Final = {
    "source": ("source",),
    "origin": (),
    "without_source": ("source",),
    "without_origin": (),
}
"""The filters that name subjects, with the kinds that these may be of; of any where there are none."""


_LEAVING_OUT: Final = ("without_source", "without_origin")
"""Those that leave out what comes from a subject."""


class FilteringCommand(PagedCommand):
    """A command that asks which assertions say what: it takes all filters of `state`."""

    unfitting: Sequence[str] = ()
    """Filters that make no sense here: help leaves them out, and the command says so to whoever gives one."""

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Add the filters to the command's own options."""
        super().__init__(*args, params=[*(params or []), *_options(self.unfitting)], **kwargs)


class FilteringStoreCommand(StoreCommand):
    """A command that takes all filters of `state`, and prints in forms of its own."""

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        """Add the filters to the command's own options."""
        super().__init__(*args, params=[*(params or []), *_options(())], **kwargs)


def _options(hidden: Sequence[str]) -> list[TyperOption]:
    return [
        TyperOption(
            param_decls=[f"--{name.replace('_', '-')}"],
            type=str,
            metavar=metavar,
            multiple=name in _REPEATED,
            expose_value=False,
            callback=_keep(name),
            help=text,
            hidden=name in hidden,
        )
        for name, (metavar, text) in _FILTERS.items()
    ]


def _keep(name: str) -> Callable[[typer.Context, Any, Any], None]:
    def keep(context: typer.Context, _: Any, value: Any) -> None:
        if value:
            context.meta.setdefault(_KEPT, {})[name] = value

    return keep


def given(context: typer.Context, name: str) -> Any:
    """Return what the user gave for a filter, None if it was left out."""
    return context.meta.get(_KEPT, {}).get(name)


def parties(context: typer.Context) -> list[str]:
    """Return the sources and origins from which alone something is wanted."""
    return [*(given(context, "source") or ()), *(given(context, "origin") or ())]


def hides(context: typer.Context) -> bool:
    """Tell whether filters leave out what the log holds; when it was known is another matter."""
    return any(given(context, name) for name in (*_REPEATED, "stated_by", "min_grade"))


def restrictions_of(context: typer.Context) -> Restrictions:
    """Return the filters that the user gave, as the store takes them.

    Raises:
        ChronologyError: the fuzz is not a span of days, or a source or origin is not a subject.
    """
    for name, kinds in _REPEATED.items():
        if texts := given(context, name):
            context.meta[_KEPT][name] = _meant(context, texts, kinds=kinds, left_out=name in _LEAVING_OUT)
    return {
        "known_at": arguments.known_at(given(context, "known_at")),
        "stated_by": given(context, "stated_by"),
        "sources": given(context, "source"),
        "origins": given(context, "origin"),
        "without_sources": given(context, "without_source"),
        "without_origins": given(context, "without_origin"),
        "min_grade": given(context, "min_grade"),
        "fuzz": arguments.span(given(context, "fuzz")),
    }


def _meant(context: typer.Context, texts: Sequence[str], *, kinds: Sequence[str], left_out: bool) -> tuple[str, ...]:
    known_at = given(context, "known_at")
    with Reader.open(path_of(context)) as chron:
        found = tuple(names.asked(chron, text, kinds=kinds, parties=True, known_at=known_at) for text in texts)
        if left_out:
            # An answer does not show that a misspelt name left nothing out.
            names.note_unknown_parties(chron, found)
        return found
