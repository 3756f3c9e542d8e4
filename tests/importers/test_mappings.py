"""Mappings are read from TOML, and every fault is told with its path."""

import pytest

from chronology.errors import MappingError, UnknownNameError
from chronology.importers.mappings import FileMapping, built_in, read_mapping, text_of, type_schemas
from chronology.importers.row_events import check_columns
from chronology.vocabulary.definitions import check_definition
from tests.importers.sheets import COLUMNS, MAPPING


@pytest.mark.parametrize("name", sorted(built_in()))
def test_the_built_in_mappings_are_sound(name: str) -> None:
    """Each has the name of its file, and defines types that a store accepts."""
    mapped = built_in()[name]
    assert mapped.name == name
    assert mapped.title
    for schema in type_schemas(mapped):
        check_definition(schema)
    assert read_mapping(text_of(name), name) == mapped


def test_the_datasets_are_there() -> None:
    """Those that the documentation promises."""
    assert set(built_in()) == {"acled", "cloudevents", "gdelt-events", "gdelt-mentions", "timemap", "ucdp-ged"}
    with pytest.raises(UnknownNameError, match="unknown mapping 'ucdp'"):
        text_of("ucdp")


def test_two_mappings_do_not_claim_one_file() -> None:
    """A file is recognised by columns that only its kind has."""
    for mapped in built_in().values():
        found = [other.name for other in built_in().values() if other.recognises([*mapped.needs, *mapped.optional])]
        assert found == ([mapped.name] if mapped.needs else [])


def test_a_column_of_the_codebook_is_at_its_place() -> None:
    """GDELT's tables have no header: 61 and 16 columns, as the codebook numbers them."""
    events, mentions = built_in()["gdelt-events"].header, built_in()["gdelt-mentions"].header
    assert (len(events), len(mentions)) == (61, 16)
    assert (events[1], events[26], events[34], events[60]) == ("Day", "EventCode", "AvgTone", "SOURCEURL")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('key = "{id}"', "", "missing key 'key'"),
        ('key = "{id}"', 'kei = "{id}"', "unknown key 'kei' (did you mean key?)"),
        ("[[event]]", "[[events]]", "unknown key 'events' (did you mean event?)"),
        ('on = { column = "day" }', "on = {}", "event[0].on: give either column, or start with end"),
        ('on = { column = "day" }', 'on = { column = "day", forms = ["DD/MM"] }', "event[0].on.forms: 'DD/MM' has no"),
        ('as = "integer"', 'as = "integr"', "event[0].data.killed.as: 'integr' is not a kind of value (did you mean"),
        ('as = "integer"', 'as = "subject"', "event[0].data.killed.kind: is missing"),
        ('as = "integer"', "as = 3.5", "must be a text, not 3.5"),
        ('name = "raid.told"', 'name = "raid.untold"', "type: raid.untold is defined but no event is of that type"),
        ('name = "raids"', "name = ", "is not TOML"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_path(old: str, new: str, fault: str) -> None:
    """What is missing, misspelt or of the wrong kind."""
    with pytest.raises(MappingError) as caught:
        read_mapping(MAPPING.replace(old, new, 1), "mine.toml")
    assert fault in str(caught.value)
    assert str(caught.value).startswith("mine.toml: ")


def test_every_fault_is_told_at_once() -> None:
    """Not only the first."""
    faulty = MAPPING.replace('key = "{id}"', "").replace('as = "integer"', "az = 1")
    with pytest.raises(MappingError) as caught:
        read_mapping(faulty, "mine.toml")
    assert len(caught.value.faults) == 2


def _mine() -> FileMapping:
    return read_mapping(MAPPING, "mine.toml")


def test_a_column_that_the_file_lacks_is_told() -> None:
    """With those that are similar; an optional one may be missing."""
    columns = ["officer" if name == "office" else name for name in COLUMNS]
    with pytest.raises(MappingError, match=r"there is no column 'office' \(did you mean officer\?\)"):
        check_columns(_mine(), columns, "mine.toml")
    check_columns(read_mapping('optional = ["office"]\n' + MAPPING, "mine.toml"), columns, "mine.toml")


def test_a_type_is_made_of_what_the_mapping_says() -> None:
    """Properties, kinds of subject and how long it lasts."""
    [schema] = type_schemas(_mine())
    assert schema["x-subject"] == "incident"
    assert schema["x-persists"] is False
    assert schema["properties"]["north"] == {"type": "string", "format": "decimal"}
    assert set(schema["x-asserts"]) == {"killed", "north", "where"}
    assert "x-begins" not in schema


def test_a_type_that_dates_no_beginning_is_made_so() -> None:
    """Where the mapping says it; else the definition is as it always was."""
    [schema] = type_schemas(
        read_mapping(MAPPING.replace('name = "raid.told"', 'name = "raid.told"\nbegins = false'), "m")
    )
    assert schema["x-begins"] is False
    check_definition(schema)
