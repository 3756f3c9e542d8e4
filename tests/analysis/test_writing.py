"""Tests of writing a Parquet folder: whole or not at all, and never over anything. Most need pyarrow, an extra."""

import json
import os
import sys
from pathlib import Path

import pytest

from chronology import Chronology, Event
from chronology.analysis import layout, writing
from chronology.errors import ChronologyError, StoreError
from tests.command_line import done, nth, run


def left_behind(folder: Path) -> list[str]:
    """Return what is in a folder, hidden or not."""
    return sorted(os.listdir(folder))


def test_without_its_package_the_hint_says_what_to_install(
    chron: Chronology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is made."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ChronologyError, match="a Parquet folder needs the package pyarrow") as caught:
        writing.write(chron, tmp_path / "folder")
    assert caught.value.hint == "pip install 'chronology-store[duckdb]'"
    assert not (tmp_path / "folder").exists()


def test_a_place_that_is_taken_or_does_not_exist_is_refused(tmp_path: Path) -> None:
    """A file, a link, a folder in use, a folder in none."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "x").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, message in (
        ("file", "already exists, and is not a folder"),
        ("link", "already exists, and is not a folder"),
        ("used", "is not empty"),
        ("none/folder", "there is no directory"),
    ):
        with pytest.raises(StoreError, match=message) as caught:
            writing.check_place(tmp_path / name)
        assert caught.value.hint
    (tmp_path / "empty").mkdir()
    writing.check_place(tmp_path / "empty")
    writing.check_place(tmp_path / "new")


class TestWithPyarrow:
    """What is written."""

    @pytest.fixture(autouse=True)
    def _packages(self) -> None:
        pytest.importorskip("pyarrow")

    def test_the_folder_holds_every_row_under_its_bucket_and_year(self, example: Path, tmp_path: Path) -> None:
        """An empty folder is filled; the manifest is that of the checkpoint."""
        from pyarrow import parquet

        target = tmp_path / "folder"
        target.mkdir()
        with Chronology.open(example, read_only=True) as chron:
            manifest = writing.write(chron, target, buckets=8)
            checkpoint = chron.proofs.checkpoint()
        assert layout.Manifest.parse((target / layout.MANIFEST).read_bytes(), "") == manifest
        assert (manifest.origin, manifest.head, manifest.root) == (
            checkpoint.origin,
            checkpoint.size,
            checkpoint.root.hex(),
        )
        rows = {}
        for path in target.rglob("rows.parquet"):
            table, bucket, year = path.relative_to(target).parts[:3]
            found = parquet.ParquetFile(path).read().to_pylist()
            assert {f"bucket={layout.bucket_of(row['subject'], 8):03}" for row in found} == {bucket}
            if table == "state":
                assert [row["valid_to"] for row in found] == sorted(row["valid_to"] for row in found)
            assert len(year) == len("year=2018")
            rows[table] = rows.get(table, 0) + len(found)
        assert rows == {table: count.rows for table, count in manifest.tables.items()}
        assert left_behind(tmp_path) == ["folder"]

    @pytest.mark.parametrize("at_once", [1, 7])
    def test_the_rows_do_not_depend_on_how_many_are_in_memory(
        self, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
    ) -> None:
        """Each file has groups of rows, of which the last may be smaller."""
        from pyarrow import parquet

        with Chronology.open(example, read_only=True) as chron:
            writing.write(chron, tmp_path / "one")
            monkeypatch.setattr(writing, "_ROWS_OF_A_GROUP", at_once)
            writing.write(chron, tmp_path / "other")
        for path in (tmp_path / "one").rglob("rows.parquet"):
            other = tmp_path / "other" / path.relative_to(tmp_path / "one")
            assert parquet.ParquetFile(path).read().equals(parquet.ParquetFile(other).read())
            assert parquet.ParquetFile(other).metadata.row_group(0).num_rows <= at_once

    def test_nothing_is_left_behind_when_writing_fails(
        self, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The disk is full while the last table is written."""
        write_table = writing._write_table

        def failing(table: str, *rest: object) -> object:
            if table == "state":
                raise OSError(28, "No space left on device")
            return write_table(table, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(writing, "_write_table", failing)
        with (
            Chronology.open(example, read_only=True) as chron,
            pytest.raises(StoreError, match="folder cannot be written: No space left on device"),
        ):
            writing.write(chron, tmp_path / "folder")
        assert left_behind(tmp_path) == []

    def test_all_tables_are_of_one_moment(self, chron: Chronology, tmp_path: Path) -> None:
        """Nobody can append while a folder is written, and progress only goes up."""
        for number in range(3):
            data = {"attribute": "status", "value": number}
            subject = f"place/{number}"
            chron.append(Event(type="fact.asserted", subject=subject, valid="2018", source="source/s", data=data))
        told: list[int] = []
        manifest = writing.write(chron, tmp_path / "folder", progress=told.append)
        assert told == sorted(told)
        assert told[-1] == sum(count.rows for count in manifest.tables.values())
        assert manifest.head == manifest.tables["event"].rows == chron.head()
        assert not chron._session.connection.in_transaction

    def test_buckets_that_cannot_be_are_refused_first(self, chron: Chronology, tmp_path: Path) -> None:
        """The hint is to leave them out."""
        with pytest.raises(ChronologyError, match="3 buckets"):
            writing.write(chron, tmp_path / "folder", buckets=3)
        assert not (tmp_path / "folder").exists()

    def test_the_command_writes_a_folder_and_says_what_is_in_it(self, storm: Path, tmp_path: Path) -> None:
        """A second one does not overwrite it, and a dry run makes none."""
        target = tmp_path / "folder"
        planned = done("--db", storm, "export", "parquet", "--folder", target, "--dry-run").out
        assert f"would write {nth(40)} events" in planned
        assert not target.exists()
        said = done("--db", storm, "export", "parquet", "--folder", target, "--buckets", 2).out
        assert f"rows: event {nth(40)}, assertion" in said
        assert json.loads((target / "manifest.json").read_text())["buckets"] == 2
        refused = run("--db", storm, "export", "parquet", "--folder", target)
        assert refused.code == 1
        assert "is not empty" in refused.err

    @pytest.mark.parametrize(
        "more",
        [["--at", "2018"], ["-o", "x"], ["--source", "source/voa-2018-05-14"], ["--min-grade", "B2"], ["--explain"]],
    )
    def test_the_command_takes_no_filter_with_a_folder(self, storm: Path, tmp_path: Path, more: list[str]) -> None:
        """It is the whole store: a filter is refused, and any other option that narrows is a wrong command line."""
        refused = run("--db", storm, "export", "parquet", "--folder", tmp_path / "folder", *more)
        assert refused.code == (1 if more[0] in ("--source", "--min-grade") else 2)
        assert "takes no filter" in " ".join(refused.err.replace("│", " ").split())
        assert not (tmp_path / "folder").exists()

    def test_only_parquet_is_written_as_a_folder(self, storm: Path, tmp_path: Path) -> None:
        """And --buckets needs one."""
        for arguments in (("csv", "--folder", tmp_path / "x"), ("parquet", "--buckets", 2)):
            assert run("--db", storm, "export", *arguments).code == 2
