"""`why` and `history` as people and programs read them, on the running example."""

import json
from pathlib import Path

from tests.command_line import done, nth, refused, run


def test_why_tells_the_rule_the_withdrawn_and_what_would_hold_otherwise(example: Path) -> None:
    """The correction of the running example is explained from the first line to the last."""
    lines = done("--db", example, "why", "crossing/baguz", "status", "--at", "2018-05-13").out.splitlines()
    assert lines[0] == "status of crossing/baguz at 2018-05-13: closed (certain)"
    assert [line for line in lines if not line.startswith("  ")][1:] == [
        "decides",
        "cannot win",
        "withdrawn",
        f"without #{nth(37)}: open (certain)",
    ]
    assert f"latest start, over #{nth(40)}" in next(line for line in lines if line.startswith(f"  #{nth(37)}"))
    assert f"replaced by #{nth(37)} on 2018-05-22" in next(line for line in lines if line.startswith(f"  #{nth(22)}"))
    assert f"retracted by #{nth(38)} on 2018-05-24" in next(line for line in lines if line.startswith(f"  #{nth(36)}"))


def test_why_in_json_loses_nothing(example: Path) -> None:
    """Every assertion has its evidence, and the one that decides names its rule and what it beat."""
    record = json.loads(done("--db", example, "why", "crossing/baguz", "status", "--at", "2018-05-13", "--json").out)
    leading = record["considered"][0]
    assert (leading["position"], leading["rule"], leading["against"]) == (nth(37), "latest start", nth(40))
    assert {one["how"] for one in record["withdrawn"]} == {"replaced", "retracted"}
    assert record["without"] == {"value": "open", "certainty": "certain", "contested": False}


def test_why_names_the_filters_that_hide(example: Path) -> None:
    """What a filter leaves out is listed with the option that did it."""
    leader = ("person/abu-bakr-al-baghdadi", "location")
    told = done("--db", example, "why", *leader, "--at", "2018-05-14", "--min-grade", "B3").out
    assert "left out by the filters" in told
    assert [line.split()[0] for line in told.splitlines() if "--min-grade" in line] == [f"#{nth(23)}", f"#{nth(25)}"]


def test_why_of_what_nobody_knows_suggests_the_nearest_name(example: Path) -> None:
    """An attribute that no event has is refused with a hint."""
    refused(run("--db", example, "why", "crossing/baguz", "statsu"), "did you mean status?")


def test_history_tells_every_period(example: Path) -> None:
    """A period is a row; days stand for the seconds at their borders."""
    told = done("--db", example, "history", "operation/al-jazeera-storm", "status").out.splitlines()
    assert told[1] == "status"
    assert told[2].split() == ["2017-09-09", "2017-12-31", "under_way", "certain", f"#{nth(6)}"]
    assert told[-1].split() == ["2018-05-01", "open", "resumed", "certain", f"#{nth(10)}"]


def test_history_honours_known_at(example: Path) -> None:
    """Before the correction the crossing had no history."""
    ended = done("--db", example, "history", "crossing/baguz", "status", "--known-at", "2018-05-14")
    assert "nothing is known of status of crossing/baguz" in ended.err


def test_changes_tell_what_was_thought_before_a_correction(example: Path) -> None:
    """Between two known times the correction alone changed answers, and is named."""
    told = done(
        "--db", example, "changes", "crossing/baguz", "--since", "2018-05-20", "--until", "2018-05-23", "--json"
    )
    (status,) = [one for one in json.loads(told.out) if one["attribute"] == "status"]
    assert (status["since"], status["until"]) == ("2018-05-13T00:00:00", "2018-05-13T23:59:59")
    assert status["before"] is None
    assert status["after"] == {"value": "closed", "certainty": "certain", "contested": False}
    assert status["events"] == [nth(37)]


def test_changes_take_since_and_until_instead_of_known_at(example: Path) -> None:
    """A third known time would have no meaning."""
    refused(run("--db", example, "changes", "--known-at", "50"), "changes takes no --known-at", "since and until")


def test_a_diff_tells_what_a_day_brought(example: Path) -> None:
    """What was known to hold the day before is shown beside what holds then."""
    lines = done(
        "--db", example, "diff", "crossing/baguz", "--from", "2018-05-12", "--to", "2018-05-13"
    ).out.splitlines()
    assert [line.split() for line in lines if "status" in line] == [
        ["status", "open", "(certain)", "closed", "(certain)", f"#{nth(37)}"]
    ]


def test_a_diff_of_one_date_with_itself_says_that_nothing_differs(example: Path) -> None:
    """No table, but a sentence."""
    ended = done("--db", example, "diff", "--from", "2018", "--to", "2018")
    assert (ended.out, ended.err) == ("", "no answer differs between 2018 and 2018\n")


def test_a_diff_of_everything_tells_the_world_from_documents(example: Path) -> None:
    """What is new about a source is counted for people, and listed where it is asked for and for programs."""
    asked = ("diff", "--from", "2018-05-10", "--to", "2018-05-15", "--db", example)
    everything = {one["subject"].partition("/")[0] for one in done(*asked, "--json").json}
    assert {"source", "crossing"} <= everything
    shown = done(*asked).out
    sources = sum(one["subject"].startswith("source/") for one in done(*asked, "--json").json)
    assert f"and {sources} in descriptions of sources, which --kind source lists\n" in shown
    assert "\nsource/" not in shown
    assert "\nsource/" in done(*asked, "--kind", "source").out


def test_help_leaves_out_the_filter_that_makes_no_sense() -> None:
    """`changes` lies between two known times, a search reads no dates; every other question takes both."""
    assert "--known-at" not in done("changes", "--help").out
    assert "--fuzz" not in done("search", "--help").out
    assert {"--known-at", "--fuzz"} <= set(done("state", "--help").out.split())
