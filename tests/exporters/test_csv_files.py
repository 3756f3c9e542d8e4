"""Tests of the CSV exports: exact or harmless, one row an event, dates as text."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology import Chronology
from chronology.exporters import rows
from chronology.exporters.rows import harmless, is_formula
from tests.exporters.exported import DATES, HOSTILE, export, noted, said, sample

__all__ = ["sample"]


def table(data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_row_is_an_event_in_order(sample: Chronology) -> None:
    """Every event of the timeline, in its order, with what it says, exactly."""
    found = table(export("csv", sample))
    events = sample.timeline()
    assert [row["id"] for row in found] == [event.id for event in events]
    for row, event in zip(found, events, strict=True):
        assert json.loads(row["data"]) == json.loads(event.body)["data"]
        assert row["valid"] == event.event.valid
        assert (row["subject"], row["source"], row["grade"]) == (
            event.event.subject,
            event.event.source,
            event.event.grade or "",
        )
        assert row["said_by"].split() == list(event.event.said_by)
        assert row["disputes"].split() == list(event.event.disputes)


def test_hostile_text_comes_back_to_the_letter(sample: Chronology) -> None:
    """The exact flavour alters nothing, and says how many cells a spreadsheet may run."""
    data, notes = noted("csv", sample)
    (row,) = [row for row in table(data) if row["subject"] == "operation/hostile"]
    assert row["data.reason"] == row["quote"] == HOSTILE
    assert any("could be taken for formulas" in note for note in notes)


def test_the_harmless_flavour_has_no_formula(sample: Chronology) -> None:
    """No cell starts one; every other cell is exact; the file says that it is UTF-8."""
    data, notes = noted("spreadsheet", sample)
    assert data.startswith(b"\xef\xbb\xbf")
    exact = table(export("csv", sample))
    for row, wanted in zip(table(data), exact, strict=True):
        assert not any(map(is_formula, row.values()))
        assert row == {column: harmless(cell) for column, cell in wanted.items()}
    assert notes == ["cells that could be taken for formulas or dates were altered, so this copy is not evidence"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n",
        "\tplain",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        "\ufeff=1",
        "\x00=1",
        "\u200b\u00a0-1",
        "\u202e=1",
        "\u115f=1",
        "\u1160=1",
        "\u3164=1",
        "\uffa0=1",
        "﹦1",
        "-",
    ],
)
def test_formulas_are_neutralised(text: str) -> None:
    """A cell that a spreadsheet could take for a formula gets an apostrophe, once."""
    assert harmless(text) == f"'{text}"
    assert harmless(harmless(text)) == f"'{text}"


@pytest.mark.parametrize("text", ["", "stalled", "a=b", "'=1", "é", " x", "عاصفة", '"=1"'])
def test_other_cells_are_left_alone(text: str) -> None:
    """A cell that starts with anything else is unchanged."""
    assert harmless(text) == text


@given(st.text(max_size=6) | st.text(st.sampled_from("=+-@ \t\n\u200e\ufeff\u00a0\u0301ａ＝a1\u3164"), max_size=5))
def test_no_cell_starts_a_formula(text: str) -> None:
    """No cell starts with the sign of a formula, and without its apostrophe it is the text."""
    cell = harmless(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not cell.startswith(("\t", "\r", "\n"))
    assert cell.removeprefix("'") == text or cell == text


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r", " =1", "\u200b=1", "\ufeff-1", "＝1"])
def test_what_starts_a_formula_is_known(text: str) -> None:
    """Signs, also behind what a program drops."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["2018-05", "2018-05-01", "5/2018", "10/05/2018", "1-1", "1.5.2018", "May 2018", "13 May 2018", "may-18", "1 May",
     "1 March 2018, 10:00 UTC", "10:30", "2018-05-01T10:00:00Z", " 2018-05 "],
)  # fmt: skip
def test_what_a_spreadsheet_takes_for_a_date_stays_text(text: str) -> None:
    """It would make 1 May 2018 of May 2018, which nobody said."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "a", "a=1", "2018", "34.69", "34.690", "5", "spring 2018", "201X", "mayor 7 a", "(=)", "'=1", "é"]
)
def test_what_starts_none_stays(text: str) -> None:
    """Nothing else is altered."""
    assert harmless(text) == text


def test_an_imprecise_date_gets_no_day(sample: Chronology) -> None:
    """The text as entered, its words, and the first and last day that it can touch."""
    found = {row["subject"]: row for row in table(export("csv", sample))}
    row = found[f"operation/dated-{DATES.index('2018-05')}"]
    assert (row["valid"], row["valid_in_words"], row["earliest"], row["latest"]) == (
        "2018-05",
        "May 2018",
        "2018-05-01",
        "2018-05-31",
    )
    assert found[f"operation/dated-{DATES.index('../..')}"]["earliest"] == ""


def test_payloads_get_columns_of_their_own(chron: Chronology) -> None:
    """As many as there are keys; beyond a limit, the column of JSON alone has them."""
    chron.append(said("operation.stalled", "operation/x", "2018", reason="snow"))
    assert table(export("csv", chron))[0]["data.reason"] == "snow"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "MOST_KEYS", 0)
        found = table(export("csv", chron))[0]
    assert "data.reason" not in found
    assert json.loads(found["data"]) == {"reason": "snow"}
