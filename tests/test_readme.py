"""The README and the pages of docs/ are run: commands print what the pages show, code runs, links lead somewhere.

To renew the printed parts and the picture after a change of wording:
`UPDATE_README=1 python -m pytest tests/test_readme.py`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chronology import Chronology
from tests.picture import draw, on_terminal

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = {path.relative_to(ROOT).as_posix(): path for path in (README, *DOCS)}
PICTURE = ROOT / "docs" / "answer.svg"
PICTURED = "chronology state person/abu-bakr-al-baghdadi location --at 2018-05-14"

CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"^( *)```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)
FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SQL_PROMPT = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
TIME = re.compile(r"\d+\.\d\d s")
RENEW = bool(os.environ.get("UPDATE_README"))

IN_ONE_FOLDER = ("docs/evidence.md", "docs/redaction.md", "docs/file.md", "docs/types.md")
"""Pages with shell lines, in the order in which their files build on each other."""

TOOLS = ("sh", "sed", "cut", "base64", "sha256sum", "xxd", "openssl")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which `chronology` is this checkout's command."""
    door = folder / "chronology"
    if not door.exists():
        door.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "cli.py"}" "$@"\n')
        door.chmod(0o755)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CHRONOLOGY")}
    return plain | {"PATH": f"{folder}{os.pathsep}{plain['PATH']}"}


def run(command: str, folder: Path) -> str:
    """Run one line as a reader would, and return what it prints, errors included."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment(folder) | {"NO_COLOR": "1"},
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


def shell_blocks(page: Path) -> list[str]:
    """Return the shell lines of a page, those inside lists without their indent."""
    found = SHELL.findall(page.read_text("utf-8"))
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_of_a_page_print_what_it_shows(name: str, tmp_path: Path) -> None:
    """Every command of a console block runs, and prints what is below it; all pages but the README ask the demo."""
    page = PAGES[name]
    text = page.read_text("utf-8")
    if page != README:
        run("chronology demo", tmp_path)
    renewed = text
    for block in CONSOLE.findall(text):
        printed = []
        for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
            if not part.startswith("$ "):
                continue
            command, _, said = part[2:].partition("\n")
            found = stable(run(command, tmp_path))
            printed.append(f"$ {command}\n{found}".rstrip())
            if not RENEW:
                assert found == stable(said), command
        renewed = renewed.replace(block, "\n\n".join(printed) + "\n")
    if RENEW:
        page.write_text(renewed, "utf-8")
        pytest.skip("the page was renewed, not checked")


def test_the_picture_is_what_a_terminal_shows(tmp_path: Path) -> None:
    """The picture of an answer is drawn from what the command prints today."""
    run("chronology demo", tmp_path)
    colourful = {name: value for name, value in environment(tmp_path).items() if name != "NO_COLOR"}
    colourful |= {"TERM": "xterm-256color", "COLUMNS": "", "PAGER": "cat", "PYTHONIOENCODING": "utf-8"}
    drawn = draw(PICTURED, on_terminal(PICTURED, folder=tmp_path, environment=colourful))
    if RENEW:
        PICTURE.write_text(drawn, "utf-8")
    assert PICTURE.read_text("utf-8") == drawn


@pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
def test_the_shell_lines_of_the_pages_run_one_after_the_other(tmp_path: Path) -> None:
    """Keys, checkpoints, exhibits, receipts, redaction, backup, types: in a folder with the running example."""
    run("chronology demo", tmp_path)
    assert [name for name in PAGES if shell_blocks(PAGES[name])] == ["README.md", *sorted(IN_ONE_FOLDER)]
    for name in IN_ONE_FOLDER:
        for block in shell_blocks(PAGES[name]):
            if block.startswith("# sh check-exhibit.sh"):
                (tmp_path / "check-exhibit.sh").write_text(block)
                continue
            command = ["sh", "-euc", block]
            ended = subprocess.run(
                command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False
            )
            assert ended.returncode == 0, (block, ended.stderr)


def test_the_readme_names_targets_that_make_knows() -> None:
    """`make demo` and the others that the pages name are in the Makefile."""
    named = {found for page in PAGES.values() for found in re.findall(r"\bmake ([a-z-]+)\b", _code(page))}
    assert {"demo", "test", "bench"} <= named
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert named <= set(targets)


def test_make_help_names_every_target() -> None:
    """What `make` can do, `make help` says."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(re.findall(r'@echo "make ([a-z-]+) ', makefile)) == set(phony.split()) - {"help"}


def _code(page: Path) -> str:
    """Return what a page sets as code, in blocks and in sentences."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page.read_text("utf-8"), re.DOTALL))


@pytest.mark.parametrize("name", ["README.md", "docs/python.md"])
def test_the_python_of_a_page_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python blocks run, one after the other, and leave a store that answers."""
    blocks = PYTHON.findall(PAGES[name].read_text("utf-8"))
    assert blocks
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in blocks:
        exec(compile(code, name, "exec"), names)
    with Chronology.open(tmp_path / "storm.db", read_only=True) as chron:
        (holding,) = chron.state("operation/al-jazeera-storm", valid_at="2018-03-01")
    assert (holding.value, holding.certainty) == ("stalled", "certain")


def test_the_python_of_the_page_on_reports_writes_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes a store, and a page of it."""
    (code,) = PYTHON.findall(PAGES["docs/report.md"].read_text("utf-8"))
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/report.md", "exec"), {})
    assert (tmp_path / "crossing-page.html").read_text("utf-8").startswith("<!doctype html>")


def test_python_stands_only_where_it_is_run() -> None:
    """The tests run every page with Python or SQL; `importers/test_third_party.py` runs that on importing."""
    assert [name for name, page in PAGES.items() if PYTHON.search(page.read_text("utf-8"))] == [
        "README.md",
        # Run by `tests/exporters/test_formats.py`, as a package that is installed.
        "docs/export.md",
        "docs/import.md",
        "docs/python.md",
        "docs/report.md",
    ]
    assert [name for name, page in PAGES.items() if SQL.search(page.read_text("utf-8"))] == ["docs/python.md"]


def test_the_sql_of_the_page_on_python_runs(tmp_path: Path) -> None:
    """Questions at a SQL prompt are answered from the stored state."""
    (query,) = SQL.findall(PAGES["docs/python.md"].read_text("utf-8"))
    run("chronology demo", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", SQL_PROMPT, str(tmp_path / "chronology.db"), query],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "'operation/al-jazeera-storm', 'status', '\"stalled\"', 'certain', 0" in done.stdout


def _prose(page: Path) -> str:
    return FENCED.sub("", page.read_text("utf-8"))


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _links() -> Iterator[tuple[str, str]]:
    for name, page in PAGES.items():
        for target in LINK.findall(_prose(page)):
            yield name, target


@pytest.mark.parametrize(("name", "target"), sorted(set(_links())))
def test_every_link_leads_to_a_file_and_a_heading_that_exist(name: str, target: str) -> None:
    """No link of the README or a page is dead."""
    path, _, anchor = target.partition("#")
    found = (PAGES[name].parent / path).resolve() if path else PAGES[name]
    assert found.is_relative_to(ROOT)
    assert found.is_file()
    assert not anchor or anchor in _anchors(found)


def test_the_readme_links_every_page() -> None:
    """Nobody has to look into docs/ to learn that a page exists."""
    linked = {target for name, target in _links() if name == "README.md"}
    assert {name for name in PAGES if name != "README.md"} <= linked


@pytest.mark.parametrize("name", PAGES)
def test_every_path_that_a_page_names_exists(name: str) -> None:
    """A file of the code that a page names is where the page says."""
    paths = re.findall(r"`((?:chronology|tests|schemas|docs)/[\w./-]*)`", PAGES[name].read_text("utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []
