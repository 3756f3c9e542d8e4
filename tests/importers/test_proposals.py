"""Proposals of mappings: from the first rows of a file, guessing nothing that could be otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.importers.mappings import FileMapping, read_mapping
from chronology.importers.proposals import propose
from chronology.importers.rows import Cell


def _proposed(**columns: list[Cell]) -> FileMapping:
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return read_mapping(propose("sheet", "csv", list(columns), rows), "the proposal")


def test_the_key_has_a_different_value_in_each_row() -> None:
    """A column that is called an id comes first; one that repeats itself is none."""
    mapped = _proposed(place=["a", "b"], code_id=["x", "y"], group_id=["z", "z"], day=["2018-05-01", "2018-05-02"])
    assert mapped.key == "{code_id}"


@pytest.mark.parametrize(
    ("cells", "forms"),
    [
        (["2018-05-01", "2018-05-02"], ("YYYY-MM-DD",)),
        (["13/05/2018", "10/05/2018"], ("D/M/YYYY",)),
        (["05/13/2018", "10/05/2018"], ("M/D/YYYY",)),
        (["5 May 2018", "early May 2018"], ("D MMMM YYYY", "words")),
        (["2018-05", "2018-05-02"], ("YYYY-MM-DD", "YYYY-MM")),
    ],
)
def test_forms_are_those_that_all_cells_need(cells: list[Cell], forms: tuple[str, ...]) -> None:
    """A single 13 says whether the day or the month comes first."""
    assert _proposed(id=["1", "2"], day=cells).event[0].on.forms == forms


def test_start_and_end_belong_together() -> None:
    """An empty end means that it is still so, until the person says otherwise."""
    on = _proposed(id=["1", "2"], start_date=["2018-05-01"] * 2, end_date=["2018-05-02", ""]).event[0].on
    assert (on.start, on.end, on.no_end) == ("start_date", "end_date", "open")


def test_kinds_of_values() -> None:
    """A code with a zero before it is no number, and decimals keep their digits as text."""
    mapped = _proposed(id=["1", "2"], day=["2018-05-01"] * 2, n=["3", "-4"], zip=["007", "101"], lat=["34.5", "36"])
    assert {name: value.as_ for name, value in mapped.event[0].data.items()} == {
        "n": "integer", "zip": "text", "latitude": "decimal"
    }  # fmt: skip


def test_coordinates_get_the_names_under_which_a_map_finds_them() -> None:
    """They are text, whole degrees too; a column of words keeps its name."""
    days = ["2018-05-01"] * 2
    data = _proposed(id=["1", "2"], day=days, Lat=["34", "36"], Lng=["40.5", "41"]).event[0].data
    assert {name: (value.text, value.as_) for name, value in data.items()} == {
        "latitude": ("{Lat}", "decimal"), "longitude": ("{Lng}", "decimal")
    }  # fmt: skip
    assert list(_proposed(id=["1", "2"], day=days, long=["yards", "miles"]).event[0].data) == ["long"]


def test_yes_and_no_are_true_and_false() -> None:
    """However each is written; a column that also says something else stays text, and one of digits is numbers."""
    days = ["2018-05-01"] * 2
    mapped = _proposed(id=["1", "2"], day=days, a=["TRUE", "no"], b=["yes", "maybe"], c=["0", "1"])
    assert {name: value.as_ for name, value in mapped.event[0].data.items()} == {
        "a": "boolean", "b": "text", "c": "integer"
    }  # fmt: skip


LETTERS = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="{}")
NAMES = st.lists(st.text(LETTERS, max_size=6).map(str.strip).filter(bool), min_size=1, max_size=5, unique=True)


@given(names=NAMES, stem=st.text(st.characters(exclude_categories=("Cs",)), max_size=8), data=st.data())
def test_any_file_has_a_proposal_that_is_toml(names: list[str], stem: str, data: st.DataObject) -> None:
    """Names of columns and files in any script, with quotation marks and backslashes."""
    cell = st.sampled_from(["", "1", "007", "2018-05-01", "10/05/2018", "x;y", '"', "\\"])
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(["id", "day", *names], cell)), max_size=4))
    rows = [row | {"id": str(number), "day": "2018-05-01"} for number, row in enumerate(rows)]
    text = propose(stem, "csv", list(dict.fromkeys(["id", "day", *names])), rows)
    text = text.replace("D/M/YYYY or M/D/YYYY", "D/M/YYYY")
    if rows:
        read_mapping(text, "the proposal")
