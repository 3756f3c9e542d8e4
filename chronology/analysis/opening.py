"""Opening a Parquet folder with DuckDB: the manifest, the views and what DuckDB may do, each checked. Asks nothing."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from chronology.analysis import layout
from chronology.analysis.layout import Manifest
from chronology.errors import MissingPackageError, StoreError
from chronology.projections.bulk import COLUMNS, TABLES, Table

_HINT: Final = "export the store again, into a new folder"

_PATTERN: Final = frozenset("*?[")

_LONGEST: Final = 1_000_000
"""Bytes of a manifest, at most."""

_TYPES: Final = {int: "BIGINT", str: "VARCHAR", bool: "BOOLEAN", bytes: "BLOB"}


def opened(folder: Path, memory: str, threads: int | None) -> tuple[Any, Manifest]:
    """Return a connection with a view for each table, and the manifest.

    Raises:
        StoreError: there is no such folder, or files are missing, damaged or of another export.
        ChronologyError: duckdb or pyarrow is not installed, or the manifest cannot be read.
    """
    manifest = _manifest(folder)
    if _PATTERN & set(str(folder)):
        # DuckDB reads patterns of names, and cannot be told not to.
        raise StoreError(f"{folder} cannot be read: its path has one of * ? [", hint="rename it")
    duckdb = _package()
    with wrapped(folder):
        connection = duckdb.connect(":memory:")
        try:
            _configure(connection, folder, memory, threads)
            for table in TABLES:
                _make_view(connection, folder, table, manifest)
        except BaseException:
            connection.close()
            raise
    return connection, manifest


@contextmanager
def wrapped(folder: Path | str = "the Parquet folder") -> Iterator[None]:
    """Turn DuckDB's errors into this project's.

    Raises:
        StoreError: DuckDB raised an error.
    """
    duckdb = _package()
    try:
        yield
    except duckdb.OutOfMemoryException as exc:
        hint = "open the folder with more memory, or ask about one kind or attribute"
        raise StoreError(f"{folder}: the memory that DuckDB may use is not enough", hint=hint) from exc
    except duckdb.Error as exc:
        raise StoreError(f"{folder} cannot be read: {str(exc).splitlines()[0]}", hint=_HINT) from exc


def _package() -> Any:
    try:
        import duckdb
        import pyarrow  # noqa: F401, duckdb makes answers with it
    except ImportError as exc:
        raise MissingPackageError("asking a Parquet folder", str(exc.name), extra="duckdb") from exc
    return duckdb


def _manifest(folder: Path) -> Manifest:
    path = folder / layout.MANIFEST
    if not folder.is_dir():
        raise StoreError(f"there is no folder {folder}", hint="`chronology export parquet --folder DIR` makes one")
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST)
    except FileNotFoundError as exc:
        hint = "`chronology export parquet --folder DIR` makes one"
        raise StoreError(f"{folder} is not a Parquet folder: it has no {layout.MANIFEST}", hint=hint) from exc
    except OSError as exc:
        raise StoreError(f"{path} cannot be read: {exc.strerror}") from exc
    return Manifest.parse(data, str(path))


def _configure(connection: Any, folder: Path, memory: str, threads: int | None) -> None:
    """Let DuckDB read this folder and use temporary files, and nothing else, whatever it is asked."""
    spill = Path(tempfile.gettempdir()) / f"chronology-{uuid4().hex}"
    settings = {
        "memory_limit": memory,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allowed_directories": [f"{folder}{os.sep}"],
        "enable_external_access": False,
    }
    if threads is not None:
        settings = {"threads": threads, **settings}
    for name, value in settings.items():
        connection.execute(f"SET {name} = {_literal(value)}")
    connection.execute("SET lock_configuration = true")


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return "'" + str(value).replace("'", "''") + "'"


def _make_view(connection: Any, folder: Path, table: Table, manifest: Manifest) -> None:
    wanted = manifest.tables[table]
    files = sorted((folder / table).glob("bucket=*/year=*/rows.parquet"))
    if len(files) != wanted.files:
        found = f"{len(files):,} files of {table}, and should have {wanted.files:,}"
        raise StoreError(f"{folder} is not whole: it has {found}", hint=_HINT)
    connection.execute(f"CREATE VIEW {table} AS {_selection(table, files)}")
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    if rows != wanted.rows:
        found = f"{rows:,} rows of {table}, and should have {wanted.rows:,}"
        raise StoreError(f"{folder} is not whole: it has {found}", hint=_HINT)


def _selection(table: Table, files: list[Path]) -> str:
    if not files:
        columns = [*(f'NULL::{_TYPES[kind]} AS "{name}"' for name, kind in COLUMNS[table].items())]
        return f"SELECT {', '.join(columns)}, NULL::INTEGER AS bucket, NULL::INTEGER AS year WHERE false"
    names = ", ".join(_literal(path) for path in files)
    kinds = "{'bucket': INTEGER, 'year': INTEGER}"
    columns = [*(f'"{name}"' for name in COLUMNS[table]), "bucket", "year"]
    return f"SELECT {', '.join(columns)} FROM read_parquet([{names}], hive_partitioning = true, hive_types = {kinds})"
