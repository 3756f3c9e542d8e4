"""Tests of tables for people: everything is shown, nothing sticks out."""

from hypothesis import given
from hypothesis import strategies as st

from chronology.commands.screen.display import width_of
from chronology.commands.screen.table import LONGEST_CELL, Marked, Tone, lay_out, narrowest, safe

CELLS = st.text(alphabet=st.sampled_from("ab-/_. ,=[2018é中́"), max_size=60)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=4)
HEADINGS = ("event", "valid", "says")


def _columns(lines: list[str], at: int) -> str:
    return " ".join(line[at:].split("  ")[0].strip() for line in lines)


def test_columns_stand_in_line() -> None:
    """If there is room, a row is a line and every column begins where its heading does."""
    lines = list(lay_out([("#1", "2018-05-13", "closed"), ("#10", "", "open")], headings=HEADINGS))
    assert lines == [
        "event  valid       says",
        "#1     2018-05-13  closed",
        "#10                open",
    ]


def test_a_title_stands_above_its_rows() -> None:
    """A text among the rows has a line to itself, and makes no column wider."""
    lines = list(lay_out(["crossing/baguz, a long title", ("a", "b", "c")], headings=HEADINGS))
    assert lines == ["event  valid  says", "crossing/baguz, a long title", "a      b      c"]


def test_texts_break_at_spaces_and_names_never() -> None:
    """A narrow table breaks texts between words, keeps names and dates whole, and keeps a cell's indent."""
    rows = [("  person/mayor via source/voa-2018-05-14", "[2018-05-06..2018-05-12]", "the crossing was closed")]
    assert narrowest(rows, headings=HEADINGS) == 71
    assert list(lay_out(rows, headings=HEADINGS, room=71)) == [
        "event                    valid                     says",
        "  person/mayor via       [2018-05-06..2018-05-12]  the crossing was",
        "  source/voa-2018-05-14                            closed",
    ]


def test_what_is_marked_is_painted() -> None:
    """A heading and the marked beginning of a cell have a colour, even if the cell is broken; nothing else has."""
    cell = Marked("but a rival says so, and more", tone=Tone.CONTESTED, length=len("but a rival says"))
    lines = list(lay_out([("a", cell, "c")], headings=("x", "y", "z"), room=28, paint=lambda s, tone: f"<{tone}:{s}>"))
    assert lines == [
        "<heading:x  y                       z>",
        "a  <contested:but a rival says> so,    c",
        "   and more",
    ]


def test_a_mark_outlives_the_escape() -> None:
    """A marked cell is escaped like any other, and stays marked where it was."""
    (found,) = safe([Marked("denies; \x1b[0m", tone=Tone.CONTESTED, length=6)])
    assert isinstance(found, Marked)
    assert (found, found.length, found.tone) == (r"denies; \x1b[0m", 6, Tone.CONTESTED)


@given(ROWS)
def test_nothing_is_lost_without_a_width(rows: list[list[str]]) -> None:
    """If the output is not a terminal, a row is one line and holds every cell."""
    lines = list(lay_out(rows, headings=HEADINGS))
    assert len(lines) == 1 + len(rows)
    for line, row in zip(lines[1:], rows, strict=True):
        assert all(cell.strip() in line for cell in row)


@given(ROWS, st.integers(0, 60))
def test_nothing_sticks_out(rows: list[list[str]], more: int) -> None:
    """From the narrowest width on, no line is wider than the terminal, and no word is broken or lost."""
    room = narrowest(rows, headings=HEADINGS) + more
    lines = list(lay_out(rows, headings=HEADINGS, room=room))
    assert max(map(width_of, lines)) <= room
    for row in rows:
        for word in " ".join(row).split(" "):
            assert any(word in line for line in lines)
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
