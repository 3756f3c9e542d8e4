"""The command that shows everything of one subject."""

from pathlib import Path

from tests.command_line import done, refused, run


def test_a_page_has_a_section_for_each_thing(example: Path) -> None:
    """The tables are those of the other commands; sections without rows are left out."""
    page = done("--db", example, "about", "place/hajin", "--at", "2018-05-14").out
    assert page.startswith("place/hajin\n\nat 2018-05-14\n")
    assert [part.splitlines()[0] for part in page.split("\n\n")] == [
        "place/hajin",
        "at 2018-05-14",
        "timeline",
        "sources",
    ]
    for words in (("state", "place/hajin", "--at", "2018-05-14"), ("timeline", "place/hajin")):
        assert done("--db", example, *words).out in page
    assert "\nnames\n" in done("--db", example, "about", "Islamic State").out


def test_a_page_as_json_is_one_object(example: Path) -> None:
    """With the records of the other commands."""
    page = done("--db", example, "about", "group/islamic-state", "--at", "2018-05-14", "--json").json
    assert list(page) == ["subject", "valid_at", "names", "merges", "state", "conflicts", "timeline", "sources"]
    assert page["state"] == done("--db", example, "state", "group/islamic-state", "--at", "2018-05-14", "--json").json
    assert page["timeline"] == done("--db", example, "timeline", "group/islamic-state", "--json").json
    assert page["names"] == done("--db", example, "describe", "group/islamic-state", "--json").json
    assert {one["source"] for one in page["sources"]} == {event["source"] for event in page["timeline"]}


def test_of_what_is_unknown_that_is_said(example: Path) -> None:
    """A subject that no event names is noted; one of an unknown kind is refused."""
    ended = done("--db", example, "about", "place/hajjin")
    assert ended.out == "nothing is known of place/hajjin\n"
    assert "did you mean place/hajin?" in ended.err
    refused(run("--db", example, "about", "plaec/hajin"), "did you mean place")
