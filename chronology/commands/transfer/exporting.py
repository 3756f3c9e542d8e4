"""The command that writes events for other programs, and the whole log as text or as static files."""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO, Final, cast

import typer
from attrs import evolve

from chronology import Chronology
from chronology.analysis import writing
from chronology.commands import options
from chronology.commands.application import STORE, DryRun, Invocation, Since, Until, command
from chronology.commands.files import SignKey, check_replaceable, check_tree_place, checkpoint_of, replaced
from chronology.commands.options import filtering, parties, refuse_all, restrictions_of
from chronology.commands.screen import output
from chronology.commands.screen.output import progress_bar
from chronology.errors import ChronologyError
from chronology.evidence import tiles
from chronology.exporters import registry
from chronology.exporters.interface import Exporter, Selection
from chronology.projections.filters import refuse_unfitting
from chronology.projections.rebuild import Progress
from chronology.store.reader import Reader


@contextmanager
def destination(exporter: Exporter, file: Path | None, store: Path, *, dry_run: bool) -> Iterator[BinaryIO]:
    """Give the stream that an exporter writes to: a file, standard output, or for a dry run nowhere."""
    if file is not None and not dry_run:
        with replaced(file, store=store) as stream:
            yield stream
        return
    if file is not None:
        check_replaceable(file, store=store)
    if dry_run:
        yield io.BufferedWriter(cast("io.RawIOBase", _Nowhere()))
        return
    if not sys.stdout.isatty():
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if exporter.is_binary:
        raise ChronologyError(
            f"{exporter.name} is not text, and a terminal cannot show it",
            hint=f"name a file, as in -o storm{exporter.suffix}",
        )
    with io.BufferedWriter(cast("io.RawIOBase", _Terminal())) as stream:
        yield stream


def bar_beside(file: Path | None) -> AbstractContextManager[Progress | None]:
    """Give a bar, unless it would stand in what is being shown."""
    return nullcontext() if file is None and sys.stdout.isatty() else progress_bar("exporting")


class _Nowhere(io.RawIOBase):
    """Takes bytes, counts them, and forgets them."""

    def __init__(self) -> None:
        self._size = 0

    def writable(self) -> bool:
        """Tell that it takes bytes."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Count some bytes."""
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size


class _Terminal(io.RawIOBase):
    """Takes UTF-8 text, and shows it line by line with everything unseen made visible."""

    def __init__(self) -> None:
        self._rest = b""

    def writable(self) -> bool:
        """Tell that it takes bytes."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Show the lines that are complete."""
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        for line in lines:
            output.put(line.decode("utf-8", "backslashreplace"))
        return len(data)

    def close(self) -> None:
        """Show the last line, if it has no end."""
        if self._rest:
            output.put(self._rest.decode("utf-8", "backslashreplace"))
            self._rest = b""
        super().close()


@command(filtering("state", STORE))
def export(
    call: Invocation,
    wanted: Annotated[
        str | None,
        typer.Argument(
            metavar="FORMAT",
            show_default=False,
            help=f"{', '.join(one.name for one in registry.BUILT_IN)}, or one that another package adds.",
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="[SUBJECT]",
            show_default=False,
            help="Only events about it or referring to it: kind/slug, or a name.",
        ),
    ] = None,
    attribute: Annotated[
        str | None, typer.Argument(metavar="[ATTRIBUTE]", show_default=False, help="Only events that say this of it.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write to this file. Default: standard output."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Only the parties to what held at this date, as `state` lists them."),
    ] = None,
    kind: Annotated[str | None, typer.Option(metavar="K", help="Only events about subjects of this kind.")] = None,
    since: Since = None,
    until: Until = None,
    min_origins: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, show_default=False, help="With --at: only what N independent origins support."
        ),
    ] = 0,
    spreadsheet: Annotated[
        bool,
        typer.Option(
            "--spreadsheet", help="With csv: no cell is taken for a formula or a date; altered, so not evidence."
        ),
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say what the format loses, and write nothing.")] = False,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--tiles", metavar="DIR", help="Instead: the log as static files (tlog-tiles) in a new directory."
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", metavar="DIR", help="With parquet: the whole store as a new folder of files, for DuckDB."
        ),
    ] = None,
    buckets: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            show_default=False,
            help="With --folder: divide subjects into N parts, a power of two. Default: by the size of the log.",
        ),
    ] = None,
    sign: SignKey = None,
    dry_run: DryRun = False,
) -> None:
    """Write events for other programs, or the whole log as text.

    The events are those of `timeline`: live, in order of valid time. Filters are those of `state` and `timeline`.
    Imprecise dates stay so: where a format can only take days, the words stand beside them.

    `jsonl` is the whole log as text, which `Chronology.restore` makes the same log of again; it takes no filter.
    `parquet` with --folder is the log, all assertions and the state, for questions over millions of events with DuckDB
    (`chronology.analysis`); it takes no filter.
    --tiles writes the log for verifiers of transparency logs; sign its checkpoint with --sign.

    \b
    chronology export markdown operation/al-jazeera-storm --min-grade B3
    chronology export csv --since 2018-05 -o storm.csv
    chronology export geojson --kind place --known-at 2018-05-20 -o storm.geojson
    chronology export jsonl -o storm.jsonl
    chronology export --explain timelinejs
    chronology export parquet --folder storm-parquet
    chronology export --tiles public --sign jane.key
    """
    if directory is not None:
        _refuse_beside_tiles(call)
        _export_tiles(call.path, directory, sign, dry_run=dry_run)
        return
    if folder is not None:
        _refuse_beside_folder(call)
        _export_folder(call.path, folder, buckets, dry_run=dry_run)
        return
    if buckets is not None:
        raise typer.BadParameter("--buckets divides the folder of --folder")
    exporter = _exporter(wanted, spreadsheet=spreadsheet)
    if sign is not None:
        raise typer.BadParameter("--sign signs the checkpoint of --tiles")
    if explain:
        _explain(exporter)
        return
    if min_origins and at is None:
        raise typer.BadParameter("--min-origins counts who supports what held at a date: give --at too")
    with Reader.open(call.path) as chron:
        selection = Selection(
            subject=None if subject is None else options.meant(call, chron, subject),
            attribute=attribute,
            kind=kind,
            valid_at=at,
            since=since,
            until=until,
            min_origins=min_origins,
            restrictions=restrictions_of(call, chron),
        )
        _check(call, chron, exporter, selection)
        with destination(exporter, file, call.path, dry_run=dry_run) as stream, bar_beside(file) as progress:
            notes = exporter.write(chron, evolve(selection, progress=progress), stream)
            size = stream.tell() if dry_run else 0
    _tell(notes, file, size, dry_run=dry_run)


def _exporter(wanted: str | None, *, spreadsheet: bool) -> Exporter:
    if wanted is None:
        raise typer.BadParameter(f"Missing argument 'FORMAT' ({', '.join(registry.names())}), or --tiles DIR")
    if spreadsheet and wanted not in ("csv", "spreadsheet"):
        raise typer.BadParameter(f"--spreadsheet is a flavour of csv, not of {wanted}")
    return registry.named("spreadsheet" if spreadsheet else wanted)


def _check(call: Invocation, chron: Reader, exporter: Exporter, selection: Selection) -> None:
    """Refuse names that cannot exist, and say where no event passes; a whole-log format refuses filters on its own."""
    if exporter.is_whole_log:
        return
    if selection.valid_at is None:
        refuse_unfitting("export", call.filters, typed=True)
    options.note_late_position(call, chron)
    events = selection.events(chron)
    if next(events, None) is None:
        options.check_known(
            call,
            chron,
            subject=selection.subject,
            attribute=selection.attribute,
            kind=selection.kind,
            parties=parties(selection.restrictions),
        )
        call.notes.add("no event matches, so only the frame of the format is written")
    events.close()  # type: ignore[attr-defined]
    call.notes.say()


def _tell(notes: Sequence[str], file: Path | None, size: int, *, dry_run: bool) -> None:
    for note in notes:
        output.say(f"note: {note}")
    if dry_run:
        output.say_dry_run()
        output.put(f"would write {size:,} bytes to {file or 'standard output'}")
    elif file is not None:
        output.say(f"{file} written")


def _explain(exporter: Exporter) -> None:
    output.put(f"{exporter.name}: {exporter.title} ({exporter.suffix})")
    output.put("Not in the file:" if exporter.loses else "Loses nothing.")
    for sentence in exporter.loses:
        output.show_text(f"- {sentence}")


_NOT_BESIDE_TILES: Final = (
    *("wanted", "subject", "attribute", "file", "at", "kind", "since", "until", "min_origins", "spreadsheet"),
    *("explain", "folder", "buckets"),
)


def _refuse_beside_tiles(call: Invocation) -> None:
    refuse_all(call, "--tiles writes the whole log, and")
    if any(call.context.params.get(name) for name in _NOT_BESIDE_TILES):
        raise typer.BadParameter("--tiles writes the whole log into a directory, and takes no format, file or filter")


def _export_tiles(store: Path, directory: Path, sign: Path | None, *, dry_run: bool) -> None:
    with Chronology.open(store, read_only=True) as chron:
        checkpoint = checkpoint_of(chron, sign)
        if dry_run:
            tiles.check_directory(directory)
            check_tree_place(directory)
            output.say_dry_run()
            output.put(f"would write {chron.head():,} events into {directory}")
            return
        written = tiles.export(chron.read(), directory, checkpoint)
    output.put(f"{written:,} files in {directory}")
    if sign is None:
        output.say("note: the checkpoint is not signed; other verifiers need one made with --sign")


_NOT_BESIDE_FOLDER: Final = (
    *("subject", "attribute", "file", "at", "kind", "since", "until", "min_origins", "spreadsheet", "explain", "sign"),
)


def _refuse_beside_folder(call: Invocation) -> None:
    if call.context.params["wanted"] not in (None, "parquet"):
        raise typer.BadParameter(f"--folder writes parquet, not {call.context.params['wanted']}")
    refuse_all(call, "--folder writes the whole store, and")
    if any(call.context.params.get(name) for name in _NOT_BESIDE_FOLDER):
        raise typer.BadParameter("--folder writes the whole store, and takes no filter and no other output")


def _export_folder(store: Path, folder: Path, buckets: int | None, *, dry_run: bool) -> None:
    with Chronology.open(store, read_only=True) as chron:
        if dry_run:
            writing.check_place(folder)
            output.say_dry_run()
            output.put(f"would write {chron.head():,} events, their assertions and the state into {folder}")
            return
        with progress_bar("exporting") as bar:
            # How many assertions and states there are is only known at the end.
            tell = None if bar is None else lambda done: bar(done, 0)
            written = writing.write(chron, folder, buckets=buckets, progress=tell)
    files = sum(count.files for count in written.tables.values())
    rows = ", ".join(f"{name} {count.rows:,}" for name, count in written.tables.items())
    output.put(f"{files + 1:,} files in {folder}; rows: {rows}; head {written.head:,}")
