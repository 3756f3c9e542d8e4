"""Printing: data on stdout, messages and progress on stderr, foreign text only through `display.escape`."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from threading import Timer
from typing import TYPE_CHECKING, Final

import typer

from chronology.commands.screen.display import escape
from chronology.commands.screen.table import Row, Shape, lay_out
from chronology.errors import ChronologyError, IntegrityError, NoteError, ProofError
from chronology.events.json_values import Json

if TYPE_CHECKING:
    from rich.progress import Progress as Shown

    from chronology.projections.rebuild import Progress


Record = Mapping[str, Json]

FAULT: Final = 3
"""The exit code where something is not what it was: also for a command that only found it."""

ANY_JSON: Final = "value"
"""The column whose cells may be any JSON value; every other column has only texts, or none."""


class Format(StrEnum):
    """How a reading command prints."""

    TABLE = "table"
    JSON = "json"
    NL = "nl"
    CSV = "csv"
    SPREADSHEET = "spreadsheet"

    @property
    def is_csv(self) -> bool:
        """Whether it is CSV of either flavour."""
        return self in (Format.CSV, Format.SPREADSHEET)


class Notes:
    """Remarks that wait until a command is sure not to be refused: a refusal stands alone."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: list[str] = []

    def add(self, text: str) -> None:
        """Keep a remark."""
        self._waiting.append(text)

    def say(self) -> None:
        """Print the remarks that were kept, each once."""
        while self._waiting:
            say(f"note: {self._waiting.pop(0)}")


def complain(error: ChronologyError) -> None:
    """Print an error, and what to do next, on one line each."""
    say(f"error: {error}")
    if error.hint:
        say(f"hint: {error.hint}")


@contextmanager
def or_fault() -> Iterator[None]:
    """End with the exit code of a fault if a proof, a signature or the file itself does not hold."""
    try:
        yield
    except (ProofError, NoteError, IntegrityError) as exc:
        complain(exc)
        raise typer.Exit(FAULT) from exc


def say(text: str) -> None:
    """Print a message on stderr, after the data that was printed before it."""
    sys.stdout.flush()
    if sys.stderr.isatty():
        from chronology.commands.screen import terminal

        print(terminal.talk(text), file=sys.stderr)
    else:
        print(escape(text), file=sys.stderr)


def say_dry_run() -> None:
    """Say on stderr that a dry run found nothing wrong, and wrote nothing."""
    say("dry run: nothing is wrong, and nothing was written")


def put(text: str, *, multiline: bool = False) -> None:
    """Print a line of data on stdout."""
    print(escape(text, multiline=multiline))


def show_records(records: Iterable[Record], wanted: Format, *, columns: Sequence[str]) -> None:
    """Print records in a form for programs; text is written unchanged.

    Args:
        records: all with the same keys.
        wanted: anything but a table.
        columns: of the CSV, in order.
    """
    if wanted.is_csv:
        write = _cell
        if wanted is Format.SPREADSHEET:
            write = _spreadsheet_cell
            say("note: cells that could be taken for formulas or dates were altered, so this copy is not evidence")
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([write(column, record.get(column)) for column in columns] for record in records)
    elif wanted is Format.NL:
        for record in records:
            print(_json(record))
    else:
        print("[", end="")
        separator = "\n"
        for record in records:
            print(separator + _json(record, indent=2), end="")
            separator = ",\n"
        print("\n]" if separator == ",\n" else "]")


def show_record(record: Record, wanted: Format, *, columns: Sequence[str] | None = None) -> None:
    """Print one thing rather than a list: as JSON, an object."""
    if wanted is Format.JSON:
        print(_json(record, indent=2))
    else:
        show_records([record], wanted, columns=columns or list(record))


def _json(record: Record, *, indent: int | None = None) -> str:
    # In an encoding other than UTF-8, some characters can only be written as escapes.
    plain = (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    return json.dumps(record, ensure_ascii=plain, indent=indent)


def _cell(column: str, value: Json) -> str:
    """Return a CSV cell that loses nothing: texts unchanged, anything else as JSON, absent things empty.

    If a value may be anything, a text that could be taken for something else is JSON too: "5" is not 5.
    """
    if value is None:
        return ""
    if isinstance(value, str) and not (column == ANY_JSON and _reads_as_json(value)):
        return value
    return json.dumps(value, ensure_ascii=False)


def _spreadsheet_cell(column: str, value: Json) -> str:
    # Imported here, because hardly any answer is for a spreadsheet.
    from chronology.exporters.rows import harmless

    return harmless(_cell(column, value))


def _reads_as_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return not text
    return True


def room() -> int | None:
    """Return the width of the terminal that shows what is printed, in cells; None if there is none."""
    if not sys.stdout.isatty():
        return None
    from chronology.commands.screen import terminal

    return terminal.room()


@contextmanager
def paged(*, wanted: bool) -> Iterator[None]:
    """Send what is printed meanwhile through the user's pager, if a person at a terminal reads it."""
    if not wanted or not sys.stdout.isatty():
        yield
        return
    from chronology.commands.screen import pager

    with pager.paged():
        yield


def show_table(rows: Iterable[Row], *, shape: Shape) -> None:
    """Print a table for people, fitted to the terminal; without one, a row is one line."""
    if sys.stdout.isatty():
        from chronology.commands.screen import terminal

        lines = terminal.lay_out(rows, shape)
    else:
        lines = lay_out(rows, headings=shape.headings)
    for line in lines:
        print(line)


def show_fields(fields: Iterable[tuple[str, str]]) -> None:
    """Print names and values, a line each; a value of several lines stays in its column."""
    fields = list(fields)
    width = max(len(name) for name, _ in fields)
    if sys.stdout.isatty():
        from chronology.commands.screen import terminal

        for line in terminal.lay_out_fields(fields, width):
            print(line)
        return
    for name, value in fields:
        put(f"{name:<{width}}  " + value.replace("\n", "\n" + " " * (width + 2)), multiline=True)


def show_text(text: str, *, multiline: bool = False) -> None:
    """Print a text for people, wrapped between words at a terminal."""
    if sys.stdout.isatty():
        from chronology.commands.screen import terminal

        for line in terminal.wrap(text, multiline=multiline):
            print(line)
    else:
        put(text, multiline=multiline)


def as_text(value: Json) -> str:
    """Return a JSON value for people: strings without quotes, lists of them separated by commas."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_pairs(data: Mapping[str, Json]) -> str:
    """Return a payload for people, on one line; lists are in brackets, because commas separate the pairs."""
    return ", ".join(
        f"{key}=[{as_text(value)}]" if isinstance(value, list) and value else f"{key}={as_text(value)}"
        for key, value in data.items()
    )


def said_by(origin: str | None, source: str | None) -> str:
    """Return who a claim comes from, and the document in hand if that is another."""
    if origin is None or source is None:
        return ""
    return source if origin == source else f"{origin} via {source}"


@contextmanager
def progress_bar(what: str) -> "Iterator[Progress | None]":
    """Give something that shows progress: a bar on stderr if that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            # Without a total, it only shows that something goes on.
            bar.update(task, completed=done, total=total or None)

        yield tell


@contextmanager
def waiting(what: str, *, after: float = 1) -> Iterator[None]:
    """Show on stderr, if that is a terminal, that a question takes longer than this many seconds, timed from then on.

    For questions about a whole store, whose answer comes at once or after reading a million events. Print nothing
    meanwhile.
    """
    if not sys.stderr.isatty():
        yield
        return
    shown: list[Shown] = []

    def show() -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        bar = Bar(*columns, console=Console(stderr=True), transient=True)
        bar.add_task(what, total=None)
        bar.start()
        shown.append(bar)

    timer = Timer(after, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for bar in shown:
            bar.stop()
