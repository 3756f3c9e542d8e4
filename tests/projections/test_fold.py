"""Tests of the fold: a newer version of a type re-reads old events, and subjects are counted; a replay agrees."""

from typing import Any, Final

import pytest
from attrs import evolve

from chronology import Chronology, Event
from chronology.errors import InvalidEventError
from chronology.projections import fold, segment_changes
from chronology.store import batch
from chronology.vocabulary.definitions import DIALECT

A: Final = "01636322-91c0-7cde-9af5-2638c05341bb"
B: Final = "01636324-0ca8-7db2-b326-ab0cd5f0a974"
C: Final = "01636325-8790-7947-bd49-abf67705d6a3"
AT: Final = "2018-06"
SUBJECT: Final = {"type": "string", "format": "subject"}

FIRST: Final = {
    "$schema": DIALECT,
    "$id": "urn:chronology:well.closed:1",
    "title": "Well closed",
    "type": "object",
    "properties": {"why": {"type": "string"}, "by": {"type": "string"}},
    "x-subject": "well",
    "x-asserts": {"reason": {"data": "why"}},
    "examples": [{"why": "dry", "by": "group/x"}],
}
SECOND: Final = FIRST | {
    "$id": "urn:chronology:well.closed:2",
    "properties": {"cause": {"type": "string"}, "by": SUBJECT},
    "x-asserts": {"status": {"const": "closed"}, "reason": {"data": "cause"}},
    "x-upcast": [{"op": "move", "from": "/why", "path": "/cause"}, {"op": "add", "path": "/by", "value": "group/x"}],
    "examples": [{"cause": "dry", "by": "group/x"}],
}
THIRD: Final = SECOND | {
    "$id": "urn:chronology:well.closed:3",
    "x-asserts": {"status": {"const": "shut"}},
    "x-upcast": [{"op": "remove", "path": "/by"}],
    "examples": [],
}


def closed(**rest: Any) -> Event:
    """Make an event of the type that gets new versions."""
    keys = {"type": "well.closed", "subject": "well/a", "valid": "2018-01", "source": "source/x"}
    return Event(**keys | {"data": {"why": "dry"}} | rest)


def values(chron: Chronology, **scope: Any) -> dict[str, Any]:
    """Return attribute and value of everything that holds in the middle of 2018."""
    found = chron.state(valid_at=AT, **{"kind": "well"} | scope)
    return {f"{holding.subject.partition('/')[2]}.{holding.attribute}": holding.value for holding in found}


def table(chron: Chronology, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of a projection."""
    return chron._session.connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()


@pytest.fixture
def wells(chron: Chronology) -> Chronology:
    """Give a store that knows version 1."""
    chron.define(FIRST)
    return chron


@pytest.fixture(autouse=True)
def replays(chron: Chronology) -> Any:
    """After every test here, a replay gives the same projections, row for row, and verify finds no fault."""
    yield
    tables = ("assertion", "state", "subject", "mention", "projection")
    before = {name: table(chron, name) for name in tables}
    assert chron.verify().faults == ()
    assert chron.replay().changed == ()
    assert {name: table(chron, name) for name in tables} == before


def test_a_newer_version_reads_old_events_anew(wells: Chronology) -> None:
    """Their payload is upcast, and they say what the new version makes of it."""
    wells.append(closed(id=A))
    assert values(wells) == {"a.reason": "dry"}
    wells.define(SECOND)
    assert values(wells) == {"a.reason": "dry", "a.status": "closed"}
    wells.define(THIRD)
    assert values(wells) == {"a.status": "shut"}
    assert wells.event(A).event.data == {"why": "dry"}


def test_what_was_known_before_the_new_version_is_read_as_it_was_then(wells: Chronology) -> None:
    """An answer asked with an earlier known_at never changes."""
    first = wells.append(closed()).position
    second = wells.define(SECOND).position
    third = wells.define(THIRD).position
    found = [values(wells, known_at=position) for position in range(first - 1, third + 1)]
    assert found == [{}, {"a.reason": "dry"}, {"a.reason": "dry", "a.status": "closed"}, {"a.status": "shut"}]
    assert second == third - 1


def test_events_of_an_old_version_can_still_be_appended(wells: Chronology) -> None:
    """An event of version 1 is read by the newest version, and its body says which version it was."""
    wells.define(SECOND)
    found = wells.append(closed(type_version=1))
    assert (found.event.type_version, dict(found.event.data)) == (1, {"why": "dry"})
    assert values(wells) == {"a.reason": "dry", "a.status": "closed"}


def test_a_re_read_event_can_be_retracted(wells: Chronology) -> None:
    """All that it said goes, however often it was reread, and stays at the earlier positions."""
    wells.append_many([closed(id=A), closed(id=B, subject="well/b")])
    before = wells.define(SECOND).position
    wells.retract(A, reason="wrong well")
    assert values(wells) == {"b.reason": "dry", "b.status": "closed"}
    assert values(wells, known_at=before) == {
        "a.reason": "dry", "a.status": "closed", "b.reason": "dry", "b.status": "closed",
    }  # fmt: skip


def test_a_re_read_event_can_be_replaced(wells: Chronology) -> None:
    """Replacing it across subjects leaves nothing of it behind."""
    wells.append(closed(id=A))
    wells.define(SECOND)
    wells.append(closed(subject="well/b", replaces=A, data={"cause": "sand"}))
    assert values(wells) == {"b.reason": "sand", "b.status": "closed"}


def test_what_was_withdrawn_is_not_read_anew(wells: Chronology) -> None:
    """A new version brings no retracted event back."""
    wells.append(closed(id=A))
    wells.retract(A, reason="wrong well")
    wells.define(SECOND)
    assert values(wells) == {}


def test_disputes_of_re_read_events_follow_what_those_say_now(wells: Chronology) -> None:
    """An event disputed before its type changed is disputed in what it says after."""
    wells.append(closed(id=A))
    denial = {"type": "fact.asserted", "data": {"attribute": "depth", "value": 3}, "source": "source/y"}
    wells.append(closed(id=B, disputes=[A], **denial))
    assert {h.attribute: h.contested for h in wells.state("well/a", valid_at=AT)} == {"reason": True, "depth": False}
    wells.define(SECOND)
    assert {h.attribute: h.contested for h in wells.state("well/a", valid_at=AT)} == {
        "reason": True, "depth": False, "status": True,
    }  # fmt: skip
    wells.retract(B, reason="settled")
    assert not any(h.contested for h in wells.state("well/a", valid_at=AT))


def test_a_dispute_between_events_of_the_type_is_read_anew_on_both_sides(wells: Chronology) -> None:
    """Both the disputed and the disputing event say what the new version makes of them."""
    wells.append(closed(id=A))
    wells.append(closed(id=B, disputes=[A], source="source/y", data={"why": "war"}))
    wells.define(SECOND)
    found = {h.attribute: (h.value, h.contested) for h in wells.state("well/a", valid_at=AT)}
    assert found == {"reason": ("war", True), "status": ("closed", True)}


def test_many_events_are_read_anew(wells: Chronology) -> None:
    """More than are held in memory at a time, withdrawn and disputed ones among them."""
    wells.append_many(closed(subject=f"well/{n % 500}") for n in range(1_100))
    wells.append(closed(id=A, subject="well/x"))
    wells.define(SECOND)
    wells.retract(A, reason="x")
    assert values(wells, attribute="status") == {f"{n}.status": "closed" for n in range(500)}


def test_definition_and_events_may_come_in_one_batch(chron: Chronology) -> None:
    """Batching changes nothing: both versions, events between them, and a retraction, at once."""
    definitions = [
        Event(type="type.defined", subject="type/well.closed", data={"schema": schema}) for schema in (FIRST, SECOND)
    ]
    chron.append_many([definitions[0], closed(id=A), closed(id=B, subject="well/b"), definitions[1]])
    assert values(chron) == {"a.reason": "dry", "a.status": "closed", "b.reason": "dry", "b.status": "closed"}


def test_a_version_that_an_old_event_does_not_fit_is_refused(wells: Chronology) -> None:
    """Not only the examples: every event in the log must fit the new version, or it is not defined."""
    head = wells.append(closed(data={})).position
    with pytest.raises(InvalidEventError, match="the upcast to version 2 does not fit"):
        wells.define(SECOND)
    assert wells.head() == head
    assert wells.vocabulary.newest("well.closed").version == 1


def test_the_log_names_the_event_that_a_new_version_does_not_fit(chron: Chronology) -> None:
    """Where no example warns, the position of the first event that cannot be read tells where to look."""
    chron.define({key: value for key, value in FIRST.items() if key != "examples"})
    position = chron.append(closed(data={})).position
    with pytest.raises(InvalidEventError, match=rf"x-upcast of the event at position {position}: data: "):
        chron.define({**SECOND, "x-upcast": [], "required": ["cause"]})
    assert chron.head() == position


# Mentions and subjects --------------------------------------------------------------------------------------


def subjects(chron: Chronology) -> dict[str, tuple[int, int, int]]:
    """Return first and last position and number of events of every subject that is not a type."""
    return {row[0]: row[2:] for row in table(chron, "subject") if row[1] != "type"}


def test_a_subject_is_counted_where_an_event_is_about_it_or_refers_to_it(chron: Chronology) -> None:
    """Once for each event, and not for an event that refers to its own subject."""
    keys = {"valid": "2018", "source": "source/x"}
    at = chron.append(Event(type="person.located", subject="person/a", data={"place": "place/hajin"}, **keys)).position
    chron.append(
        Event(type="alliance.formed", subject="alliance/a", data={"members": ["group/b", "alliance/a"]}, **keys)
    )
    chron.append(Event(type="person.located", subject="group/b", data={"place": "place/hajin"}, **keys))
    assert subjects(chron) == {
        "person/a": (at, at, 1),
        "place/hajin": (at, at + 2, 2),
        "alliance/a": (at + 1, at + 1, 1),
        "group/b": (at + 1, at + 2, 2),
    }
    assert [found.position for found in chron.timeline("place/hajin")] == [at, at + 2]
    assert [found.position for found in chron.timeline("group/b")] == [at + 1, at + 2]


def test_a_withdrawn_event_is_still_counted_and_no_longer_told(chron: Chronology) -> None:
    """The subject exists in the log for ever; its timeline shows what is live."""
    keys = {"valid": "2018", "source": "source/x", "data": {"place": "place/hajin"}}
    chron.append(Event(type="person.located", subject="person/a", id=A, **keys))
    chron.retract(A, reason="x")
    assert [subjects(chron)[name][2] for name in ("person/a", "place/hajin")] == [2, 1]
    assert chron.timeline("person/a") == chron.timeline("place/hajin") == []


def test_a_new_version_that_sees_subjects_adds_and_takes_mentions(wells: Chronology) -> None:
    """References are counted again when they begin or end, and a subject that nobody names any more is gone."""
    at = wells.append(closed(data={"why": "dry", "by": "group/y"})).position
    wells.append(closed(subject="well/b"))
    assert set(subjects(wells)) == {"well/a", "well/b"}
    wells.define(SECOND)
    assert subjects(wells) == {"well/a": (at, at, 1), "well/b": (at + 1, at + 1, 1), "group/x": (at, at + 1, 2)}
    assert len(wells.timeline("group/x")) == 2
    wells.define(THIRD)
    assert set(subjects(wells)) == {"well/a", "well/b"}
    assert wells.timeline("group/x") == []


def test_a_re_read_reference_goes_with_its_retraction(wells: Chronology) -> None:
    """Retracting an event also withdraws the mentions that a newer version found in it."""
    wells.append(closed(id=A))
    wells.define(SECOND)
    wells.retract(A, reason="x")
    assert wells.timeline("group/x") == []
    assert subjects(wells)["group/x"][2] == 1


# Memory -----------------------------------------------------------------------------------------------------


def test_what_is_kept_in_mind_of_a_batch_is_bounded(wells: Chronology, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes to state are processed whenever there are many, even if all concern one attribute."""
    kept: list[int] = []

    def update(connection: Any, touched: Any, real: Any = segment_changes.update) -> None:
        kept.append(sum(map(len, touched.values())))
        real(connection, touched)

    monkeypatch.setattr(segment_changes, "update", update)
    monkeypatch.setattr(fold, "_CHANGES_IN_MIND", 10)
    monkeypatch.setattr(fold, "_MOST_ROWS", 10)
    monkeypatch.setattr(batch, "_FLUSH_ROWS", 5)
    wells.append_many(closed(valid=f"2018-01-{day:02d}") for day in range(1, 29))
    assert sum(kept) == 28
    assert max(kept) <= 15


def test_rows_that_wait_are_bounded_however_many_an_event_makes(
    wells: Chronology, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events with thirty attributes are written as soon as their rows are many, not once their number is."""
    waiting: list[int] = []

    def insert(connection: Any, claims: Any, numbers: Any, real: Any = fold.insert) -> None:
        waiting.append(len(claims))
        real(connection, claims, numbers)

    names = [f"a{number}" for number in range(30)]
    wells.define(
        {
            "$schema": DIALECT,
            "$id": "urn:chronology:well.counted:1",
            "title": "Well counted",
            "type": "object",
            "properties": {name: {"type": "integer"} for name in names},
            "additionalProperties": False,
            "x-asserts": {name: {"data": name} for name in names},
        }
    )
    monkeypatch.setattr(fold, "insert", insert)
    monkeypatch.setattr(fold, "_MOST_ROWS", 100)
    counted = Event(type="well.counted", subject="well/a", valid="2018-01-01", data=dict.fromkeys(names, 1))
    wells.append_many(evolve(counted, valid=f"2018-01-{day:02d}", source="source/s") for day in range(1, 29))
    assert sum(waiting) == 28 * 30
    assert max(waiting) <= 4 * 30
