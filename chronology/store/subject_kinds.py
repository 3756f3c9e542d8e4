"""Which kinds of subject the log knows, so that a misspelt one is noticed; looked up once for a batch of events."""

import sqlite3

from chronology.errors import nearest, or_perhaps
from chronology.events.records import Body
from chronology.projections import references
from chronology.vocabulary.event_types import BOOKKEEPING
from chronology.vocabulary.registry import Vocabulary


class Kinds:
    """The kinds of the subjects that events of any kind's types are about."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: set[str] = set()

    def faults(self, event: Body, vocabulary: Vocabulary) -> list[str]:
        """Catch a misspelt kind if the type takes subjects of any kind; a kind that is really new is accepted."""
        kind = event.subject.partition("/")[0]
        if kind in self._known or event.type in BOOKKEEPING or vocabulary.newest(event.type).kinds:
            return []
        defined = vocabulary.kinds()
        if kind in defined:
            return []
        self._known.update(references.kinds(self._connection))
        close = [] if kind in self._known else nearest(kind, defined | self._known, edits=1)
        return [f"subject: unknown kind {kind!r}{or_perhaps(close)}"] if close else []
