"""Sources and their copies: describing a source, and keeping a copy of it beside the store."""

import os
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import attrs

from chronology.errors import ChronologyError, InvalidEventError
from chronology.events.json_values import Json
from chronology.events.records import Event, RecordedEvent, decode
from chronology.log import database
from chronology.log.archive import DESCRIBED, Archive, Incoming, copy_named
from chronology.store.batch import Batch
from chronology.store.reader import Reader
from chronology.vocabulary import builtin


class Archiving(Reader):
    """The verbs about sources; `Chronology` inherits them."""

    @abstractmethod
    def _written(self, *, dry_run: bool) -> AbstractContextManager[None]:
        """Run a block as one transaction, taken back where it is a dry run."""

    @abstractmethod
    def _batch(self) -> Batch:
        """Return a batch of events, to be taken in by the present transaction."""

    @property
    def archive(self) -> Archive:
        """The folder of the copies of sources."""
        return Archive(database.path_of(self._connection))

    def copy_of(self, event: RecordedEvent) -> Path | None:
        """Return where the copy is that an event names, None where it names none."""
        copy = copy_named(event.event.data) if event.event.type == DESCRIBED else None
        return None if copy is None else self.archive.path_of(copy)

    def add_source(
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
        day = valid or description.get("published") or self._now().date().isoformat()
        event = Event(
            type=DESCRIBED,
            subject=source,
            source=source,
            valid=str(day),
            data=dict(description),
            recorded_by=recorded_by,
        )
        if archived is None:
            return self._describe(event, None, dry_run=dry_run)
        file = Path(archived)
        if dry_run:
            return self._describe(_naming(event, self.archive.measure(file)), None, dry_run=True)
        with self.archive.incoming(file) as incoming:
            return self._describe(_naming(event, incoming.copy), incoming, dry_run=False)

    def _describe(self, event: Event, incoming: Incoming | None, *, dry_run: bool) -> RecordedEvent:
        try:
            with self._written(dry_run=dry_run):
                self._check_projections()
                batch = self._batch()
                _renew_type(batch)
                row = batch.add(event)
                batch.finish()
                # Before the commit, so that no event is ever recorded whose copy is not there.
                if incoming is not None:
                    incoming.settle()
        except BaseException:
            if incoming is not None and incoming.is_new:
                self._take_back(incoming)
            raise
        return self._recorded(row)

    def _take_back(self, incoming: Incoming) -> None:
        """Remove the copy of an event that was not recorded, unless another event needs it.

        The transaction is over, and with it the lock: meanwhile another process may have recorded an event that names
        the same copy, and found it there. If the lock is not available, the copy stays, which does no harm.
        """
        with suppress(ChronologyError), database.writing(self._connection, dry_run=True):
            described = (decode(row.body).data for row in self._log.of_type(DESCRIBED) if row.body)
            if incoming.copy not in map(copy_named, described):
                incoming.take_back()


def _naming(event: Event, copy: tuple[str, int]) -> Event:
    sha256, length = copy
    return attrs.evolve(event, data={**event.data, "archived_sha256": sha256, "archived_length": length})


def _renew_type(batch: Batch) -> None:
    """Bring the type of descriptions up to the version that names copies; an older store has an earlier one."""
    known = batch.vocabulary.newest(DESCRIBED).version if DESCRIBED in batch.vocabulary else 0
    for version, schema in enumerate(builtin.versions(DESCRIBED), start=1):
        if version > known:
            batch.add(builtin.definition(schema))
