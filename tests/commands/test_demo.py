"""The running example: what `chronology demo` builds, and what it answers."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import done

STORM = "operation/al-jazeera-storm"
LEADER = "person/abu-bakr-al-baghdadi"


def _status(store: Path, day: str) -> list[Any]:
    return done("--db", store, "state", STORM, "status", "--at", day, "--json").json


def test_it_holds_25_attributed_events_and_more(example: Path) -> None:
    """The example has at least 25 events; every assertion names its source, and every source is described."""
    events = [e for e in done("--db", example, "log", "--nl").lines if e["type"] != "type.defined"]
    assert len(events) >= 25
    assertions = [e for e in events if e["type"] != "assertion.retracted"]
    described = {e["subject"] for e in assertions if e["type"] == "source.described"}
    assert {e["source"] for e in assertions} <= described


@pytest.mark.parametrize(("day", "value"), [("2018-03-01", "stalled"), ("2018-05-14", "resumed")])
def test_the_status_is_certain(example: Path, day: str, value: str) -> None:
    """The operation was stalled on 1 March 2018, and had resumed by 14 May."""
    (found,) = _status(example, day)
    assert (found["value"], found["certainty"], found["contested"]) == (value, "certain", False)


def test_at_the_beginning_of_january_both_are_possible(example: Path) -> None:
    """On 10 January 2018 the earlier status and stalled are both possible, for the day in January is unknown."""
    (found,) = _status(example, "2018-01-10")
    assert found["certainty"] == "possible"
    assert [(c["value"], c["standing"]) for c in found["candidates"]] == [
        ("under_way", "leading"),
        ("stalled", "possible"),
    ]


def test_before_it_began_nothing_is_known(example: Path) -> None:
    """On 1 September 2017 nothing is known of the operation: an empty list, and a word on stderr."""
    ended = done("--db", example, "state", STORM, "--at", "2017-09-01", "--json")
    assert ended.json == []
    assert ended.err == f"nothing is known of {STORM} at 2017-09-01\n"


def test_the_leaders_place_is_contested(example: Path) -> None:
    """In mid-May 2018 two places are claimed, with who says so, and one claim is denied."""
    (found,) = done("--db", example, "state", LEADER, "location", "--at", "2018-05-14", "--json").json
    assert found["contested"] is True
    said = {(c["value"], c["origin"]) for c in found["candidates"] if c["standing"] != "denial"}
    assert said == {("place/hajin", "person/iraqi-intelligence-chief"), ("place/al-shaer", "person/suhaib-jaber")}
    assert {c["source"] for c in found["candidates"]} == {"source/voa-2018-05-14"}
    shown = done("--db", example, "state", LEADER, "location", "--at", "2018-05-14").out
    assert "contested" in shown
    assert "not place/hajin" in shown


def test_what_was_known_earlier_differs(example: Path) -> None:
    """The closing of the crossing was entered with the day of the report, and corrected to the day before."""
    question = ("--db", example, "state", "crossing/baguz", "status", "--at", "2018-05-13", "--json")
    (now,) = done(*question).json
    assert now["value"] == "closed"
    assert done(*question, "--known-at", "2018-05-20").json == []


def test_it_can_be_asked_for_again(tmp_path: Path) -> None:
    """A second run changes no byte of the file and says that the example is there already."""
    path = tmp_path / "demo.db"
    first = done("demo", path)
    before = path.read_bytes()
    again = done("demo", path)
    assert "created" in first.out
    assert "already" in again.out
    assert path.read_bytes() == before


def test_two_builds_are_the_same(example: Path, tmp_path: Path) -> None:
    """Two builds hold the same log, byte for byte, so everybody's root hash is the same."""
    other = tmp_path / "other.db"
    done("demo", other)

    def rows(path: Path) -> list[Any]:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            found = connection.execute("SELECT * FROM event ORDER BY position").fetchall()
        connection.close()
        return found

    assert rows(example) == rows(other)


def test_it_replays_and_verifies(storm: Path) -> None:
    """A replay of the example changes nothing, and a check of every byte finds no fault."""
    assert done("--db", storm, "replay", "--json").json["changed"] == []
    report = done("--db", storm, "verify", "--json").json
    assert (report["ok"], report["faults"]) == (True, [])


def test_the_script_runs_through(tmp_path: Path) -> None:
    """The script of `make demo` runs to its end, twice, and shows a contested value and an unchanged replay."""
    program = Path(sys.executable).with_name("chronology")
    environment = {**os.environ, "CHRONOLOGY": f"{program} --db {tmp_path / 'demo.db'}"}
    script = Path(__file__).parents[1] / "demo.sh"
    for _ in range(2):
        ended = subprocess.run(["sh", script], check=True, capture_output=True, text=True, env=environment)
    assert "contested" in ended.stdout
    assert "unchanged: the result equals what was stored" in ended.stdout
    assert "type.defined" not in ended.stdout
