"""The export format `jsonl`: the whole log as text, from which the same log can be made again. Loses nothing."""

from typing import BinaryIO

from chronology.exporters.interface import Exporter, Selection, ticking
from chronology.store.reader import Reader


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> None:
    selection.check_whole(JSONL.name)
    lines = reader.log.transcript()
    stream.writelines(lines if selection.progress is None else ticking(lines, reader.head(), selection.progress))


JSONL = Exporter(
    name="jsonl",
    title="the whole log as text, one event a line, from which the same log can be rebuilt",
    suffix=".jsonl",
    loses=("The archived copies of sources are files beside the store: copy that folder too.",),
    write=_write,
    is_whole_log=True,
)
