"""How many files somebody opens to follow one command: `python -m tests.count_files append`, or `state`, lists them.

The command runs in a process of its own, under `sys.setprofile`. A file counts if one of its functions ran; what runs
while a module is imported, and the bodies of classes, do not count. It also counts the files of the package.
"""

import inspect
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parents[1] / "chronology"

COMMANDS: Final = {
    "append": (
        "append", "operation.stalled", "operation/al-jazeera-storm", "reason=moved", "--on", "2018-06",
        "--source", "source/voa-2018-05-14", "--said-by", "person/suhaib-jaber", "--grade", "B2",
    ),
    "state": ("state", "operation/al-jazeera-storm", "status", "--at", "2018-03-01"),
}  # fmt: skip
"""The commands that are counted, on the running example."""


def files_that_ran(name: str) -> list[str]:
    """Return the files of the package of which a function runs for a command, each below the package.

    Args:
        name: of one of the commands.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder, "example.db"))
        arguments = ["--db", database, *COMMANDS[name]]
        demo = [sys.executable, "-m", "tests.count_files", "--run", "--db", database, "demo"]
        subprocess.run(demo, check=True, capture_output=True)
        counted = [sys.executable, "-m", "tests.count_files", "--run", *arguments]
        ended = subprocess.run(counted, check=True, capture_output=True, text=True)
    return ended.stderr.partition("files that ran:\n")[2].split()


def _run(arguments: list[str]) -> None:
    """Run a command in this process, and print on stderr the files of which a function ran."""
    found: set[str] = set()
    importing = 0

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal importing
        code = frame.f_code
        if code.co_name == "<module>":
            importing += {"call": 1, "return": -1}.get(event, 0)
        elif event == "call" and not importing and code.co_flags & inspect.CO_OPTIMIZED:
            found.add(code.co_filename)

    from chronology.commands import main

    sys.setprofile(note)
    try:
        main(arguments)
    finally:
        sys.setprofile(None)
        ours = sorted(path.relative_to(PACKAGE).as_posix() for path in map(Path, found) if path.is_relative_to(PACKAGE))
        print("files that ran:", *ours, sep="\n", file=sys.stderr)


def files_in_all() -> list[Path]:
    """Return every file of code in the package."""
    return sorted(PACKAGE.rglob("*.py"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _run(sys.argv[2:])
    else:
        for command in sys.argv[1:] or COMMANDS:
            ran = files_that_ran(command)
            print(*ran, f"{command}: a function of {len(ran)} files runs", sep="\n", end="\n\n")
        paths = files_in_all()
        lines = sum(len(path.read_text("utf-8").splitlines()) for path in paths)
        print(f"in all {len(paths)} files, {lines:,} lines")
