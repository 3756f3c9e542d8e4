"""Commands about mappings: mapping, mapping new, mapping check, mapping show."""

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import typer

from chronology.commands.application import PAGED, DryRun, Invocation, command, group
from chronology.commands.files import check_new, write_new
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Shape
from chronology.importers import mappings, preview, proposals, registry
from chronology.importers.rows import BadRow, Row

SHAPE: Final = Shape(headings=("format", "what it is"), stack=("{format}", "    {what it is}"))
"""The table of formats."""

File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A file to import.")]
As = Annotated[str | None, typer.Option("--as", metavar="FORMAT", help="What it is. Default: by its name.")]


@group("mapping", PAGED)
def mapping(call: Invocation) -> None:
    """List what can be imported, or make, try or show a mapping.

    A mapping is a TOML file that says what the columns of a file mean.

    \b
    chronology mapping
    chronology mapping new incidents.csv -o mine.toml
    chronology mapping check mine.toml incidents.csv
    """
    formats = list(registry.format_titles())
    wanted = call.format
    if wanted is Format.TABLE:
        output.show_table(formats, shape=SHAPE)
    else:
        shown = ({"name": name, "title": title} for name, title in formats)
        output.show_records(shown, wanted, columns=("name", "title"))


@command(of=mapping)
def new(
    file: File,
    form: As = None,
    to: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="PATH", help="A new file. Default: print it.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Propose a mapping, from a file's first thousand rows.

    \b
    chronology mapping new incidents.csv -o mine.toml
    """
    importer = registry.rows_importer(file, form)
    table = registry.read_table(file, importer, None)
    sample = list(islice(table.rows, proposals.SAMPLED))
    rows = [row.cells for row in sample if isinstance(row, Row)]
    bad = [row for row in sample if isinstance(row, BadRow)]
    stem = file.name.removesuffix(".gz").partition(".")[0]
    text = proposals.propose(stem, importer.name, table.columns, rows)
    if bad:
        more = f"; {len(bad) - 1:,} more are bad" if len(bad) > 1 else ""
        output.say(f"note: a bad row was ignored: {bad[0].message(table.unit)}{more}")
    if dry_run and to is not None:
        check_new(to)
        output.say_dry_run()
        output.put(f"would write {to}")
    elif to is None:
        output.put(text.rstrip("\n"), multiline=True)
    else:
        write_new(to, text.encode())
        output.put(f"created {to}; check every line, then run `chronology mapping check {to} {file}`")


@command(of=mapping)
def check(
    mine: Annotated[Path, typer.Argument(metavar="MAPPING", show_default=False, help="The mapping, a TOML file.")],
    file: File,
    form: As = None,
) -> None:
    """Try a mapping: show what the first rows would say.

    Reads the whole file and lists every bad row; exits with 1 if there is one. It asks no store;
    `chronology import FILE --mapping MAPPING --dry-run` does that.

    \b
    chronology mapping check mine.toml incidents.csv
    """
    opened = registry.open_file(file, registry.format_for(file, name=form, mapping=mine), source=preview.ANY)
    run = preview.Preview(opened.mapped, opened.table)
    faults: Counter[str] = Counter()
    for result in run.results():
        if isinstance(result, list):
            for row in result:
                faults[row.reason] += 1
                output.put(row.message(opened.table.unit))
        elif run.good <= preview.SHOWN:
            for event in result.events:
                said_by = ", ".join(event.said_by) or "the source itself"
                output.put(
                    f"{opened.table.unit} {result.line}: {event.type} {event.subject} on {event.valid}, {said_by}"
                )
                output.put(f"    {output.as_pairs(event.data)}")
    for name in run.unused:
        output.say(f"note: the column {name!r} is not used")
    output.put(f"{run.good:,} rows make {run.events:,} events; {run.bad:,} rows are bad")
    if run.bad:
        raise typer.Exit(1)


@command(of=mapping)
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="As `chronology mapping` lists it.")],
) -> None:
    """Print a built-in mapping, as one to begin with.

    \b
    chronology mapping show acled
    """
    output.put(mappings.text_of(name).rstrip("\n"), multiline=True)
