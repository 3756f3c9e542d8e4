"""Printing: data on stdout, talk on stderr, foreign text only through `display.escape`."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from chronology.canonical import Json
from chronology.commands.application import Format
from chronology.display import escape
from chronology.errors import ChronologyError
from chronology.rebuild import Progress

Record = Mapping[str, Json]

_UNBOUNDED_WIDTH: Final = 10_000


def complain(error: ChronologyError) -> None:
    """Print an error, and what to do next, on one line each."""
    where = "" if error.index is None else f"event {error.index + 1}: "
    say(f"error: {where}{error}")
    if error.hint:
        say(f"hint: {error.hint}")


def say(text: str) -> None:
    """Print a line of talk on stderr."""
    print(escape(text), file=sys.stderr)


def put(text: str, *, multiline: bool = False) -> None:
    """Print a line of data on stdout."""
    print(escape(text, multiline=multiline))


def show_records(records: Iterable[Record], wanted: Format, *, columns: Sequence[str]) -> None:
    """Print records in a form for programs; text is written as it is.

    Args:
        records: all with the same keys.
        wanted: anything but a table.
        columns: of the CSV, in order.
    """
    if wanted is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(record.get(column)) for column in columns] for record in records)
    elif wanted is Format.NL:
        for record in records:
            print(json.dumps(record, ensure_ascii=False))
    else:
        print("[", end="")
        separator = "\n"
        for record in records:
            print(separator + json.dumps(record, ensure_ascii=False, indent=2), end="")
            separator = ",\n"
        print("\n]" if separator == ",\n" else "]")


def _cell(value: Json) -> str:
    """Return a CSV cell that loses nothing: strings as they are, anything else as JSON, absent things empty."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def show_table(rows: Iterable[Sequence[str]], *, headings: Sequence[str]) -> None:
    """Print a table for people: columns in line, wrapped to the terminal, unlimited where there is none."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        # As Text objects, cells are never read as markup.
        table.add_row(*(Text(escape(cell)) for cell in row))
    on_terminal = sys.stdout.isatty()
    console = Console(highlight=False, width=None if on_terminal else _UNBOUNDED_WIDTH)
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def as_text(value: Json) -> str:
    """Return a JSON value for people: strings without quotes, null as what it means."""
    if value is None:
        return "nothing known"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_pairs(data: Mapping[str, Json]) -> str:
    """Return a payload for people, on one line."""
    return ", ".join(f"{key}={as_text(value)}" for key, value in data.items())


@contextmanager
def progress_bar(what: str) -> Iterator[Progress | None]:
    """Give something to tell progress to: a bar on stderr where that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell
