"""Tests of the file in which events wait for their shared log."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import attrs
import pytest

from chronology import Event
from chronology.errors import RemoteError
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
OLD = (
    '{"type": "fact.asserted", "subject": "place/hajin", "valid": "2018-01/2018-04~", "stance": "affirms", "data": {'
    '"attribute": "status", "value": ["هجين", 1, null, {"a": "line\\nbreak\u2028"}]}, "source": "source/voa",'
    ' "said_by": ["person/suhaib-jaber"], "quote": "“quoted”", "id": "0195f0aa-0000-7000-8000-000000000001"}\n'
)
"""The line of EVENT, as every version wrote it."""


def numbered(number: int) -> Event:
    """Return an event with an id of its own."""
    return attrs.evolve(EVENT, id=f"0195f0aa-0000-7000-8000-{number:012}")


def events(store: Path) -> list[Event | None]:
    """Return what waits."""
    return [line.event for line in outbox.read(store)]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Give the name of a store; the outbox asks no store."""
    return tmp_path / "storm.db"


def test_events_wait_in_order_until_they_are_removed(store: Path) -> None:
    """What is kept comes back as it was, whatever its texts hold; nobody else can read the file."""
    assert outbox.read(store) == []
    outbox.keep(store, [EVENT])
    outbox.keep(store, [numbered(2), numbered(3)])
    assert events(store) == [EVENT, numbered(2), numbered(3)]
    assert [line.number for line in outbox.read(store)] == [1, 2, 3]
    assert stat.S_IMODE(outbox.place(store).stat().st_mode) == 0o600
    gone = {line.raw for line in outbox.read(store)[::2]}
    assert outbox.remove(store, gone) == 2
    assert outbox.remove(store, gone) == 0
    assert events(store) == [numbered(2)]
    assert stat.S_IMODE(outbox.place(store).stat().st_mode) == 0o600
    outbox.remove(store, {line.raw for line in outbox.read(store)})
    assert list(store.parent.iterdir()) == []
    assert outbox.remove(store, gone) == 0


def test_the_file_of_an_older_version_is_read_and_gone_on_with(store: Path) -> None:
    """A line is what it always was."""
    outbox.place(store).write_text(OLD, encoding="utf-8")
    assert events(store) == [EVENT]
    outbox.keep(store, [EVENT])
    assert outbox.place(store).read_text(encoding="utf-8") == 2 * OLD


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not JSON"),
        ("[]", "an event is a JSON object"),
        ('{"type": 1}', "must be a string"),
        ("\udc80", "is not UTF-8"),
        ('{"type": "a.b", "subject": "place/x"}', "id: is missing"),
    ],
)
def test_a_damaged_line_hides_no_other(store: Path, text: str, told: str) -> None:
    """It stands among them with its number and what is wrong with it."""
    outbox.keep(store, [numbered(1)])
    with outbox.place(store).open("ab") as file:
        file.write(text.encode("utf-8", "surrogateescape") + b"\n\n")
    outbox.keep(store, [numbered(2)])
    assert events(store) == [numbered(1), None, numbered(2)]
    damaged = outbox.read(store)[1]
    assert damaged.number == 2
    assert told in str(damaged.fault)
    assert outbox.read(store)[2].number == 4


@pytest.mark.parametrize("size", [1, 40, len(OLD.encode()) - 2])
def test_a_line_that_was_cut_off_joins_no_other(store: Path, size: int) -> None:
    """A kill in the middle of a write leaves it; what is kept next is whole, and it is told what happened."""
    outbox.place(store).write_bytes(OLD.encode()[:size])
    assert "cut off" in str(outbox.read(store)[0].fault)
    outbox.keep(store, [numbered(2)])
    assert events(store) == [None, numbered(2)]
    outbox.remove(store, {outbox.read(store)[0].raw})
    assert events(store) == [numbered(2)]


def test_only_the_line_break_was_cut_off(store: Path) -> None:
    """Then the event is whole, and stays one."""
    outbox.place(store).write_bytes(OLD.encode()[:-1])
    outbox.keep(store, [numbered(2)])
    assert events(store) == [EVENT, numbered(2)]


def test_what_is_added_after_reading_stays(store: Path) -> None:
    """What is removed is what was read, wherever it stands by then."""
    outbox.keep(store, [numbered(1), numbered(2)])
    read = outbox.read(store)
    outbox.remove(store, {read[0].raw})
    outbox.keep(store, [numbered(3)])
    assert outbox.remove(store, {line.raw for line in read}) == 1
    assert events(store) == [numbered(3)]


def test_a_full_disk_keeps_nothing_of_what_was_not_acknowledged(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither half a line nor a whole one whose sync failed."""
    outbox.keep(store, [numbered(1)])
    before = outbox.place(store).read_bytes()
    write = os.write

    def half(descriptor: int, data: bytes) -> int:
        if len(data) < 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:90])

    def failing(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    for name, broken in (("write", half), ("fsync", failing)):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, broken)
            with pytest.raises(RemoteError, match="cannot be written"):
                outbox.keep(store, [numbered(2)])
        assert outbox.place(store).read_bytes() == before


def test_a_removal_that_fails_or_is_killed_half_way_loses_nothing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file stays until the new one is whole; what a killed process left beside it is no obstacle."""
    outbox.keep(store, [numbered(1), numbered(2)])
    gone = {outbox.read(store)[0].raw}
    beside = store.with_name("storm.db.outbox.new")
    beside.write_bytes(b'{"half')

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(RemoteError, match="No space left"):
            outbox.remove(store, gone)
    assert events(store) == [numbered(1), numbered(2)]
    assert not beside.exists()
    beside.write_bytes(b'{"half')
    outbox.remove(store, gone)
    assert events(store) == [numbered(2)]
    assert not beside.exists()


def test_an_event_survives_a_loss_of_power_once_it_is_kept(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is synced, and its name in the folder, before the caller is told; so is the file that replaces it."""
    synced: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    outbox.keep(store, [numbered(1), numbered(2)])
    assert synced == ["storm.db.outbox", store.parent.name]
    synced.clear()
    outbox.remove(store, {outbox.read(store)[0].raw})
    assert synced == ["storm.db.outbox.new", store.parent.name]


def test_whoever_waited_for_the_lock_writes_into_the_new_file(store: Path) -> None:
    """The file was replaced, or removed, while they waited; the old one has no name any more."""
    for count in (1, 2):
        outbox.keep(store, [numbered(1), numbered(2)][:count])
        gone = outbox.read(store)[0].raw
        with outbox.place(store).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            adding = threading.Thread(target=outbox.keep, args=(store, [numbered(3)]))
            adding.start()
            # The lock is held, so the other one cannot be done before the file is another.
            adding.join(0.2)
            assert adding.is_alive()
            stay = [line for line in outbox.place(store).read_bytes().splitlines(keepends=True) if gone not in line]
            outbox.place(store).unlink()
            if stay:
                outbox.place(store).write_bytes(b"".join(stay))
        adding.join(10)
        assert events(store) == [*([numbered(2)] if stay else []), numbered(3)]
        outbox.place(store).unlink()


ADDING = """
import sys
from pathlib import Path
import attrs
from chronology.remote import outbox
from tests.remote.test_outbox import EVENT
store, name = Path(sys.argv[1]), sys.argv[2]
for number in range(60):
    event = attrs.evolve(EVENT, id=f"0195f0aa-0000-7000-8{name:0>3}-{number:012}")
    outbox.keep(store, [event])
    print(event.id, flush=True)
"""


def test_nothing_is_lost_between_those_who_add_and_those_who_remove(store: Path) -> None:
    """Three processes add while this one removes what it reads: each event comes by once, whole."""
    adding = [
        subprocess.Popen([sys.executable, "-c", ADDING, str(store), str(name)], stdout=subprocess.PIPE, text=True)
        for name in range(3)
    ]
    taken: list[str] = []
    while True:
        ended = all(one.poll() is not None for one in adding)
        lines = outbox.read(store)
        assert all(line.fault is None for line in lines)
        taken += [line.event.id or "" for line in lines if line.event]
        assert outbox.remove(store, {line.raw for line in lines}) == len(lines)
        if ended and not lines:
            break
    acknowledged = [line for one in adding for line in one.communicate()[0].split()]
    assert len(acknowledged) == 180
    assert sorted(taken) == sorted(acknowledged)
