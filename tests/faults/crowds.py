"""A program that forks writers and readers on one store, kills writers at random, and prints as JSON what they saw.

`crowds.py kill PATH SEED KILLS`, `crowds.py write PATH WRITERS EACH`, `crowds.py create PATH CREATORS`,
`crowds.py contend PATH WRITERS SECONDS`, `crowds.py replay PATH SECONDS`, `crowds.py follow PATH APPENDS`.
It ends every process that it starts.
"""

import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from samples import BATCH, PROJECTIONS, event, journal, rows

from chronology import Chronology
from chronology.errors import ChronologyError

FIRST_WRITER = 100  # the sample's own events are of writers before this
Report = Callable[..., None]


class Child:
    """A forked process that reports lines of JSON through a pipe, whole or not at all."""

    def __init__(self, run: Callable[..., None], *args: Any) -> None:
        receiver, sender = os.pipe()
        self._receiver = receiver
        self.pid = os.fork()
        if self.pid:
            os.close(sender)
            return
        status = 1
        try:
            os.close(receiver)
            run(*args, lambda *told: os.write(sender, f"{json.dumps(told)}\n".encode()))
            status = 0
        except ChronologyError as exc:
            os.write(sender, f"{json.dumps(['error', str(exc)])}\n".encode())
        finally:
            os._exit(status)

    def kill(self) -> None:
        """End it at once, as the kernel does when memory runs out."""
        os.kill(self.pid, signal.SIGKILL)

    def told(self) -> list[list[Any]]:
        """Wait for its end, and return what it reported until then."""
        with os.fdopen(self._receiver, "rb") as stream:
            lines = stream.read().splitlines()
        os.waitpid(self.pid, 0)
        return [json.loads(line) for line in lines]


def write_on(path: Path, writer: int, report: Report) -> None:
    """Append without end: single events, batches, and now and then a replay; report each once the call has returned."""
    with Chronology.open(path) as chron:
        number = 0
        while True:
            if number % 5 == 4:
                result = chron.append_many(event(writer, number, part) for part in range(BATCH))
                report("batch", writer, number, result.first)
            elif number % 16 == 15:
                chron.replay()
            else:
                report("event", writer, number, chron.append(event(writer, number)).position)
            number += 1


def kill(path: Path, seed: int, kills: int) -> Iterator[tuple[str, Any]]:
    """Keep four writers busy, kill them one by one at random moments, and every eighth time all together."""
    rolls = random.Random(seed)
    done = hot = 0
    incarnation = FIRST_WRITER
    told: list[list[Any]] = []
    crowd: list[Child] = []
    try:
        while done < kills:
            while len(crowd) < 4:
                incarnation += 1
                crowd.append(Child(write_on, path, incarnation))
            time.sleep(rolls.uniform(0.0, 0.06))
            dying = list(crowd) if rolls.random() < 1 / 8 else [rolls.choice(crowd)]
            for child in dying:
                child.kill()
                crowd.remove(child)
            told += [line for child in dying for line in child.told()]
            done += len(dying)
            if not crowd:
                hot += journal(path).exists() and journal(path).stat().st_size > 0
    finally:
        for child in crowd:
            child.kill()
        told += [line for child in crowd for line in child.told()]
    yield from (("told", told), ("kills", done), ("hot", hot))


def write(path: Path, writers: int, each: int) -> Iterator[tuple[str, Any]]:
    """Let writers append at once, each its own events one by one."""

    def run(writer: int, report: Report) -> None:
        with Chronology.open(path) as chron:
            for number in range(each):
                report(writer, number, chron.append(event(writer, number)).position)

    yield "told", [child.told() for child in [Child(run, FIRST_WRITER + writer) for writer in range(writers)]]


def contend(path: Path, writers: int, seconds: float) -> Iterator[tuple[str, Any]]:
    """Let writers append in loops for some seconds; each reports how often it did, and its longest wait."""
    end = time.monotonic() + seconds

    def run(writer: int, report: Report) -> None:
        done, longest = 0, 0.0
        with Chronology.open(path) as chron:
            while (begun := time.monotonic()) < end:
                chron.append(event(writer, done))
                done, longest = done + 1, max(longest, time.monotonic() - begun)
        report(done, longest)

    children = [Child(run, FIRST_WRITER + writer) for writer in range(writers)]
    yield "told", [child.told()[0] for child in children]


def create(path: Path, creators: int) -> Iterator[tuple[str, Any]]:
    """Let processes make the same store at once."""
    start, gate = os.pipe()

    def run(report: Report) -> None:
        os.close(gate)
        os.read(start, 1)
        with Chronology.open(path, create=True) as chron:
            report("head", chron.head())

    children = [Child(run) for _ in range(creators)]
    os.close(start)
    os.close(gate)
    yield "told", [child.told() for child in children]


def digest(connection: sqlite3.Connection, table: str) -> str:
    """Return a digest of a table's rows."""
    return sha256("\n".join(rows(connection, table)).encode()).hexdigest()


def replay(path: Path, seconds: float) -> Iterator[tuple[str, Any]]:
    """Spoil and replay the projections again and again, while two readers look."""
    end = time.monotonic() + seconds

    def spoil(report: Report) -> None:
        with Chronology.open(path) as chron:
            while time.monotonic() < end:
                with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
                    connection.execute("UPDATE claim SET value = '\"spoilt\"'")
                report(chron.replay().changed)

    def look(report: Report) -> None:
        with Chronology.open(path, read_only=True) as chron, closing(sqlite3.connect(path, timeout=30)) as connection:
            seen = {}
            while time.monotonic() < end:
                # One transaction: all tables must be of one moment.
                connection.execute("BEGIN")
                tables = {name: digest(connection, name) for name in PROJECTIONS}
                positions = connection.execute("SELECT name, position FROM projection ORDER BY name").fetchall()
                connection.rollback()
                found = (tables, positions, [str(holding.value) for holding in chron.state(valid_at="2018-12-31")])
                seen[str(found)] = found
        # Not while looking: a full pipe would hold the reader up.
        for found in seen.values():
            report(*found)

    replaying, *looking = Child(spoil), Child(look), Child(look)
    yield "replays", replaying.told()
    yield "seen", [child.told() for child in looking]


def follow(path: Path, appends: int) -> Iterator[tuple[str, Any]]:
    """Append, while two readers compare the log with the projections."""

    def append(report: Report) -> None:
        with Chronology.open(path) as chron:
            for number in range(appends):
                report(chron.append(event(FIRST_WRITER, number, subject="place/only", valid="2018-05-01")).position)
                time.sleep(0.005)  # Readers that lose the race for the lock look again only after a while.

    def look(report: Report) -> None:
        with Chronology.open(path, read_only=True) as chron, closing(sqlite3.connect(path, timeout=30)) as connection:
            last, seen = 0, {}
            while last < appends:
                connection.execute("BEGIN")
                head = connection.execute("SELECT max(position) FROM event").fetchone()
                projected = connection.execute("SELECT DISTINCT position FROM projection").fetchall()
                newest = connection.execute(
                    "SELECT max(position) FROM assertion WHERE subject = 'place/only'"
                ).fetchone()
                leading = connection.execute("SELECT value FROM state WHERE subject = 'place/only'").fetchall()
                connection.rollback()
                before = chron.head()
                asked = [int(holding.value.split(".")[1]) for holding in chron.state("place/only", valid_at="2018-06")]
                found = (head, projected, newest, leading, before, asked, chron.head())
                seen[str(found)] = found
                last = asked[0] + 1 if asked else 0
        for found in seen.values():
            report(*found)

    looking = [Child(look), Child(look)]
    yield "positions", [line[0] for line in Child(append).told()]
    yield "seen", [child.told() for child in looking]


if __name__ == "__main__":
    command, where, *numbers = sys.argv[1:]
    run = {"kill": kill, "write": write, "contend": contend, "create": create, "replay": replay, "follow": follow}[
        command
    ]
    json.dump(dict(run(Path(where), *map(int, numbers))), sys.stdout)
