"""Run with `make bench`, or `python -m tests.benchmarks [--csv FILE] 10000 100000`: a table of ratios, and as JSON.

Every ratio compares two things measured in the same round; of several rounds the median counts.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from chronology import Chronology, Event

from .baselines import EventSourcing, bare_table, insert, scan
from .memory import WORKS
from .targets import LARGE, NONE, OLD_BYTES, Target, at_least, at_most
from .workload import ATTRIBUTES, Workload, drawn, published

SIZES = (10_000, 100_000, 1_000_000)
BATCH = 1_000
LAST_BATCHES = 40
ROUNDS = 3
COMPARED = 100_000
SINGLE = 100
STEADY = "place/steady"
QUESTIONS = 1_000
PROCESSES = 30

Row = tuple[str, str, float, str]


def seconds(work: Callable[[], Any]) -> float:
    """Return how long a piece of work takes."""
    begin = perf_counter()
    work()
    return perf_counter() - begin


class Bench:
    """One size of store, in a folder of its own."""

    def __init__(self, folder: Path, size: int, workload: Workload, *, csv: Path | None = None) -> None:
        """Make an empty store."""
        self.folder, self.size, self.workload, self.csv = folder, size, workload, csv
        self.chron = Chronology.open(folder / "store.db", create=True)
        self.chron.append_many(_event(STEADY, name, year) for name in ATTRIBUTES for year in (2012, 2016))
        self.rows: list[Row] = []

    def report(self, what: str, value: float, target: Target = NONE) -> None:
        """Print one measurement and whether it is as wanted, and keep it."""
        row = (f"{self.size:,}", what, round(value, 3), target.told(value, self.size))
        self.rows.append(row)
        _show(row)

    def append(self) -> None:
        """Append everything in batches, each beside the same batch of bare rows and of the other library."""
        bare = bare_table(self.folder / "bare.db", by_subject=True)
        others = {
            "eventsourcing": (EventSourcing(self.folder / "other.db"), []),
            "eventsourcing, all cached": (EventSourcing(self.folder / "cached.db", cached=True), []),
        }
        ours: list[float] = []
        raw: list[float] = []
        stream = self.workload.events(self.size)
        while batch := list(islice(stream, BATCH)):
            ours.append(seconds(lambda batch=batch: self.chron.append_many(batch)))
            rows = [_as_row(event) for event in self.chron.read(after=self.chron.head() - len(batch))]
            raw.append(seconds(lambda rows=rows: insert(bare, rows)))
            for other, theirs in others.values() if len(ours) * BATCH <= COMPARED else ():
                theirs.append(seconds(lambda batch=batch, other=other: other.append(batch)))
        self.bare = bare
        what = "append, batches of 1,000: bare inserts with an index on the subject / ours"
        last = slice(-LAST_BATCHES, None)
        self.report(what, _ratio(raw[last], ours[last]), at_least(0.22, (LARGE, 0.4)))
        self.report(f"{what}, in total", sum(raw[last]) / sum(ours[last]))
        self.report(f"{what}, from the first on, in total", sum(raw) / sum(ours))
        for name, (_, theirs) in others.items():
            wanted = at_least(1.2 if "cached" in name else 1)
            self.report(f"append, batches of 1,000: {name} / ours", _ratio(theirs, ours[: len(theirs)]), wanted)

    def weigh(self) -> None:
        """Tell how large the file is, beside the bare table and, for the drawn history, the layout before."""
        size = (self.folder / "store.db").stat().st_size
        self.report("size of the store, bytes an event", size / self.size)
        self.report("size of the store / of the bare table", size / (self.folder / "bare.db").stat().st_size)
        if self.csv is None:
            self.report("size of the store / with the layout before", size / self.size / OLD_BYTES, at_most(0.65))

    def bulk(self) -> None:
        """Append up to 100,000 events in one transaction, into a new store."""
        some = list(self.workload.events(min(self.size, 100_000)))
        with Chronology.open(self.folder / "bulk.db", create=True) as chron:
            ours = seconds(lambda: chron.append_many(some))
            rows = [_as_row(event) for event in chron.read(after=chron.head() - len(some))]
        with closing(bare_table(self.folder / "bulk-bare.db", by_subject=True)) as bare:
            share = seconds(lambda: insert(bare, rows)) / ours
        self.report("append in one transaction: bare inserts with an index / ours", share, at_least(0.2))

    def single(self) -> None:
        """Append events one by one, beside as many durable commits of one bare row."""
        bare = bare_table(self.folder / "single-bare.db")
        ours, raw, hot = [], [], []
        for number in range(SINGLE):
            event = _event(f"place/single{number}", "status", 2019, number)
            ours.append(seconds(lambda event=event: self.chron.append(event)))
            row = (number + 1, *_as_row(next(self.chron.read(after=self.chron.head() - 1)))[1:])
            raw.append(seconds(lambda row=row: insert(bare, [row])))
            event = _event(*self.workload.hot, 2019, number)
            hot.append(seconds(lambda event=event: self.chron.append(event)))
        bare.close()
        self.report("one durable append: bare commit / ours", _ratio(raw, ours), at_least(0.7))
        self.report("append into the hot attribute: that / an ordinary append", _ratio(hot, ours), at_most(3))

    def replay_and_verify(self) -> None:
        """Replay and verify, beside a scan of the bare table."""
        scans, replays, verifies = [], [], []
        for _ in range(ROUNDS if self.size < LARGE else 1):
            scans.append(seconds(lambda: scan(self.bare)))
            replays.append(seconds(self.chron.replay))
            verifies.append(seconds(self.chron.verify))
        self.report("replay: bare scan / ours", _ratio(scans, replays), Target(True, ((LARGE, 0.06),)))
        self.report("verify / replay", _ratio(verifies, replays), at_most(2))

    def ask(self) -> None:
        """Ask for the state of one subject at random dates, now and as known earlier.

        Subjects drawn at random, and the hot one, have more to say in a larger store; the steady one has not, so by how
        much its answers take longer is what the size of the store costs.
        """
        rng = random.Random(7)
        head = self.chron.head()
        hot = {False: Target(False, ((LARGE, 60),)), True: Target(False, ((LARGE, 150),))}
        for name, subject in (
            ("a subject", None),
            ("the steady subject", STEADY),
            ("the hot subject", self.workload.hot[0]),
        ):
            for known in (False, True):
                times = []
                for _ in range(QUESTIONS):
                    about = subject or self.workload.subject(rng)
                    date = f"{rng.randrange(*self.workload.years)}-{rng.randrange(1, 13):02}-15"
                    known_at = rng.randrange(head) if known else None
                    times.append(
                        seconds(lambda a=about, d=date, k=known_at: self.chron.state(a, valid_at=d, known_at=k))
                    )
                times.sort()
                what = f"state of {name}{' at an earlier known_at' if known else ''}, microseconds"
                wanted = hot[known] if subject == self.workload.hot[0] else at_most(50)
                self.report(f"{what}, p50", times[len(times) // 2] * 1e6, wanted)
                self.report(f"{what}, p99", times[len(times) * 99 // 100] * 1e6, at_most(1000))

    def ask_for_all(self) -> None:
        """Ask for the whole state at a date, beside fetching as many rows from the bare table."""
        ours, fetches, known = [], [], []
        half = self.chron.head() // 2
        for _ in range(ROUNDS):
            begin = perf_counter()
            found = len(self.chron.state(valid_at=self.workload.date))
            ours.append(perf_counter() - begin)
            query = f"SELECT * FROM event LIMIT {found}"
            fetches.append(seconds(lambda query=query: self.bare.execute(query).fetchall()))
            known.append(seconds(lambda: self.chron.state(valid_at=self.workload.date, known_at=half)))
        self.report("whole state at a date / fetching as many rows", _ratio(ours, fetches), at_most(1.5))
        self.report("whole state at an earlier known_at / fetching", _ratio(known, fetches), at_most(5))

    def processes(self) -> None:
        """Run the command, beside `sqlite-utils rows` on the same file.

        Both from bytecode, as installed programs run; the first round, which may still write it, does not count.
        """
        path = str(self.folder / "store.db")
        folder = Path(sys.executable).parent
        commands = {
            "ours": [str(folder / "chronology"), "--db", path, "state", self.workload.hot[0]],
            "theirs": [str(folder / "sqlite-utils"), "rows", path, "event", "--limit", "1"],
        }
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(1 + PROCESSES):
            for name, command in commands.items():
                work = partial(subprocess.run, command, check=True, capture_output=True, env=environment)
                times[name].append(seconds(work))
        share = _ratio(times["ours"][1:], times["theirs"][1:])
        self.report("`chronology state SUBJECT` / `sqlite-utils rows`", share, at_most(0.7))

    def memory(self) -> None:
        """Tell the most memory that each kind of work holds, in a process that does nothing else."""
        self.bare.close()
        self.chron.close()
        for name in WORKS:
            command = [sys.executable, "-m", "tests.benchmarks.memory", name, str(self.folder / "store.db")]
            command += [str(self.size), *([str(self.csv)] if self.csv else [])]
            ended = subprocess.run(command, check=True, capture_output=True, text=True)
            self.report(f"memory of {name}, MB", float(ended.stdout), at_most(200))


def _show(row: Row) -> None:
    size, what, value, wanted = row
    print(f"{size:>10}  {what:<98} {value:>9.3f}  {wanted}", flush=True)


def _growth(rows: list[Row]) -> Iterator[Row]:
    """Yield by how much each median answer takes longer in the largest store than in the smallest."""
    first: dict[str, Row] = {}
    last: dict[str, Row] = {}
    for row in rows:
        if row[1].endswith("p50"):
            first.setdefault(row[1], row)
            last[row[1]] = row
    for what, row in last.items():
        if row is not first[what]:
            growth = round(row[2] / first[what][2], 2)
            steady = at_most(1.5) if "steady" in what else NONE
            yield f"{first[what][0]} to {row[0]}", f"growth of {what}", growth, steady.told(growth, 0)


def _ratio(above: list[float], below: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def _as_row(event: Any) -> tuple[Any, ...]:
    said = event.event
    return event.position, event.id, said.type, said.subject, event.recorded_at.isoformat(), event.body, event.leaf


def _event(subject: str, attribute: str, year: int, number: int = 0) -> Event:
    return Event(
        type="fact.asserted",
        subject=subject,
        valid=f"{year}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        data={"attribute": attribute, "value": f"group/g{number % 12}"},
        source="source/report-1",
    )


STEPS = ("append", "weigh", "bulk", "single", "replay_and_verify", "ask", "ask_for_all", "processes", "memory")


def main(sizes: list[int], *, csv: Path | None = None, target: Path = Path("bench-results.json")) -> list[Row]:
    """Measure every size, print the table and write it as JSON."""
    workload = published(csv) if csv else drawn()
    rows: list[Row] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), size, workload, csv=csv)
            for step in STEPS:
                getattr(bench, step)()
            rows += bench.rows
    for row in list(_growth(rows)):
        rows.append(row)
        _show(row)
    target.write_text(json.dumps([dict(zip(("events", "what", "value", "wanted"), row, strict=True)) for row in rows]))
    print(f"written to {target}")
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES), help="numbers of events")
    parser.add_argument("--csv", type=Path, help="measure the incidents in this file, as UCDP GED publishes them")
    given = parser.parse_args()
    main(given.sizes, csv=given.csv)
