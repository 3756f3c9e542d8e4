"""Which importers and mappings there are, those that others add by entry points too; opens a file by the right ones.

Says what a file is, what its columns mean and where it comes from. `jsonl`, a whole log as text, holds no rows: it
becomes the same log, or what is new in it is appended to another one.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from attrs import evolve, frozen

from chronology.errors import ImportFileError, MappingError, UnknownNameError
from chronology.events.faults import form_faults
from chronology.events.json_values import Json
from chronology.events.records import Event
from chronology.importers.delimited import CSV, TSV
from chronology.importers.files import SAVE_AGAIN, opened
from chronology.importers.json_files import CLOUDEVENTS, JSON
from chronology.importers.mappings import FileMapping, built_in, read_mapping
from chronology.importers.rows import Importer, Reading, Table, Tell
from chronology.importers.spreadsheets import XLSX
from chronology.store.chronology import Chronology

GROUP: Final = "chronology.importers"
"""The group of entry points under which others add their importers."""


_LISTED: Final = 20
"""Events of another log that were left out, of so many the reason is given."""

_LARGEST_MAPPING: Final = 1_000_000


@runtime_checkable
class LogImporter(Protocol):
    """Takes in whole recorded events of another log, rather than rows."""

    @property
    def name(self) -> str:
        """What `--as` calls it."""

    @property
    def title(self) -> str:
        """What it reads, in a few words."""

    @property
    def suffixes(self) -> Sequence[str]:
        """How the names of such files end."""

    def import_log(
        self, chron: Chronology | None, store: Path, path: Path, *, dry_run: bool, tell: Tell | None
    ) -> Mapping[str, Json]:
        """Bring a store up to a log that a file holds, in one transaction, and return what was done, for printing.

        Args:
            chron: the open store; None if there is no file yet.
            store: its file.
            path: of the log.
            dry_run: check everything, and write nothing.
            tell: called with how far it has got, of how much.
        """


@frozen
class Format:
    """What a name after `--as` means: an importer, and the mapping that it implies, if there is one."""

    importer: Importer | LogImporter
    mapped: FileMapping | None = None


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
            report["reasons"] = [event.by_line() for event in done.left_out[:_LISTED]]
        return report


JSONL: Final = _Transcripts()

_UNREAD: Final = (".xls", ".xlsb", ".ods", ".numbers")
_BUILT_IN: Final[tuple[Importer | LogImporter, ...]] = (CSV, TSV, XLSX, CLOUDEVENTS, JSON, JSONL)


def importers() -> Iterator[Importer | LogImporter]:
    """Yield every importer, this package's first.

    Raises:
        ImportFileError: one that somebody added cannot be loaded.
    """
    yield from _BUILT_IN
    known = {importer.name for importer in _BUILT_IN}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        if entry.name not in known:
            known.add(entry.name)
            yield _loaded(entry)


def format_named(name: str) -> Format:
    """Return the format of a name.

    Raises:
        UnknownNameError: there is none.
        MappingError: its mapping is faulty.
    """
    mapped = built_in().get(name)
    if mapped is not None:
        return Format(_importer(mapped.format), mapped)
    importer = _importer(name)
    own = getattr(importer, "mapping", None)
    return Format(importer, read_mapping(own, f"the mapping of {name}") if own else built_in().get(importer.name))


def format_of(path: Path) -> Format:
    """Return the format that the name of a file suggests.

    Raises:
        ImportFileError: it suggests none.
    """
    name = path.name.lower().removesuffix(".gz").removesuffix(".zip")
    for importer in importers():
        if name.endswith(tuple(importer.suffixes)):
            return format_named(importer.name)
    if name.endswith(_UNREAD):
        raise ImportFileError(f"{path.name} is a workbook in a format that is not read", hint=SAVE_AGAIN)
    raise ImportFileError(
        f"the name of {path.name} does not say what is in it", hint=f"say it with --as: {', '.join(names())}"
    )


def recognised(columns: Sequence[str]) -> FileMapping | None:
    """Return the built-in mapping that knows a file with these columns."""
    return next((mapped for mapped in built_in().values() if mapped.recognises(columns)), None)


def names() -> list[str]:
    """Return every name that `--as` knows."""
    return sorted({*built_in(), *(importer.name for importer in importers())})


def format_titles() -> Iterator[tuple[str, str]]:
    """Yield every name that `--as` knows, and what it means."""
    titles = {importer.name: importer.title for importer in importers()}
    yield from sorted((titles | {name: mapping.title for name, mapping in built_in().items()}).items())


def _importer(name: str) -> Importer | LogImporter:
    for importer in importers():
        if importer.name == name:
            return importer
    raise UnknownNameError("format", name, names(), hint=f"there are {', '.join(names())}")


def _loaded(entry: EntryPoint) -> Importer | LogImporter:
    try:
        importer = entry.load()
    except Exception as exc:
        raise ImportFileError(f"the importer {entry.name} ({entry.value}) cannot be loaded: {exc}") from exc
    if not isinstance(importer, Importer | LogImporter):
        raise MappingError(
            f"the importer {entry.name}",
            [f"{entry.value} lacks name, title, suffixes, or read"],
            hint="docs/import.md shows an importer",
        )
    return importer


@frozen
class OpenedFile:
    """A file that is ready to be imported: its rows, what they mean, and the source that says so."""

    path: Path
    table: Table
    mapped: FileMapping
    source: str


def format_for(path: Path, *, name: str | None, mapping: Path | None) -> Format:
    """Return what a file is: by the name that somebody gives, by a mapping of their own, or by its own name.

    Raises:
        UnknownNameError: nothing has that name.
        MappingError: the mapping is faulty.
        ImportFileError: nothing says what the file is.
    """
    if mapping is not None:
        mapped = read_mapping_file(mapping)
        return Format(format_named(name or mapped.format).importer, mapped)
    return format_of(path) if name is None else format_named(name)


def open_file(path: Path, form: Format, *, source: str | None = None, tell: Tell | None = None) -> OpenedFile:
    """Open a file of rows.

    Raises:
        ImportFileError: it cannot be read, or nobody says what its columns mean or where it comes from.
    """
    mapped = form.mapped
    if isinstance(form.importer, LogImporter):
        raise ImportFileError(f"{form.importer.name} holds a log, not rows", hint="it takes no mapping")
    table = read_table(path, form.importer, mapped, tell=tell)
    mapped = mapped or recognised(table.columns)
    if mapped is None:
        raise ImportFileError(
            f"no built-in mapping says what the columns of {path.name} mean",
            hint=f"`chronology mapping new {path.name}` writes one to begin with; then --mapping FILE",
        )
    return OpenedFile(path, table, mapped, _source(source, mapped))


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


def read_table(path: Path, importer: Importer, mapped: FileMapping | None, *, tell: Tell | None = None) -> Table:
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


def read_mapping_file(path: Path) -> FileMapping:
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


def _source(given: str | None, mapped: FileMapping) -> str:
    source = given or (mapped.dataset.source if mapped.dataset else None)
    if source is None:
        raise ImportFileError(
            "nothing says which source the file is", hint="give it with --source, as in --source source/my-sheet"
        )
    if faults := form_faults(Event(type="", source=source)):
        raise ImportFileError("; ".join(faults), hint="as in --source source/my-sheet")
    return source
