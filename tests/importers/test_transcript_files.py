"""Tests of `import` with a whole log as text: a new store that is the same log, or what is new appended to another."""

import gzip
import os
from pathlib import Path

import pytest

from tests.command_line import done, refused, run, untouched


@pytest.fixture
def log(storm: Path) -> Path:
    """Give the running example as text."""
    path = storm.parent / "storm.jsonl"
    done("--db", storm, "export", "jsonl", "-o", path)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_a_store_that_does_not_exist_becomes_the_same_log(storm: Path, log: Path, packed: bool) -> None:
    """Same root and same text; a gzipped file is read as well."""
    if packed:
        log = log.with_suffix(".jsonl.gz")
        log.write_bytes(gzip.compress(log.with_suffix("").read_bytes()))
    new = storm.parent / "new.db"
    head = done("--db", storm, "replay").out.split()[1]
    assert done("--db", new, "import", log, "--dry-run").out == f"added {head}, unchanged 0, head {head}\n"
    assert not new.exists()
    assert done("--db", new, "import", log).out == f"added {head}, unchanged 0, head {head}\n"
    assert done("--db", new, "checkpoint").out == done("--db", storm, "checkpoint").out
    assert done("--db", new, "export", "jsonl").out == done("--db", storm, "export", "jsonl").out
    done("--db", new, "verify")


def test_a_store_that_has_events_gets_what_is_new(storm: Path, log: Path) -> None:
    """Importing twice appends nothing; types that both logs define are the same."""
    other = storm.parent / "other.db"
    done("--db", other, "init")
    first = done("--db", other, "import", log, "--as", "jsonl", "--json").json
    assert first["added"] > 0
    assert first["unchanged"] > 0
    with untouched(other):
        again = done("--db", other, "import", log, "--json").json
    assert (again["added"], again["head"]) == (0, first["head"])
    assert done("--db", other, "state", "--at", "2018-05-14", "--json").json


def test_what_is_not_a_log_is_refused(storm: Path, log: Path) -> None:
    """A changed line, events as people write them, a directory, a pipe, nothing: one error, and no file is left."""
    new = storm.parent / "new.db"
    lines = log.read_bytes().split(b"\n")
    log.write_bytes(b"\n".join([*lines[:9], lines[9].replace(b"a", b"e", 1), *lines[10:]]))
    folder, pipe, events = (storm.parent / f"{name}.jsonl" for name in ("folder", "pipe", "events"))
    folder.mkdir()
    os.mkfifo(pipe)
    events.write_text('{"type": "fact.asserted"}\n')
    for path, told in (
        (log, "error: line"),
        (folder, "is a directory, not a file"),
        (pipe, "is a pipe or device, not a file"),
        (storm.parent / "no.jsonl", "cannot be read: No such file"),
        (events, "line 1"),
    ):
        refused(run("--db", new, "import", path), told)
        assert not new.exists()
        with untouched(storm):
            refused(run("--db", storm, "import", path), told)
