"""Tests of everything of one subject on one page."""

import pytest

from chronology import Chronology, Event

SUBJECT = "place/hajin"


@pytest.fixture
def told(chron: Chronology) -> Chronology:
    """Give a store with a place that several documents speak of."""
    for number, (subject, valid, data) in enumerate(
        [
            (SUBJECT, "2018-03", {"part": "east"}),
            (SUBJECT, "2018-01", {"part": "west"}),
            ("place/near", "2018-02", {"located_in": SUBJECT}),
            ("place/other", "2018-02", {"part": "north"}),
        ]
    ):
        source = f"source/s{min(number, 1)}"
        grade = "B2" if number else "C4"
        chron.append(
            Event(type="place.described", subject=subject, valid=valid, source=source, data=data, grade=grade,
                  stated=f"2018-05-0{number + 1}", said_by=["person/p"] if number == 2 else [])
        )  # fmt: skip
    chron.describe(SUBJECT, names=["Hajin"])
    return chron


def days(chron: Chronology, **filters: object) -> list[str | None]:
    """Return the dates of the events on the page."""
    return [event.event.valid for event in chron.about(SUBJECT, "2018-06", **filters).events]


def test_a_page_holds_what_other_questions_tell(told: Chronology) -> None:
    """Names, state, timeline with what refers to the subject, and the documents, the most used first."""
    found = told.about(SUBJECT, "2018-06")
    assert [name.text for name in found.names] == ["Hajin"]
    assert [(one.subject, one.attribute, one.value) for one in found.holdings] == [(SUBJECT, "part", "east")]
    assert list(found.events) == told.timeline(SUBJECT)
    assert [event.event.subject for event in found.events] == [SUBJECT, "place/near", SUBJECT]
    assert [(one.source, one.events) for one in found.sources] == [("source/s1", 2), ("source/s0", 1)]


def test_every_filter_is_honoured(told: Chronology) -> None:
    """Events are left out as their assertions are."""
    assert days(told, sources=["source/s0"]) == ["2018-03"]
    assert days(told, origins=["person/p"]) == ["2018-02"]
    assert days(told, min_grade="B3") == ["2018-01", "2018-02"]
    assert days(told, stated_by="2018-05-02") == ["2018-01", "2018-03"]
    assert told.about(SUBJECT, "2018-02", min_grade="B3").holdings[0].value == "west"


def test_a_page_is_as_known_then(told: Chronology) -> None:
    """What was recorded later is not on it; what was withdrawn later is."""
    head = told.head()
    first = told.timeline(SUBJECT)[-1]
    told.retract(first.id, reason="r")
    assert days(told) == ["2018-01", "2018-02"]
    assert days(told, known_at=head) == ["2018-01", "2018-02", "2018-03"]
    assert told.about(SUBJECT, known_at=head - 1).names == ()
    assert days(told, known_at=first.position) == ["2018-03"]


def test_of_what_is_unknown_the_page_is_empty(chron: Chronology) -> None:
    """It holds nothing at all."""
    found = chron.about(SUBJECT)
    assert (found.names, found.holdings, found.events, found.sources) == ((), (), (), ())
