"""`chronology search` at the command line."""

import json
import os
from pathlib import Path

import pytest

from chronology.store.reader import Reader
from tests.command_line import done, nth, refused, run, untouched


@pytest.fixture(autouse=True)
def _example(storm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHRONOLOGY_DB", str(storm))


def test_hits_stand_in_brackets() -> None:
    """The table shows where the words were found, and who says so."""
    lines = done("search", '"line of contact"', "hajin").out.splitlines()
    assert lines[0].split() == ["event", "valid", "type", "subject", "found", "said", "by"]
    assert any("note: [Hajin] lies on the [line of contact]," in line for line in lines)


def test_an_argument_with_spaces_is_a_phrase() -> None:
    """The shell has taken its quotation marks off."""
    assert done("search", "line of contact").out == done("search", '"line of contact"').out
    assert done("search", "contact of line").err.startswith("no event holds all these words; --all")
    assert done("search", "contact", "of", "line").out == done("search", "line", "of", "contact").out != ""


def test_records_give_the_marks_as_places() -> None:
    """For programs, the snippet is the text itself, and the marks are pairs of start and end."""
    for record in done("search", "hajin", "--nl").lines:
        assert all(record["snippet"][start:end].casefold() == "hajin" for start, end in record["marks"])
    assert json.loads(done("search", "hajin", "--json").out) == done("search", "hajin", "--nl").lines
    assert done("search", "hajin", "--csv").out.splitlines()[0].split(",")[:3] == ["position", "event", "type"]
    assert done("search", "nosuchword", "--json").json == []


def test_more_than_the_limit_is_told() -> None:
    """A note on stderr says that there is more."""
    ended = done("search", "source", "-n", "2", "--nl")
    assert len(ended.lines) == 2
    assert "note: these are the best 2; -n lists more" in ended.err
    assert done("search", "contact", "hajin").err == ""


def test_withdrawn_events_are_told_as_such() -> None:
    """With --all, and with what withdrew them."""
    assert f"withdrawn by #{nth(37)}; " not in done("search", "baguz").out
    assert f"withdrawn by #{nth(37)}; " in done("search", "baguz", "--all").out


def test_the_filters_apply() -> None:
    """Those of `state`; what is no name is refused, and what means nothing here is too."""
    assert {row["origin"] for row in done("search", "hajin", "--origin", "person/suhaib-jaber", "--nl").lines} == {
        "person/suhaib-jaber"
    }
    assert "did you mean person/suhaib-jaber?" in done("search", "hajin", "--origin", "person/suhaib-jabber").err
    refused(run("search", "hajin", "--fuzz", "7d"), "search takes no --fuzz", "reads no dates")
    refused(run("search", "***"), "no word to search for", "bag*")
    refused(run("search"), code=2)


def test_the_index_stays_in_the_file(storm: Path) -> None:
    """The second search reads what the first one made."""
    done("search", "hajin")
    with Reader.open(storm) as chron:
        assert chron.log.is_indexed()
    with untouched(storm):
        done("search", "hajin")
    assert done("verify").out.startswith("ok")
    assert done("verify", "--foreign").out.startswith("ok")


def test_a_file_that_cannot_be_written_is_searched_too(storm: Path) -> None:
    """As evidence on a disc is."""
    expected = done("search", "hajin").out
    done("replay")
    os.chmod(storm, 0o444)
    with untouched(storm):
        assert done("search", "hajin").out == expected


def test_text_from_events_is_escaped() -> None:
    """A snippet cannot steer the terminal."""
    done("append", "fact.asserted", "place/x", "attribute=a", "value=b", "--on", "2018", "--source", "source/x",
         "--note", "needle \u202e evil")  # fmt: skip
    shown = done("search", "needle").out
    assert "[needle] \\u202e evil" in shown
