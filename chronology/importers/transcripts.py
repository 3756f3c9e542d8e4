"""Taking in a whole log as text: it becomes the same log, or what is new in it is appended to another one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chronology.events.json_values import Json
from chronology.importers.files import opened
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
            ChronologyError: as `Chronology.restore` or `Sharing.import_transcript`.
        """
        with opened(path) as source:
            if chron is None:
                done = Chronology.restore(store, source.stream, dry_run=dry_run, progress=tell)
            else:
                done = chron.sharing.import_transcript(source.stream, dry_run=dry_run, progress=tell)
        report: dict[str, Json] = {"added": done.added, "unchanged": done.unchanged, "head": done.head}
        if done.gaps:
            report["gaps"] = done.gaps
        if done.left_out_count:
            report["left_out"] = done.left_out_count
            report["reasons"] = [str(one) for one in done.left_out[:_LISTED]]
        return report


JSONL: Final = _Transcripts()
