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


def report(chron: Chronology, type_: str, valid: str, source: str, **rest: object) -> int:
    """Append who holds Hajin, by an event of a type that takes `by`, and return its position."""
    data = {"by": "group/islamic-state"}
    event = Event(type=type_, subject="place/hajin", valid=valid, data=data, source=source, **rest)
    return chron.append(event).position


def test_who_says_that_it_was_so_disagrees_with_nobody_about_since_when(chron: Chronology) -> None:
    """The monitor and the broadcaster both report that IS holds Hajin, half a year apart; both can be right."""
    report(chron, "control.reported", "2017-12-04", "source/sohr-2017-12-04")
    report(chron, "control.reported", "2018-05", "source/voa-2018-05-14")
    assert list(chron.conflicts()) == []
    assert list(chron.conflicts("place/hajin", "controlled_by", fuzz=7 * 86_400)) == []


def test_a_report_of_a_state_hides_no_disagreement_about_its_beginning(chron: Chronology) -> None:
    """Not even by the voice that dates it later on, nor between two that do."""
    report(chron, "control.reported", "2018-01-01", "source/p")
    first = report(chron, "control.changed", "2018-02-01", "source/q")
    second = report(chron, "control.changed", "2018-03-01", "source/p")
    report(chron, "control.reported", "2018-04-01", "source/r")
    (found,) = chron.conflicts()
    assert (pairs([found]), found.differ) == ([("dates", first, second)], ("start",))


def test_the_ends_that_reports_of_a_state_give_can_differ(chron: Chronology) -> None:
    """Who says from when to when it was so dates no beginning, but an end."""
    first = report(chron, "control.reported", "2018-01-01/2018-03-01", "source/p")
    second = report(chron, "control.reported", "2018-02-01/2018-02-15", "source/q")
    (found,) = chron.conflicts()
    assert (pairs([found]), found.differ) == ([("dates", first, second)], ("end",))
    assert [(one.since, one.until) for one in found.spans] == [("2018-02-16T00:00:00", "2018-03-01T23:59:59")]


def test_a_report_of_another_value_between_two_beginnings_makes_two_spells(chron: Chronology) -> None:
    """What another held meanwhile began twice, whoever says so."""
    report(chron, "control.changed", "2018-01-01", "source/p")
    report(chron, "control.changed", "2018-03-01", "source/q")
    assert len(list(chron.conflicts())) == 1
    data = {"by": "group/sdf"}
    said = {"type": "control.reported", "subject": "place/hajin", "valid": "2018-02-01", "source": "source/r"}
    chron.append(Event(data=data, **said))
    assert [one.clash for one in chron.conflicts()] == []


HELD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:chronology:hill.held:1",
    "title": "Hill held",
    "type": "object",
    "properties": {"by": {"type": "string", "format": "subject"}},
    "x-asserts": {"controlled_by": {"data": "by"}},
}
"""A type of somebody's own, which says nothing of beginnings."""


def test_a_type_of_ones_own_can_say_that_it_dates_no_beginning(chron: Chronology) -> None:
    """As the built-in types do."""
    chron.define({**HELD, "x-begins": False})
    for valid, source in (("2018-01-01", "source/p"), ("2018-03-01", "source/q")):
        report(chron, "hill.held", valid, source)
    assert list(chron.conflicts()) == []


def test_a_new_version_that_dates_no_beginning_reads_old_events_so(chron: Chronology) -> None:
    """Older answers stay as they were, and no answer about the state changes."""
    chron.define(HELD)
    first = report(chron, "hill.held", "2018-01-01", "source/p")
    second = report(chron, "hill.held", "2018-03-01", "source/q")
    dates = ("2017-12-31", "2018-02-01", "2018-04-01")
    before = [list(chron.state(valid_at=at, origins_counted=True)) for at in dates]
    assert pairs(list(chron.conflicts())) == [("dates", first, second)]
    chron.define({**HELD, "$id": "urn:chronology:hill.held:2", "x-begins": False, "x-upcast": []})
    assert list(chron.conflicts()) == []
    assert pairs(list(chron.conflicts(known_at=second))) == [("dates", first, second)]
    assert [list(chron.state(valid_at=at, origins_counted=True)) for at in dates] == before
    report(chron, "hill.held", "2018-05-01", "source/r", type_version=1)
    assert list(chron.conflicts()) == []
    assert (chron.replay().changed, chron.verify().faults) == ((), ())


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
