"""Tests of listing events: in either direction, and no more of them than asked for."""

from collections.abc import Callable

import pytest

from chronology import Chronology, ChronologyError, Event
from chronology.errors import UnknownNameError, did_you_mean

DAYS = ["2018", "2018-05-01", "2018-05", "2018-05-01/..", "2018-05-01", "../2018-06", "2018-04-30"]


@pytest.fixture
def crossings(chron: Chronology) -> Chronology:
    """Give a store with events of various times, one of them withdrawn."""
    chron.append_many(Event(type="crossing.closed", subject="crossing/x", valid=day, source="source/x") for day in DAYS)
    wrong = chron.append(Event(type="crossing.closed", subject="crossing/x", valid="2018-05-02", source="source/x"))
    chron.append(Event(type="assertion.retracted", subject="crossing/x", retracts=wrong.id, data={"reason": "x"}))
    return chron


@pytest.mark.parametrize("limit", [0, 1, 3, 7, 1_000])
@pytest.mark.parametrize("subject", [None, "crossing/x"])
def test_the_timeline_backwards_is_the_timeline_turned(crossings: Chronology, subject: str | None, limit: int) -> None:
    """Reversing turns the whole order, ties too; a limit takes the beginning of it, withdrawn events not counted."""
    whole = crossings.timeline(subject)
    assert len(whole) == len(DAYS)
    assert crossings.timeline(subject, limit=limit) == whole[:limit]
    assert crossings.timeline(subject, reverse=True, limit=limit) == whole[::-1][:limit]
    assert crossings.timeline(subject, "2018-06", reverse=True) == crossings.timeline(subject, "2018-06")[::-1]


@pytest.mark.parametrize("limit", [0, 1, 3, 1_000])
def test_the_log_backwards_is_the_log_turned(crossings: Chronology, limit: int) -> None:
    """Reading in reverse begins at the newest event, within the same bounds."""
    whole = list(crossings.read(after=3))
    assert list(crossings.read(after=3, limit=limit)) == whole[:limit]
    assert list(crossings.read(after=3, reverse=True, limit=limit)) == whole[::-1][:limit]
    assert [event.position for event in crossings.read(until=3, reverse=True)] == [3, 2, 1]


@pytest.mark.parametrize("ask", [lambda c: c.timeline(limit=-1), lambda c: list(c.read(limit=-1))])
def test_a_limit_below_0_is_refused(chron: Chronology, ask: Callable[[Chronology], object]) -> None:
    """It would mean "no limit" to SQLite."""
    with pytest.raises(ChronologyError, match="limit is -1, and cannot be below 0"):
        ask(chron)


def test_a_mistyped_id_is_told_with_similar_ones(chron: Chronology) -> None:
    """The ids that share the longest beginning with it, if they are few; nothing is suggested for nonsense."""
    ids = ["01638701-4f00-7fbb-bb58-d7c42440a9d4", "01638701-4f00-7fbb-bb58-d7c42440aaaa",
           "01638799-0000-7000-8000-000000000000"]  # fmt: skip
    chron.append_many(
        Event(type="crossing.closed", subject="crossing/x", valid="2018", source="source/x", id=name) for name in ids
    )
    for typed, meant in [
        (ids[0][:-1] + "e", [ids[0]]),
        ("01638701-4f99", ids[:2]),
        ("0163875", ids),
        ("0163999999", []),
        ("nonsense", []),
        ("01a", []),
    ]:
        with pytest.raises(UnknownNameError, match="unknown event") as refusal:
            chron.event(typed)
        hint = str(refusal.value.hint)
        assert hint.startswith(f"{did_you_mean(meant)} positions go from 1".lstrip())
