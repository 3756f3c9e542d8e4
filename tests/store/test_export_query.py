"""Tests of what is taken out of a store: events by every filter, compared with a slow reading of the model."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import Stores, batches
from strategies import ATTRIBUTES, DAYS, QUESTIONS, SUBJECTS, histories, scopes

from chronology import Chronology, Event, RecordedEvent
from chronology.dates import edtf
from chronology.errors import ChronologyError, DateError


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("selecting"))


def slow(chron: Chronology, *, known_at: int | None = None, **wanted: Any) -> list[int]:
    """Return the positions that pass, by a look at every event of the log."""
    events = [event for event in chron.read(until=known_at) if event.event.valid]
    gone = {event.event.retracts or event.event.replaces for event in chron.read(until=known_at)}
    found = [event for event in events if event.id not in gone and _passes(chron, event, **wanted)]
    found.sort(key=lambda event: (*_extent(event), event.position))
    return [event.position for event in found]


def _extent(event: RecordedEvent) -> tuple[int, int]:
    extent = edtf.parse(event.event.valid or "").extent
    return extent.start_min, extent.end_max


def _told(event: RecordedEvent) -> set[str]:
    """Return the attributes of which an event of a history says something: of the test types, every key is one."""
    data = event.event.data
    return {data["attribute"]} if event.event.type.startswith("fact.") else set(data)


def _passes(chron: Chronology, event: RecordedEvent, **wanted: Any) -> bool:
    said = event.event
    grade, least = said.grade, wanted.get("min_grade")
    first, end = _extent(event)
    says = {(said.subject, name) for name in _told(event)}
    says |= {
        (other.event.subject, name) for one in said.disputes for other in [chron.event(one)] for name in _told(other)
    }
    asked = wanted.get("attribute")
    return (
        wanted.get("subject") in (None, said.subject)
        and (asked is None or any(name == asked and wanted.get("subject") in (None, of) for of, name in says))
        and wanted.get("kind") in (None, said.subject.split("/")[0])
        and (not wanted.get("since") or end > edtf.opening_of(wanted["since"]))
        and (not wanted.get("until") or first <= edtf.close_of(wanted["until"]))
        and (wanted.get("sources") is None or said.source in wanted["sources"])
        and (wanted.get("origins") is None or said.origin in wanted["origins"])
        and said.source not in (wanted.get("without_sources") or ())
        and said.origin not in (wanted.get("without_origins") or ())
        and (not wanted.get("stated_by") or (said.stated or f"{event.recorded_at:%Y-%m-%d}") <= wanted["stated_by"])
        and (least is None or (grade is not None and grade[0] <= least[0] and grade[1] <= least[1]))
    )


ASKED = {
    "subject": st.sampled_from(SUBJECTS),
    "attribute": st.sampled_from(ATTRIBUTES),
    "kind": st.sampled_from(["operation", "place"]),
    "since": st.sampled_from(DAYS),
}


@st.composite
def filters(draw: st.DrawFn) -> dict[str, Any]:
    """Draw no filter, one or two: more together leave nothing that could be wrong."""
    scope = draw(scopes()) if draw(st.booleans()) else {}
    names = draw(st.sets(st.sampled_from(sorted({*ASKED, *scope})), max_size=2))
    return {name: scope[name] if name in scope else draw(ASKED[name]) for name in sorted(names)}


@settings(max_examples=settings.default.max_examples // 2)
@given(drawn=histories(), wanted=filters(), ago=st.integers(0, 4))
def test_every_filter_selects_as_a_slow_reading_does(
    stores: Stores, drawn: list[dict[str, Any]], wanted: dict[str, Any], ago: int
) -> None:
    """Live by then, about it, saying it, within the period, from whom, graded: in order of valid time."""
    with stores.of(batches(drawn)) as chron:
        known_at = max(stores.base, chron.head() - ago)
        found = [event.position for event in chron.events(**wanted, known_at=known_at)]
        assert found == slow(chron, known_at=known_at, **wanted)


@settings(max_examples=settings.default.max_examples // 3)
@given(drawn=histories(), scope=scopes(), moment=st.sampled_from(QUESTIONS))
def test_at_a_date_the_parties_to_its_answers_are_selected(
    stores: Stores, drawn: list[dict[str, Any]], scope: dict[str, Any], moment: str
) -> None:
    """Exactly the events that `state` lists, the losing ones too."""
    with stores.of(batches(drawn)) as chron:
        held = chron.state(valid_at=moment, **scope)
        parties = {party.position for one in held for party in one.candidates} - {None}
        assert {event.position for event in chron.events(valid_at=moment, **scope)} == parties


def test_without_a_filter_it_is_the_timeline(chron: Chronology) -> None:
    """The same events in the same order."""
    chron.append(Event(type="operation.ended", subject="operation/x", valid="2018", source="source/s"))
    assert list(chron.events()) == chron.timeline()


def test_a_subject_that_is_only_named_is_found(chron: Chronology) -> None:
    """As on the timeline: events that refer to it count."""
    chron.append(
        Event(
            type="operation.launched", subject="operation/x", valid="2018", source="source/s", data={"by": "group/sdf"}
        )
    )
    assert [event.event.subject for event in chron.events("group/sdf")] == ["operation/x"]


@pytest.mark.parametrize(
    "wrong",
    [{"since": "2018-02", "until": "2018-01"}, {"since": "x"}, {"min_grade": "Z"}, {"known_at": -1}, {"known_at": "x"}],
)
def test_what_cannot_be_a_filter_is_refused_at_once(chron: Chronology, wrong: dict[str, Any]) -> None:
    """Before the first event is read, so that nothing is written that would have to be taken back."""
    with pytest.raises((DateError, ChronologyError)):
        chron.events(**wrong)


def test_dates_may_be_dates(chron: Chronology) -> None:
    """As for the timeline."""
    assert list(chron.events(since=date(2018, 1, 1), until=date(2018, 1, 2))) == []


def test_a_grade_has_to_suffice_in_both_respects(chron: Chronology) -> None:
    """At least as reliable and at least as credible; what has no grade is out."""
    for grade in ("A1", "B3", "B4", "C3", None):
        chron.append(Event(type="operation.ended", subject="operation/x", valid="2018", source="source/s", grade=grade))
    assert [event.event.grade for event in chron.events(min_grade="B3")] == ["A1", "B3"]


def test_what_was_withdrawn_is_gone_from_that_position_on(chron: Chronology) -> None:
    """Not one later, not one earlier."""
    event = chron.append(Event(type="operation.ended", subject="operation/x", valid="2018", source="source/s"))
    chron.retract(event.id, reason="r")
    found = [list(chron.events(known_at=position)) for position in range(event.position - 1, event.position + 2)]
    assert [len(events) for events in found] == [0, 1, 0]


def test_names_are_those_of_then(chron: Chronology) -> None:
    """Who was named later had no name before."""
    before = chron.head()
    chron.append(Event(type="subject.named", subject="place/x", data={"name": "Xanadu"}))
    assert chron.names.titles() == {"place/x": "Xanadu"}
    assert chron.names.titles(known_at=before) == {}
