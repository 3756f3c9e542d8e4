"""Which importers and mappings there are: those of this package, and those that others add by entry points."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from attrs import frozen

from chronology.errors import ImportFileError, MappingError, UnknownNameError
from chronology.events.json_values import Json
from chronology.importers.delimited import CSV, TSV
from chronology.importers.files import SAVE_AGAIN
from chronology.importers.json_files import CLOUDEVENTS, JSON
from chronology.importers.mapping_files import built_in, read_mapping
from chronology.importers.mappings import Mapped
from chronology.importers.rows import Importer, Tell
from chronology.importers.spreadsheets import XLSX
from chronology.importers.transcripts import JSONL
from chronology.store.chronology import Chronology

GROUP: Final = "chronology.importers"
"""The group of entry points under which others add their importers."""


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
    mapped: Mapped | None = None


_UNREAD: Final = (".xls", ".xlsb", ".ods", ".numbers")
_BUILT_IN: Final[tuple[Importer | LogImporter, ...]] = (CSV, TSV, XLSX, CLOUDEVENTS, JSON, JSONL)


def importers() -> Iterator[Importer | LogImporter]:
    """Yield every importer, this package's first.

    Raises:
        ImportFileError: one that somebody added cannot be loaded.
    """
    yield from _BUILT_IN
    known = {one.name for one in _BUILT_IN}
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
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


def recognised(columns: Sequence[str]) -> Mapped | None:
    """Return the built-in mapping that knows a file with these columns."""
    return next((mapped for mapped in built_in().values() if mapped.recognises(columns)), None)


def names() -> list[str]:
    """Return every name that `--as` knows."""
    return sorted({*built_in(), *(one.name for one in importers())})


def titles() -> Iterator[tuple[str, str]]:
    """Yield every name that `--as` knows, and what it means."""
    found = {one.name: one.title for one in importers()} | {name: one.title for name, one in built_in().items()}
    yield from sorted(found.items())


def _importer(name: str) -> Importer | LogImporter:
    for importer in importers():
        if importer.name == name:
            return importer
    raise UnknownNameError("format", name, names(), hint=f"there are {', '.join(names())}")


def _loaded(entry: EntryPoint) -> Importer | LogImporter:
    try:
        found = entry.load()
    except Exception as exc:
        raise ImportFileError(f"the importer {entry.name} ({entry.value}) cannot be loaded: {exc}") from exc
    if not isinstance(found, Importer | LogImporter):
        raise MappingError(
            f"the importer {entry.name}",
            [f"{entry.value} lacks name, title, suffixes, or read"],
            hint="docs/import.md shows an importer",
        )
    return found
