"""New stores that are filled before anybody sees them: whole, or not there at all. Fills in nothing itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chronology.log.database import connect, make_empty


@contextmanager
def made(path: Path, *, keep: bool) -> Iterator[sqlite3.Connection]:
    """Make a new file and give a connection for a block that fills it; if the block fails, the file is gone again.

    Args:
        path: of the file.
        keep: leave the file where the block succeeds.

    Raises:
        StoreError: the file already exists or cannot be made.
    """
    make_empty(path)
    try:
        connection = connect(path, create=True)
        try:
            yield connection
        finally:
            connection.close()
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            for file in (path, path.with_name(f"{path.name}-journal")):
                file.unlink(missing_ok=True)
