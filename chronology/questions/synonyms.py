"""What else a word of a search may be called: the other names of the subjects that bear it. Reads, never writes."""

import sqlite3
from collections.abc import Iterator
from itertools import chain
from typing import Final

from chronology.events.identities import Identities
from chronology.log.event_table import Log
from chronology.projections import name_index
from chronology.projections.filters import Filters
from chronology.projections.search_words import Term, fold, hits
from chronology.questions.subject_names import names

_MOST: Final = 20
"""Subjects whose other names are looked for; a word in the names of more is a common word, and stands for none."""

_SHORTEST: Final = 4
"""Letters of a name that is looked for as a word; a shorter one, as IS, would be found in every other sentence."""


def widened(log: Log, connection: sqlite3.Connection, question: list[Term], filters: Filters) -> list[Term]:
    """Return terms that are also found by what their subjects are called otherwise, and by kind/slug.

    A term means the subjects in a name of which it stands, as known then. What a source is called is left out: its
    title says what it is about. A merged subject goes by all names of the one that it is now.
    """
    return [term._replace(others=tuple(_others(log, connection, term, filters))) for term in question]


def _others(log: Log, connection: sqlite3.Connection, term: Term, filters: Filters) -> list[tuple[str, ...]]:
    same = filters.identities
    near = name_index.bearers(connection, " ".join(term.words), within=True, known_at=filters.known_at)
    kept = {same.of(name) for name in chain(near, _merged(same, term)) if not name.startswith("source/")}
    if not kept or len(kept) > _MOST:
        return []
    named = names(log, connection, same, subjects=sorted(kept), known_at=filters.known_at)
    found: dict[tuple[str, ...], None] = {}
    for subject in sorted(kept):
        spoken_of = [*same.names_of(subject), *(name.text for name in named.get(subject, ()))]
        if any(hits(text, [term]) for text in spoken_of):
            found |= dict.fromkeys(_words(subject, spoken_of))
    return [words for words in found if not hits(" ".join(words), [term])]


def _merged(same: Identities, term: Term) -> Iterator[str]:
    """Yield the subjects that a merge made one with another, and in a name of which a term stands."""
    for name, kept in same.replaced().items():
        yield from (one for one in (name, kept) if hits(one, [term]))


def _words(subject: str, texts: list[str]) -> Iterator[tuple[str, ...]]:
    for text in texts:
        words = tuple(fold(text).split())
        if len("".join(words)) >= _SHORTEST or text == subject:
            yield words
