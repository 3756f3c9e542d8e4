"""The benchmarks run, at a size at which their figures mean nothing: so that they cannot rot."""

import csv
import json
from pathlib import Path

import pytest

from . import __main__ as benchmarks
from .targets import at_least, at_most
from .workload import drawn, published

COLUMNS = (
    "date_start", "date_end", "event_clarity", "source_date", "source_office", "source_original", "source_headline",
    "dyad_name", "dyad_new_id", "best", "low", "high", "where_coordinates",
)  # fmt: skip
INCIDENTS = [
    ("2016-01-01", "2016-01-01", "1", "2016-01-02", "SOHR", "SOHR", "Shells", "A - B", "7", "2", "1", "3", "Aleppo"),
    ("2017-01-01", "2017-01-05", "1", "1753-01-01", "Reuters;AP", "", "", "A - C", "8", "0", "0", "0", "Idlib"),
    (
        "2018-01-01",
        "2018-02-05",
        "2",
        "2018-02-06;2018-02-07",
        "AP",
        "Army",
        "x",
        "A - B",
        "7",
        "5",
        "5",
        "9",
        "Aleppo",
    ),
]


@pytest.fixture
def incidents(tmp_path: Path) -> Path:
    """Give a table of a few incidents."""
    path = tmp_path / "incidents.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(INCIDENTS)
    return path


@pytest.mark.parametrize("drawn_or_not", ["drawn", pytest.param("published", marks=pytest.mark.slow)])
def test_every_step_measures_something(
    drawn_or_not: str, incidents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row names what was measured, and the same rows are written as JSON."""
    for name, few in (("SINGLE", 2), ("QUESTIONS", 4), ("PROCESSES", 1), ("ROUNDS", 1), ("COMPARED", 0)):
        monkeypatch.setattr(benchmarks, name, few)
    monkeypatch.setattr(benchmarks, "EventSourcing", lambda *_, **__: None)
    monkeypatch.setattr(benchmarks, "WORKS", ["replay"])
    monkeypatch.setattr(benchmarks, "_ratio", lambda above, below: sum(above) / sum(below) if below else 0.0)
    target = tmp_path / "results.json"
    rows = benchmarks.main([30, 60], csv=incidents if drawn_or_not == "published" else None, target=target)
    assert {row[0] for row in rows} == {"30", "60", "30 to 60"}
    assert all(row[2] >= 0 for row in rows)
    assert [one["value"] for one in json.loads(target.read_text())] == [row[2] for row in rows]


def test_a_history_is_the_same_each_time(incidents: Path) -> None:
    """As many events as are wanted, also of few incidents, and every id once."""
    for workload in (drawn(), published(incidents)):
        found = list(workload.events(50))
        assert len({event.id for event in found}) == len(found) == 50
        assert found == list(workload.events(50))


def test_a_target_says_whether_it_is_met() -> None:
    """By size: from the smallest that is named on."""
    share = at_least(0.2, (1_000, 0.4))
    assert [share.told(0.3, size) for size in (10, 1_000)] == [">= 0.2 met", ">= 0.4 MISSED"]
    assert at_most(2).told(2.5, 10) == "<= 2 MISSED"
