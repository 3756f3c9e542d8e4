"""Who disagrees, in a store: both sides, when, within every filter, and the same as the state calls contested."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror import Stores, batches
from strategies import MOMENTS, QUESTIONS, SUBJECTS, histories, scopes

from chronology import Chronology, Event
from chronology.errors import DateError
from chronology.questions.conflicts import Conflict


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("conflicts"))


def say(chron: Chronology, value: str, valid: str, source: str, **rest: object) -> int:
    """Append what a source says of who controls a town, and return its position."""
    data = {"attribute": "controlled_by", "value": value}
    event = Event(type="fact.asserted", subject="place/x", valid=valid, data=data, source=source, **rest)
    return chron.append(event).position


def pairs(found: list[Conflict]) -> list[tuple[str, int | None, int]]:
    """Return how, and the positions of who."""
    return [(one.clash, one.first.position if one.first else None, one.second.position) for one in found]


def test_two_values_at_a_time_stand_with_both_sides_and_a_span(chron: Chronology) -> None:
    """Who says what, by which source, and from when to when the state is contested by it."""
    first = say(chron, "group/a", "2018-05-01/2018-05-20", "source/p", grade="B2")
    second = say(chron, "group/b", "2018-05-10/2018-05-31", "source/q", said_by=("person/s",))
    (found,) = chron.conflicts()
    assert (found.subject, found.attribute, found.clash, found.shared_origin) == (
        "place/x",
        "controlled_by",
        "values",
        False,
    )
    assert found.first is not None
    assert (found.first.position, found.first.value, found.first.grade) == (first, "group/a", "B2")
    assert (found.second.position, found.second.origin, found.second.source) == (second, "person/s", "source/q")
    assert [(one.since, one.until) for one in found.spans] == [("2018-05-10T00:00:00", "2018-05-20T23:59:59")]


def test_a_later_change_ends_the_span(chron: Chronology) -> None:
    """Single dates persist, so the two contest each other until something else is known to hold."""
    say(chron, "group/a", "2018-05-01", "source/p")
    say(chron, "group/b", "2018-05-01", "source/q")
    assert [one.spans[0].until for one in chron.conflicts()] == [None]
    say(chron, "group/c", "2018-06-01", "source/p")
    assert [one.spans[0].until for one in chron.conflicts()] == ["2018-05-31T23:59:59"]


def test_one_origin_by_way_of_two_sources_is_marked_and_contests_nothing(chron: Chronology) -> None:
    """What looks like two independent reports is one spokesman; one source alone is not even listed."""
    for source in ("source/p", "source/q"):
        say(chron, f"group/{source[-1]}", "2018-05-01/2018-05-31", source, said_by=("person/s",))
    (found,) = chron.conflicts()
    assert (found.clash, found.shared_origin, found.spans) == ("values", True, ())
    assert list(chron.conflicts(valid_at="2018-05-10")) == []
    assert list(chron.conflicts(sources=["source/p"])) == []


def test_a_source_that_cites_two_people_has_two_voices(chron: Chronology) -> None:
    """They contradict each other though one document holds both."""
    for origin in ("person/s", "person/t"):
        say(chron, f"group/{origin[-1]}", "2018-05-01/2018-05-31", "source/p", said_by=(origin,))
    (found,) = chron.conflicts()
    assert (found.clash, found.shared_origin, len(found.spans)) == ("values", False, 1)


def test_denials_and_disputes_stand_with_what_they_are_about(chron: Chronology) -> None:
    """And alone, where that was withdrawn or is left out by a filter."""
    said = say(chron, "group/a", "2018-05-01", "source/p")
    denial = say(chron, "group/a", "2018-05-02", "source/q", stance="denies")
    dispute = say(chron, "group/b", "2018-07-01", "source/r", disputes=(chron.event(said).id,))
    assert pairs(list(chron.conflicts())) == [("denial", said, denial), ("dispute", said, dispute)]
    alone = [("denial", None, denial), ("dispute", None, dispute)]
    assert pairs(list(chron.conflicts(sources=["source/q", "source/r"]))) == alone
    chron.retract(chron.event(said).id, reason="an error")
    assert pairs(list(chron.conflicts())) == alone
    assert pairs(list(chron.conflicts(known_at=denial))) == [("denial", said, denial)]


def test_a_single_denial_of_an_attribute_is_found_in_the_whole_store(chron: Chronology) -> None:
    """Though nothing else is said of it."""
    denial = say(chron, "group/a", "2018-05-02", "source/q", stance="denies")
    assert pairs(list(chron.conflicts())) == [("denial", None, denial)]
    assert pairs(list(chron.conflicts("place/x"))) == [("denial", None, denial)]


def test_other_dates_of_the_same_are_told_with_the_days_between(chron: Chronology) -> None:
    """They do not make the state contested; asked about a day, they count where the two differ about it."""
    first, second = say(chron, "group/a", "2018-05-01", "source/p"), say(chron, "group/a", "2018-05-04", "source/q")
    (found,) = chron.conflicts()
    assert (found.clash, found.differ) == ("dates", ("start",))
    assert [(one.since, one.until) for one in found.spans] == [("2018-05-01T00:00:00", "2018-05-03T23:59:59")]
    assert pairs(list(chron.conflicts(valid_at="2018-05-03"))) == [("dates", first, second)]
    assert list(chron.conflicts(valid_at="2018-05-04")) == []
    assert list(chron.conflicts(stated_by="2017-01-01")) == []


def test_fuzz_can_reconcile_dates(chron: Chronology) -> None:
    """Qualified ends that are widened far enough may both be right."""
    say(chron, "group/a", "2018-05-01~", "source/p")
    say(chron, "group/a", "2018-05-04", "source/q")
    assert pairs(list(chron.conflicts()))
    assert list(chron.conflicts(fuzz=7 * 86_400)) == []


def test_kind_subject_and_attribute_restrict(chron: Chronology) -> None:
    """Each leaves out what is about something else."""
    for source in ("source/p", "source/q"):
        say(chron, f"group/{source[-1]}", "2018-05-01", source)
    assert len(list(chron.conflicts("place/x", "controlled_by", "place"))) == 1
    for scope in ({"subject": "place/y"}, {"attribute": "status"}, {"kind": "person"}, {"min_grade": "F6"}):
        assert list(chron.conflicts(**scope)) == []


def test_a_date_that_is_none_is_refused_and_lets_the_file_go(chron: Chronology) -> None:
    """The stream fails when it is asked for its first pair."""
    with pytest.raises(DateError):
        next(chron.conflicts(valid_at="2018-02-30"))
    say(chron, "group/a", "2018-05-01", "source/p")


@given(histories(), scopes(), st.data())
def test_the_state_is_contested_exactly_where_somebody_disagrees(stores: Stores, commands, scope, data) -> None:
    """At every moment, within any filters, and asked of all at once or of one subject."""
    with stores.of(batches(commands)) as chron:
        scope["known_at"] = data.draw(st.none() | st.integers(stores.base, chron.head()))
        everything = list(chron.conflicts(**scope))
        assert [one for name in SUBJECTS for one in chron.conflicts(name, **scope)] == everything
        for moment in (*QUESTIONS, *MOMENTS):
            contested = {(one.subject, one.attribute) for one in chron.state(valid_at=moment, **scope) if one.contested}
            found = chron.conflicts(valid_at=moment, **scope)
            assert {(one.subject, one.attribute) for one in found if one.clash != "dates"} == contested


def test_without_one_of_two_nobody_disagrees(chron: Chronology) -> None:
    """Neither of the whole store nor of one subject; leaving out somebody else changes nothing."""
    say(chron, "group/a", "2018-05-01", "source/p", said_by=("person/s",))
    say(chron, "group/b", "2018-05-01", "source/q")
    assert len(list(chron.conflicts())) == 1
    for about in ({}, {"subject": "place/x"}):
        assert list(chron.conflicts(without_origins=["person/s"], **about)) == []
        assert list(chron.conflicts(without_sources=["source/q"], **about)) == []
        assert len(list(chron.conflicts(without_origins=["source/p"], without_sources=["source/z"], **about))) == 1
