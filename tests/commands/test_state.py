"""The state at the command line: how many independent origins stand behind a value."""

from pathlib import Path

from tests.command_line import GAZETTE, done


def _say(value: str, source: str, *more: str) -> None:
    said = ("attribute=controlled_by", f"value={value}", "--on", "2018-01-01", "--source", source, *more)
    done("append", "fact.asserted", "place/x", *said)


def test_origins_are_shown_to_people_and_programs(store: Path) -> None:
    """Two papers that quote one spokesman are one origin; a denial has none."""
    _say("group/a", "source/p", "--said-by", "person/s")
    _say("group/a", "source/q", "--said-by", "person/s")
    asked = ("state", "place/x", "--at", "2018")
    assert done(*asked, "--json").json[0]["candidates"][0]["supported_by"] == 1
    _say("group/a", GAZETTE)
    _say("group/a", "source/r", "--denies")
    assert [one["supported_by"] for one in done(*asked, "--json").json[0]["candidates"]] == [2, None]
    heading, _, leading, denial = done(*asked).out.splitlines()
    place = heading.index("origins")
    assert (leading[place], denial[place]) == ("2", " ")


def test_only_answers_with_enough_origins(store: Path) -> None:
    """With a minimum, what rests on one origin is left out, and an empty answer says why."""
    _say("group/a", "source/p")
    assert done("state", "place/x", "--at", "2018", "--min-origins", "1").out
    left_out = done("state", "place/x", "--at", "2018", "--min-origins", "2")
    assert left_out.out == ""
    assert left_out.err == "nothing with 2 independent origins is known of place/x at 2018\n"
    _say("group/a", "source/q")
    assert "group/a" in done("state", "--at", "2018", "--min-origins", "2").out


def test_the_answer_if_somebody_is_not_trusted(store: Path) -> None:
    """Without one origin the answer is another and no longer contested; `why` tells what the filter leaves out."""
    _say("group/a", "source/p", "--said-by", "organization/monitor")
    _say("group/a", "source/q", "--said-by", "organization/monitor")
    _say("group/b", "source/r", "--said-by", "organization/army")
    asked = ("state", "place/x", "--at", "2018-01-01")
    assert "contested" in done(*asked).out
    alone = done(*asked, "--without-origin", "organization/monitor", "--json").json[0]
    assert (alone["value"], alone["contested"], len(alone["candidates"])) == ("group/b", False, 1)
    assert done(*asked, "--without-source", "source/r", "--json").json[0]["value"] == "group/a"
    both = ("--without-source", "source/r", "--without-origin", "organization/monitor")
    assert done(*asked, *both).err == "nothing is known of place/x at 2018-01-01, within the filters\n"
    why = done("why", "place/x", "controlled_by", "--at", "2018-01-01", *both)
    assert why.out.count("--without-origin") == 2
    assert why.out.count("--without-source") == 1


def test_who_says_nothing_is_not_left_out_in_silence(store: Path) -> None:
    """A misspelt name leaves nothing out, which the answer does not show."""
    _say("group/a", "source/p", "--said-by", "organization/monitor")
    ended = done("state", "place/x", "--at", "2018-01-01", "--without-origin", "organization/monitr")
    assert "group/a" in ended.out
    assert ended.err == "note: no assertion comes from organization/monitr; did you mean organization/monitor?\n"
