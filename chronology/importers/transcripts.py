"""Taking in a whole log as text: it becomes the same log, or what is new in it is appended to another one."""

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from chronology.errors import ImportFileError
from chronology.events.json_values import Json
from chronology.importers.rows import Tell
from chronology.store.chronology import Chronology

_LISTED: Final = 20


class _Transcripts:
    """The importer of whole logs."""

    name = "jsonl"
    title = "a whole log as text, from `chronology export jsonl`"
    suffixes = (".jsonl",)

    def import_log(
        self, chron: Chronology | None, store: Path, path: Path, *, dry_run: bool, tell: Tell | None
    ) -> Mapping[str, Json]:
        """Make a store that holds the log of a file, or append to an open one what is new in it.

        Raises:
            ImportFileError: the file cannot be read.
            ChronologyError: as `Chronology.restore` or `Chronology.take_in`.
        """
        try:
            with _opened(path) as stream:
                if chron is None:
                    done = Chronology.restore(store, stream, dry_run=dry_run, progress=tell)
                else:
                    done = chron.take_in(stream, dry_run=dry_run, progress=tell)
        except (OSError, EOFError) as exc:
            raise ImportFileError(f"{path} cannot be read: {getattr(exc, 'strerror', None) or exc}") from exc
        report: dict[str, Json] = {"added": done.added, "unchanged": done.unchanged, "head": done.head}
        if done.left_out_count:
            report["left_out"] = done.left_out_count
            report["reasons"] = [str(one) for one in done.left_out[:_LISTED]]
        return report


JSONL: Final = _Transcripts()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if not path.is_file():
        # A pipe or a device might never end, and a directory cannot be read.
        raise ImportFileError(f"{path} is not a file" if path.exists() else f"there is no file {path}")
    with path.open("rb") as file:
        if path.suffix == ".gz":
            with gzip.open(file) as text:
                yield cast("BinaryIO", text)
        else:
            yield file
