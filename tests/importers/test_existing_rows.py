"""What a row says is compared with what the log holds of it as content, not as text; its ids are alike everywhere."""

import uuid
from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.events.records import Event, RecordedEvent
from chronology.importers.existing_rows import (
    MOST_REVISIONS,
    MOST_SLOTS,
    ExistingEvent,
    Place,
    compare,
    identity,
    place_of,
    prefix,
)

EVENT = Event(type="a.b", subject="x/y", valid="2018", source="source/s", said_by="organization/o", data={"n": "1.50"})


def _held(event: Event, slot: int = 0, state: str = "live") -> ExistingEvent:
    recorded = RecordedEvent(
        position=slot + 1,
        event=attrs.evolve(event, id=f"id-{slot}"),
        recorded_at=datetime(2018, 5, 15, tzinfo=UTC),
        leaf=b"",
        body=b"x",
    )
    return ExistingEvent(Place(slot, 0), recorded, state)


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


def test_a_redacted_event_is_counted_for_what_it_keeps_out() -> None:
    """Each keeps one event of its row out, which is counted; a row that says nothing new has nothing to keep out."""
    held = _held(EVENT, state="settled")
    redacted = attrs.evolve(held, recorded=attrs.evolve(held.recorded, body=b""))
    two = [attrs.evolve(EVENT, data={"n": number}) for number in ("1", "2")]
    assert [(found.kept, found.added) for found in (compare(new, [redacted], frozenset()) for new in (two, []))] == [
        (1, (two[1],)),
        (0, ()),
    ]


PLACES = st.builds(Place, st.integers(0, MOST_SLOTS - 1), st.integers(0, MOST_REVISIONS - 1), st.booleans())


def test_an_id_never_changes() -> None:
    """Logs hold such ids: the same row must have the same one in every release of this program."""
    assert identity("source/ucdp-ged", "214797", Place(0, 0)) == GOLDEN


GOLDEN = "00af6760-b258-834d-8ab1-a78440000000"


@given(dataset=st.text(), key=st.text(), place=PLACES)
def test_an_id_is_a_uuid_that_can_be_read_back(dataset: str, key: str, place: Place) -> None:
    """It is a UUID of version 8, begins as all of its row do, below what the log makes, and tells its place."""
    found = identity(dataset, key, place)
    assert uuid.UUID(found).version == 8
    assert str(uuid.UUID(found)) == found
    assert found.startswith(prefix(dataset, key))
    assert found < "01"
    assert place_of(found) == place


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), min_size=2, max_size=30, unique=True))
def test_rows_do_not_share_ids(rows: list[tuple[str, str]]) -> None:
    """Neither within a dataset nor between two."""
    assert len({prefix(*row) for row in rows}) == len(rows)
