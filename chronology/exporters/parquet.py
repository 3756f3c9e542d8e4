"""The export format `parquet`: a typed table for DuckDB, pandas and similar tools; dates stay texts."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, Final

from chronology.errors import MissingPackageError
from chronology.exporters import rows
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.rows import Rows
from chronology.store.reader import Reader

_AT_ONCE: Final = 10_000
"""Rows of a group, which are in memory together."""

_LISTS: Final = frozenset({"said_by", "disputes"})


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as exc:
        raise MissingPackageError("the format parquet", "pyarrow", extra="parquet") from exc
    table = Rows(reader, selection)
    kinds = {
        "position": pa.int64(),
        "type_version": pa.int32(),
        "recorded_at": pa.timestamp("us", tz="UTC"),
        **dict.fromkeys(_LISTS, pa.list_(pa.string())),
    }
    about = {"selected": selection.in_words(), "head": str(reader.head())}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in table.columns], metadata=about)
    with parquet.ParquetWriter(pa.PythonFile(stream, mode="w"), schema, compression="zstd") as writer:
        table_rows = iter(table)
        while some := list(islice(_typed(table_rows), _AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(some, schema=schema))


def _typed(table_rows: Iterator[rows.Row]) -> Iterator[dict[str, Any]]:
    for row in table_rows:
        yield {
            **{name: cell or None for name, cell in row.items()},
            "position": int(row["position"]),
            "type_version": int(row["type_version"]),
            "recorded_at": datetime.fromisoformat(row["recorded_at"]),
            **{name: row[name].split() for name in _LISTS},
        }


PARQUET = Exporter(
    name="parquet",
    title="a typed table for DuckDB, pandas, R and similar tools",
    suffix=".parquet",
    loses=rows.LOSES,
    write=_write,
    is_binary=True,
)
