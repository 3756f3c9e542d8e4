"""Tests of the commands over a Parquet folder: they print what the store's commands print, byte for byte."""

import sys
from pathlib import Path

import pytest

from chronology import Chronology
from chronology.analysis import writing
from tests.command_line import done, refused, run

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

FORMATS = ((), ("--json",), ("--nl",), ("--csv",), ("--spreadsheet",))
BAGHDADI = "person/abu-bakr-al-baghdadi"


@pytest.fixture(scope="module")
def folder(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the running example."""
    path = tmp_path_factory.mktemp("folders") / "storm-parquet"
    with Chronology.open(example, read_only=True) as chron:
        writing.write(chron, path)
    return path


@pytest.mark.parametrize("wanted", FORMATS, ids=" ".join)
@pytest.mark.parametrize(
    "question",
    [
        ("--at", "2018-05-14"),
        ("--at", "2018-01-10", "--kind", "operation"),
        (BAGHDADI, "location", "--at", "2018-05-14"),
        ("--at", "1900"),
    ],
    ids=" ".join,
)
def test_the_state_is_printed_as_the_store_prints_it(
    example: Path, folder: Path, question: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    """Also where nothing is known, on both streams."""
    ours, theirs = run("folder", "state", folder, *question, *wanted), run("--db", example, "state", *question, *wanted)
    assert (ours.code, ours.out, ours.err) == (theirs.code, theirs.out, theirs.err)


@pytest.mark.parametrize("wanted", FORMATS, ids=" ".join)
@pytest.mark.parametrize(
    "question", [(), ("--kind", "person"), (BAGHDADI, "--at", "2018-05-14"), ("--at", "1900")], ids=" ".join
)
def test_conflicts_are_printed_as_the_store_prints_them(
    example: Path, folder: Path, question: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    """With the times of each, and disagreeing dates."""
    ours = run("folder", "conflicts", folder, *question, *wanted)
    theirs = run("--db", example, "conflicts", *question, *wanted)
    assert (ours.code, ours.out, ours.err) == (theirs.code, theirs.out, theirs.err)


def test_counts_are_printed(folder: Path) -> None:
    """As a table for people, and as records."""
    question = ("folder", "count", folder, "--kind", "operation", "--since", "2018-01", "--until", "2018-02")
    assert done(*question).out.splitlines()[0].split() == ["attribute", "month", "surely", "possibly"]
    assert done(*question, "--json").json == [
        {"attribute": "status", "month": "2018-01", "surely": 1, "possibly": 0},
    ]
    assert done(*question[:3], "--since", "1800", "--until", "1801").err == "nothing is counted\n"


def test_a_name_is_refused_with_what_to_write(folder: Path) -> None:
    """Only the store knows whose it is."""
    for what in ("state", "conflicts", "count"):
        refused(run("folder", what, folder, "Hajin"), "'Hajin' is not a subject", "kind/slug")


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    """One error, and how to make one."""
    refused(run("folder", "state", tmp_path / "none"), "there is no folder", "chronology export parquet --folder DIR")


def test_without_duckdb_there_is_one_clear_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what to install."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    refused(run("folder", "state", folder), "needs the package duckdb", "pip install 'chronology-store[duckdb]'")
