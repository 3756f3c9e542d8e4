"""Finding events by their words, ids or source, and names by their beginning. `Reader` inherits it."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final, Unpack

from chronology.errors import ChronologyError
from chronology.log import database
from chronology.projections.filters import Restrictions
from chronology.store.session import Asking

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.questions.prefixes import Named
    from chronology.questions.search import Hit


_MOST_ALIKE: Final = 100_000
"""More events than any beginning of an id that is in use is shared by."""


class Finding(Asking):
    """What helps to find an event or a name in a store."""

    def search(
        self,
        words: str,
        limit: int | None = None,
        *,
        withdrawn: bool = False,
        as_written: bool = False,
        **restrictions: Unpack[Restrictions],
    ) -> "list[Hit]":
        """Return the events that hold all of some words, the best first.

        A store that is open for writing brings up the index in its file first; another one makes an index of its own,
        in a temporary file, if that in the store is behind the log.

        Args:
            words: words, "phrases" and beginnings, as in `closed "north gate" bag*`. Letter case, accents, vowel points
                and hyphens make no difference.
            limit: return at most this many.
            withdrawn: also return events that were withdrawn, and retractions and redactions themselves.
            as_written: look for these words only. Otherwise a word in the name of a subject also finds what is about
                the subject, refers to it or has another of its names.
            restrictions: the filters of `state` but `fuzz`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: the question has no word, or a limit, a grade or a position is none.
        """
        from chronology.questions import search

        if limit is not None and limit < 0:
            raise ChronologyError(f"limit is {limit}, and cannot be below 0", hint="leave it out for no limit")
        search.bring_up(self._log, self._connection)
        with self._asking():
            filters = self._filters(None, None, restrictions, question="search")
            found = search.find(self._log, self._connection, words, filters, withdrawn=withdrawn, as_written=as_written)
            return list(islice(found, limit))

    def is_indexed(self) -> bool:
        """Tell whether the search index in the file is up to the log's head."""
        from chronology.questions import search

        with self._asking():
            return search.is_indexed(self._log, self._connection)

    def beginning(self, what: "Named", prefix: str, *, subject: str | None = None, limit: int = 100) -> list[str]:
        """Return names that begin with a prefix, to complete what somebody types.

        Args:
            what: is named.
            prefix: with which the name begins.
            subject: whose attributes are meant.
            limit: the most names. Of more subjects, only their kinds are returned, as in `place/`.
        """
        from chronology.questions import prefixes

        with self._asking():
            subject = subject and self._identities().of(subject)
            return prefixes.beginning(
                self._log, self._connection, self.vocabulary, what, prefix, subject=subject, limit=limit
            )

    def events_starting(self, prefix: str) -> "list[RecordedEvent]":
        """Return the events whose ids begin with a prefix, in order of their ids, withdrawn and redacted ones too.

        Args:
            prefix: the beginning of a UUID in lower case, with its hyphens.
        """
        with database.reading(self._connection):
            found = self._log.ids_starting(prefix, limit=_MOST_ALIKE)
            rows = (self._log.by_id(event_id) for event_id in found)
            return [self._recorded(row) for row in rows if row is not None]

    def events_from(self, source: str, *, until: int | None = None) -> "Iterator[RecordedEvent]":
        """Yield the events that name a source, in log order, withdrawn ones and retractions too.

        It looks at the whole log, as a stream; redacted events name no source any more.

        Args:
            source: the document in hand, `source/slug`.
            until: the last position looked at; the head where not given.
        """
        # A body is canonical JSON, in which a source is written in one way only. Another text may contain the same.
        written = f'"source":"{source}"'.encode()
        with database.wrapped():
            for row in self._log.read(until=until):
                if written in row.body:
                    event = self._recorded(row)
                    if event.event.source == source:
                        yield event
