"""Importers of others: the worked example of the documentation is one, installed as others are."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chronology.errors import UnknownNameError
from chronology.importers import registry
from tests.command_line import done

PAGE = Path(__file__).parents[2] / "docs" / "import.md"


def _install(folder: Path, entry: str) -> None:
    """Put the example into a folder as an installed package."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (folder / "field_notes.py").write_text(code, "utf-8")
    info = folder / "field_notes-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: field-notes\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entry)


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = "from chronology.commands import main; main()"
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], check=False, capture_output=True, text=True, cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), root])},
    )  # fmt: skip


def test_the_example_of_the_page_imports(tmp_path: Path) -> None:
    """Its entry point is found, its suffix recognised, its mapping used, its bad lines told."""
    (entry,) = re.findall(r"```toml\n(\[project.entry-points.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    _install(tmp_path, re.sub(r'\[project\.entry-points\."(.*?)"\]', r"[\1]", entry).replace('"', ""))
    done("init", tmp_path / "chronology.db")
    (tmp_path / "monday.notes").write_text("7 | 2018-05-05 | Hajin | two vehicles\n8 | 2018-05-06\n", "utf-8")
    ended = _run(tmp_path, "import", "monday.notes", "--source", "source/field-notes")
    assert ended.returncode == 1
    assert "error: line 2: has 2 parts, not 4" in ended.stderr
    ended = _run(tmp_path, "import", "monday.notes", "--source", "source/field-notes", "--skip-bad", "bad.csv")
    assert ended.stdout.startswith("source/field-notes: added 1, changed 0, unchanged 0, withdrawn 0, refused 1\n")
    assert "two vehicles" in done("--db", tmp_path / "chronology.db", "timeline", "place/hajin").out
    assert "field-notes" in _run(tmp_path, "mapping").stdout


@pytest.mark.parametrize("value", ["field_notes:NOTHING", "nowhere:X", "field_notes:MAPPING"])
def test_an_importer_that_is_none_ends_in_one_error(tmp_path: Path, value: str) -> None:
    """Another package's mistake is not a traceback of ours."""
    _install(tmp_path, f"[chronology.importers]\nfield-notes = {value}\n")
    ended = _run(tmp_path, "mapping")
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: the importer field-notes")
    assert "Traceback" not in ended.stderr


def test_a_name_that_nobody_has_is_refused() -> None:
    """With those that are similar."""
    with pytest.raises(UnknownNameError) as caught:
        registry.format_named("ucdp")
    assert "ucdp-ged" in (caught.value.hint or "")
