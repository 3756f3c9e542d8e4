"""The README's session is run, line by line; what it prints is what the README says.

To renew the printed parts after a change of wording: `UPDATE_README=1 python -m pytest tests/test_readme.py`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chronology import Chronology

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
SQL_PROMPT = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
TIME = re.compile(r"\d+\.\d\d s")


def run(command: str, folder: Path) -> str:
    """Run one line as a reader would, and return what it prints, errors included."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHRONOLOGY")}
    door = folder / "chronology"
    if not door.exists():
        door.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "cli.py"}" "$@"\n')
        door.chmod(0o755)
    environment |= {"PATH": f"{folder}{os.pathsep}{environment['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout


def stable(text: str) -> str:
    """Return printed text without what differs from run to run: times, ends of lines, and the root of a young log."""
    text = TIME.sub("0.00 s", text)
    return "\n".join(line.rstrip() for line in text.splitlines() if not line.startswith("root ")).strip("\n")


def test_the_session_prints_what_the_readme_says(tmp_path: Path) -> None:
    """Every command of the README runs, and prints what stands below it."""
    text = README.read_text("utf-8")
    renewed = text
    for block in BLOCK.findall(text):
        printed = []
        for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
            if not part.startswith("$ "):
                continue
            command, _, said = part[2:].partition("\n")
            found = stable(run(command, tmp_path))
            printed.append(f"$ {command}\n{found}".rstrip())
            if not os.environ.get("UPDATE_README"):
                assert found == stable(said), command
        renewed = renewed.replace(block, "\n\n".join(printed) + "\n")
    if os.environ.get("UPDATE_README"):
        README.write_text(renewed, "utf-8")
        pytest.skip("the README was renewed, not checked")


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's Python and SQL run, and answer."""
    text = README.read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (query,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    with Chronology.open(tmp_path / "storm.db", read_only=True) as chron:
        (holding,) = chron.state("operation/al-jazeera-storm", valid_at="2018-03-01")
    assert (holding.value, holding.certainty) == ("stalled", "certain")
    done = subprocess.run(
        [sys.executable, "-c", SQL_PROMPT, str(tmp_path / "storm.db"), query],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "'operation/al-jazeera-storm', 'status', '\"stalled\"', 'certain', 0" in done.stdout
