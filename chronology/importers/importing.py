"""Importing a file: finds out what it is, what its columns mean and where it comes from, and takes it in."""

from pathlib import Path

from attrs import evolve, frozen

from chronology.errors import ImportFileError, MappingError
from chronology.events.faults import form_faults
from chronology.events.records import Event
from chronology.importers import import_run, registry
from chronology.importers.import_run import ImportOptions, Report
from chronology.importers.mapping_files import read_mapping
from chronology.importers.mappings import Mapped
from chronology.importers.registry import Format, LogImporter
from chronology.importers.rows import Importer, Reading, Table, Tell
from chronology.importers.summaries import Summary
from chronology.store.chronology import Chronology

_LARGEST_MAPPING = 1_000_000


@frozen
class Opened:
    """A file that is ready to be imported."""

    path: Path
    table: Table
    mapped: Mapped
    source: str


def import_file(chron: Chronology, opened: Opened, *, wanted: ImportOptions, report: Report) -> Summary:
    """Import a file in one transaction.

    Args:
        chron: the store.
        opened: the file.
        wanted: how.
        report: called with every bad row, as it comes.

    Raises:
        ChronologyError: as `synchronising.take_in`.
    """
    return import_run.take_in(
        chron, opened.table, opened.mapped, path=opened.path, source=opened.source, wanted=wanted, report=report
    )


def format_for(path: Path, *, name: str | None, mapping: Path | None) -> Format:
    """Return what a file is: by the name that somebody gives, by a mapping of their own, or by its own name.

    Raises:
        UnknownNameError: nothing has that name.
        MappingError: the mapping is faulty.
        ImportFileError: nothing says what the file is.
    """
    if mapping is not None:
        mapped = read_mapping_file(mapping)
        return Format(registry.format_named(name or mapped.format).importer, mapped)
    return registry.format_of(path) if name is None else registry.format_named(name)


def open_file(path: Path, found: Format, *, source: str | None = None, tell: Tell | None = None) -> Opened:
    """Open a file of rows.

    Raises:
        ImportFileError: it cannot be read, or nobody says what its columns mean or where it comes from.
    """
    mapped = found.mapped
    if isinstance(found.importer, LogImporter):
        raise ImportFileError(f"{found.importer.name} holds a log, not rows", hint="it takes no mapping")
    table = read_table(path, found.importer, mapped, tell=tell)
    mapped = mapped or registry.recognised(table.columns)
    if mapped is None:
        raise ImportFileError(
            f"no built-in mapping says what the columns of {path.name} mean",
            hint=f"`chronology mapping new {path.name}` writes one to begin with; then --mapping FILE",
        )
    return Opened(path, table, mapped, _source(source, mapped))


def rows_importer(path: Path, name: str | None) -> Importer:
    """Return the importer that reads the rows of a file.

    Raises:
        UnknownNameError: nothing has that name.
        ImportFileError: nothing says what the file is, or it holds no rows.
    """
    importer = format_for(path, name=name, mapping=None).importer
    if isinstance(importer, LogImporter):
        raise ImportFileError(f"{importer.name} holds a log, not rows", hint="it takes no mapping")
    return importer


def read_table(path: Path, importer: Importer, mapped: Mapped | None, *, tell: Tell | None = None) -> Table:
    """Open a file, and return its rows."""
    reading = Reading(tell=tell)
    if mapped is not None:
        reading = evolve(
            reading,
            encoding=mapped.encoding,
            separator=mapped.separator,
            header=mapped.header or None,
            sheet=mapped.sheet,
            wanted=frozenset(mapped.columns()),
        )
    return importer.read(path, reading)


def read_mapping_file(path: Path) -> Mapped:
    """Read a mapping from a file.

    Raises:
        ImportFileError: it cannot be read.
        MappingError: it is faulty.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_MAPPING + 1)
    except OSError as exc:
        raise ImportFileError(f"{path} cannot be read: {exc.strerror}") from exc
    if len(data) > _LARGEST_MAPPING:
        raise MappingError(str(path), ["is too long to be a mapping"])
    try:
        return read_mapping(data.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as exc:
        raise MappingError(str(path), ["is not UTF-8"]) from exc


def _source(given: str | None, mapped: Mapped) -> str:
    source = given or (mapped.dataset.source if mapped.dataset else None)
    if source is None:
        raise ImportFileError(
            "nothing says which source the file is", hint="give it with --source, as in --source source/my-sheet"
        )
    if faults := form_faults(Event(type="", source=source)):
        raise ImportFileError("; ".join(faults), hint="as in --source source/my-sheet")
    return source
