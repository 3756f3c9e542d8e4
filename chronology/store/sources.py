"""Sources and their copies: what is known of each, and a copy of it beside the store."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from chronology.errors import InvalidEventError
from chronology.events.json_values import Json
from chronology.events.records import Event, RecordedEvent
from chronology.log.archive import DESCRIBED, Archive, copy_named
from chronology.store.session import Session

if TYPE_CHECKING:
    from chronology.questions.source_records import Source


class Sources:
    """The sources of a store, as `Reader.sources` gives them."""

    def __init__(self, session: Session) -> None:
        """Ask, or add to, one open store."""
        self._session = session

    def records(self) -> "list[Source]":
        """Return every source, by name: what is known of it now, and how its assertions fared."""
        from chronology.questions import source_records

        with self._session.reading():
            return source_records.sources(self._session.connection, self._session.identities())

    @property
    def archive(self) -> Archive:
        """The folder of the copies of sources."""
        return Archive(self._session.path)

    def copy_of(self, event: RecordedEvent) -> Path | None:
        """Return where the copy is that an event names, None where it names none."""
        copy = copy_named(event.event.data) if event.event.type == DESCRIBED else None
        return None if copy is None else self.archive.path_of(copy)

    def add(
        self,
        source: str,
        description: Mapping[str, Json],
        *,
        archived: str | os.PathLike[str] | None = None,
        valid: str | None = None,
        recorded_by: str | None = None,
        dry_run: bool = False,
    ) -> RecordedEvent:
        """Describe a source, and keep a copy of it beside the store.

        The event and the copy come together or not at all; after a crash in between, the copy alone may be there.

        Args:
            source: as in "source/voa-2018-05-14".
            description: the payload of `source.described`: title, publisher, published, url, reliability ...
            archived: a file whose bytes are kept; the event names their SHA-256 and their number.
            valid: when the description was true; the day of publication where not given, else today.
            recorded_by: who wrote it down.
            dry_run: check everything, and write nothing.

        Raises:
            InvalidEventError: everything that is wrong with the description, or it says nothing.
            StoreError: the file cannot be read, or the archive cannot be written.
            IntegrityError: another file is in the archive under the same digest.
        """
        if not description and archived is None:
            raise InvalidEventError(
                ["the description says nothing about the source"], hint="give a title, a URL or a file"
            )
        # Imported here: whoever lists sources need not wait for what writes.
        from chronology.store.writing import describe_source

        day = valid or description.get("published") or self._session.now().date().isoformat()
        event = Event(
            type=DESCRIBED,
            subject=source,
            source=source,
            valid=str(day),
            data=dict(description),
            recorded_by=recorded_by,
        )
        if archived is None:
            return describe_source(self._session, event, None, dry_run=dry_run)
        file = Path(archived)
        if dry_run:
            return describe_source(self._session, _naming(event, self.archive.measure(file)), None, dry_run=True)
        with self.archive.incoming(file) as incoming:
            return describe_source(self._session, _naming(event, incoming.copy), incoming, dry_run=False)


def _naming(event: Event, copy: tuple[str, int]) -> Event:
    sha256, length = copy
    return attrs.evolve(event, data={**event.data, "archived_sha256": sha256, "archived_length": length})
