"""Undoing: the newest event is retracted, or the one that is named, and nothing else."""

import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError, HeadMovedError, NotLiveError, UnknownNameError
from chronology.store import writing
from chronology.store.writing import UNDONE

SOURCE = "source/gazette"


def _closed(name: str = "oakford", **parts: object) -> Event:
    return Event(type="crossing.closed", subject=f"crossing/{name}", valid="2018-05-01", source=SOURCE, **parts)  # type: ignore[arg-type]


def test_the_newest_event_is_retracted(chron: Chronology) -> None:
    """Without a name, the newest event is withdrawn, for a reason that says so, and nothing else is touched."""
    first, second = chron.append(_closed("oakford")), chron.append(_closed("ashby"))
    undone = chron.undo()
    assert undone.target == second
    assert undone.retraction.position == second.position + 1 == chron.head()
    assert undone.retraction.event.retracts == second.id
    assert undone.retraction.event.data == {"reason": UNDONE}
    assert [holding.subject for holding in chron.state()] == [first.event.subject]
    assert chron.log.withdrawn_by(second) == undone.retraction.position


@pytest.mark.parametrize("by", ["position", "id"])
def test_the_named_event_is_retracted(chron: Chronology, by: str) -> None:
    """A name reaches further back, with a reason and a name of one's own."""
    first, second = chron.append(_closed("oakford")), chron.append(_closed("ashby"))
    undone = chron.undo(getattr(first, by), reason="wrong crossing", recorded_by="Jane")
    assert (undone.target, undone.stays_withdrawn) == (first, None)
    assert undone.retraction.event.data == {"reason": "wrong crossing"}
    assert undone.retraction.event.recorded_by == "Jane"
    assert chron.log.withdrawn_by(second) is None


def test_a_second_undo_reaches_no_further_back(chron: Chronology) -> None:
    """Where the newest event is a retraction, nothing earlier is silently withdrawn."""
    chron.append(_closed("oakford"))
    second = chron.append(_closed("ashby"))
    head = chron.undo().retraction.position
    with pytest.raises(NotLiveError) as refusal:
        chron.undo()
    assert str(refusal.value) == f"the newest event, #{head}, retracts #{second.position}, which cannot be undone"
    assert refusal.value.hint is not None
    assert f"to restore #{second.position}, append it again" in refusal.value.hint
    assert chron.head() == head


def test_a_definition_is_not_undone(chron: Chronology) -> None:
    """The newest event of a new store defines a type."""
    with pytest.raises(NotLiveError, match=r"newest event, #\d+, defines type/.* cannot be undone"):
        chron.undo()
    with pytest.raises(NotLiveError, match=r"^#1 defines type/type.defined, which cannot be undone"):
        chron.undo(1)


def test_a_redaction_is_not_undone(chron: Chronology) -> None:
    """Neither the declaration nor the erased event can be taken back."""
    closed = chron.append(_closed())
    declared = chron.redact(closed.id, reason="a name")
    with pytest.raises(NotLiveError, match="declares a redaction, which cannot be undone"):
        chron.undo()
    with pytest.raises(NotLiveError, match="was redacted"):
        chron.undo(closed.position)
    assert chron.head() == declared.position


def test_what_was_withdrawn_already_is_not_undone(chron: Chronology) -> None:
    """The refusal names the event that withdrew it."""
    closed = chron.append(_closed())
    gone = chron.undo().retraction
    with pytest.raises(NotLiveError, match=f"already withdrawn by the event at position {gone.position}"):
        chron.undo(closed.position)


def test_what_a_replacement_withdrew_does_not_come_back(chron: Chronology) -> None:
    """Undoing a replacement leaves both withdrawn, and the result says which one stays so."""
    old = chron.append(_closed())
    chron.append(_closed(replaces=old.id, note="again"))
    assert chron.undo().stays_withdrawn == old.position
    assert chron.state() == []


def test_a_dry_run_writes_nothing(chron: Chronology) -> None:
    """It tells what would be done."""
    closed = chron.append(_closed())
    undone = chron.undo(dry_run=True)
    assert (undone.target, chron.head()) == (closed, closed.position)
    assert chron.log.withdrawn_by(closed) is None


def test_nothing_but_the_newest_is_undone_beside_another_writer(
    chron: Chronology, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody else appends between the look and the retraction makes it fail, for it is not what was meant."""
    chron.append(_closed())
    check = writing._check_undoable

    def meanwhile(*arguments: object, **named: object) -> None:
        check(*arguments, **named)  # type: ignore[arg-type]
        chron.append(_closed("ashby"))

    monkeypatch.setattr(writing, "_check_undoable", meanwhile)
    with pytest.raises(HeadMovedError):
        chron.undo()


def test_an_unknown_event_is_refused(chron: Chronology) -> None:
    """As everywhere."""
    with pytest.raises(UnknownNameError):
        chron.undo(9999)
    with pytest.raises(ChronologyError):
        chron.undo("nonsense")
