"""Disks that fill up or fail in the middle of a call: a clear refusal, nothing half-written, and the store goes on."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from actions import prepared
from programs import run
from samples import check_log, content, event, event_id, folder, placed, recorded_ids, spoilt
from tracing import record, refusal, spoiling

from chronology import Chronology
from chronology.errors import StoreError

ALARM = 1_000
"""More calls than any action makes."""

needs_strace = pytest.mark.skipif(refusal() is not None, reason=refusal() or "")
NEW = {"append": [1, 2, 3], "repeat": [1]}
"""The numbers of the events that an action appends."""


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder in memory."""
    with folder() as made:
        yield made


@cache
def counts(action: str) -> Counter[str]:
    """Return how often an action makes each system call when nothing goes wrong."""
    with folder() as place:
        calls = record(prepared(place / "counted.db", action), action, place / "trace")
        return Counter(call.name for call in calls if call.name != "openat" or call.file.startswith(str(place)))


def check_store(path: Path, action: str, told: list[str]) -> None:
    """Check that a store stands as before the action or as after it, after it if that was told, and takes events."""
    if action == "replay":
        check_replayed(path, told)
        return
    if action == "create":
        with Chronology.open(path, create=told[0] != "done") as chron:
            before = after = [each.id for each in chron.read()]
            assert len(chron.vocabulary.kinds()) > 3
    else:
        before = recorded_ids(placed(path.with_name("before.db")))
        after = before + [event_id(2, number) for number in NEW[action]]
    ids = check_log(path)
    assert ids in (before, after), told
    if told[0] in ("done", "RepeatedError"):
        assert ids == after
    if "nothing was written" in told[1] and told[0] != "RepeatedError":
        assert ids == before
    with Chronology.open(path) as chron:
        chron.append(event(3, 1))
        assert chron.verify().ok


def check_replayed(path: Path, told: list[str]) -> None:
    """Check that the projections are all as before a replay or all as after it, and can be replayed."""
    before, after = (content(make(path.with_name("other.db"))) for make in (spoilt, placed))
    found = content(path)
    assert found == after or (found == before and told[0] != "done"), told
    with Chronology.open(path) as chron:
        assert bool(chron.replay().changed) == (found == before)
        assert chron.verify().ok


def sweep(place: Path, action: str, call: str, fault: str, *, step: int = 1, onwards: bool = False) -> Counter[str]:
    """Act with a fault at every step-th call; check what was told and every store; return what was told, counted."""
    numbers = range(1, counts(action)[call] + 1, step)
    assert numbers, f"{action} makes no {call}"
    under = spoiling(call, fault, ALARM, onwards=onwards)
    found = run("actions", "sweep", place, action, call, ALARM, *numbers, under=under)
    assert len(found) == len(numbers)
    for number, told in found.items():
        assert told[0] != "traceback", (number, told)
        check_store(place / f"{number}.db", action, told)
    print(action, call, fault, dict(Counter(told[0] for told in found.values())))
    return Counter(told[0] for told in found.values())


@needs_strace
@pytest.mark.parametrize(
    ("action", "call", "fault", "step"),
    [
        ("append", "pwrite64", "error=ENOSPC", 5),
        ("append", "fdatasync", "error=EIO", 1),
        ("append", "ftruncate", "error=EIO", 1),
        ("replay", "pwrite64", "error=EIO", 7),
        ("replay", "fdatasync", "error=ENOSPC", 2),
        ("create", "pwrite64", "error=ENOSPC", 31),
        *(
            pytest.param(action, call, f"error={error}", 1, marks=pytest.mark.slow)
            for action in ("append", "replay", "create")
            for call in ("pwrite64", "fdatasync", "ftruncate", "pread64", "openat", "fcntl")
            # A lock that is refused with EACCES is one to wait for, half a minute.
            for error in ("ENOSPC", "EIO", *(("EACCES",) if call != "fcntl" else ()))
            # What fails when a store is made and a file cannot be opened is reading the program's own files.
            if (action, call) != ("create", "openat")
        ),
    ],
)
def test_a_disk_that_fails_at_any_call_is_told_and_leaves_no_half(
    place: Path, action: str, call: str, fault: str, step: int
) -> None:
    """The n-th system call fails, alone or with all later ones: a clear error, and the log as before or as after."""
    for onwards in (False, True):
        told = sweep(place, action, call, fault, step=step, onwards=onwards)
        assert told["StoreError"] + told["IntegrityError"] > 0
        assert told["killed"] == 0


@needs_strace
@pytest.mark.parametrize(
    ("call", "fault", "step"),
    [
        ("pwrite64", "error=ENOSPC", 6),
        ("fdatasync", "error=EIO", 1),
        *(
            pytest.param(call, f"error={error}", 1, marks=pytest.mark.slow)
            for call in ("pwrite64", "fdatasync", "ftruncate")
            for error in ("ENOSPC", "EIO")
        ),
    ],
)
def test_an_open_store_outlives_a_disk_error(place: Path, call: str, fault: str, step: int) -> None:
    """What failed once can be repeated through the same open store, and then stands once."""
    told = sweep(place, "repeat", call, fault, step=step)
    assert told["RepeatedError"] > 0
    # Some calls may fail without harm, as the sync of a directory; none leaves the store unusable.
    assert set(told) <= {"RepeatedError", "done"}


@needs_strace
@pytest.mark.parametrize(
    ("action", "call", "step"),
    [
        ("append", "pwrite64", 5),
        ("append", "fdatasync", 1),
        ("create", "fdatasync", 2),
        *(
            pytest.param(action, call, 1, marks=pytest.mark.slow)
            for action in ("append", "replay", "create")
            for call in ("pwrite64", "fdatasync", "ftruncate", "fcntl")
        ),
    ],
)
def test_a_process_killed_at_any_call_leaves_no_half(place: Path, action: str, call: str, step: int) -> None:
    """Death at the n-th system call leaves the log as before or as after, whoever opens it next."""
    told = sweep(place, action, call, "signal=SIGKILL", step=step)
    assert set(told) == {"killed"}


@pytest.mark.parametrize("action", ["append", "replay", "create", "repeat"])
def test_a_limit_of_file_size_is_told_and_leaves_no_half(place: Path, action: str) -> None:
    """A file that may not grow past any given size is refused clearly, and the store stands as before."""
    size = len(placed(place / "whole.db").read_bytes())
    limits = [0, 1, 512, 700, 4_096, 5_000, *range(8_192, size + 40_000, 16_384), size, size + 4_096, 2 * size]
    found = run("actions", "limit", place, action, *limits)
    for limit, told in found.items():
        # What could not even begin to make a file left an empty one, or none.
        assert told[0] in ("done", "StoreError"), (limit, told)
        check_store(place / f"{limit}.db", action, told)
    told = Counter(told[0] for told in found.values())
    assert told["StoreError"] > 0
    assert told["done"] > 0


@pytest.mark.parametrize("spare", range(0, 24, 4))
def test_a_full_database_is_told_and_takes_the_batch_back(place: Path, spare: int) -> None:
    """A store that may not grow by enough pages refuses the whole batch, stays open and takes smaller ones."""
    path = placed(place / "storm.db")
    before = content(path)
    with Chronology.open(path) as chron:
        pages = chron._session.connection.execute("PRAGMA page_count").fetchone()[0]
        chron._session.connection.execute(f"PRAGMA max_page_count = {pages + spare}")
        with pytest.raises(StoreError, match=r"no room left .*; nothing was written") as caught:
            chron.append_many(event(2, number, quote="x" * 5_000) for number in range(40))
        assert caught.value.hint == "free some space, then try again"
        assert content(path) == before
        chron._session.connection.execute(f"PRAGMA max_page_count = {pages + 400}")
        assert chron.append_many(event(2, number, quote="x" * 5_000) for number in range(40)).appended == 40
        assert chron.verify().ok
        assert chron.replay().changed == ()
