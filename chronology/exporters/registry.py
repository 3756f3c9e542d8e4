"""The export formats: those of this package, and those that other packages add by entry points.

`jsonl` stands here: the whole log as text, from which the same log can be made again. The others have a module each.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import BinaryIO, Final

from chronology.errors import ChronologyError, UnknownNameError
from chronology.exporters.cloudevents import CLOUDEVENTS
from chronology.exporters.csv_files import CSV, SPREADSHEET
from chronology.exporters.ftm import FTM
from chronology.exporters.geojson import GEOJSON
from chronology.exporters.interface import Exporter, Selection, ticking
from chronology.exporters.markdown import MARKDOWN
from chronology.exporters.mermaid import MERMAID
from chronology.exporters.parquet import PARQUET
from chronology.exporters.prov import PROV
from chronology.exporters.timelinejs import TIMELINEJS
from chronology.exporters.timemap import TIMEMAP
from chronology.exporters.xlsx import XLSX
from chronology.store.reader import Reader


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> None:
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

GROUP: Final = "chronology.exporters"
"""The group of entry points by which another package adds an `Exporter`, under the name that is typed."""

BUILT_IN: Final = (
    JSONL, CSV, SPREADSHEET, XLSX, PARQUET, MARKDOWN, MERMAID, TIMELINEJS, GEOJSON, TIMEMAP, CLOUDEVENTS, FTM, PROV,
)  # fmt: skip
"""In the order in which help lists them."""


def names() -> list[str]:
    """Return the names of all formats: those of this package in order, then the others by name."""
    own = [exporter.name for exporter in BUILT_IN]
    return own + sorted({point.name for point in entry_points(group=GROUP)} - set(own))


def named(name: str) -> Exporter:
    """Return the exporter of a format.

    Raises:
        UnknownNameError: there is no such format.
        ChronologyError: the package that adds it cannot be loaded.
    """
    # A format of this package is never replaced: what `csv` means must not depend on what else is installed.
    for exporter in BUILT_IN:
        if exporter.name == name:
            return exporter
    for point in entry_points(group=GROUP, name=name):
        return _loaded(point)
    raise UnknownNameError("export format", name, names(), hint=f"the formats are {', '.join(names())}")


def _loaded(point: EntryPoint) -> Exporter:
    # Somebody else's code may raise anything.
    try:
        exporter = point.load()
    except Exception as exc:
        raise ChronologyError(f"the export format {point.name} cannot be loaded from {point.value}: {exc}") from exc
    if not isinstance(exporter, Exporter):
        message = (
            f"{point.value}, the export format {point.name}, is of type {type(exporter).__name__}, not an Exporter"
        )
        raise ChronologyError(message, hint="docs/export.md shows how a format is added")
    return exporter
