"""The export formats `csv`, exact, and `spreadsheet`, altered where a cell could be taken for something else."""

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO, Final

from chronology.exporters import rows
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.rows import Rows, harmless, is_formula
from chronology.store.reader import Reader

_MARK: Final = b"\xef\xbb\xbf"
"""Without it, Excel does not read the file as UTF-8."""


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> Sequence[str]:
    formulas = 0
    table = Rows(reader, selection)
    with _Lines(stream) as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(table.columns)
        for row in table:
            formulas += sum(map(is_formula, row.values()))
            writer.writerow([row[column] for column in table.columns])
    if not formulas:
        return []
    return [f"{formulas:,} cells could be taken for formulas; `--spreadsheet` makes them harmless"]


def _write_harmless(reader: Reader, selection: Selection, stream: BinaryIO) -> Sequence[str]:
    table = Rows(reader, selection)
    stream.write(_MARK)
    with _Lines(stream) as lines:
        writer = csv.writer(lines, lineterminator="\r\n")
        writer.writerow([harmless(column) for column in table.columns])
        writer.writerows([harmless(row[column]) for column in table.columns] for row in table)
    return ["cells that could be taken for formulas or dates were altered, so this copy is not evidence"]


class _Lines(io.TextIOWrapper):
    """Text for a stream of bytes, which stays open afterwards."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream, encoding="utf-8", newline="")

    def __exit__(self, *_: object) -> None:
        self.flush()
        self.detach()


CSV = Exporter(
    name="csv",
    title="a table with a row for each event, every cell exactly as the log has it",
    suffix=".csv",
    loses=rows.LOSES,
    write=_write,
)
SPREADSHEET = Exporter(
    name="spreadsheet",
    title="CSV for Excel and other spreadsheet programs, in which no cell is taken for a formula or another date",
    suffix=".csv",
    loses=(
        "The exact text of cells that could be taken for formulas or dates: an apostrophe is put before them.",
        *rows.LOSES,
    ),
    write=_write_harmless,
)
