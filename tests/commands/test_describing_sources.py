"""The commands `sources` and `sources add`: what they print, and what they refuse."""

import csv
import hashlib
import io
from pathlib import Path

import pytest

from tests.command_line import GATE, GAZETTE, append, done, refused, run, untouched


def test_sources_are_listed_in_every_form(store: Path) -> None:
    """Table, JSON, lines and CSV tell the same."""
    append("crossing.closed", GATE, "--grade", "B2")
    (line,) = done("sources").out.splitlines()[1:]
    assert line.split() == [GAZETTE, "Border", "Gazette", "2024-03-11", "(B)", "1", "0", "0", "0"]
    (found,) = done("sources", "--json").json
    assert (found["source"], found["title"], found["assertions"]) == (GAZETTE, "Border Gazette", 1)
    assert done("sources", "--nl").lines == [found]
    (row,) = csv.DictReader(io.StringIO(done("sources", "--csv").out))
    assert (row["source"], row["assertions"], row["rated_by"]) == (GAZETTE, "1", "grades")


def test_a_store_without_sources_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty table would leave people in doubt."""
    monkeypatch.setenv("CHRONOLOGY_DB", str(tmp_path / "new.db"))
    done("init")
    assert (done("sources").out, done("sources").err) == ("", "there is no source yet\n")


def test_a_source_is_added_with_its_copy(store: Path) -> None:
    """The command says where the copy is; `verify` counts it, `state` tells the digest."""
    page = store.parent / "page.html"
    page.write_bytes(b"x")
    added = done("sources", "add", "source/radio", "--title", "Radio", "--url", "https://radio.example/1",
                 "--publisher", "Radio", "--published", "2024-03-12", "--archived", page)  # fmt: skip
    digest = hashlib.sha256(b"x").hexdigest()
    kept = Path(f"{store}.files") / digest[:2] / digest[2:]
    assert added.out.splitlines()[1] == f"kept {page} as {kept}"
    assert kept.read_bytes() == b"x"
    assert done("verify").out.splitlines()[1] == "archived copies, whole: 1"
    assert done("verify", "--json").json["archived"] == 1
    (holding,) = done("state", "source/radio", "archived_sha256", "--json").json
    assert holding["value"] == digest
    assert done("sources", "add", "source/radio", "--reliability", "B", "--json").json["outcome"] == "appended"


def test_a_missing_copy_ends_verify_with_3_but_not_for_a_strangers_file(store: Path) -> None:
    """A stranger's file is judged by itself; a backup copies the rest and ends with 3 too."""
    page = store.parent / "page.html"
    page.write_bytes(b"x")
    kept = done("sources", "add", "source/radio", "--archived", page).out.rpartition(" as ")[2].strip()
    Path(kept).unlink()
    ended = run("verify")
    assert ended.code == 3
    assert "is missing from border.db.files" in ended.out
    assert done("verify", "--foreign").out.startswith("ok: ")
    assert run("backup", store.parent / "copy.db").code == 3


def test_what_is_wrong_with_a_source_is_told(store: Path) -> None:
    """One line, and nothing is written, no folder either."""
    with untouched(store):
        refused(run("sources", "add", "source/x"), "says nothing about the source")
        refused(run("sources", "add", "source/x", "--archived", "nowhere"), "nowhere cannot be read")
        refused(run("sources", "add", "source/x", "--archived", store), "is the store itself")
        refused(run("sources", "add", "source/x", "--published", "2018"), "data.published")
        refused(run("sources", "add", "source/x", "--reliability", "G"), "data.reliability")
        refused(run("sources", "add", "place/x", "--title", "x"), "source.described is about source/")
        refused(run("sources", "add", "x", "--title", "x"), "subject")


def test_redacting_a_description_names_the_copy_that_stays(store: Path) -> None:
    """It holds what is to be forgotten, and only a person can tell whether other events need it."""
    page = store.parent / "page.html"
    page.write_bytes(b"x")
    added = done("sources", "add", "source/radio", "--archived", page)
    kept = added.out.rpartition(" as ")[2].strip()
    ended = done("redact", added.out.split()[2], "--reason", "names a witness", "--yes")
    assert f"note: the archived copy stays: {kept}" in ended.err
