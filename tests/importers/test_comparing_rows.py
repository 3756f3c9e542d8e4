"""What a row says is compared with what the log holds of it, as content, not as text."""

from datetime import UTC, datetime

import attrs
import pytest

from chronology.events.records import Event, RecordedEvent
from chronology.importers.comparing import Held, compare
from chronology.importers.identities import Place

EVENT = Event(type="a.b", subject="x/y", valid="2018", source="source/s", said_by="organization/o", data={"n": "1.50"})


def _held(event: Event, slot: int = 0, state: str = "live") -> Held:
    recorded = RecordedEvent(
        position=slot + 1,
        event=attrs.evolve(event, id=f"id-{slot}"),
        recorded_at=datetime.now(UTC),
        leaf=b"",
        body=b"x",
    )
    return Held(Place(slot, 0), recorded, state)


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"n": "1.5"}},
        {"quote": ""},
        {"note": None},
        {"stated": None},
    ],
    ids=repr,
)
def test_what_only_looks_different_is_the_same(change: dict[str, object]) -> None:
    """Zeros at the end of a decimal, and empty texts."""
    assert not compare([attrs.evolve(EVENT, **change)], [_held(EVENT)], frozenset()).is_change  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"n": "1.51"}},
        {"data": {"n": "1.50", "m": 1}},
        {"valid": "2018~"},
        {"stated": "2018-05-01"},
        {"grade": "B2"},
        {"quote": "said"},
        {"stance": "denies"},
        {"said_by": ("organization/p",)},
        {"type": "a.c"},
    ],
    ids=repr,
)
def test_what_says_something_else_is_a_change(change: dict[str, object]) -> None:
    """Every part of an event that a row can give."""
    assert compare([attrs.evolve(EVENT, **change)], [_held(EVENT)], frozenset()).is_change  # type: ignore[arg-type]


def test_the_day_that_the_log_filled_in_is_no_change() -> None:
    """If the row gives no day, the log takes the day on which the dataset was published."""
    filled = attrs.evolve(EVENT, stated="2019-01-01")
    assert compare([EVENT], [_held(filled)], frozenset()).is_change
    assert not compare([EVENT], [_held(filled)], frozenset({"2019-01-01"})).is_change


def test_a_change_replaces_what_the_same_party_said() -> None:
    """Not what stood at the same place in the list."""
    other = attrs.evolve(EVENT, said_by=("organization/p",))
    new = attrs.evolve(other, data={"n": "2"})
    found = compare([new, EVENT], [_held(EVENT, 0), _held(other, 1)], frozenset())
    assert [(old.place.slot, event.data["n"]) for old, event in found.replaced] == [(1, "2")]
    assert (found.same, found.added, found.gone) == (1, (), ())


def test_equal_statements_are_counted() -> None:
    """Two equal reports are two: if one vanishes, one is gone."""
    found = compare([EVENT], [_held(EVENT, 0), _held(EVENT, 1)], frozenset())
    assert (found.same, len(found.gone), found.added) == (1, 1, ())
