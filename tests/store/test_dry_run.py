"""Tests of dry runs: everything is checked, the report says what would be done, and no byte of the file changes."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock, counting
from hypothesis import given
from hypothesis import strategies as st
from mirror import later_counting

from chronology import Chronology, Event
from chronology.errors import ChronologyError, HeadMovedError, InvalidEventError, NotLiveError, UnknownNameError
from chronology.vocabulary.builtin import schemas
from chronology.vocabulary.event_types import RETRACTED

NOBODY = "00000000-0000-7000-8000-000000000000"
FACT = Event(
    type="fact.asserted", subject="place/x", valid="2018", source="source/s", data={"attribute": "a", "value": "b"}
)


def _schema() -> dict[str, Any]:
    (schema,) = (one for one in schemas() if one["$id"] == "urn:chronology:crossing.closed:1")
    return schema | {"$id": "urn:chronology:gate.shut:1"}


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return what every file of a folder holds; SQLite's journal, which is empty between writes, aside."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.stat().st_size}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store with events that are live, replaced, retracted and redacted."""
    path = tmp_path_factory.mktemp("history") / "storm.db"
    with Chronology.open(path, create=True, clock=Clock(), randomness=counting()) as chron:
        events = [chron.append(FACT) for _ in range(6)]
        chron.retract(events[0].id, reason="wrong")
        chron.append(Event(type=FACT.type, subject=FACT.subject, valid="2019", source="source/s", data=FACT.data,
                           replaces=events[1].id))  # fmt: skip
        chron.redact(events[2].id, reason="a witness")
    return path


Deed = Callable[[Chronology, int, bool], object]
"""Does something to the event at a position, as a dry run or not."""

DEEDS: dict[str, Deed] = {
    "append": lambda chron, position, dry_run: chron.append(FACT, dry_run=dry_run),
    "append_many": lambda chron, position, dry_run: chron.append_many([FACT] * position, dry_run=dry_run),
    "retract": lambda chron, position, dry_run: chron.retract(_id(chron, position), reason="r", dry_run=dry_run),
    "redact": lambda chron, position, dry_run: chron.redact(_id(chron, position), reason="r", dry_run=dry_run),
    "define": lambda chron, position, dry_run: chron.define(_schema(), dry_run=dry_run),
    "replay": lambda chron, position, dry_run: chron.replay(dry_run=dry_run),
}


def _id(chron: Chronology, position: int) -> str:
    return chron.event(position).id if position <= chron.head() else NOBODY


def _outcome(deed: Deed, chron: Chronology, position: int, *, dry_run: bool) -> str:
    """Return what an action did, except what differs from run to run."""
    try:
        result: Any = deed(chron, position, dry_run)
    except ChronologyError as exc:
        return repr(exc)
    return repr([getattr(result, name, None) for name in ("position", "appended", "first", "head", "rows", "changed")])


@given(deeds=st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(1, 60)), min_size=1, max_size=4))
def test_no_dry_run_changes_a_byte(
    history: Path, tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, int]]
) -> None:
    """Whatever is tried, on whatever event, refused or not: the file stays as it was, and so do the answers."""
    folder = tmp_path_factory.mktemp("tried")
    path = Path(shutil.copy(history, folder))
    before = bytes_of(folder)
    with Chronology.open(path, clock=Clock(), randomness=later_counting()) as chron:
        state, head = chron.state(valid_at="2020"), chron.head()
        for name, position in deeds:
            _outcome(DEEDS[name], chron, position, dry_run=True)
            assert bytes_of(folder) == before, name
            assert (chron.state(valid_at="2020"), chron.head()) == (state, head)
            assert "gate.shut" not in chron.vocabulary
    assert bytes_of(folder) == before
    shutil.rmtree(folder)


@given(name=st.sampled_from(sorted(DEEDS)), position=st.integers(1, 60))
def test_a_dry_run_tells_what_the_deed_then_does(
    history: Path, tmp_path_factory: pytest.TempPathFactory, name: str, position: int
) -> None:
    """A dry run is refused for the same reasons as the deed, in the same words, and else tells the same result."""
    folder = tmp_path_factory.mktemp("done")
    path = Path(shutil.copy(history, folder))
    with Chronology.open(path, clock=Clock(), randomness=later_counting()) as chron:
        told = _outcome(DEEDS[name], chron, position, dry_run=True)
        assert _outcome(DEEDS[name], chron, position, dry_run=False) == told
    shutil.rmtree(folder)


def test_a_dry_run_is_refused_as_the_deed_is(chron: Chronology) -> None:
    """Each refusal of the real thing is one of its dry run."""
    event = chron.append(FACT)
    chron.retract(event.id, reason="wrong")
    with pytest.raises(NotLiveError):
        chron.retract(event.id, reason="wrong", dry_run=True)
    with pytest.raises(UnknownNameError):
        chron.redact(NOBODY, reason="r", dry_run=True)
    with pytest.raises(NotLiveError):
        chron.redact(chron.event(1).id, reason="r", dry_run=True)
    with pytest.raises(InvalidEventError):
        chron.redact(event.id, reason="", dry_run=True)
    with pytest.raises(InvalidEventError):
        chron.define({"$id": "urn:chronology:x:1"}, dry_run=True)
    with pytest.raises(HeadMovedError):
        chron.append(FACT, expected_head=3, dry_run=True)


def test_what_is_returned_would_have_been_appended(chron: Chronology) -> None:
    """The event is whole: its type, its subject and the position that it would have had."""
    target, head = chron.append(FACT), chron.head()
    retraction = chron.retract(target.id, reason="wrong", dry_run=True)
    assert (retraction.position, retraction.event.type, retraction.event.subject) == (head + 1, RETRACTED, "place/x")
    redaction = chron.redact(target.id, reason="r", dry_run=True)
    assert (redaction.position, redaction.event.subject) == (head + 1, f"event/{target.id}")
    assert not chron.event(target.id).is_redacted
    assert chron.head() == head


def test_replay_tells_damage_and_leaves_it(tmp_path: Path) -> None:
    """A dry replay names the projections that differ; they differ still, until a real one repairs them."""
    path = tmp_path / "storm.db"
    with Chronology.open(path, create=True, clock=Clock(), randomness=counting()) as chron:
        chron.append(FACT)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE claim SET value = '\"forged\"'")
    connection.execute("DROP VIEW subject")
    connection.commit()
    connection.close()
    before = bytes_of(tmp_path)
    with Chronology.open(path, read_only=True) as chron:
        assert chron.replay(dry_run=True).changed == ("claim", "subject")
    assert bytes_of(tmp_path) == before
    with Chronology.open(path) as chron:
        assert chron.replay().changed == ("claim", "subject")
        assert chron.replay(dry_run=True).changed == ()
