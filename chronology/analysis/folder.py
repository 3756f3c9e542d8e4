"""A Parquet folder that is asked: opened and checked once, read only; every answer is a table. Needs no store.

DuckDB reads only what a question needs, on all cores, and sorts and joins beyond its memory in temporary files.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

from chronology.analysis import layout, questions
from chronology.analysis.layout import Manifest
from chronology.analysis.questions import Scope
from chronology.errors import ChronologyError, StoreError
from chronology.projections.bulk import COLUMNS, TABLES, Table
from chronology.store import query
from chronology.store.query import Moment
from chronology.store.reader import Clock, utc_now
from chronology.store.selecting import period

_HINT: Final = "export the store again, into a new folder"

_PATTERN: Final = frozenset("*?[")

_LONGEST: Final = 1_000_000
"""Bytes of a manifest, at most."""

_TYPES: Final = {int: "BIGINT", str: "VARCHAR", bool: "BOOLEAN", bytes: "BLOB"}


class Folder:
    """What can be asked of a Parquet folder. Answers are `pyarrow.Table`; `to_pandas()` makes data frames of them.

    Attributes:
        manifest: of which log it is, up to which head, with which root: what to name beside an answer.
    """

    def __init__(self, connection: Any, manifest: Manifest, *, clock: Clock) -> None:
        """Wrap an open connection whose views are made."""
        self._connection = connection
        self._clock = clock
        self.manifest = manifest

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        memory: str = "1GB",
        threads: int | None = None,
        clock: Clock = utc_now,
    ) -> Self:
        """Open a folder, and check that it is whole.

        Args:
            path: the folder.
            memory: what DuckDB may use beside the answer itself; what needs more goes to temporary files.
            threads: how many cores it may use; all where not given.
            clock: returns what "now" means to a question, as an aware datetime.

        Raises:
            StoreError: there is no such folder, or files are missing, damaged or of another export.
            ChronologyError: duckdb or pyarrow is not installed, or the manifest cannot be read.
        """
        folder = Path(path).absolute()
        manifest = _manifest(folder)
        if _PATTERN & set(str(folder)):
            # DuckDB reads patterns of names, and cannot be told not to.
            raise StoreError(f"{folder} cannot be asked where it is: its path has one of * ? [", hint="rename it")
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
        return cls(connection, manifest, clock=clock)

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def state(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        valid_at: Moment = None,
        *,
        by_subject: bool = False,
    ) -> Any:
        """Return what held at a date: the answers of `Reader.state` without filters.

        The columns: subject, attribute, value (JSON; NULL where nothing is known to hold), certainty, contested; of
        the leading assertion leading (its key), position, valid, origin, source, grade; others: a JSON list of the
        other parties' keys, null for "nothing known", and their standings.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            valid_at: the date asked about, as for `Reader.state`.
            by_subject: sort by subject and attribute, which takes several times as long. Else the rows come in the
                order of the files, always the same: by bucket, year of their beginning, end, subject and attribute.

        Raises:
            DateError: a date that cannot be read.
            StoreError: the folder cannot be read.
        """
        instant = query.instant_of(valid_at, now=self._clock())
        return self._asked(*questions.state(self._scope(subject, attribute, kind), instant, by_subject=by_subject))

    def counts(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
    ) -> Any:
        """Return how many live assertions say that a value begins, by attribute and month.

        The columns: attribute, month (`2018-05`), surely: how many begin in it for sure, possibly: how many more may,
        because their dates are imprecise. One assertion is possible in each month that its beginning touches.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            since: the first month, as any date that begins in it; the first one with a beginning where not given.
            until: the last month; the last one with a beginning where not given.

        Raises:
            DateError: a date that cannot be read, or an end before the beginning.
            StoreError: the folder cannot be read.
        """
        first, last = period(since, until)
        return self._asked(*questions.counts(self._scope(subject, attribute, kind), first, last))

    def conflicts(self, subject: str | None = None, attribute: str | None = None, kind: str | None = None) -> Any:
        """Return who disagrees, as `Reader.conflicts`: pairs of live assertions, and denials and disputes alone.

        The columns: subject, attribute, clash (values, denial, dispute); of both sides, first and second: the
        position, then value, role, valid, origin, source and grade; shared_origin. Disagreements about dates of one
        value, and when an answer is contested, are the store's to tell.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.

        Raises:
            StoreError: the folder cannot be read.
        """
        scope = self._scope(subject, attribute, kind)
        # Bucket by bucket, because subjects in different buckets have nothing to do with each other: what is joined at
        # once stays small, however large the folder is.
        buckets = range(self.manifest.buckets) if scope.bucket is None else (scope.bucket,)
        with wrapped():
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {questions.FOUND} AS {questions.NO_CONFLICTS}")
            for bucket in buckets:
                text, parameters = questions.conflicts(scope, bucket)
                self._connection.execute(text, parameters).fetchall()
            return self._asked(questions.FOUND_CONFLICTS, {})

    def sql(self, text: str, parameters: dict[str, Any] | None = None) -> Any:
        """Answer a question in DuckDB's SQL, over the views event, assertion and state; nothing else can be read.

        Args:
            text: the question; `$name` stands for a parameter.
            parameters: their values.

        Raises:
            StoreError: DuckDB does not understand it, or the folder cannot be read.
        """
        return self._asked(text, parameters or {})

    def _scope(self, subject: str | None, attribute: str | None, kind: str | None) -> Scope:
        bucket = None if subject is None else layout.bucket_of(subject, self.manifest.buckets)
        return Scope(subject=subject, attribute=attribute, kind=kind, bucket=bucket)

    def _asked(self, text: str, parameters: dict[str, Any]) -> Any:
        with wrapped():
            found = self._connection.sql(text, params=parameters)
            if found is None:
                raise StoreError("this is not a question: it has no answer", hint="begin with SELECT or FROM")
            return found.to_arrow_table()


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
        hint = "pip install 'chronology[duckdb]'"
        raise ChronologyError("a Parquet folder is asked with the packages duckdb and pyarrow", hint=hint) from exc
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
