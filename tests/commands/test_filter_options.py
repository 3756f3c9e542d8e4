"""Every command takes every filter or refuses it by name, and what it writes says what was left out."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from chronology import Chronology
from chronology.analysis import writing
from chronology.commands import HOMES
from chronology.projections.filters import FILTERS
from tests.command_line import done, refused, run, untouched

VOA = "source/voa-2018-05-14"
"""A source of the running example."""

TYPED = {
    "--known-at": "20", "--stated-by": "2018-05-14", "--source": VOA, "--origin": VOA, "--without-source": VOA,
    "--without-origin": VOA, "--min-grade": "B3", "--fuzz": "7d",
}  # fmt: skip
"""A value for every filter."""

TAKING = {
    "state": (), "why": ("crossing/baguz", "status"), "history": ("crossing/baguz",), "about": ("crossing/baguz",),
    "diff": ("--from", "2018-03-01", "--to", "2018-05-20"), "changes": (), "conflicts": (), "gaps": (),
    "search": ("hajin",), "timeline": (), "log": (), "export": ("csv",),
}  # fmt: skip
"""The questions, each with what else it must be told."""


@pytest.fixture(autouse=True)
def _example(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHRONOLOGY_DB", str(example))


@pytest.mark.parametrize("option", TYPED)
@pytest.mark.parametrize("command", TAKING)
def test_every_question_takes_a_filter_or_refuses_it_by_name(command: str, option: str) -> None:
    """Nothing is passed over in silence: what is not refused, changes what is printed or could."""
    ended = run(command, *TAKING[command], option, TYPED[option])
    unfitting = {("changes", "--known-at"), *((one, "--fuzz") for one in ("search", "timeline", "log", "export"))}
    if (command, option) in unfitting:
        refused(ended, f"{command} takes no {option}: ", f"hint: leave out {option}")
        assert command == "export" or option not in done(command, "--help").out
    else:
        assert ended.code == 0, ended.err
        assert option in done(command, "--help").out


def test_every_filter_is_tried_here() -> None:
    """The table of values above has every filter, and every command that takes one is asked."""
    assert list(TYPED) == [one.option for one in FILTERS.values()]
    asking = {name for name in HOMES if "--without-source" in run(name, "--help").out}
    assert asking == {*TAKING, "report", "serve"}


@pytest.mark.parametrize("option", TYPED)
@pytest.mark.parametrize(
    "arguments",
    [("jsonl",), ("--tiles", "new"), ("--folder", "new"), ("parquet", "--folder", "new")],
    ids=" ".join,
)
def test_what_is_always_the_whole_log_takes_no_filter(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], option: str
) -> None:
    """A file with what was to stay out of it is worse than none."""
    monkeypatch.chdir(tmp_path)
    with untouched(example):
        words = "takes no filter: " if arguments == ("jsonl",) else f"takes no filter: {option}"
        refused(run("export", *arguments, option, TYPED[option]), words)
    assert list(tmp_path.iterdir()) == []


def test_a_transcript_is_refused_beside_a_source_that_is_to_stay_out() -> None:
    """It names what was asked for."""
    refused(
        run("export", "jsonl", "--without-source", VOA), f"jsonl is the whole log, and takes no filter: without {VOA}"
    )


def test_a_file_says_what_was_left_out(tmp_path: Path) -> None:
    """A workbook, a page of Markdown and a timeline name the sources that are not in them."""
    words = f"without {VOA}"
    path = tmp_path / "book.xlsx"
    done("export", "xlsx", "--without-source", VOA, "-o", path)
    with zipfile.ZipFile(path) as book:
        sheets = b"".join(book.read(name) for name in book.namelist()).decode()
    assert words in sheets
    assert "all events" not in sheets
    assert f"*Events {words}.*" in done("export", "markdown", "--without-source", VOA).out
    title = done("export", "timelinejs", "--without-source", VOA).json["title"]
    assert title["text"]["text"] == f"Events {words}."
    both = done("export", "markdown", "--source", VOA, "--without-origin", "person/x").out
    assert f"*Events from {VOA}; not said by person/x.*" in both


def test_the_shell_completes_names_for_every_filter_that_takes_them() -> None:
    """What leaves out is completed like what admits."""
    for option in ("--source", "--origin", "--without-source", "--without-origin"):
        assert done("completion", "words", "--", "state", option, "source/v").out.splitlines() == [VOA]
        assert done("completion", "words", "--", "timeline", option, "source/v").out.splitlines() == [VOA]


@pytest.mark.parametrize(
    "option", ["--known-at", "--stated-by", "--min-grade", "--source", "--without-origin", "--fuzz"]
)
def test_an_empty_value_is_not_passed_over(option: str) -> None:
    """A script whose variable is empty must not get the answer without the filter."""
    refused(run("state", option, ""))


def test_the_timeline_and_the_log_leave_out_what_filters_do() -> None:
    """Of both, the events of one source, or all others."""
    for command in ("timeline", "log"):
        everything = done(command, "--nl").lines
        only = done(command, "--source", VOA, "--nl").lines
        rest = done(command, "--without-source", VOA, "--nl").lines
        assert {event["source"] for event in only} == {VOA}
        assert only
        assert sorted([*only, *rest], key=str) == sorted(everything, key=str)
        assert done(command, "--source", VOA, "-n", "1", "--nl").lines == only[:1]
    assert len(done("log", "--known-at", "20", "--nl").lines) == 20
    assert "within the filters" in done("timeline", "--stated-by", "1999-01-01").err


def test_a_report_leaves_out_what_filters_do(tmp_path: Path) -> None:
    """Nothing of the source is in the page, which says so; a filter that would widen dates is refused."""
    page = tmp_path / "page.html"
    said = done("report", "-o", page, "--without-source", VOA)
    text = page.read_text("utf-8")
    assert "limited: " in said.out
    embedded = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[0])
    assert VOA not in {event["from"] for event in embedded["events"]}
    assert embedded["about"]["limited"]["filters"] == [f"without {VOA}"]
    assert embedded["about"]["limited"]["left_out"] > 0
    done("report", "-o", page, "--overwrite", "--without-source", VOA, "--redact-fields", "source,said-by")
    assert VOA not in page.read_text("utf-8")
    for command in (("report", "-o", tmp_path / "other.html"), ("serve",)):
        refused(run(*command, "--fuzz", "7d"), "report takes no --fuzz: its page reads the dates itself")


def test_a_folder_takes_the_filters_of_the_store(example: Path, tmp_path: Path) -> None:
    """The same answers as the store, within the same filters; what the folder cannot do is refused."""
    pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    folder = tmp_path / "folder"
    with Chronology.open(example, read_only=True) as chron:
        writing.write(chron, folder, buckets=2)
    for option, value in TYPED.items():
        for question in (("state", "--at", "2018-05-14"), ("conflicts",)):
            name, *rest = question
            asked = run("folder", name, folder, *rest, option, value, "--json")
            if option == "--fuzz":
                refused(asked, "folder takes no --fuzz: ")
            else:
                assert asked.json == done(name, *rest, option, value, "--json").json, (name, option)
    whole, some = (done("folder", "count", folder, *some, "--json").json for some in ((), ("--without-source", VOA)))
    assert sum(row["surely"] for row in some) < sum(row["surely"] for row in whole)
    assert (
        "no assertion comes from source/none" in done("folder", "state", folder, "--without-source", "source/none").err
    )
    refused(run("folder", "state", folder, "--source", "VOA"), "'VOA' is not a subject")
