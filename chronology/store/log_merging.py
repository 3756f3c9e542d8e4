"""The verb that merges another log into a store; `Chronology` inherits it. Leaves the work to `joining`."""

import os
from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chronology.errors import StoreError
from chronology.log import database
from chronology.projections.rebuild import Progress
from chronology.store.intake.merged_batch import MergedBatch
from chronology.store.reader import Reader

if TYPE_CHECKING:
    from chronology.store.batch import Randomness
    from chronology.store.intake.merge import MergedLog


class LogMerging(Reader):
    """A reader that can also take in the log of another store."""

    _randomness: "Randomness"

    @abstractmethod
    def _written(self, *, dry_run: bool) -> AbstractContextManager[None]:
        """Run a block as one transaction, taken back where it is a dry run."""

    def merge_log(
        self, path: str | os.PathLike[str], *, dry_run: bool = False, progress: Progress | None = None
    ) -> "MergedLog":
        """Take in the events of another store that this one lacks, in one transaction and in bounded memory.

        They keep their ids, sources and attribution, and carry where they were recorded first: the origin of that log,
        their position, leaf hash and `recorded_at` there. The other store is judged like a stranger's and not written.
        Two stores that merged each other's logs answer every question without `known_at` alike, but for what is left
        out, which the result tells. Where both recorded an event independently, the earlier recording counts.

        Args:
            path: the other store.
            dry_run: check everything, and write nothing.
            progress: called every thousand events with how many are done, of how many.

        Raises:
            DuplicateIdError: an event of the other log has the id of another one here. Nothing was written.
            IntegrityError: the other log is not sound. Nothing was written.
            StoreError: there is no other store, it is empty, or its time is more than a day ahead of this clock.
        """
        other, own = Path(path), database.path_of(self._connection)
        if not other.exists():
            raise StoreError(f"there is no store at {other}", hint="name another store")
        if other.samefile(own):
            raise StoreError(f"{other} is this store itself", hint="name another store")
        # Imported here: it reads as strictly as a stranger's store is read, and what that needs is slow to import.
        from chronology.evidence.soundness import open_foreign
        from chronology.store.intake import merge

        with open_foreign(other) as theirs, self._written(dry_run=dry_run):
            self._check_projections()
            return merge.merge_log(self._log, self._merged_batch, theirs, self._now(), progress)

    def _merged_batch(self, now: datetime) -> MergedBatch:
        return MergedBatch(self._log, self._connection, self.vocabulary, now=now, randomness=self._randomness)
