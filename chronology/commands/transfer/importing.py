"""The command that takes in other people's files, import, and the file of the rows that it rejects."""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Annotated, Final, Self, TextIO

import attrs
import typer

from chronology.commands.application import STORE, AsJson, DryRun, Invocation, RecordedBy, command, open_for_writing
from chronology.commands.files import check_new
from chronology.commands.screen import output
from chronology.commands.screen.output import Format, progress_bar
from chronology.errors import BadRowsError, StoreError
from chronology.events.json_values import Json
from chronology.importers import registry
from chronology.importers.import_run import ImportOptions, ReportBadRow, Summary, import_file
from chronology.importers.registry import LogImporter
from chronology.importers.rows import BadRow, shown


class RejectFile:
    """A new CSV file of bad rows; there is none if no row is bad, if nothing is written, or if the import fails."""

    def __init__(self, path: Path, *, dry_run: bool) -> None:
        check_new(path)
        self._path = path
        self._dry_run = dry_run
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def add(self, row: BadRow) -> None:
        """Write a bad row."""
        if self._dry_run:
            return
        try:
            if self._file is None:
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
                self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
                csv.writer(self._file).writerow(["line", "column", "reason", *row.cells])
            cells = (shown(cell) for cell in row.cells.values())
            csv.writer(self._file).writerow([row.line, row.column or "", row.reason, *cells])
        except OSError as exc:
            raise StoreError(f"{self._path} cannot be written: {exc.strerror}") from exc

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            if kind is not None:
                self._path.unlink(missing_ok=True)


_REPORTED: Final = 20
"""How many bad rows are reported where they stop the import."""

COUNTS: Final = ("added", "changed", "unchanged", "withdrawn", "refused")


@command(STORE, name="import")
def import_(
    call: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="What to import; may be gzipped.")],
    form: Annotated[
        str | None, typer.Option("--as", metavar="FORMAT", help="What it is, as in csv or ucdp-ged.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="What its columns mean; `chronology mapping new` writes one."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="S", help="The dataset, source/slug. Default: the mapping's own.")
    ] = None,
    sync: Annotated[
        bool, typer.Option("--sync", help="Treat it as the whole dataset: replace what changed, retract what is gone.")
    ] = False,
    skip_bad: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write bad rows into this new file, and import the others.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Let it withdraw more than a tenth, or follow a file that may be cut off.")
    ] = False,
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import a file: a spreadsheet, a public dataset, or a log.

    A mapping says which column means what. Every row has a key, so importing a file twice appends nothing. All of it is
    one transaction. Bad rows stop it; --dry-run shows them all, and exits with 1 if there are any.

    \b
    chronology import incidents.csv --mapping incidents.toml --dry-run
    chronology import incidents.csv --mapping incidents.toml --sync
    """
    kind = registry.format_for(file, name=form, mapping=mapping)
    if isinstance(kind.importer, LogImporter):
        _import_log(kind.importer, file, call.path, dry_run=dry_run, as_json=as_json)
        return
    options = ImportOptions(
        sync=sync, dry_run=dry_run, skip_bad=skip_bad is not None, yes=yes, recorded_by=recorded_by or None
    )
    bad: list[BadRow] = []
    # A dry run prints while it reads; a bar would stand in between. So would it before errors, which come at the end.
    bar = nullcontext() if dry_run else progress_bar("importing")
    with _errors_last() as late, open_for_writing(call.path) as chron, bar as tell:
        opened = registry.open_file(file, kind, source=source, tell=tell)
        with _reporting(bad, late, skip_bad, opened.table.unit, dry_run=dry_run, as_json=as_json) as report:
            summary = import_file(chron, opened, options=options, report=report)
    _show(summary, bad, skipped=skip_bad is not None, dry_run=dry_run, as_json=as_json)


def _import_log(importer: LogImporter, file: Path, store: Path, *, dry_run: bool, as_json: bool) -> None:
    with open_for_writing(store) if store.exists() else nullcontext() as chron, progress_bar("importing") as tell:
        done = dict(importer.import_log(chron, store, file, dry_run=dry_run, tell=tell))
    if dry_run:
        output.say_dry_run()
    if as_json:
        output.show_record(done, Format.JSON)
        return
    reasons = done.pop("reasons", [])
    output.put(", ".join(f"{name.replace('_', ' ')} {output.as_text(value)}" for name, value in done.items()))
    for reason in reasons if isinstance(reasons, list) else ():
        output.say(f"note: {reason}")


@contextmanager
def _errors_last() -> Iterator[list[str]]:
    """Keep what is wrong with rows until nothing else is being shown; print it if the import is refused for it."""
    kept: list[str] = []
    try:
        yield kept
    except BadRowsError:
        for text in kept[:_REPORTED]:
            output.say(f"error: {text}")
        if len(kept) > _REPORTED:
            output.say(f"note: {kept[-1]}")
        raise


@contextmanager
def _reporting(
    bad: list[BadRow], late: list[str], skip_bad: Path | None, unit: str, *, dry_run: bool, as_json: bool
) -> Iterator[ReportBadRow]:
    """Give a function that reports bad rows: in a dry run all, else the first ones, or it writes all into a file."""
    if skip_bad is not None:
        with RejectFile(skip_bad, dry_run=dry_run) as rejected:
            yield rejected.add
        return
    more = 0

    def report(row: BadRow) -> None:
        nonlocal more
        if dry_run and as_json:
            bad.append(row._replace(cells={}))
        elif dry_run:
            output.put(row.message(unit))
        elif len(late) < _REPORTED:
            late.append(row.message(unit))
        else:
            more += 1

    try:
        yield report
    finally:
        if more:
            late.append(f"{more:,} more faults are not shown")


def _show(summary: Summary, bad: list[BadRow], *, skipped: bool, dry_run: bool, as_json: bool) -> None:
    if dry_run:
        fine = "nothing is wrong, and " if not summary.refused else ""
        output.say(f"dry run: {fine}nothing was written")
    if as_json:
        record: dict[str, Json] = attrs.asdict(summary)
        if dry_run:
            record["bad"] = [{"line": row.line, "column": row.column, "reason": row.reason} for row in bad]
        output.show_record(record, Format.JSON)
    else:
        counts = ", ".join(f"{name} {getattr(summary, name):,}" for name in COUNTS)
        output.put(f"{summary.dataset}: {counts}")
        appended = "would be appended" if dry_run else f"appended, head {summary.head:,}"
        output.put(f"{summary.events:,} {'event' if summary.events == 1 else 'events'} {appended}")
    for note in _notes(summary):
        output.say(f"note: {note}")
    if dry_run and summary.refused and not skipped:
        raise typer.Exit(1)


def _notes(summary: Summary) -> Iterator[str]:
    yield from summary.remarks
    if summary.defined:
        yield f"new event types: {', '.join(summary.defined)}"
    if summary.differing:
        one, more = "1 row differs from the store and was", f"{summary.differing:,} rows differ from the store and were"
        yield f"{one if summary.differing == 1 else more} skipped; --sync follows the file"
    if summary.flagged:
        dates = "1 date is" if summary.flagged == 1 else f"{summary.flagged:,} dates are"
        yield f"{dates} not believed, such as 1900-01-01; a note on each event says so"
    if summary.kept:
        events = "1 event was" if summary.kept == 1 else f"{summary.kept:,} events were"
        yield (
            f"{events} withdrawn or redacted here, and stays so"
            if summary.kept == 1
            else (f"{events} withdrawn or redacted here, and stay so")
        )
