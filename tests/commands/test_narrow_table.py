"""Tests of stacked rows: exactly what a shape declares is printed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.commands.ask import state
from chronology.commands.record import types
from chronology.commands.screen import event_json
from chronology.commands.screen.display import width_of
from chronology.commands.screen.table import Marked, Shape, Tone, plain
from chronology.commands.screen.terminal import stack
from tests.terminals import STYLE

SHAPE = Shape(
    headings=("  name", "says", "date"),
    stack=("{name}: {says}  ({date})", "    on {date}"),
    beneath=("  and {says}",),
)
SHAPES = {
    "timeline": event_json.TIMELINE,
    "log": event_json.LOG,
    "state": state.SHAPE,
    "types": types.SHAPE,
    "type": types.PROPERTIES,
}
CELLS = st.text(alphabet=st.sampled_from("ab-/_. ,=[2018é中́\x1b"), max_size=60)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=4)


def _stacked(*rows: tuple[str, ...] | str, room: int = 80) -> list[str]:
    return list(stack(rows, shape=SHAPE, room=room, paint=plain))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_column_is_lost(shape: Shape) -> None:
    """Each table stacks all of its columns; a row that continues another has all but the first."""
    names = [heading.strip() for heading in shape.headings]
    assert sorted(re.findall(r"{(.*?)}", "".join(shape.stack))) == sorted(names)
    if shape.beneath:
        assert sorted(re.findall(r"{(.*?)}", "".join(shape.beneath))) == sorted(names[1:])


def test_a_row_stands_as_its_shape_says() -> None:
    """Cells are in their places, lines keep their indents, titles have a line to themselves."""
    assert _stacked("crossing/x", ("  a", "b", "2018"), ("", "c", "")) == [
        "crossing/x",
        "a: b  (2018)",
        "    on 2018",
        "  and c",
    ]


def test_what_is_empty_is_left_out() -> None:
    """A piece whose cells are all empty is left out with its label, and so is a line of such pieces."""
    assert _stacked(("a", "b", "")) == ["a: b"]


def test_texts_break_at_spaces_and_names_never() -> None:
    """A line continues two spaces further in; a piece that fits a whole line is kept together."""
    rows = ("a", "one two three", "source/voa-2018-05-14")
    assert _stacked(rows, room=16) == [
        "a: one two three",
        "  (source/voa-2018-05-14)",
        "    on",
        "      source/voa-2018-05-14",
    ]
    assert _stacked(rows, room=12)[:2] == ["a: one two", "  three"]


def test_scripts_without_spaces_are_broken() -> None:
    """A long text of wide characters fills its lines; a mark stays on its letter."""
    assert _stacked(("a", "中文" * 6, ""), room=13) == ["a: 中文中文中", "  文中文中文", "  中文"]
    assert _stacked(("a", "e\u0301" * 9, ""), room=6)[0] == "a: " + "e\u0301" * 3


@given(ROWS, st.integers(1, 120))
def test_nothing_sticks_out_and_nothing_is_lost(rows: list[list[str]], room: int) -> None:
    """At any width, only an ASCII word is wider than the terminal, and every such word is whole."""
    for row in rows:
        lines = _stacked(("x", *row[1:]), room=room)
        for line in lines:
            assert width_of(line) <= room or " ".join(line.split()).isascii() or room < 9
            assert width_of(line) <= room or len(line.split()) == 1 or room < 9
        text = "\n".join(lines)
        for cell in row[1:]:
            for word in cell.replace("\x1b", r"\x1b").split():
                assert not word.isascii() or re.search(rf"(?<!\S)\(?(x: )?{re.escape(word)}", text)


@given(st.lists(CELLS, min_size=3, max_size=3), st.integers(9, 60))
def test_colours_take_no_room(row: list[str], room: int) -> None:
    """Colours do not change the layout, and only marked words and headings have one."""
    rows = [(row[0], Marked(f"but denied {row[1]}", tone=Tone.CONTESTED, length=len("but denied")), row[2])]
    shape = Shape(headings=SHAPE.headings, stack=("  {says}", "  {name}  {date}"))
    painted = list(stack(rows, shape=shape, room=room, paint=lambda text, tone: f"\x1b[31m{text}\x1b[0m"))
    assert [STYLE.sub("", line) for line in painted] == list(stack(rows, shape=shape, room=room, paint=plain))
    coloured = " ".join(re.findall("\x1b\\[31m(.*?)\x1b\\[0m", "\n".join(painted)))
    assert coloured == "but denied"
