"""Power that fails: whatever of the unsynced writes the disk kept, the store opens whole, with the old log or the new.

`journal_mode=TRUNCATE` and `synchronous=EXTRA` are what this rests on, so every writing connection must have them.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from actions import prepared
from crashes import moments, states
from samples import check_log, content, event, event_id, folder, journal, placed
from tracing import record, refusal

from chronology import Chronology

needs_strace = pytest.mark.skipif(refusal() is not None, reason=refusal() or "")


def crashes(path: Path, action: str, seed: int, *, most: int) -> Iterator[tuple[bool, bool]]:
    """Act once, and put everything on the disk that a power loss during it may leave, one after the other.

    Yields whether the call had returned by then, and whether this very state was there before.
    """
    rolls = random.Random(seed)
    before = {} if action == "create" else {path.name: prepared(path, action).read_bytes()}
    if not before:
        path.unlink(missing_ok=True)
    with folder() as place:
        calls = record(path, action, place / "trace")
    # The last call that the action waits for is its last sync; only unlocking and closing come after.
    last = max(n for n, call in enumerate(calls, start=1) if call.name in ("fdatasync", "fsync"))
    yield True, False
    seen = set()
    for moment in moments(before, calls, path.parent):
        for state in states(moment, rolls, most=most):
            key = (moment.done >= last, sha256(repr(sorted(state.items())).encode()).digest())
            if key in seen:
                continue
            seen.add(key)
            for name in (path.name, journal(path).name):
                path.with_name(name).unlink(missing_ok=True)
            for name, data in state.items():
                path.with_name(name).write_bytes(data)
            yield moment.done >= last, bool(state)


@needs_strace
@pytest.mark.parametrize("most", [24, pytest.param(400, marks=pytest.mark.slow)])
@pytest.mark.parametrize("action", ["append", "replay"])
def test_a_power_loss_leaves_the_old_content_or_the_new(action: str, most: int) -> None:
    """Every crash state holds exactly what was before the call or what is after it, and the latter once it returned."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    with folder() as place:
        path = place / "storm.db"
        old = content(prepared(path, action))
        after_crash = crashes(path, action, seed, most=most)
        next(after_crash)
        new = content(path)
        assert new != old
        found: Counter[str] = Counter()
        for returned, _ in after_crash:
            with Chronology.open(path) as chron:
                assert chron.head() > 0
            held = content(path)
            assert held in (old, new)
            assert held == new or not returned, "the commit had returned, and is gone"
            found["new" if held == new else "old"] += 1
            if found.total() % 25 == 0 and (action == "append" or held == new):
                check_log(path)
    print(f"{found.total()} crash states of {action}: {dict(found)}")
    assert min(found["old"], found["new"]) > 0
    assert found.total() > 300


@needs_strace
@pytest.mark.parametrize("most", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_a_power_loss_while_a_store_is_made_is_mended_by_making_it_again(most: int) -> None:
    """Every crash state of `create` is completed by the next `create`, and needs none once the call has returned."""
    with folder() as place:
        path = place / "storm.db"
        after_crash = crashes(path, "create", 1, most=most)
        next(after_crash)
        wanted = len(check_log(path))
        count = 0
        for returned, _ in after_crash:
            with Chronology.open(path, create=not returned) as chron:
                assert chron.head() == wanted
            if count % 25 == 0:
                check_log(path)
            count += 1
    print(f"{count} crash states of create")
    assert count > 100


class Watched(sqlite3.Connection):
    """A connection that holds its settings against what durability needs whenever it begins to write to a file."""

    begun: list[tuple[str, int]]

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        """Run a statement; note under which settings a transaction begins."""
        if sql.startswith("BEGIN IMMEDIATE"):
            (mode,) = super().execute("PRAGMA journal_mode").fetchone()
            (synchronous,) = super().execute("PRAGMA synchronous").fetchone()
            Watched.begun.append((mode, synchronous))
        assert not sql.startswith(("BEGIN EXCLUSIVE", "PRAGMA synchronous = O", "PRAGMA synchronous = N"))
        return super().execute(sql, *args)


def test_every_writing_transaction_is_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever writes to the file does so with journal_mode TRUNCATE and synchronous EXTRA (3)."""
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, **kwargs, factory=Watched))
    Watched.begun = []
    path = tmp_path / "storm.db"
    writes = 0
    for create in (True, False):
        with Chronology.open(path, create=create) as chron:
            number = 10 * create
            chron.append(event(1, number))
            chron.append_many([event(1, number + 1), event(1, number + 2)])
            chron.retract(event_id(1, number), reason="a slip")
            chron.replay()
        writes += 4
    # Making the tables and recording the vocabulary are two more.
    assert Watched.begun == [("truncate", 3)] * (writes + 2)


def test_whoever_opens_a_store_that_another_program_left_in_wal_mode_writes_with_a_journal(tmp_path: Path) -> None:
    """The journal mode is set at every opening, not only when the file is made."""
    path = placed(tmp_path / "storm.db")
    other = sqlite3.connect(path, isolation_level=None)
    assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    other.close()
    with Chronology.open(path) as chron:
        assert chron._session.connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
        assert chron._session.connection.execute("PRAGMA synchronous").fetchone() == (3,)
        chron.append(event(2, 1))
    assert path.read_bytes()[18:20] == b"\x01\x01"
    check_log(path)
