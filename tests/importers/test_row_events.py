"""A row becomes the events that it stands for."""

from typing import Any

import pytest

from chronology.events.records import Event
from chronology.importers.mappings import built_in, read_mapping
from chronology.importers.row_events import RowMapper
from chronology.importers.rows import BadRow, Row
from chronology.importers.templates import slug

HEAD = 'name = "x"\nkey = "{id}"\n[[event]]\ntype = "fact.asserted"\nsubject = "place/{id}"\n'


def _said(mapping: str, **cells: Any) -> list[Event]:
    found = RowMapper(read_mapping(HEAD + mapping, "x"), "source/x").read(Row(2, {"id": "a"} | cells))
    assert not isinstance(found, list), found
    return list(found.events)


def _bad(mapping: str, **cells: Any) -> list[str]:
    found = RowMapper(read_mapping(HEAD + mapping, "x"), "source/x").read(Row(2, {"id": "a"} | cells))
    assert isinstance(found, list)
    return [row.message() for row in found]


@pytest.mark.parametrize(
    ("rule", "cells", "valid"),
    [
        ('start = "s", end = "e"', {"s": "2018-01-01", "e": "2018-01-03"}, "2018-01-01/2018-01-03"),
        ('start = "s", end = "e"', {"s": "2018-01-01", "e": "2018-01-01"}, "2018-01-01"),
        ('start = "s", end = "e", one_day = { c = "1" }', {"s": "2018-01-01", "e": "2018-01-03", "c": "1"},
         "[2018-01-01..2018-01-03]"),
        ('start = "s", end = "e", one_day = { c = "1" }', {"s": "2018-01-01", "e": "2018-01-03", "c": "2"},
         "2018-01-01/2018-01-03"),
        ('start = "s", end = "e", no_end = "open"', {"s": "2018-01-01", "e": ""}, "2018-01-01/.."),
        ('start = "s", end = "e", no_end = "unknown"', {"s": "2018-01-01", "e": ""}, "2018-01-01/"),
        ('start = "s", end = "e", no_end = "same day"', {"s": "2018-01-01", "e": ""}, "2018-01-01"),
        ('column = "s", precision = "p", precisions = { 1 = "day", 2 = "3 days", 3 = "month" }',
         {"s": "2018-01-15", "p": "1"}, "2018-01-15"),
        ('column = "s", precision = "p", precisions = { 1 = "day", 2 = "3 days", 3 = "month" }',
         {"s": "2018-01-02", "p": "2"}, "[2017-12-30..2018-01-05]"),
        ('column = "s", precision = "p", precisions = { 1 = "day", 2 = "3 days", 3 = "month" }',
         {"s": "2018-01-15", "p": "3"}, "2018-01"),
        ('column = "s", missing = "2018"', {"s": ""}, "2018"),
        ('column = "s", missing = "2018"', {"s": "1900-01-01"}, "2018"),
    ],
)  # fmt: skip
def test_valid_times_follow_the_rule(rule: str, cells: dict[str, str], valid: str) -> None:
    """Start and end, one day in a range, open ends, precisions."""
    assert [event.valid for event in _said(f"on = {{ {rule} }}", **cells)] == [valid]


@pytest.mark.parametrize(
    ("rule", "cells", "told"),
    [
        ('start = "s", end = "e"', {"s": "2018-01-01", "e": ""}, "line 2, column e: is empty (no_end in the mapping"),
        ('start = "s", end = "e"', {"s": "2018-01-03", "e": "2018-01-01"}, "line 2, column e: 2018-01-03 to 2018-"),
        ('column = "s"', {"s": ""}, "line 2, column s: has no date"),
        ('column = "s"', {"s": "1900-01-01"}, "line 2, column s: '1900-01-01' stands for an unknown date"),
        ('column = "s", precision = "p", precisions = { 1 = "day" }', {"s": "2018-01-01", "p": "7"},
         "line 2, column p: '7' is none of 1"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_read_is_told(rule: str, cells: dict[str, str], told: str) -> None:
    """With its column; nothing is filled in."""
    [fault] = _bad(f"on = {{ {rule} }}", **cells)
    assert fault.startswith(told)


def test_all_faults_of_a_row_are_told() -> None:
    """The date and the number."""
    faults = _bad('on = { column = "s" }\n[event.data]\nn = { text = "{n}", as = "integer" }', s="x", n="y")
    assert [fault.partition(":")[0] for fault in faults] == ["line 2, column s", "line 2, column n"]


def test_lists_that_belong_together_have_one_length() -> None:
    """Else nobody knows which date is that of which office."""
    [fault] = _bad('on = { column = "s" }\nsaid_by = "organization/{o}"\neach = { o = ";", d = ";" }',
                   s="2018-01-01", o="A;B", d="1;2;3")  # fmt: skip
    assert "lists that belong together have different lengths: o has 2, d has 3" in fault


@pytest.mark.parametrize(
    ("value", "cells", "found"),
    [
        ('"{n}"', {"n": "007"}, "007"),
        ('{ text = "{n}", as = "integer" }', {"n": "4.0"}, 4),
        ('{ text = "{n}", as = "integer" }', {"n": "-3"}, -3),
        ('{ text = "{n}", as = "decimal" }', {"n": "+36.20"}, "36.20"),
        ('{ text = "{n}", as = "boolean" }', {"n": "Yes"}, True),
        ('{ text = "{n}", as = "subject", kind = "place" }', {"n": "Al Sha'fah"}, "place/al-shafah"),
        ('{ text = "place/{n}", as = "subject" }', {"n": "Hajin"}, "place/hajin"),
        ('{ text = "{n}", as = "texts", split = ";" }', {"n": "a; b;a"}, ("a", "b")),
        ('{ text = "{n}", as = "subjects", kind = "group", split = ";" }', {"n": "IS; SDF"}, ("group/is", "group/sdf")),
        ('{ text = "{n}", values = { 1 = "one" } }', {"n": "1"}, "one"),
        ('{ text = "{n}", drop = 2 }', {"n": "SOHR,2018-01-01,Clashes, and more"}, "Clashes, and more"),
        ('"{n}, {m}"', {"n": "Hajin", "m": "Syria"}, "Hajin, Syria"),
    ],
)
def test_values_are_what_the_mapping_says(value: str, cells: dict[str, str], found: object) -> None:
    """Texts, numbers, subjects and lists; decimals keep their digits."""
    [event] = _said(f'on = {{ column = "s" }}\n[event.data]\nv = {value}', s="2018-01-01", **cells)
    assert event.data["v"] == found


def test_what_is_empty_is_left_out() -> None:
    """Cells that mean nothing leave no property."""
    mapping = 'on = { column = "s" }\n[event.data]\nv = "{n}"\nw = "{m}"'
    found = RowMapper(read_mapping('missing = ["NA"]\n' + HEAD + mapping, "x"), "source/x").read(
        Row(2, {"id": "a", "s": "2018-01-01", "n": "NA", "m": ""})
    )
    assert not isinstance(found, list)
    assert found.events[0].data == {}


def test_a_row_without_a_key_is_bad() -> None:
    """Nothing could find it again."""
    assert _bad('on = { column = "s" }', id="", s="2018-01-01") == [
        "line 2, column id: has no key that tells it from other rows"
    ]


def test_conditions_choose_the_event() -> None:
    """An event applies where its columns have the values, or any where none is named."""
    mapping = 'on = { column = "s" }\nwhen = { n = "1" }'
    assert len(_said(mapping, s="2018-01-01", n="1")) == 1
    assert "says nothing" in _bad(mapping, s="2018-01-01", n="2")[0]
    assert len(_said('on = { column = "s" }\nwhen = { n = [] }', s="2018-01-01", n="2")) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Al Sha'fah", "al-shafah"), ("SOHR", "sohr"), ("Çağrı", "cagri")],
)
def test_a_name_becomes_its_slug(name: str, expected: str) -> None:
    """As everywhere in the program."""
    assert slug(name, 100) == expected


def test_names_that_slugs_cannot_tell_apart_stay_apart() -> None:
    """Arabic names, names that are cut, and addresses end in a digest of the whole."""
    pairs = [("حلب", "حمص"), ("x" * 150 + "a", "x" * 150 + "b"), ("http://a.b/C", "http://a.b/c")]
    for one, other in pairs:
        assert slug(one, 100) != slug(other, 100)
        assert len(slug(one, 100)) <= 100


def test_acled_says_how_precise_its_dates_are() -> None:
    """Day, week and month, and a source each."""
    row = {"event_id_cnty": "SYR1", "event_date": "15 May 2018", "source": "SOHR; VOA", "notes": "Clashes.",
           "fatalities": "3", "latitude": "34.69", "longitude": "40.83"}  # fmt: skip
    for precision, valid in (("1", "2018-05-15"), ("2", "[2018-05-12..2018-05-18]"), ("3", "2018-05")):
        found = RowMapper(built_in()["acled"], "source/acled").read(Row(2, row | {"time_precision": precision}))
        assert not isinstance(found, list)
        assert [(e.valid, e.said_by) for e in found.events] == [
            (valid, ("organization/sohr",)), (valid, ("organization/voa",))
        ]  # fmt: skip


def test_gdelt_midnight_is_a_quarter_of_an_hour() -> None:
    """Times of mentions are real ones, so 00:00 is one of them."""
    cells = dict.fromkeys(built_in()["gdelt-mentions"].header, "") | {
        "GlobalEventID": "1", "MentionTimeDate": "20180501000000", "MentionIdentifier": "http://example.org/1",
        "MentionSourceName": "example.org", "SentenceID": "3",
    }  # fmt: skip
    found = RowMapper(built_in()["gdelt-mentions"], "source/g").read(Row(1, cells))
    assert not isinstance(found, list)
    assert (found.events[0].valid, found.events[0].stated) == ("2018-05-01T00:00:00", "2018-05-01")


def test_a_bad_row_keeps_its_cells() -> None:
    """So that it can be written aside."""
    found = RowMapper(built_in()["acled"], "source/acled").read(Row(2, {"event_id_cnty": "SYR1"}))
    assert isinstance(found, list)
    assert isinstance(found[0], BadRow)
    assert found[0].cells == {"event_id_cnty": "SYR1"}
