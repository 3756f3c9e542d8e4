"""Tests of the file in which events wait for their shared log."""

import stat
from pathlib import Path

import pytest

from chronology import ChronologyError, Event
from chronology.remote import outbox

EVENT = Event(
    id="0195f0aa-0000-7000-8000-000000000001",
    type="fact.asserted",
    subject="place/hajin",
    valid="2018-01/2018-04~",
    source="source/voa",
    said_by=("person/suhaib-jaber",),
    data={"attribute": "status", "value": ["هجين", 1, None, {"a": "line\nbreak\u2028"}]},
    quote="“quoted”",
)


def test_events_wait_in_order_until_they_are_forgotten(tmp_path: Path) -> None:
    """What is kept comes back as it was, whatever its texts hold; nobody else can read the file."""
    store = tmp_path / "storm.db"
    assert outbox.waiting(store) == []
    other = Event(type="fact.ended", subject="place/hajin", valid="2019", source="source/voa", data={"attribute": "x"})
    outbox.keep(store, [EVENT])
    outbox.keep(store, [other, EVENT])
    assert outbox.waiting(store) == [EVENT, other, EVENT]
    assert stat.S_IMODE(outbox.place(store).stat().st_mode) == 0o600
    outbox.empty(store)
    outbox.empty(store)
    assert outbox.waiting(store) == []


@pytest.mark.parametrize("text", ["{", "[]", '{"type": 1}', "\udc80"])
def test_a_damaged_line_is_an_error(tmp_path: Path, text: str) -> None:
    """Nothing is skipped silently."""
    store = tmp_path / "storm.db"
    outbox.place(store).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ChronologyError):
        outbox.waiting(store)
