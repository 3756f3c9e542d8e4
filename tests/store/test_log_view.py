"""All that was ever asserted: what `Reader.log.assertions` yields, and up to which position the log is read."""

from datetime import UTC, datetime

import pytest
from conftest import Clock
from hypothesis import given, settings
from mirror import Stores

from chronology import Chronology, Event
from chronology.answers.resolve import resolve
from chronology.errors import ChronologyError, DateError
from chronology.events import canonical
from chronology.events.json_values import thaw
from tests.test_invariants import WHEN, upgraded_histories


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("ledger"))


@pytest.fixture
def told(chron: Chronology, clock: Clock) -> Chronology:
    """Give a store in which a crossing was closed, then corrected, and a road is blocked."""
    rest = {"source": "source/paper", "said_by": ("person/guard",), "grade": "B2"}
    closed = chron.append(Event(type="crossing.closed", subject="crossing/north", valid="2018-05-02", **rest))
    data = {"attribute": "status", "value": "blocked"}
    chron.append(Event(type="fact.asserted", subject="road/east", valid="2018-05", data=data, source="source/other"))
    clock.advance(days=3)
    chron.append(
        Event(type="crossing.closed", subject="crossing/north", valid="2018-05-01", replaces=closed.id, **rest)
    )
    return chron


def test_what_was_withdrawn_is_told_with_when(told: Chronology) -> None:
    """Each assertion says from which position to which the log knew it so."""
    head = told.head()
    found = [
        (one.subject, one.assertion.valid, one.assertion.position, one.known_until)
        for one in told.log.assertions(attribute="status")
    ]
    assert found == [
        ("crossing/north", "2018-05-02", head - 2, head),
        ("crossing/north", "2018-05-01", head, None),
        ("road/east", "2018-05", head - 1, None),
    ]


def test_of_what_came_later_nothing_is_told(told: Chronology) -> None:
    """Known earlier, the first entry is live, and the correction is not there."""
    found = list(told.log.assertions("crossing/north", "status", known_at=told.head() - 1))
    assert [(one.assertion.valid, one.known_until) for one in found] == [("2018-05-02", None)]


def test_filters_leave_the_rest_out(told: Chronology) -> None:
    """By subject, attribute, kind, source, origin and grade, as for `state`."""
    count = {
        name: len({one.assertion.position for one in told.log.assertions(**filters)})
        for name, filters in {
            "subject": {"subject": "road/east"},
            "attribute": {"attribute": "reason"},
            "kind": {"kind": "crossing"},
            "source": {"sources": ["source/other"]},
            "origin": {"origins": ["person/guard"]},
            "grade": {"min_grade": "B3"},
        }.items()
    }
    assert count == {"subject": 1, "attribute": 0, "kind": 2, "source": 1, "origin": 2, "grade": 2}


@settings(max_examples=settings.default.max_examples // 3)
@given(drawn=upgraded_histories())
def test_the_live_assertions_are_what_answers_are_made_from(stores: Stores, drawn: list[list[Event]]) -> None:
    """Resolved, the bounds of what was live at a position give the state that was known there."""
    with stores.of(drawn) as chron:
        known = stores.base + (chron.head() - stores.base) // 2
        groups: dict[tuple[str, str], list] = {}
        for one in chron.log.assertions():
            if one.assertion.known_from <= known and (one.known_until is None or one.known_until > known):
                groups.setdefault((one.subject, one.attribute), []).append(one.assertion.claim)
        for moment in WHEN[::5]:
            second = chron.why("x/x", "x", moment).valid_at
            at = int(datetime.fromisoformat(f"{second}+00:00").timestamp())
            answers = {group: answer for group, claims in groups.items() if (answer := resolve(claims, at))}
            expected = {(one.subject, one.attribute): one for one in chron.state(valid_at=moment, known_at=known)}
            assert answers.keys() == expected.keys()
            for group, answer in answers.items():
                value = thaw(expected[group].value)
                leading = answer.leading.value if answer.leading else None
                assert leading == (None if value is None else canonical.encode(value).decode())


def test_the_position_that_a_question_reads_to(told: Chronology) -> None:
    """The head, or an earlier position; a day means its close; beyond the head is the head."""
    head = told.head()
    assert told.log.position() == head
    assert told.log.position(3) == 3
    assert told.log.position(head + 5) == head
    assert told.log.position("2018-05-15") == head - 1
    assert told.log.position(datetime(2018, 5, 18, 9, 30, tzinfo=UTC)) == head
    with pytest.raises(ChronologyError, match="below 0"):
        told.log.position(-1)
    with pytest.raises(DateError):
        told.log.position("soon")
