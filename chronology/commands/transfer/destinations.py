"""Where an export goes: a file, standard output, a terminal, or for a dry run nowhere; and the bar beside it."""

import io
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, cast

from chronology.commands.files import check_replaceable, replaced
from chronology.commands.screen import output
from chronology.commands.screen.progress import progress_bar
from chronology.errors import ChronologyError
from chronology.exporters.interface import Exporter
from chronology.projections.rebuild import Progress


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
            f"{exporter.name} is no text, and no terminal can show it",
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
