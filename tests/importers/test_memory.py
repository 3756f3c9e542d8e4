"""The memory of an import does not grow with its rows."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importers.sheets import EXTRACT

PROGRAM = """
import sys
from pathlib import Path
from chronology import Chronology
from chronology.importers import registry
from chronology.importers.import_run import ImportOptions, import_file

file, store = map(Path, sys.argv[1:])
with Chronology.open(store, create=True) as chron:
    opened = registry.open_file(file, registry.format_for(file, name=None, mapping=None))
    import_file(chron, opened, options=ImportOptions(sync=True, yes=True), report=print)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""


def _megabytes(folder: Path, rows: int) -> float:
    """Return the most memory that a process held which imported so many rows, each under a key of its own."""
    with EXTRACT.open(encoding="utf-8", newline="") as source:
        header, *some = csv.reader(source)
    file = folder / f"{rows}.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        writer.writerows([str(10_000_000 + number), *some[number % len(some)][1:]] for number in range(rows))
    command = [sys.executable, "-c", PROGRAM, str(file), str(folder / "store.db")]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return int(ended.stdout) / 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the system does not tell the most memory")
def test_memory_is_flat(tmp_path: Path) -> None:
    """Five times the rows take little more: the pages that SQLite keeps, up to a fixed number of them."""
    few = _megabytes(tmp_path, 3_000)
    (tmp_path / "store.db").unlink()
    many = _megabytes(tmp_path, 15_000)
    assert many < few + 35
    # Nearly all are gone from the next release, or changed.
    assert _megabytes(tmp_path, 500) < few + 35
