"""What commands print: JSON shapes, JSON lines, CSV that loses nothing, tables that no text can disturb."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from chronology.commands.application import Format
from chronology.commands.ask.state import COLUMNS as STATE_COLUMNS
from chronology.commands.screen import output
from chronology.commands.screen.event_json import EVENT_COLUMNS
from chronology.exporters.rows import harmless
from tests.command_line import done, run

HOSTILE = "[bold]x[/] [/] :smile: =cmd() \n{} %s \u202eevil\u200b é 中"

STATE_KEYS = ["subject", "attribute", "value", "certainty", "contested", "since", "valid_at", "candidates"]
CANDIDATE_KEYS = ["value", "standing", "event", "position", "valid", "origin", "source", "grade", "supported_by"]
READING = [
    ("state", "--at", "2018-05-14"),
    ("state", "crossing/none"),
    ("timeline",),
    ("log",),
    ("types",),
]  # fmt: skip


@pytest.fixture
def hostile(storm: Path) -> Path:
    """Give a store with an event whose every text is hostile."""
    names = ("--quote", HOSTILE, "--note", HOSTILE, "--locator", HOSTILE, "--recorded-by", HOSTILE)
    pairs = ("attribute=nickname", f"value={HOSTILE}")
    said = ("--on", "2018", "--source", "source/x")
    done("--db", storm, "append", "fact.asserted", "person/x", *pairs, *said, *names)
    return storm


def _read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def _from_cell(cell: str, like: Any) -> Any:
    """Return what a cell says, told only which columns hold text."""
    if cell == "":
        return None
    return cell if isinstance(like, str) else json.loads(cell)


def test_a_state_has_the_keys_of_the_design(example: Path) -> None:
    """`state --json` is a list of objects with exactly the design's keys, in its order."""
    found = done("--db", example, "state", "--at", "2018-01-10", "--json").json
    assert len(found) > 10
    for holding in found:
        assert list(holding) == STATE_KEYS
        assert holding["valid_at"] == "2018-01-10"
        for candidate in holding["candidates"]:
            assert list(candidate) == CANDIDATE_KEYS
    assert list(STATE_COLUMNS) == STATE_KEYS


def test_a_state_is_the_designs_example(example: Path) -> None:
    """The design's own question gets the design's own answer."""
    (found,) = done(
        "--db", example, "state", "operation/al-jazeera-storm", "status", "--at", "2018-03-01", "--json"
    ).json
    (candidate,) = found.pop("candidates")
    assert found == {
        "subject": "operation/al-jazeera-storm",
        "attribute": "status",
        "value": "stalled",
        "certainty": "certain",
        "contested": False,
        "since": "2018-01",
        "valid_at": "2018-03-01",
    }
    assert candidate | {"event": "", "position": 0} == {
        "value": "stalled",
        "standing": "leading",
        "event": "",
        "position": 0,
        "valid": "2018-01/2018-04~",
        "origin": "source/voa-2018-05-14",
        "source": "source/voa-2018-05-14",
        "grade": "B2",
        "supported_by": 1,
    }


def test_rows_are_in_order(example: Path) -> None:
    """States are sorted by subject and attribute, the log by position."""
    keys = [(row["subject"], row["attribute"]) for row in done("--db", example, "state", "--json").json]
    assert keys == sorted(keys)
    positions = [row["position"] for row in done("--db", example, "log", "--json").json]
    assert positions == list(range(1, len(positions) + 1))


def test_now_is_told(example: Path) -> None:
    """Without a date the answer says which instant was asked about, in UTC."""
    (first, *_) = done("--db", example, "state", "--json").json
    assert first["valid_at"].endswith("Z")
    assert len(first["valid_at"]) == len("2018-05-14T00:00:00Z")


def test_a_date_has_the_keys_of_the_design() -> None:
    """`date --json` is one object a line, with the design's keys, even for a refused date."""
    good, bad = run("date", "2018-01/2018-04~", "2018-02-30", "--json").lines
    assert list(good) == [
        "edtf", "valid", "level", "earliest", "latest", "start", "end", "persists", "uncertain", "approximate",
    ]  # fmt: skip
    assert (good["earliest"], good["latest"], good["approximate"]) == ("2018-01-01", "2018-04-30", True)
    assert list(good["start"]) == list(good["end"]) == ["min", "max"]
    assert list(bad) == ["edtf", "valid", "error"]
    assert bad["valid"] is False


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_the_forms_agree(hostile: Path, arguments: tuple[str, ...]) -> None:
    """JSON, JSON lines and CSV say the same, and CSV gives every value back."""
    if arguments[0] == "state" and "--at" not in arguments:
        arguments = (*arguments, "--at", "2018")
    listed = done("--db", hostile, *arguments, "--json").json
    assert done("--db", hostile, *arguments, "--nl").lines == listed
    rows = _read_csv(done("--db", hostile, *arguments, "--csv").out)
    assert len(rows) == len(listed)
    for row, record in zip(rows, listed, strict=True):
        assert set(record) <= set(row)
        for key, cell in row.items():
            if key == output.ANY_JSON:
                continue
            assert _from_cell(cell, record.get(key)) == record.get(key), key


@pytest.mark.parametrize(
    "value", ["stalled", "5", 5, "true", True, None, "null", "", '"a"', "[1]", [1, "a"], {"a": None}, "1e5", HOSTILE]
)
def test_a_csv_value_is_not_taken_for_another(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """In the one column that may hold anything, a text that reads as JSON is quoted as JSON: "5" is not 5."""
    output.show_records([{"position": 1, "value": value}], Format.CSV, columns=["position", "value"])
    found = _read_csv(capsys.readouterr().out)[0]["value"]
    try:
        read = json.loads(found)
    except ValueError:
        read = found or None
    assert read == value
    assert type(read) is type(value)


def test_an_event_has_its_body_and_its_place(example: Path) -> None:
    """An event in JSON is its body as stored between its position and its leaf, and every key has a CSV column."""
    for record in done("--db", example, "log", "--nl").lines:
        keys = list(record)
        assert (keys[0], keys[-1]) == ("position", "leaf")
        assert keys[1:-1] == sorted(keys[1:-1])
        assert set(keys) <= set(EVENT_COLUMNS)


def test_one_thing_is_an_object(storm: Path) -> None:
    """One thing, rather than a list, is one object in JSON: an event shown, a replay, a verification, an append."""
    shown = done("--db", storm, "show", "1", "--json").json
    assert (shown["position"], shown["withdrawn_by"]) == (1, None)
    assert list(done("--db", storm, "replay", "--json").json) == ["events", "seconds", "rows", "changed"]
    assert list(done("--db", storm, "verify", "--nl").json)[:3] == ["ok", "events", "root"]
    said = ("--on", "2018", "--source", "source/x")
    appended = done("--db", storm, "append", "crossing.closed", "crossing/x", *said, "--json").json
    assert appended["outcome"] == "appended"
    again = done("--db", storm, "append", "crossing.closed", "crossing/x", *said, "--id", appended["id"], "--json").json
    assert again == appended | {"outcome": "unchanged"}


def test_hostile_text_is_untouched_in_json(hostile: Path) -> None:
    """JSON and CSV give every text back exactly, whatever it holds."""
    (found,) = done("--db", hostile, "state", "person/x", "nickname", "--json").json
    assert found["value"] == HOSTILE
    shown = done("--db", hostile, "log", "--csv", "--subject", "person/x").out
    (row,) = _read_csv(shown)
    assert [row[key] for key in ("quote", "note", "locator", "recorded_by")] == [HOSTILE] * 4


@pytest.mark.parametrize("options", [("--spreadsheet",), ("--csv", "--spreadsheet"), ("--spreadsheet", "--csv")])
def test_a_spreadsheet_finds_no_formula(storm: Path, options: tuple[str, ...]) -> None:
    """In the copy for spreadsheets, an apostrophe precedes what could be a formula or a date; the rest is as in CSV."""
    formulas = ["=cmd()", "+1", "-1", "@SUM(A1)", " =1", '=HYPERLINK("x";"y")', "\t=1", "\n=1"]
    for number, text in enumerate(formulas):
        pairs = (f"attribute=a{number}", f"value={text}", "--note", text)
        done("--db", storm, "append", "fact.asserted", "person/x", *pairs, "--on", "2018", "--source", "source/x")
    asked = ("--db", storm, "log", "--subject", "person/x")
    copy = done(*asked, *options)
    notes = [row["note"] for row in _read_csv(copy.out)]
    assert notes == [f"'{text}" for text in formulas]
    assert "not evidence" in copy.err
    lossless = done(*asked, "--csv")
    assert [row["note"] for row in _read_csv(lossless.out)] == formulas
    assert lossless.err == ""
    expected = [{column: harmless(cell) for column, cell in row.items()} for row in _read_csv(lossless.out)]
    assert _read_csv(copy.out) == expected
    assert all(row["recorded_at"].startswith("'2") for row in expected)


@pytest.mark.parametrize(
    "arguments",
    [
        ("state", "person/x", "--at", "2018"), ("timeline", "person/x"), ("show",), ("types",), ("verify",),
        ("replay",), ("types", "show", "fact.asserted"), ("date", "=1", "@x"),
    ],
)  # fmt: skip
def test_every_reading_command_has_a_copy_for_spreadsheets(storm: Path, arguments: tuple[str, ...]) -> None:
    """No cell of any of them starts with the sign of a formula."""
    said = ("--on", "2018", "--source", "source/x", "--note", "@x")
    done("--db", storm, "append", "fact.asserted", "person/x", "attribute=a", "value=-1", *said)
    if arguments == ("show",):
        arguments = ("show", str(done("--db", storm, "log", "--subject", "person/x", "--json").json[0]["position"]))
    before = ("--db", storm) if arguments[0] != "date" else ()
    copy = run(*before, *arguments, "--spreadsheet")
    assert copy.code == int(arguments[0] == "date")
    assert "not evidence" in copy.err
    cells = [cell for row in csv.reader(io.StringIO(copy.out, newline="")) for cell in row]
    assert cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    "arguments", [("state", "person/x"), ("timeline", "person/x"), ("log", "--subject", "person/x")]
)
def test_hostile_text_is_escaped_in_tables(hostile: Path, arguments: tuple[str, ...]) -> None:
    """In a table, line breaks and what reorders text are shown as escapes, and no markup is obeyed."""
    shown = done("--db", hostile, *arguments).out
    assert r"[bold]x[/] [/] :smile: =cmd() \n{} %s \u202eevil\u200b é 中" in shown
    assert "\x1b" not in shown


def test_a_text_of_several_lines_cannot_fake_a_field(hostile: Path) -> None:
    """`show` keeps the lines of a text in its column, so that none can pass for a field of the event."""
    (record,) = done("--db", hostile, "log", "--subject", "person/x", "--nl").lines
    lines = done("--db", hostile, "show", str(record["position"])).out.splitlines()
    assert [line for line in lines if line.startswith("{}")] == []
    fields = [line.partition(" ")[0] for line in lines if not line.startswith(" ")]
    assert len(fields) == len(set(fields))


def test_tables_are_plain_when_piped(example: Path) -> None:
    """A table that goes into a pipe has no colour, and a row is one line."""
    shown = done("--db", example, "state", "person/abu-bakr-al-baghdadi", "location", "--at", "2018-05-14").out
    assert "\x1b" not in shown
    assert [line.split()[0] for line in shown.splitlines()[:3]] == [
        "attribute",
        "person/abu-bakr-al-baghdadi",
        "location",
    ]
