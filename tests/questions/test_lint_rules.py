"""The pure rules: names that are similar, and the borders of what is too early or too late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.dates import edtf
from chronology.questions.lint_rules import (
    Report,
    are_similar,
    far_future,
    plain_name,
    premature,
    published_before,
    sentinel_date,
    shortenings,
    stated_before,
)


def report(valid: str = "2018-05-13", **rest: str | None) -> Report:
    """Return a report of something on 13 May 2018, recorded two days later."""
    given = {"stated": None, "published": None, "recorded": "2018-05-15", "announces": None, "grade": "B2"} | rest
    extent = edtf.parse(valid).extent
    return Report(subject="place/x", source="source/a", valid=valid, extent=extent, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("place/baguz", "place/baghuz"),
        ("place/al-baguz", "place/albaguz"),
        ("place/hajin", "place/hajjin"),
        ("crossing/oakford", "crossing/oakfrod"),
        ("person/suhaib-jaber", "person/suhaib-jabar"),
        ("incident/raid-2018-05", "incident/raids-2018-05"),
    ],
)
def test_two_spellings_are_similar(left: str, right: str) -> None:
    """A letter more, less, exchanged or changed, a separator or a doubled letter: either way round."""
    assert are_similar(left, right)
    assert are_similar(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("place/baguz", "place/baguz"),
        ("place/baguz", "person/baghuz"),
        ("place/baguz", "place/hajin"),
        ("incident/raid-1", "incident/raid-2"),
        ("incident/raid-2018-05", "incident/raid-2018-06"),
        ("group/brigade-i", "group/brigade-ii"),
        ("place/site-a", "place/site-b"),
        ("group/sdf", "group/sdc"),
    ],
)
def test_other_names_do_not_are_similar(left: str, right: str) -> None:
    """The same name, another kind, another number or letter that counts, and short names that differ."""
    assert not are_similar(left, right)


@given(st.text("abcdefg", min_size=5, max_size=9), st.data())
def test_names_an_edit_apart_share_a_shortening(name: str, data: st.DataObject) -> None:
    """So a search by shortenings misses no pair that looks alike."""
    index = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefg"))
    for other in (
        name[:index] + letter + name[index + 1 :],
        name[:index] + letter + name[index:],
        name[:-2] + name[:-3:-1],
    ):
        if are_similar(f"place/{name}", f"place/{other}"):
            assert shortenings(plain_name(f"place/{name}")) & shortenings(plain_name(f"place/{other}"))


@pytest.mark.parametrize("day", ["stated", "published"])
def test_what_is_told_on_the_day_itself_is_not_too_early(day: str) -> None:
    """The last day before is too early; an imprecise date is so only if no reading of it is early enough."""
    assert premature(report(**{day: "2018-05-13"})) == []
    (found,) = premature(report(**{day: "2018-05-12"}))
    assert "2018-05-12, before what it reports (2018-05-13)" in found
    assert premature(report("2018-05", **{day: "2018-05-01"})) == []
    assert len(premature(report("2018-05", **{day: "2018-04-30"}))) == 1
    assert premature(report("../2018-06", **{day: "2018-04-30"})) == []


def test_one_mistake_is_told_once() -> None:
    """Where the stated day is only the day of publication, one of the two rules tells it."""
    both = report(stated="2018-05-01", published="2018-05-01")
    assert stated_before(both) is None
    assert published_before(both)
    assert len(premature(report(stated="2018-05-02", published="2018-05-01"))) == 2


def test_without_a_stated_day_the_day_of_recording_counts() -> None:
    """Nobody records what has not begun, unless it is foretold."""
    assert stated_before(report("2018-05-15")) is None
    assert stated_before(report("2018-05-16")) == "recorded on 2018-05-15, before what it reports (2018-05-16)"


def test_a_source_may_describe_itself_at_any_time() -> None:
    """When a description was true says nothing about when the document came out."""
    own = report(published="2018-01-01", stated="2018-01-01")._replace(subject="source/a")
    assert premature(own) == []


def test_a_sentinel_is_found_wherever_it_stands() -> None:
    """At an exact start or end, as the stated day, as the day of publication; not inside a longer period."""
    assert sentinel_date(report("1900-01-01")) == ("dated 1900-01-01, which many databases write for no date")
    assert sentinel_date(report("1970-01-01/2018-05"))
    assert sentinel_date(report("../1970-01-01"))
    assert sentinel_date(report(stated="1753-01-01"))
    assert sentinel_date(report(announces="1753-01-01"))
    assert sentinel_date(report("1970-01", stated="1970-01-02")) is None


def test_the_far_future_begins_a_day_after_recording_or_ten_years_for_what_is_reported() -> None:
    """A day of grace for time zones; plans may be years ahead."""
    assert far_future(report(stated="2018-05-16", announces="2018-05-16")) is None
    assert far_future(report(stated="2018-05-17")) == "stated on 2018-05-17, but was recorded on 2018-05-15"
    assert far_future(report("2918-05-13"))
    assert far_future(report("2027")) is None
    assert far_future(report("2018/..")) is None
