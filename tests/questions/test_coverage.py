"""Gaps: where no assertion can hold, day by day; and what rests on one old assertion."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chronology import Chronology, Event
from chronology.dates import edtf
from chronology.dates.calendar import DAY
from chronology.errors import ChronologyError


def say(chron: Chronology, valid: str, value: str | None = "group/a", **rest: Any) -> int:
    """Append what a source says of who controls a town, and return the position."""
    data = {"attribute": "controlled_by"} | ({} if value is None else {"value": value})
    kind = "fact.ended" if value is None else "fact.asserted"
    fields = {"type": kind, "subject": "place/x", "valid": valid, "data": data, "source": "source/a"}
    return chron.append(Event(**fields | {"stated": "2018-03-01"} | rest)).position


def spans(chron: Chronology, **rest: Any) -> list[tuple[str, str]]:
    """Return the first and the last day of every gap."""
    return [
        (gap.since[:10], gap.until[:10]) for gap in chron.gaps(**{"until": "2018-12-31"} | rest) if gap.what == "gap"
    ]


def test_a_gap_lies_between_what_surely_ended_and_what_can_begin(chron: Chronology) -> None:
    """Imprecise ends and starts count as far as they can reach; the events on either side are named."""
    first = say(chron, "2018-01-01/2018-03")
    second = say(chron, "2018-06/2018-07-01")
    between, after = chron.gaps("place/x", "controlled_by", until="2018-12-31")
    assert (between.since, between.until) == ("2018-04-01T00:00:00", "2018-05-31T23:59:59")
    assert (between.after, between.before, between.seconds) == (first, second, 61 * DAY)
    assert (after.since, after.until, after.before) == ("2018-07-02T00:00:00", "2018-12-31T23:59:59", None)


def test_what_lasts_leaves_no_gap_and_an_end_is_an_assertion(chron: Chronology) -> None:
    """A single date goes on; who says that it ended, says something of the time after."""
    say(chron, "2018-01-01")
    assert spans(chron) == []
    say(chron, "2018-06-01", None)
    assert spans(chron) == []


def test_only_live_affirmations_within_the_filters_count(chron: Chronology) -> None:
    """A denial fills no gap, neither does what was retracted or is left out by a filter."""
    say(chron, "2018-01-01/2018-02-01")
    say(chron, "2018-03-01/2018-04-01", "group/b", stance="denies")
    chron.retract(chron.event(say(chron, "2018-05-01/2018-06-01")).id, reason="x")
    say(chron, "2018-02-02/2018-12-31", source="source/b")
    assert spans(chron) == []
    assert spans(chron, sources=["source/a"]) == [("2018-02-02", "2018-12-31")]
    assert spans(chron, sources=["source/a"], until="2018-01-15") == []
    assert spans(chron, known_at=chron.head() - 2) == [("2018-02-02", "2018-04-30"), ("2018-06-02", "2018-12-31")]


def test_between_two_attacks_there_is_no_gap(chron: Chronology) -> None:
    """What does not last is not followed."""
    for day in ("2018-01-01", "2018-03-01"):
        chron.append(
            Event(type="attack.reported", subject="incident/x", valid=day, source="source/a", data={"means": "ground"})
        )
    assert chron.gaps(until="2018-12-31") == []


DAYS = st.integers(0, 40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(st.lists(st.tuples(DAYS, st.integers(0, 8)), min_size=1, max_size=6), DAYS)
def test_gaps_are_the_days_that_nothing_can_cover(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, int]], end: int
) -> None:
    """Day by day: from the first possible start to the date asked about, exactly the uncovered days are in a gap."""
    opening = edtf.opening_of("2018-01-01")

    def day(number: int) -> str:
        return edtf.format_day(opening + number * DAY) or ""

    path = tmp_path_factory.mktemp("gaps") / "x.db"
    with Chronology.open(path, create=True) as chron:
        for start, length in drawn:
            say(chron, f"{day(start)}/{day(start + length)}")
        found = {
            number
            for gap in chron.gaps(until=day(end))
            for number in range(60)
            if gap.since[:10] <= day(number) <= gap.until[:10]
        }
    covered = {n for start, length in drawn for n in range(start, start + length + 1)}
    first = min(start for start, _ in drawn)
    assert found == {number for number in range(first, end + 1) if number not in covered}


def test_a_value_is_stale_if_one_old_assertion_supports_it(chron: Chronology) -> None:
    """Older than the limit by its stated day; a second assertion of the same value ends that, even an old one."""
    position = say(chron, "2018-01-01")
    ninety = 90 * DAY
    assert chron.gaps(until="2018-05-29", stale=ninety) == []
    (found,) = chron.gaps(until="2018-05-30", stale=ninety)
    assert (found.what, found.value, found.after, found.before) == ("stale", "group/a", position, None)
    assert (found.since, found.until) == ("2018-03-01T00:00:00", "2018-05-30T23:59:59")
    assert chron.gaps(until="2018-05-30") == []
    say(chron, "2018-02-01", source="source/b")
    assert chron.gaps(until="2018-12-31", stale=ninety) == []


def test_a_value_is_stale_a_second_after_its_limit(chron: Chronology) -> None:
    """Not yet when it was stated just so long ago."""
    say(chron, "2018-01-01")
    assert chron.gaps(until="2018-05-30T00:00:00", stale=90 * DAY) == []
    assert [gap.what for gap in chron.gaps(until="2018-05-30T00:00:01", stale=90 * DAY)] == ["stale"]


def test_only_the_leading_value_can_be_stale(chron: Chronology) -> None:
    """Not what was outdone, ended, or has surely ended; nor what a source says of itself."""
    say(chron, "2018-01-01")
    newer = say(chron, "2018-02-01", "group/b")
    chron.sources.add("source/a", {"title": "Gazette", "published": "2018-01-01"})
    assert [gap.after for gap in chron.gaps(until="2020", stale=DAY)] == [newer]
    say(chron, "2018-03-01", None)
    assert chron.gaps(until="2020", stale=DAY) == []


def test_a_limit_below_0_is_refused(chron: Chronology) -> None:
    """Nothing is older than the future."""
    with pytest.raises(ChronologyError, match="stale is -1"):
        chron.gaps(stale=-1)


def test_one_bounded_assertion_leaves_a_gap_in_the_whole_store(chron: Chronology) -> None:
    """It is found beside what lasts for ever, and the filters leave out whose word it is."""
    say(chron, "2018-01-01/2018-01-31")
    say(chron, "2018-01-01", subject="place/y")
    assert spans(chron) == [("2018-02-01", "2018-12-31")] == spans(chron, subject="place/x")
    say(chron, "2018-03-01", source="source/b")
    assert spans(chron) == [("2018-02-01", "2018-02-28")]
    assert spans(chron, without_sources=["source/b"]) == [("2018-02-01", "2018-12-31")]
    assert spans(chron, without_origins=["source/a"]) == []
