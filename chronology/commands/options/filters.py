"""The filters that every question about the state takes, as options of its command. Prints nothing."""

from collections.abc import Sequence
from typing import Final

from chronology.commands.application import PAGED, STORE, Invocation, Shared, shared_option
from chronology.commands.options import arguments, names
from chronology.store.reader import Reader
from chronology.store.session import Restrictions

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


def _options(*hidden: str) -> Shared:
    return tuple(
        shared_option(
            name,
            list[str] if name in _REPEATED else str,
            metavar=metavar,
            help=text,
            hidden=name in hidden,
        )
        for name, (metavar, text) in _FILTERS.items()
    )


def filtering(*unfitting: str) -> Shared:
    """Return the options of a command that asks which assertions say what.

    Args:
        unfitting: filters that make no sense there: help leaves them out, and the command says so to whoever gives one.
    """
    return (*_options(*unfitting), *PAGED)


FILTERING: Final = filtering()
"""Of a command that takes all filters of `state`."""

FILTERING_STORE: Final[Shared] = (*_options(), *STORE)
"""Of one that takes them all, and prints in forms of its own."""


def parties(filters: Restrictions) -> list[str]:
    """Return the sources and origins from which alone something is wanted."""
    return [*(filters.get("sources") or ()), *(filters.get("origins") or ())]


def hides(call: Invocation) -> bool:
    """Tell whether filters leave out what the log holds; when it was known is another matter."""
    return any(name in call.filters for name in (*_REPEATED, "stated_by", "min_grade"))


def restrictions_of(call: Invocation, chron: Reader) -> Restrictions:
    """Return the filters that the user gave, as the store takes them.

    Raises:
        ChronologyError: the fuzz is not a span of days, or a source or origin is not a subject.
    """
    subjects = {
        name: _meant(call, chron, texts, kinds=kinds, left_out=name in _LEAVING_OUT)
        for name, kinds in _REPEATED.items()
        if (texts := call.filters.get(name))
    }
    return {
        "known_at": arguments.known_at(call.filters.get("known_at")),
        "stated_by": call.filters.get("stated_by"),
        "sources": subjects.get("source"),
        "origins": subjects.get("origin"),
        "without_sources": subjects.get("without_source"),
        "without_origins": subjects.get("without_origin"),
        "min_grade": call.filters.get("min_grade"),
        "fuzz": arguments.span(call.filters.get("fuzz")),
    }


def _meant(
    call: Invocation, chron: Reader, texts: Sequence[str], *, kinds: Sequence[str], left_out: bool
) -> tuple[str, ...]:
    subjects = tuple(names.asked(call, chron, text, kinds=kinds, parties=True) for text in texts)
    if left_out:
        # An answer does not show that a misspelt name left nothing out.
        names.note_unknown_parties(call, chron, subjects)
    return subjects
