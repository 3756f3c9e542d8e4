"""What is installed is whole: the wheel and the sdist hold all that the program needs, and nothing of a checkout."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _run(*command: str | Path, folder: Path, **environment: str) -> str:
    """Run a program with nothing of this checkout around it, and return what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CHRONOLOGY"))}
    ended = subprocess.run(
        list(map(str, command)), cwd=folder, env=kept | environment, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both forms of the distribution, as an installer does, and return their folder."""
    folder = tmp_path_factory.mktemp("dist")
    command = (sys.executable, "-m", "hatchling", "build", "-d", folder, "-t", "sdist", "-t", "wheel")
    _run(*command, folder=ROOT)
    return folder


def test_a_wheel_runs_the_example_and_makes_a_page(built: Path, tmp_path: Path) -> None:
    """The data files are in it: event types, the example, mappings, scripts of the page, SQL for a server."""
    (wheel,) = built.glob("chronology_store-*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    for command, wanted in (
        (("--version",), "chronology "),
        (("demo",), "created chronology.db"),
        (("state", "operation/al-jazeera-storm", "status", "--at", "2018-03-01", "--csv"), "stalled"),
        (("report", "-o", "storm.html"), "storm.html written"),
        (("mapping", "show", "ucdp-ged"), "ucdp"),
        (("verify",), "ok: "),
    ):
        printed = _run(sys.executable, "-m", "chronology", *command, folder=tmp_path, PYTHONPATH=str(installed))
        assert wanted in printed, command
    shipped = {path.relative_to(ROOT) for path in (ROOT / "chronology").rglob("*") if path.is_file()}
    wanted_files = {str(path) for path in shipped if "__pycache__" not in path.parts}
    assert {name for name in wanted_files if not (installed / name).exists()} == set()


def test_an_sdist_holds_what_builds_and_tests_it(built: Path) -> None:
    """The tests, the documents and the built-in types come with the code."""
    (sdist,) = built.glob("chronology_store-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for wanted in ("pyproject.toml", "README.md", "LICENSE", "cli.py", "Makefile", "chronology/__main__.py"):
        assert wanted in names
    for folder in ("tests", "docs", "schemas"):
        tracked = {str(path.relative_to(ROOT)) for path in (ROOT / folder).glob("*.*")}
        assert tracked - names == set()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["*.whl", "*.tar.gz"])
def test_each_form_installs_into_an_empty_environment(built: Path, tmp_path: Path, form: str) -> None:
    """With the dependencies that it names, and no others, the command runs the example."""
    venv.create(tmp_path / "env", with_pip=True)
    (file,) = built.glob(f"chronology_store-{form}")
    python, command = (tmp_path / "env" / "bin" / name for name in ("python", "chronology"))
    _run(python, "-m", "pip", "install", "--quiet", file, folder=tmp_path)
    assert "created chronology.db" in _run(command, "demo", folder=tmp_path)
    assert "ok: " in _run(command, "verify", folder=tmp_path)
