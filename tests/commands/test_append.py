"""Appending and retracting, from what is typed to what is stored and what `state` then says."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chronology import Chronology, Event
from tests.command_line import GATE, GAZETTE, append, done, status, untouched


def head() -> int:
    """Return the position of the newest event."""
    return int(done("log", "--nl").lines[-1]["position"])


def test_every_option_of_append_is_stored(store: Path) -> None:
    """The body contains exactly what the options of `append` say, under the design's names."""
    first = append("crossing.closed", GATE)
    id_ = "01638701-4f00-7fbb-bb58-d7c42440a900"
    stored = append(
        "crossing.closed", GATE, "reason=storm damage", "--said-by", "person/mayor", "--said-by", "source/radio",
        "--stated", "2024-03-10", "--grade", "B2", "--denies", "--disputes", first["id"], "--replaces", first["id"],
        "--quote", "It is open.", "--locator", "p. 2", "--note", "By telephone.", "--id", id_, "--recorded-by", "Ada",
    )  # fmt: skip
    for key in ("leaf", "nonce", "recorded_at", "position", "outcome"):
        stored.pop(key)
    assert stored == {
        "format": 1, "id": id_, "type": "crossing.closed", "type_version": 1, "subject": GATE, "valid": "2024-03-10",
        "stance": "denies", "data": {"reason": "storm damage"}, "source": GAZETTE,
        "said_by": ["person/mayor", "source/radio"], "stated": "2024-03-10", "grade": "B2", "quote": "It is open.",
        "locator": "p. 2", "note": "By telephone.", "disputes": [first["id"]], "replaces": first["id"],
        "recorded_by": "Ada",
    }  # fmt: skip
    assert done("show", id_, "--json").json["type"] == "crossing.closed"


def test_what_was_not_said_is_not_stored(store: Path) -> None:
    """An event with nothing optional has no empty keys; its stated day is the day its source was published."""
    stored = append("crossing.closed", GATE)
    assert set(stored) == {
        "position", "format", "id", "nonce", "type", "type_version", "subject", "valid", "stance", "data", "source",
        "stated", "recorded_at", "leaf", "outcome",
    }  # fmt: skip
    assert stored["stated"] == "2024-03-11"


def test_the_analysts_name_comes_from_the_environment(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CHRONOLOGY_RECORDED_BY names who writes down, for events and for retractions."""
    monkeypatch.setenv("CHRONOLOGY_RECORDED_BY", "Ada")
    stored = append("crossing.closed", GATE)
    assert stored["recorded_by"] == "Ada"
    assert done("retract", stored["id"], "--reason", "x", "--json").json["recorded_by"] == "Ada"


def test_lines_are_recorded_by_whoever_appends_them(store: Path) -> None:
    """--recorded-by counts for every line of a batch that does not name somebody itself."""
    event = {"type": "crossing.closed", "subject": GATE, "valid": "2024", "source": "source/radio"}
    lines = [json.dumps(event), json.dumps(event | {"recorded_by": "Bob"})]
    first = done("append", "-", "--recorded-by", "Ada", "--json", stdin="\n".join(lines)).json["first"]
    stored = done("log", "--after", str(first - 1), "--nl").lines
    assert [event["recorded_by"] for event in stored] == ["Ada", "Bob"]


def test_a_dispute_by_position_contests(store: Path) -> None:
    """An event disputed by its position makes the answer contested, with both parties and who says so."""
    closed = append("crossing.closed", GATE, "--grade", "B2")
    append("crossing.opened", GATE, "--disputes", str(closed["position"]), "--said-by", "person/mayor")
    answer = status()
    assert (answer["value"], answer["contested"]) == ("open", True)
    assert [(c["value"], c["standing"], c["origin"]) for c in answer["candidates"]] == [
        ("open", "leading", "person/mayor"),
        ("closed", "rival", GAZETTE),
    ]
    shown = done("state", GATE, "status", "--at", "2024-03-12").out
    assert "contested" in shown
    assert f"person/mayor via {GAZETTE}" in shown


def test_a_denial_is_shown_as_one(store: Path) -> None:
    """A denied value stays the answer, contested, and the denial is listed as what it denies."""
    append("crossing.closed", GATE)
    append("crossing.closed", GATE, "--denies", source="source/radio")
    answer = status()
    assert (answer["value"], answer["contested"]) == ("closed", True)
    assert "not closed" in done("state", GATE, "status", "--at", "2024-03-12").out


def test_a_replacement_and_a_retraction_change_the_answer_from_then_on(store: Path) -> None:
    """What is replaced or retracted is gone from the answer, but still there at an earlier known time."""
    closed = append("crossing.closed", GATE, on="2024-03-09")
    assert status()["since"] == "2024-03-09"
    again = append("crossing.closed", GATE, "--replaces", closed["id"][:18], on="2024-03-10")
    assert status()["since"] == "2024-03-10"
    assert status("--known-at", str(closed["position"]))["since"] == "2024-03-09"
    retraction = done("retract", f"#{again['position']}", "--reason", "the wrong crossing")
    place = again["position"]
    assert retraction.out == f"#{place + 1} retracts #{place} crossing.closed {GATE}\n"
    assert status() is None
    assert status("--known-at", str(again["position"]))["since"] == "2024-03-10"
    assert done("show", closed["id"], "--json").json["withdrawn_by"] == again["position"]
    assert f"withdrawn_by  #{again['position'] + 1}" in done("show", str(again["position"])).out.replace("   ", " ")


def test_a_dry_run_writes_nothing(store: Path) -> None:
    """--dry-run checks and writes nothing, for one event and for many, and does not claim that it did."""
    line = json.dumps({"type": "crossing.closed", "subject": GATE, "valid": "2024", "source": GAZETTE})
    with untouched(store):
        one = done("append", "crossing.closed", GATE, "--on", "2024", "--source", GAZETTE, "--dry-run")
        many = done("append", "-", "--dry-run", stdin=f"{line}\n{line}\n")
    assert (one.out, many.out) == ("would append 1, 0 unchanged\n", "would append 2, 0 unchanged\n")
    assert "nothing was written" in one.err


def test_lines_are_appended_once(store: Path) -> None:
    """JSON lines are appended in one go; appending the same lines again changes nothing if they have ids."""
    lines = [
        {"id": f"01638701-4f00-7fbb-bb58-d7c42440a90{n}", "type": "crossing.closed", "subject": f"crossing/{n}",
         "valid": "2024", "source": GAZETTE} for n in range(3)
    ]  # fmt: skip
    text = "\n".join(map(json.dumps, lines))
    before = head()
    assert done("append", "-", stdin=f"\ufeff{text}\r\n").out == f"3 appended, 0 unchanged, head {before + 3}\n"
    again = done("append", "-", "--json", "--expected-head", str(before + 3), stdin=text).json
    assert again == {"appended": 0, "unchanged": 3, "first": None, "head": before + 3}


def test_a_clock_that_fell_behind_is_noted(store: Path) -> None:
    """If the log's last event is later than this machine's clock, appending lines says so."""
    with Chronology.open(store, clock=lambda: datetime(2200, 1, 1, tzinfo=UTC)) as chron:
        chron.append(Event(type="crossing.closed", subject=GATE, valid="2024", source=GAZETTE))
    line = json.dumps({"type": "crossing.closed", "subject": GATE, "valid": "2024", "source": GAZETTE})
    assert "clock is" in done("append", "-", stdin=line).err


def test_a_source_is_described_without_naming_it_twice(store: Path) -> None:
    """A description typed without --source, or read from a line, is stored with its subject as source."""
    typed = done("append", "source.described", "source/radio", "title=Radio", "--on", "2024", "--json").json
    line = json.dumps({"type": "source.described", "subject": "source/tv", "valid": "2024", "data": {"title": "TV"}})
    position = done("append", "-", "--json", stdin=line).json["first"]
    assert typed["source"] == "source/radio"
    assert done("show", str(position), "--json").json["source"] == "source/tv"
