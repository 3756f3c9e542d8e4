"""Tests of tables for people: everything is shown, nothing sticks out."""

from hypothesis import given
from hypothesis import strategies as st

from chronology.commands.display import width_of
from chronology.commands.table import LONGEST_CELL, lay_out

CELLS = st.text(alphabet=st.sampled_from("ab-/_. ,=[2018é中́"), max_size=60)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=4)
HEADINGS = ("event", "valid", "says")


def _columns(lines: list[str], at: int) -> str:
    return " ".join(line[at:].split("  ")[0].strip() for line in lines)


def test_columns_stand_in_line() -> None:
    """Where there is room, a row is a line and every column begins where its heading does."""
    lines = list(lay_out([("#1", "2018-05-13", "closed"), ("#10", "", "open")], headings=HEADINGS))
    assert lines == [
        "event  valid       says",
        "#1     2018-05-13  closed",
        "#10                open",
    ]


def test_a_title_stands_above_its_rows() -> None:
    """A text among the rows stands alone on its line, and makes no column wider."""
    lines = list(lay_out(["crossing/baguz, a long title", ("a", "b", "c")], headings=HEADINGS))
    assert lines == ["event  valid  says", "crossing/baguz, a long title", "a      b      c"]


def test_names_break_after_their_signs_and_dates_do_not() -> None:
    """A narrow table breaks names after / and -, keeps dates whole, and keeps a cell's indent."""
    rows = [("  source/voa-2018-05-14", "[2018-05-06..2018-05-12]", "crossing closed")]
    assert list(lay_out(rows, headings=HEADINGS, room=39)) == [
        "event         valid          says",
        "  source/     [2018-05-06    crossing",
        "  voa-        ..2018-05-12]  closed",
        "  2018-05-14",
    ]


@given(ROWS)
def test_nothing_is_lost_without_a_width(rows: list[list[str]]) -> None:
    """Where the output is no terminal, a row is one line and holds every cell."""
    lines = list(lay_out(rows, headings=HEADINGS))
    assert len(lines) == 1 + len(rows)
    for line, row in zip(lines[1:], rows, strict=True):
        assert all(cell.strip() in line for cell in row)


@given(ROWS, st.integers(20, 120))
def test_nothing_sticks_out(rows: list[list[str]], room: int) -> None:
    """Whatever the cells hold, no line is wider than the terminal, and no letter is lost in wrapping."""
    lines = list(lay_out(rows, headings=HEADINGS, room=room))
    assert max(map(width_of, lines)) <= room
    letters = sorted(char for row in (HEADINGS, *rows) for cell in row for char in cell if char.strip())
    assert sorted(char for line in lines for char in line if char.strip()) == letters


def test_an_endless_cell_is_cut() -> None:
    """A cell without end is cut with an ellipsis, so that one text cannot fill the screen."""
    (_, line) = lay_out([("#1", "", "x" * 60_000)], headings=HEADINGS)
    assert line.endswith("…")
    assert width_of(line) < LONGEST_CELL + 20


def test_line_breaks_and_escapes_are_shown() -> None:
    """No cell can fake a row or reach the terminal: line breaks and escape sequences are shown as such."""
    (_, line) = lay_out([("a\nb", "\x1b[31m", "‮x")], headings=HEADINGS)
    assert line.split() == [r"a\nb", r"\x1b[31m", r"\u202ex"]
