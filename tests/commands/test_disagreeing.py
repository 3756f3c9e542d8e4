"""The command that lists who disagrees, as people and programs read it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.command_line import done, nth, run
from tests.terminals import at_terminal

LEADER = ("person/abu-bakr-al-baghdadi", "location")


def _say(value: str, on: str, source: str, *more: str) -> None:
    said = ("attribute=controlled_by", f"value={value}", "--on", on, "--source", source, *more)
    done("append", "fact.asserted", "place/x", *said)


def test_the_running_example_has_one_contested_answer(example: Path) -> None:
    """The journalist disputes what the intelligence chief says, twice; each pair stands with both sides."""
    lines = done("--db", example, "conflicts").out.splitlines()
    assert lines[1] == LEADER[0]
    assert [line.split()[:4] for line in lines[2:]] == [
        ["location", "disputed", "place/hajin", "2018-05-06/.."],
        ["by", "not", "place/hajin", "[2018-05-06..2018-05-14]"],
        ["location", "disputed", "place/hajin", "2018-05-06/.."],
        ["by", "place/al-shaer", "[2018-05-06..2018-05-14]", "person/suhaib-jaber"],
    ]


def test_programs_get_both_sides(example: Path) -> None:
    """As JSON, JSON lines and CSV, the same records."""
    asked = ("--db", example, "conflicts", *LEADER, "--at", "2018-05-14")
    found = done(*asked, "--json").json
    assert [(one["first"]["position"], one["second"]["position"]) for one in found] == [
        (nth(23), nth(24)),
        (nth(23), nth(25)),
    ]
    assert list(found[0]) == [
        "subject", "attribute", "clash", "first", "second", "spans", "differ", "shared_origin",
    ]  # fmt: skip
    assert found[0]["spans"] == [{"since": "2018-05-06T00:00:00", "until": None}]
    assert [json.loads(line) for line in done(*asked, "--nl").out.splitlines()] == found
    rows = list(csv.DictReader(io.StringIO(done(*asked, "--csv").out)))
    assert [json.loads(row["second"]) for row in rows] == [one["second"] for one in found]


def test_each_kind_of_clash_has_its_words(store: Path) -> None:
    """Other values, other dates, one spokesman in two papers, and a denial of what no one affirms."""
    _say("group/a", "2018-01-01/2018-01-31", "source/p", "--said-by", "person/s")
    _say("group/b", "2018-01-10/2018-01-20", "source/q", "--said-by", "person/s")
    _say("group/a", "2018-01-03/2018-01-28", "source/r")
    _say("group/c", "2018-01-03", "source/r", "--denies")
    heading, _, *lines = done("conflicts", "place/x").out.splitlines()
    told = [line[heading.index("clash") :].split("  ")[0] for line in lines]
    assert told == [
        "denies what no one affirms",
        "values differ, one origin",
        "against",
        "start and end differ",
        "from",
        "values differ",
        "against",
    ]


def test_two_reports_that_is_holds_hajin_do_not_disagree(store: Path) -> None:
    """Neither says since when; who dates it, disagrees with another who does."""

    def hold(type_: str, on: str, source: str) -> None:
        done("append", type_, "place/hajin", "by=group/islamic-state", "--on", on, "--source", source)

    hold("control.reported", "2017-12-04", "source/sohr-2017-12-04")
    hold("control.reported", "2018-05", "source/voa-2018-05-14")
    assert "no assertions disagree" in done("conflicts").err + done("conflicts").out
    assert done("conflicts", "place/hajin", "--json").json == []
    hold("control.changed", "2017-11-01", "source/a")
    hold("control.changed", "2017-11-20", "source/b")
    (found,) = done("conflicts", "--json").json
    assert (found["clash"], found["differ"]) == ("dates", ["start"])
    assert [found[side]["source"] for side in ("first", "second")] == ["source/a", "source/b"]


def test_a_type_that_dates_no_beginning_says_so(store: Path) -> None:
    """Where it is shown, and to programs in the list of types."""
    assert "says when it was so, not since when" in done("types", "show", "control.reported").out.splitlines()
    assert "since when" not in done("types", "show", "control.changed").out
    begins = {one["name"]: one["begins"] for one in done("types", "--json").json}
    assert (begins["control.reported"], begins["control.changed"]) == (False, True)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ((), "no assertions disagree about crossing/baguz"),
        (
            ("--at", "2018-05-14", "--known-at", "2018-05-20"),
            "about crossing/baguz at 2018-05-14, as known at 2018-05-20",
        ),
        (("--min-grade", "B2"), "about crossing/baguz, within the filters"),
    ],
)
def test_where_nobody_disagrees_it_says_so(example: Path, filters: tuple[str, ...], said: str) -> None:
    """On stderr, and programs get an empty list."""
    ended = done("--db", example, "conflicts", "crossing/baguz", *filters)
    assert (ended.out, said in ended.err) == ("", True)
    assert done("--db", example, "conflicts", "crossing/baguz", *filters, "--json").json == []


def test_filters_leave_out_a_side(example: Path) -> None:
    """Without the chief, what disputes him disputes nothing in scope."""
    found = done("--db", example, "conflicts", "--origin", "person/suhaib-jaber", "--json").json
    assert {(one["clash"], one["first"] is None) for one in found} == {("dispute", True)}


def test_a_name_that_cannot_exist_is_refused(example: Path) -> None:
    """As by every other question."""
    ended = run("--db", example, "conflicts", "--kind", "persn")
    assert (ended.code, "persn" in ended.err) == (1, True)


def test_pairs_are_stacked_on_a_narrow_terminal(example: Path) -> None:
    """What is disputed and when, by whom, and beneath it who speaks against it."""
    seen = at_terminal("--db", example, "conflicts", *LEADER, columns=80)
    assert seen.lines[:6] == [
        "person/abu-bakr-al-baghdadi",
        "  location: place/hajin  (disputed)  when: 2018-05-06/..",
        "      [2018-05-06..2018-05-12]",
        f"        person/iraqi-intelligence-chief via source/voa-2018-05-14  C3  #{nth(23)}",
        "    by: not place/hajin",
        "      [2018-05-06..2018-05-14]  person/suhaib-jaber via source/voa-2018-05-14",
    ]
