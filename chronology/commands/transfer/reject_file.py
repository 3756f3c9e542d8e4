"""Bad rows of an import, written into a file of their own: each with its line, the column and the reason."""

import csv
import os
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from chronology.commands.files import check_new
from chronology.errors import StoreError
from chronology.importers.rows import BadRow, shown


class Aside:
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
