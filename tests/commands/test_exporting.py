"""Tests of the command that exports: formats, filters, files that are whole or not at all, terminals."""

import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from chronology import Chronology
from chronology.commands.transfer import exporting
from chronology.exporters import registry
from chronology.exporters.interface import Exporter
from tests.command_line import done, nth, refused, run, untouched
from tests.terminals import at_terminal

FORMATS = [exporter.name for exporter in registry.BUILT_IN]


@pytest.fixture
def folder(storm: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with the running example."""
    monkeypatch.chdir(storm.parent)
    monkeypatch.setenv("CHRONOLOGY_DB", "storm.db")
    return storm.parent


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_and_explained(folder: Path, name: str) -> None:
    """To a file, with a note where that helps; and what it loses is said before."""
    if name == "parquet":
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    done("export", name, "-o", "out")
    assert (folder / "out").stat().st_size > 100
    told = done("export", name, "--explain").out
    assert told.startswith(f"{name}: ")
    assert told == done("export", "--explain", name).out
    assert all(sentence in told for sentence in registry.named(name).loses)


@pytest.mark.parametrize("name", [one.name for one in registry.BUILT_IN if not one.is_binary])
def test_a_text_format_goes_to_standard_output(folder: Path, name: str) -> None:
    """The same bytes as into a file."""
    done("export", name, "-o", "out")
    assert done("export", name).out.encode() == (folder / "out").read_bytes()


def test_a_log_comes_back_from_its_text(folder: Path) -> None:
    """What the command writes is what `Chronology.restore` reads."""
    done("export", "jsonl", "-o", "storm.jsonl")
    with (folder / "storm.jsonl").open("rb") as stream:
        assert Chronology.restore(folder / "again.db", stream).whole
    assert done("--db", "again.db", "verify").out == done("verify").out


FILTERS = [
    (("operation/al-jazeera-storm",), [6, 7, 10, 11, 12]),
    (("operation/al-jazeera-storm", "status"), [6, 7, 10]),
    (("--kind", "crossing"), [40, 37]),
    (("--source", "source/example-archive-note"), [40, 39]),
    (("--origin", "person/leilwa-abdullah"), [12]),
    (("--min-grade", "B2", "--kind", "person"), [4]),
    (("--since", "2018-05-15"), [5, 35, 39]),
    (("--until", "2016-01", "--kind", "person"), [17]),
    (("--stated-by", "2018-05-01"), [40, 39]),
    (("--kind", "crossing", "--known-at", "2018-05-20"), [36, 22]),
    (("crossing/baguz", "--known-at", str(nth(23))), [22]),
    (("person/abu-bakr-al-baghdadi", "location", "--at", "2018-05-14"), [23, 24, 25]),
    (("crossing/baguz", "--at", "2018-05-14"), [37]),
    (("place/hajin", "--at", "2018-05-14", "--min-origins", "1", "--kind", "place"), [26, 28, 32]),
    (("Islamic State", "--since", "2018-05-14", "--kind", "group"), [3, 13, 16, 18, 20]),
]


@pytest.mark.parametrize(("arguments", "lines"), FILTERS, ids=lambda value: " ".join(map(str, value)))
def test_every_filter_of_state_and_timeline_is_taken(
    folder: Path, arguments: tuple[str, ...], lines: list[int]
) -> None:
    """By line of the running example."""
    found = json.loads(done("export", "geojson", *arguments).out)["features"]
    assert sorted(feature["properties"]["position"] for feature in found) == sorted(map(nth, lines))


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("jsonl", "--at", "2018"), "jsonl is the whole log, and takes no filter: held at 2018", 1),
        (("jsonl", "operation/x"), "takes no filter: about operation/x", 1),
        (("jsonl", "--fuzz", "7d"), "takes no filter: dates widened by 7 days", 1),
        (("cvs",), "did you mean csv", 1),
        ((), "--tiles", 2),
        (("csv", "--since", "2018-02", "--until", "2018-01"), "is before", 1),
        (("csv", "--at", "yesterday"), "yesterday", 1),
        (("csv", "--min-grade", "Z"), "Admiralty", 1),
        (("csv", "--min-origins", "2"), "give --at too", 2),
        (("csv", "--kind", "plaec"), "unknown subject kind", 1),
        (("csv", "operation/al-jazeera-storm", "sttus"), "unknown attribute", 1),
        (("geojson", "--spreadsheet"), "a flavour of csv", 2),
        (("csv", "--sign", "key"), "--tiles", 2),
        (("csv", "--tiles", "x"), "--tiles writes the whole log", 2),
        (("csv", "-o", "storm.db"), "is the store", 1),
        (("csv", "-o", "link.db"), "is the store", 1),
        (("csv", "-o", "hard.db"), "is the store", 1),
        (("csv", "-o", "storm.db-journal"), "is the store", 1),
        (("csv", "-o", "other.db"), "is a database", 1),
        (("csv", "-o", "none/x.csv"), "no directory", 1),
        (("csv", "-o", "."), "is not a file", 1),
        (("csv", "-o", "loop"), "leads to itself", 1),
        (("csv", "-o", "pipe"), "is not a file", 1),
        (("csv", "-o", "/dev/null"), "is not a file", 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_is_refused(folder: Path, arguments: tuple[str, ...], words: str, code: int) -> None:
    """One error, and no file is written or changed; a dry run refuses it too."""
    done("demo", "other.db")
    (folder / "link.db").symlink_to("storm.db")
    os.link("storm.db", "hard.db")
    (folder / "loop").symlink_to("loop")
    os.mkfifo("pipe")
    with untouched(folder / "storm.db", folder / "other.db"):
        refused(run("export", *arguments), words, code=code)
        if "-o" in arguments:
            refused(run("export", *arguments, "--dry-run"), words, code=code)


def test_a_file_is_replaced_as_a_whole(folder: Path) -> None:
    """An older export is written anew, its permissions kept; a link still leads to it; nothing lies beside it."""
    (folder / "real.csv").write_text("old")
    (folder / "real.csv").chmod(0o640)
    (folder / "out.csv").symlink_to("real.csv")
    before = sorted(path.name for path in folder.iterdir())
    assert done("export", "csv", "-o", "out.csv").err.splitlines()[-1] == "out.csv written"
    assert (folder / "out.csv").is_symlink()
    assert (folder / "real.csv").read_text().startswith("position,")
    assert stat.S_IMODE((folder / "real.csv").stat().st_mode) == 0o640
    assert sorted(path.name for path in folder.iterdir()) == before


def test_what_fails_halfway_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No half file, and no temporary one."""

    def fail(_: object, __: object, stream: io.BufferedWriter) -> None:
        stream.write(b"half")
        raise KeyboardInterrupt

    broken = Exporter(name="csv", title="x", suffix=".x", loses=(), write=fail)
    monkeypatch.setattr(exporting.registry, "named", lambda _: broken)
    (folder / "out.csv").write_text("old")
    with untouched(folder / "out.csv"):
        assert run("export", "csv", "-o", "out.csv").code == 130


def test_a_dry_run_goes_through_everything(folder: Path) -> None:
    """It counts the bytes, and says what the real run says."""
    done("export", "markdown", "-o", "out.md")
    size = (folder / "out.md").stat().st_size
    (folder / "out.md").unlink()
    with untouched(folder / "storm.db"):
        assert done("export", "markdown", "-o", "out.md", "--dry-run").out == f"would write {size:,} bytes to out.md\n"
    assert "have no coordinates" in done("export", "geojson", "--dry-run").err


def test_a_selection_without_events_is_noted(folder: Path) -> None:
    """The frame of the format is written, so that a program that reads it does not fail."""
    ended = done("export", "geojson", "crossing/none")
    assert json.loads(ended.out)["features"] == []
    assert "no event is about crossing/none" in ended.err
    assert "no event matches" in ended.err


class _Tty(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """Run a command whose output is a terminal."""
    out, err = _Tty(io.BytesIO(), encoding="utf-8"), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with pytest.raises(SystemExit) as ended:
        exporting_main(arguments)
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return int(ended.value.code or 0), out.buffer.getvalue().decode(), err.getvalue()


def exporting_main(arguments: tuple[str, ...]) -> None:
    """Run the command line."""
    from chronology.commands import main

    main(list(arguments))


def test_a_bar_shows_how_far_an_export_has_got(folder: Path) -> None:
    """It is on the terminal while a file is written, and never among what the terminal is to show."""
    written = at_terminal("export", "csv", "-o", str(folder / "a.csv"))
    assert "exporting" in written.text
    assert "a.csv written" in written.text
    shown = at_terminal("export", "csv")
    assert "exporting" not in shown.text


def test_a_terminal_gets_no_control_characters(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody wrote is shown, not obeyed."""
    done(
        "append", "operation.ended", "operation/x", "--on", "2018", "--source", "source/s", "--quote", "a\u202eb\u200b"
    )
    code, out, _ = on_terminal(monkeypatch, "export", "csv", "operation/x")
    assert code == 0
    assert r"a\u202eb\u200b" in out
    assert "\u202e" not in out
    monkeypatch.undo()


def test_a_terminal_gets_no_binary_format(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, with what to do instead."""
    binary = Exporter(name="zip", title="x", suffix=".zip", loses=(), write=lambda *_: None, is_binary=True)
    monkeypatch.setattr(exporting.registry, "named", lambda _: binary)
    code, out, err = on_terminal(monkeypatch, "export", "zip")
    assert (code, out) == (1, "")
    assert "error: zip is not text, and a terminal cannot show it" in err
    assert "hint: name a file, as in -o storm.zip" in err


def test_csv_for_a_spreadsheet(folder: Path) -> None:
    """The option and the format are the same; who exports exactly is told that it exists."""
    done("append", "operation.ended", "operation/x", "--on", "2018", "--source", "source/s", "--quote", "=1+1")
    assert done("export", "csv", "operation/x", "--spreadsheet").out == done("export", "spreadsheet", "operation/x").out
    assert ",'=1+1," in done("export", "spreadsheet", "operation/x").out
    assert "`--spreadsheet` makes them harmless" in done("export", "csv", "operation/x").err
