"""Tests of finding formats: those of this package, the documented one of another package, and broken ones."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chronology.errors import ChronologyError, UnknownNameError
from chronology.exporters import registry
from chronology.exporters.interface import Selection

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "export.md").read_text("utf-8")


def test_formats_have_names_suffixes_and_say_what_they_lose() -> None:
    """Each name once; sentences are whole."""
    assert len(set(registry.names())) == len(registry.names())
    for exporter in registry.BUILT_IN:
        assert registry.named(exporter.name) is exporter
        assert re.fullmatch(r"(\.[a-z]+)+", exporter.suffix)
        assert not exporter.title.endswith(".")
        assert all(re.match("[A-Z]", sentence) and sentence.endswith(".") for sentence in exporter.loses)
        assert exporter.loses


def test_the_page_has_a_row_for_each_format() -> None:
    """The table names every format of this package, in order."""
    assert re.findall(r"^\| `([a-z]+)` \|", PAGE, re.MULTILINE) == [exporter.name for exporter in registry.BUILT_IN]


def test_an_unknown_format_is_refused() -> None:
    """With the nearest names, and all of them."""
    with pytest.raises(UnknownNameError) as caught:
        registry.named("geojsn")
    assert caught.value.nearest == ["geojson"]
    assert "parquet" in str(caught.value.hint)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Give a folder with the package of the page, as if it were installed, and broken ones beside it."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (entry,) = re.findall(r'^ics = "(.*)"$', PAGE, re.MULTILINE)
    (tmp_path / "chronology_ics.py").write_text(code)
    (tmp_path / "broken.py").write_text("raise RuntimeError('gone')\nX = 1")
    (tmp_path / "other.py").write_text("X = 1")
    info = tmp_path / "chronology_ics-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: chronology-ics\nVersion: 1.0\n")
    lines = [f"ics = {entry}", "broken = broken:X", "other = other:X", "absent = absent:X", "csv = other:X"]
    (info / "entry_points.txt").write_text("\n".join([f"[{registry.GROUP}]", *lines, ""]))
    return tmp_path


def test_the_exporter_of_the_page_works(package: Path, storm: Path) -> None:
    """Help, explanation and export find it; imprecise dates are not put into the calendar, and that is told."""
    environment = os.environ | {"PYTHONPATH": f"{package}{os.pathsep}{ROOT}", "CHRONOLOGY_DB": str(storm)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "cli.py"), "export", "ics", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert run("--explain").stdout.startswith("ics: a calendar")
    ended = run("crossing/baguz")
    assert ended.stdout.startswith("BEGIN:VCALENDAR")
    assert re.findall("DTSTART;VALUE=DATE:(.*)", ended.stdout) == ["20180220", "20180513"]
    assert "SUMMARY:Crossing closed: baguz" in ended.stdout
    assert run("operation/al-jazeera-storm").stderr == "note: 3 events have no exact day, and are left out\n"


def test_a_package_that_is_broken_is_named(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be loaded, or is no exporter; a format of this package is never replaced."""
    monkeypatch.syspath_prepend(str(package))
    importlib.invalidate_caches()
    assert registry.names()[-4:] == ["absent", "broken", "ics", "other"]
    for name, words in (
        ("broken", "gone"),
        ("absent", "No module named 'absent'"),
        ("other", "is of type int, not an Exporter"),
    ):
        with pytest.raises(ChronologyError, match=words):
            registry.named(name)
    assert registry.named("csv").title.startswith("a table")


def test_a_selection_tells_every_filter() -> None:
    """So that a file says what it leaves out."""
    selection = Selection(
        subject="a/b",
        attribute="c",
        kind="d",
        valid_at="2018",
        since="2017",
        until="2019",
        min_origins=2,
        restrictions={
            "known_at": 7,
            "stated_by": "2020-01-01",
            "sources": ["source/x", "source/y"],
            "origins": ["person/z"],
            "min_grade": "B2",
            "fuzz": 7 * 86_400,
        },
    )
    assert selection.in_words() == (
        "about a/b; attribute c; of kind d; held at 2018; since 2017; until 2019; origins at least 2; as known at #7; "
        "stated by 2020-01-01; from source/x, source/y; said by person/z; graded at least B2; dates widened by 7 days"
    )
    assert not selection.is_whole
    assert Selection().is_whole
