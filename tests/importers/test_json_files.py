"""JSON files are read object by object, and nested parts become columns."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology import Chronology
from chronology.errors import ImportFileError
from chronology.importers.json_files import CLOUDEVENTS, JSON, _Items, flattened
from chronology.importers.rows import BadRow, Reading
from tests.importers.sheets import take_file


def test_nested_parts_are_columns() -> None:
    """A list of objects is a list for each key, in step; numbers keep their digits."""
    record = {"id": 1, "at": {"lat": "1.50"}, "sources": [{"path": "a", "d": "x"}, {"path": "b"}], "tags": ["t", "u"]}
    assert flattened(record) == {
        "id": "1",
        "at": '{"lat": "1.50"}',
        "at.lat": "1.50",
        "sources.path": ("a", "b"),
        "sources.d": ("x", ""),
        "tags": ("t", "u"),
    }


JSONS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(items=st.lists(JSONS, max_size=5), indent=st.sampled_from([None, 1]), size=st.integers(1, 7))
def test_a_list_is_cut_into_its_items(items: list[Any], indent: int | None, size: int) -> None:
    """However the text is cut into pieces, brackets and marks in texts included."""
    text = json.dumps(items, indent=indent, ensure_ascii=False) + "\n"
    scanner = _Items()
    found = []
    for place in range(0, len(text), size):
        found += scanner.feed(text[place : place + size])
        if scanner.is_done:
            break
    assert [json.loads(item) for item in found] == items
    assert scanner.is_done


def test_a_list_on_one_long_line_is_read(tmp_path: Path) -> None:
    """Programs write such files without line breaks; only an object may not be longer than any event."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"id": n, "text": "x" * 100} for n in range(30_000)]), "utf-8")
    assert sum(1 for _ in JSON.read(path, Reading()).rows) == 30_000
    path.write_text(json.dumps([{"text": "x" * 1_000_001}]), "utf-8")
    with pytest.raises(ImportFileError, match="object 1 is longer than 1,000,000 characters"):
        list(JSON.read(path, Reading()).rows)


def test_a_list_that_breaks_off_is_refused(tmp_path: Path) -> None:
    """Half a download is not a smaller dataset."""
    path = tmp_path / "a.json"
    path.write_text('[{"id": 1}, {"id": 2}', "utf-8")
    with pytest.raises(ImportFileError, match="breaks off"):
        list(JSON.read(path, Reading()).rows)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "[" * 100, '{"a": NaN}', "nonsense"])
def test_what_is_no_clear_json_is_a_bad_row(tmp_path: Path, text: str) -> None:
    """Keys that stand twice, depth without end, and what is not JSON."""
    path = tmp_path / "a.ndjson"
    path.write_text('{"id": 0}\n' + text + "\n", "utf-8")
    rows = list(JSON.read(path, Reading()).rows)
    assert [isinstance(row, BadRow) for row in rows] == [False, True]


def test_cloudevents_are_checked(tmp_path: Path) -> None:
    """Another version, and missing attributes."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"specversion":"0.3","id":"1"}\n{"specversion":"1.0","id":"1","source":"x"}\n', "utf-8")
    told = [row.reason for row in CLOUDEVENTS.read(path, Reading()).rows if isinstance(row, BadRow)]
    assert told == ["is not a CloudEvent of version 1.0: specversion is '0.3'", "is not a CloudEvent: type missing"]


def test_cloudevents_become_events(chron: Chronology, tmp_path: Path) -> None:
    """Type and subject are those of the store; unknown time is not midnight."""
    path = tmp_path / "a.jsonl"
    event = {"specversion": "1.0", "id": "1", "source": "https://example.org", "type": "crossing.closed",
             "subject": "crossing/north", "time": "2019-02-10T00:00:00Z", "data": {"reason": "snow"}}  # fmt: skip
    other = event | {"id": "2", "valid": "2019-02", "saidby": "person/mayor", "grade": "B2"}
    path.write_text(f"{json.dumps(event)}\n{json.dumps(other)}\n", "utf-8")
    assert take_file(chron, path, form="cloudevents", source="source/feed").counts == (2, 0, 0, 0, 0)
    first, second = (e.event for e in chron.read(after=chron.head() - 2))
    assert (first.valid, first.data, first.said_by) == ("2019-02-10", {"reason": "snow"}, ())
    assert (second.valid, second.said_by, second.grade) == ("2019-02", ("person/mayor",), "B2")


def test_cloudevents_that_chronology_wrote(chron: Chronology, tmp_path: Path) -> None:
    """Their data is a whole event: it was so when that says, not when it was recorded, and a denial stays one."""
    path = tmp_path / "a.jsonl"
    body = {"format": 1, "nonce": "ab", "type": "crossing.closed", "subject": "crossing/north", "valid": "2019-02~",
            "stance": "denies", "data": {"reason": "snow"}, "source": "source/gazette", "stated": "2019-03-02",
            "said_by": ["person/mayor", "person/clerk"], "grade": "B2", "quote": "closed"}  # fmt: skip
    event = {"specversion": "1.0", "id": "1", "source": "chronology/x", "type": "crossing.closed",
             "subject": "crossing/north", "time": "2024-02-10T08:00:00.000000Z", "data": body}  # fmt: skip
    unknown = event | {"id": "2", "type": "crossing.vanished"}
    path.write_text(f"{json.dumps(event)}\n{json.dumps(unknown)}\n", "utf-8")
    outcome = take_file(chron, path, form="cloudevents", source="source/feed", skip_bad=True)
    assert [row.reason.partition(" (")[0] for row in outcome.bad] == ["unknown event type 'crossing.vanished'"]
    found = chron.event(chron.head()).event
    assert (found.valid, found.stance, found.stated, found.grade, found.quote) == (
        "2019-02~", "denies", "2019-03-02", "B2", "closed"
    )  # fmt: skip
    assert found.said_by == ("person/mayor", "person/clerk", "source/gazette")
    assert found.data == {"reason": "snow"}


INCIDENT = {
    "id": "CIV0001", "date": "02/24/2022", "latitude": "49.85005", "longitude": "36.659031", "location": "Chuhuiv",
    "description": "Apartment block hit.",
    "sources": [{"id": "s1", "path": "https://example.org/a/AbC", "description": "Hit"},
                {"id": "s2", "path": "https://example.org/a/aBc", "description": "Block"}],
    "filters": [{"key": "Type of area affected", "value": "Residential"}],
}  # fmt: skip


def test_a_timemap_is_recognised(chron: Chronology, tmp_path: Path) -> None:
    """One assertion a source; addresses that differ in capitals alone are different sources."""
    path = tmp_path / "api.json"
    path.write_text(json.dumps([INCIDENT, INCIDENT | {"id": "CIV0002", "sources": []}]), "utf-8")
    outcome = take_file(chron, path)
    assert (outcome.summary.dataset, outcome.counts, outcome.summary.said) == ("source/timemap", (2, 0, 0, 0, 0), 3)
    first, second, bare = (e.event for e in chron.read(after=chron.head() - 3))
    assert first.valid == "2022-02-24"
    assert first.said_by != second.said_by
    assert first.quote == "Hit"
    assert first.data["filters"] == ("Type of area affected: Residential",)
    assert bare.said_by == ()


@pytest.mark.parametrize("flip", ["2022-02-24", "2022-02-24T00:00:00.000Z", "2/24/2022"])
def test_a_timemap_that_flips_its_dates_has_not_changed(chron: Chronology, tmp_path: Path, flip: str) -> None:
    """Nor has one that numbers its sources anew, orders them differently, or breaks lines elsewhere."""
    path = tmp_path / "api.json"
    path.write_text(json.dumps([INCIDENT]), "utf-8")
    take_file(chron, path)
    sources = [source | {"id": f"n{n}"} for n, source in enumerate(reversed(INCIDENT["sources"]))]  # type: ignore[call-overload]
    flipped = INCIDENT | {"date": flip, "description": "Apartment  block\nhit.", "sources": sources}
    path.write_text(json.dumps([flipped], indent=1), "utf-8")
    assert take_file(chron, path, sync=True).counts == (0, 0, 1, 0, 0)
