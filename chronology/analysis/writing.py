"""Writing a store as a Parquet folder: whole or not at all, in memory that does not grow with the store."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from chronology.analysis import layout
from chronology.analysis.layout import Count, Manifest
from chronology.errors import MissingPackageError, StoreError
from chronology.log.database import sync_folder
from chronology.projections.bulk import COLUMNS, TABLES, Table
from chronology.store.chronology import Chronology

_ROWS_OF_A_GROUP: Final = 32_768
"""Rows that are read or skipped together, and in memory together: few enough to skip much, enough to pack well."""

Progress = Callable[[int], None]
"""Called with how many rows are written so far."""


def write(
    chron: Chronology, directory: Path, *, buckets: int | None = None, progress: Progress | None = None
) -> Manifest:
    """Write the log, all assertions and the state of a store into a new folder, and return its manifest.

    The folder is made under another name beside its place and moved there when it is complete. Nobody can append to
    the store meanwhile.

    Args:
        chron: the store.
        directory: new or empty.
        buckets: into how many parts subjects are divided, a power of two up to 256; chosen by the size of the log
            where it is not given.
        progress: called now and then with how many rows are written.

    Raises:
        ChronologyError: pyarrow is not installed, or there cannot be this many buckets.
        EvidenceError: the log is empty.
        StoreError: the folder is in use or cannot be written.
    """
    _packages()
    if buckets is not None:
        layout.check_buckets(buckets)
    check_place(directory)
    try:
        beside = directory.absolute().parent
        part = Path(tempfile.mkdtemp(prefix=f".{directory.name[:100]}.", suffix=".part", dir=beside))
    except OSError as exc:
        raise StoreError(f"{directory} cannot be made: {exc.strerror}") from exc
    try:
        manifest = _fill(chron, part, buckets, progress)
        part.chmod(0o777 & ~_umask())
        os.replace(part, directory)
    except OSError as exc:
        raise StoreError(f"{directory} cannot be written: {exc.strerror or exc}") from exc
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def check_place(directory: Path) -> None:
    """Refuse a place in which no folder can be made.

    Raises:
        StoreError: something is there already, or nothing can be made there.
    """
    if os.path.lexists(directory):
        if directory.is_symlink() or not directory.is_dir():
            raise StoreError(f"{directory} already exists, and is not a folder", hint="name a new folder")
        if next(directory.iterdir(), None) is not None:
            raise StoreError(f"{directory} is not empty", hint="name a new folder")
    parent = directory.absolute().parent
    if not parent.is_dir():
        raise StoreError(f"there is no directory {directory.parent}", hint="make it first")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise StoreError(f"{directory} cannot be made: permission denied", hint="name a folder in another directory")


def _fill(chron: Chronology, folder: Path, buckets: int | None, progress: Progress | None) -> Manifest:
    counts: dict[Table, Count] = {}
    with chron.snapshot():
        checkpoint = chron.proofs.checkpoint()
        chosen = buckets or layout.buckets_for(checkpoint.size)
        done = 0
        for table in TABLES:
            rows = chron.log.rows(table, partial(layout.bucket_of, buckets=chosen))
            counts[table] = _write_table(table, rows, folder, progress, done)
            done += counts[table].rows
    manifest = Manifest(
        origin=checkpoint.origin, head=checkpoint.size, root=checkpoint.root.hex(), buckets=chosen, tables=counts
    )
    with (folder / layout.MANIFEST).open("xb") as file:
        file.write(manifest.text())
        os.fsync(file.fileno())
    return manifest


def _write_table(
    table: Table, rows: Iterator[tuple[Any, ...]], folder: Path, progress: Progress | None, done: int
) -> Count:
    pa, parquet = _packages()
    schema = _schema(pa, table)
    files = count = 0
    for (bucket, year), members in groupby(rows, key=itemgetter(0, 1)):
        path = folder / layout.place(table, bucket, year)
        path.parent.mkdir(parents=True)
        with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            while some := list(islice(members, _ROWS_OF_A_GROUP)):
                _, _, *columns = zip(*some, strict=True)
                arrays = [_array(pa, field.type, column) for field, column in zip(schema, columns, strict=True)]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=_ROWS_OF_A_GROUP)
                count += len(some)
                if progress:
                    progress(done + count)
        files += 1
        sync_folder(path)
    return Count(files=files, rows=count)


def _array(pa: Any, kind: Any, column: tuple[Any, ...]) -> Any:
    # SQLite has no truth values.
    return pa.array(map(bool, column) if kind == pa.bool_() else column, type=kind)


def _schema(pa: Any, table: Table) -> Any:
    kinds = {int: pa.int64(), str: pa.string(), bool: pa.bool_(), bytes: pa.binary()}
    return pa.schema([(name, kinds[kind]) for name, kind in COLUMNS[table].items()])


def _packages() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as exc:
        raise MissingPackageError("a Parquet folder", "pyarrow", extra="duckdb") from exc
    return pyarrow, parquet


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
