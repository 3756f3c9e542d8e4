"""What a person sees at a terminal, at every width: names that can be copied, lines that fit, colours with meaning."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chronology.commands.screen.display import width_of
from chronology.commands.screen.event_json import TIMELINE
from chronology.commands.screen.table import Tone
from chronology.commands.screen.terminal import lay_out, lay_out_fields, paint_for, talk, wrap
from tests.command_line import done, nth
from tests.terminals import STYLE, at_terminal

WIDTHS = [40, 80, 100, 120, 200]
RED, YELLOW = "\x1b[31m{}\x1b[0m", "\x1b[33m{}\x1b[0m"
NAME = re.compile(r"[a-z][a-z0-9_-]*/[a-z0-9][a-z0-9_.-]*|[\da-f]{8}-[\da-f-]{27}|\[?\d{4}-[\dX./~-]+\]?")
ASKED = [
    ("state", "--at", "2018-05-14"),
    ("timeline",),
    ("log",),
    ("types",),
    ("types", "show", "crossing.closed"),
    ("types", "show", "type.defined"),
    ("show", "5"),
    ("show", "63"),
]


def _contested(*arguments: str, store: Path, columns: int = 80, **environment: str) -> str:
    asked = ("state", "person/abu-bakr-al-baghdadi", "location", "--at", "2018-05-14")
    return at_terminal("--db", store, *asked, *arguments, columns=columns, **environment).raw


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("arguments", ASKED, ids=" ".join)
def test_every_table_fits_and_breaks_no_name(example: Path, arguments: tuple[str, ...], columns: int) -> None:
    """At any width, only a line that is one word is wider than the terminal, and what can be copied is whole."""
    seen = at_terminal("--db", example, *arguments, columns=columns)
    assert seen.code == 0
    copied = [line for line in seen.lines if line.endswith("\\")] + seen.lines[-1:]
    for line in seen.lines:
        assert width_of(line) <= columns or len(line.split()) == 1 or (arguments[0] == "types" and line in copied)
    piped = done("--db", example, *arguments).out
    words = set(seen.text.replace("(", " ").replace(")", " ").split())
    for name in NAME.findall(piped):
        assert any(name in word for word in words), name


def test_a_timeline_is_stacked_on_a_narrow_terminal(example: Path) -> None:
    """Date, type, subject and number; then what is said; then who says so."""
    seen = at_terminal("--db", example, "timeline", "person/abu-bakr-al-baghdadi", "--reverse", "-n", "3")
    assert seen.lines[3:9] == [
        f"[2018-05-06..2018-05-14]  person.located  person/abu-bakr-al-baghdadi  #{nth(25)}",
        f"    place=place/al-shaer; disputes #{nth(23)}",
        "    person/suhaib-jaber via source/voa-2018-05-14  B4",
        f"[2018-05-06..2018-05-14]  person.located  person/abu-bakr-al-baghdadi  #{nth(24)}",
        f"    denies; place=place/hajin; disputes #{nth(23)}",
        "    person/suhaib-jaber via source/voa-2018-05-14  B3",
    ]


def test_a_state_is_stacked_on_a_narrow_terminal(example: Path) -> None:
    """The subject, the leading value with its standing, who says so; below, the other parties with theirs."""
    assert STYLE.sub("", _contested(store=example, columns=100)).splitlines() == [
        "person/abu-bakr-al-baghdadi",
        "  location: place/al-shaer  (possible, contested)  origins: 1",
        f"      [2018-05-06..2018-05-14]  person/suhaib-jaber via source/voa-2018-05-14  B4  #{nth(25)}",
        "    or possibly: place/hajin  origins: 1",
        f"      [2018-05-06..2018-05-12]  person/iraqi-intelligence-chief via source/voa-2018-05-14  C3  #{nth(23)}",
        "    but denied: not place/hajin",
        f"      [2018-05-06..2018-05-14]  person/suhaib-jaber via source/voa-2018-05-14  B3  #{nth(24)}",
    ]


def test_a_wide_terminal_has_columns(example: Path) -> None:
    """From 120 columns on, a table that breaks no word there is what a pipe gets, wrapped or not."""
    for columns in (120, 200):
        seen = at_terminal("--db", example, "state", "crossing/baguz", "--at", "2018-05-14", columns=columns)
        assert seen.text == done("--db", example, "state", "crossing/baguz", "--at", "2018-05-14").out
    assert at_terminal("--db", example, "types", columns=120).lines[0].split()[:2] == ["type", "version"]
    narrow = at_terminal("--db", example, "state", "crossing/baguz", "--at", "2018-05-14", columns=119)
    assert narrow.lines[0] == "crossing/baguz"


def test_wide_characters_are_measured(storm: Path) -> None:
    """Lines of wide and of combining characters are filled and not overfilled."""
    for number, value in enumerate(["中文 " * 60, "中" * 110, "é" * 200, "word e\u0301e\u0301 " * 20]):
        pairs = (f"attribute=a{number}", f"value={value}")
        done("--db", storm, "append", "fact.asserted", "person/x", *pairs, "--on", "2018", "--source", "source/x")
    for columns in (40, 80):
        for arguments in (("state", "person/x"), ("timeline", "person/x"), ("show", str(nth(42)))):
            seen = at_terminal("--db", storm, *arguments, columns=columns)
            texts = [line for line in seen.lines if not line.isascii()]
            assert max(map(width_of, texts)) in (columns - 1, columns)


def test_colours_say_what_the_words_say(example: Path) -> None:
    """Contested and denied are red, possible is yellow, the subject is bold; without colours the words are the same."""
    shown = _contested(store=example)
    for painted in (RED.format("(possible, contested)"), RED.format("but denied:"), YELLOW.format("or possibly:")):
        assert painted in shown
    assert shown.startswith("\x1b[1mperson/abu-bakr-al-baghdadi\x1b[0m\n")
    assert _contested(store=example, NO_COLOR="1") == STYLE.sub("", shown)
    log = at_terminal("--db", example, "log", "--after", str(nth(23)), "-n", "1").raw
    assert "    " + RED.format("denies;") + " place=place/hajin" in log


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"NO_COLOR": "no"}, {"TERM": "dumb"}], ids=str)
@pytest.mark.parametrize("columns", [80, 160])
def test_no_colour_is_respected(example: Path, environment: dict[str, str], columns: int) -> None:
    """With NO_COLOR, or at a terminal that has no colours, nothing is sent but text."""
    assert "\x1b" not in _contested(store=example, columns=columns, **environment)
    assert "\x1b" not in at_terminal("--db", example, "state", "x", columns=columns, **environment).raw


def test_columns_have_colours_too(example: Path) -> None:
    """In columns, headings are bold and standings have the same colours, without moving what follows."""
    shown = _contested(store=example, columns=160)
    assert shown.startswith("\x1b[1m  attribute  value")
    assert RED.format("possible, contested") + "  1        [2018-05-06" in shown
    assert YELLOW.format("or possibly") + " " * 10 + "1        [2018-05-06" in shown
    assert (
        STYLE.sub("", shown)
        == done("--db", example, "state", "person/abu-bakr-al-baghdadi", "location", "--at", "2018-05-14").out
    )


def test_no_text_of_an_event_can_colour(storm: Path) -> None:
    """Foreign text that looks like our words, or like what a terminal obeys, is shown plain, in answers and errors."""
    hostile = "\u202e[31mdenies; contested (possible) error: x"
    said = ("--on", "2018", "--source", "source/x", "--note", hostile, "--quote", hostile)
    done("--db", storm, "append", "fact.asserted", "person/x", "attribute=a", f"value={hostile}", *said)
    position = str(done("--db", storm, "log", "--subject", "person/x", "--json").json[0]["position"])
    for columns in (60, 200):
        for arguments in (("state", "person/x"), ("timeline", "person/x"), ("show", position)):
            shown = at_terminal("--db", storm, *arguments, columns=columns).raw
            assert r"\u202e[31mdenies;" in shown
            assert set(re.findall("\x1b[^m]*m?", shown)) <= {"\x1b[1m", "\x1b[0m", YELLOW[:5]}
            assert "contested (possible)" in " ".join(shown.split())
    assert talk("error: \x1b[31mx\nhint: y") == r"error: \x1b[31mx\nhint: y"
    shown = at_terminal("--db", storm, "state", "x\x1b[31merror: y").raw
    assert shown.startswith("\x1b[1;31merror:\x1b[0m subject 'x\\x1b[31merror: y' is not")


@pytest.mark.parametrize(
    ("arguments", "word", "code"),
    [(("show", "999"), "error:", "1;31"), (("show", "999"), "hint:", "36"), (("state", "place/x"), "note:", "33")],
)
def test_talk_has_colours(example: Path, arguments: tuple[str, ...], word: str, code: str) -> None:
    """The words that say what a line is are coloured at a terminal, and plain anywhere else."""
    shown = at_terminal("--db", example, *arguments).raw
    assert f"\x1b[{code}m{word}\x1b[0m " in shown
    assert shown.count("\x1b") == 2 * len(re.findall("^\x1b.*?(error|hint|note):", shown, re.MULTILINE))


def test_json_at_a_terminal_is_json(example: Path) -> None:
    """Output for programs is the same at a terminal."""
    assert (
        json.loads(at_terminal("--db", example, "types", "--json").raw) == done("--db", example, "types", "--json").json
    )


def test_a_value_stands_beneath_its_name_where_it_would_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields are side by side as long as no word of the value breaks; a text of several lines keeps their indents."""
    monkeypatch.setenv("COLUMNS", "20")
    fields = [("id", "0123456789abcdef"), ("note", "one two three four"), ("data", '{\n  "a": 1\n}'), ("x", "")]
    assert list(lay_out_fields(fields, 4)) == [
        "id",
        "    0123456789abcdef",
        "note  one two three",
        "      four",
        "data  {",
        '        "a": 1',
        "      }",
        "x",
    ]


def test_a_text_is_wrapped_and_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line break is kept only in a text that may have several lines."""
    monkeypatch.setenv("COLUMNS", "8")
    assert list(wrap("one two three\nx", multiline=True)) == ["one two", "three", "x"]
    assert list(wrap("a\nb \x1b", multiline=False)) == [r"a\nb", r"\x1b"]


def test_a_stream_that_is_no_terminal_has_no_colours(tmp_path: Path) -> None:
    """A file is never painted."""
    with (tmp_path / "x").open("w") as stream:
        assert [paint_for(stream)("x", tone) for tone in Tone] == ["x"] * len(Tone)


def test_a_long_table_is_printed_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a wide terminal too, no more than the beginning of a long table is read before its first line is printed."""
    monkeypatch.setenv("COLUMNS", "200")
    taken = []

    def rows() -> Iterator[tuple[str, ...]]:
        for number in range(100_000):
            taken.append(number)
            yield ("2018", "a.b", f"x/{number}", "", "", "", "")

    first = next(lay_out(rows(), TIMELINE))
    assert first == "2018  a.b  x/0"
    assert len(taken) < 2_000
