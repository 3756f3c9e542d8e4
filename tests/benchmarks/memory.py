"""One piece of work in a process of its own, which prints the most memory that it held, in MB."""

import sys
from itertools import islice
from pathlib import Path

from chronology import Chronology
from chronology.evidence.tiles import export
from chronology.transparency.notes import Checkpoint

from .workload import Workload, drawn, published

BATCH = 1_000


def append(store: Path, size: int, workload: Workload) -> None:
    """Append a stream of events in batches."""
    with Chronology.open(store.with_name("batches.db"), create=True) as chron:
        stream = workload.events(size)
        while batch := list(islice(stream, BATCH)):
            chron.append_many(batch)


def append_at_once(store: Path, size: int, workload: Workload) -> None:
    """Append a stream of events in one transaction."""
    with Chronology.open(store.with_name("at-once.db"), create=True) as chron:
        chron.append_many(workload.events(size))


def replay(store: Path, _: int, __: Workload) -> None:
    """Rebuild the projections."""
    with Chronology.open(store) as chron:
        chron.replay()


def verify(store: Path, _: int, __: Workload) -> None:
    """Verify everything."""
    with Chronology.open(store, read_only=True) as chron:
        assert chron.verify().ok


def export_tiles(store: Path, _: int, __: Workload) -> None:
    """Export the log as tiles."""
    with Chronology.open(store, read_only=True) as chron:
        head: Checkpoint = chron.proofs.checkpoint()
        export(chron.read(), store.with_name("tiles"), head.text().encode())


WORKS = {
    "append in batches": append,
    "append in one transaction": append_at_once,
    "replay": replay,
    "verify": verify,
    "export": export_tiles,
}


def most_memory() -> float:
    """Return the most memory that this program has held, in MB; `getrusage` would count that of its parent too."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


def main() -> None:
    """Do what the arguments say: which work, on which store, of how many events, drawn or of which CSV."""
    name, store, size, *csv = sys.argv[1:]
    WORKS[name](Path(store), int(size), published(Path(csv[0])) if csv else drawn())
    print(most_memory())


if __name__ == "__main__":
    main()
