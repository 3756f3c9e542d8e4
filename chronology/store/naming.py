"""Giving names to subjects, as events: what `Chronology` adds to the names that sources assert."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from chronology.errors import InvalidEventError
from chronology.events.records import Event
from chronology.store.reader import Reader
from chronology.vocabulary.event_types import NAMED

if TYPE_CHECKING:
    from chronology.store.batch import AppendResult


class Naming(Reader):
    """The verbs by which a subject gets its names."""

    @abstractmethod
    def append_many(
        self, events: Iterable[Event], *, expected_head: int | None = None, dry_run: bool = False
    ) -> "AppendResult":
        """Append events in one transaction: all or nothing."""

    def describe(
        self,
        subject: str,
        *,
        names: Iterable[str] = (),
        aliases: Iterable[str] = (),
        language: str | None = None,
        source: str | None = None,
        said_by: Iterable[str] = (),
        recorded_by: str | None = None,
        dry_run: bool = False,
    ) -> "AppendResult":
        """Give a subject names, each by an event of its own, so that each can be retracted alone.

        What would change nothing, because the name was given in that language and stands, counts as unchanged.

        Args:
            subject: as kind/slug; no event need be about it yet.
            names: to be shown for it; the newest is. Older ones stay its aliases.
            aliases: that it also goes by.
            language: of all these names, a BCP 47 tag.
            source: the document that tells them; none where it is a decision of your own.
            said_by: who says so, the origin first.
            recorded_by: who writes it down.
            dry_run: check everything, and write nothing.

        Raises:
            InvalidEventError: everything that is wrong with a name, or there is none.
        """
        wanted = [(text, "name") for text in names] + [(text, "alias") for text in aliases]
        if not wanted:
            raise InvalidEventError(["names: none was given"])
        known = self.names_of(subject)
        standing = {(name.text, name.language) for name in known if name.is_given}
        shown = {(name.text, name.language) for name in known[:1] if name.is_given and name.role == "name"}
        # A name that an alias or an older name has already is given once more, to be shown from now on.
        new = [
            (text, role)
            for text, role in dict.fromkeys(wanted)
            if (text, language) not in (shown if role == "name" else standing)
        ]
        tag = {"language": language} if language else {}
        result = self.append_many(
            (
                Event(
                    type=NAMED,
                    subject=subject,
                    data={"name": text, "role": role, **tag},
                    source=source,
                    said_by=tuple(said_by),
                    recorded_by=recorded_by,
                )
                for text, role in new
            ),
            dry_run=dry_run,
        )
        return attrs.evolve(result, unchanged=len(wanted) - len(new))
