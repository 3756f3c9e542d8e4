"""Tests of the typed table; they need pyarrow, an optional extra."""

import csv
import io
import json
import sys

import pytest

from chronology import Chronology
from chronology.errors import ChronologyError
from chronology.exporters import parquet, registry
from tests.exporters.exported import export, sample

__all__ = ["sample"]


def test_without_its_package_the_hint_says_what_to_install(sample: Chronology, monkeypatch: pytest.MonkeyPatch) -> None:
    """For both formats that need one."""
    for name, package in (("parquet", "pyarrow"), ("xlsx", "openpyxl")):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ChronologyError, match=f"the format {name} needs the package {package}") as caught:
            export(name, sample)
        assert caught.value.hint == f"pip install 'chronology-store[{name}]'"


@pytest.mark.parametrize("at_once", [7, 10_000])
def test_the_table_has_the_rows_of_the_csv(sample: Chronology, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Numbers, lists and instants are typed, everything else is text; dates are as entered."""
    pq = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet, "_AT_ONCE", at_once)
    table = pq.read_table(io.BytesIO(export("parquet", sample)))
    wanted = list(csv.DictReader(io.StringIO(export("csv", sample).decode(), newline="")))
    for row, other in zip(table.to_pylist(), wanted, strict=True):
        assert row.pop("recorded_at").isoformat() + "Z" == other.pop("recorded_at").replace(".000000Z", "+00:00Z")
        assert (row.pop("position"), row.pop("type_version")) == (
            int(other.pop("position")),
            int(other.pop("type_version")),
        )
        for name in ("said_by", "disputes"):
            assert row.pop(name) == other.pop(name).split()
        assert {name: value or "" for name, value in row.items()} == other
        assert isinstance(json.loads(row["data"]), dict)
    assert table.schema.field("valid").type == "string"
    assert table.schema.metadata[b"selected"] == b""


@pytest.mark.slow
def test_duckdb_reads_it(sample: Chronology, tmp_path: object) -> None:
    """With types that it can compute with."""
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    path = f"{tmp_path}/sample.parquet"
    with open(path, "wb") as file:
        file.write(export("parquet", sample))
    query = f"SELECT count(*), max(position), min(recorded_at) FROM '{path}' WHERE list_contains(said_by, 'person/a')"
    (found,) = duckdb.sql(query).fetchall()
    assert found[0] == 1
    assert registry.named("parquet").is_binary
