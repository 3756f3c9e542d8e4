"""The command `gaps`: its forms, and what it says where there is none."""

import csv
import io
from pathlib import Path

from tests.command_line import GATE, append, done, refused, run


def test_gaps_are_listed_in_every_form(store: Path) -> None:
    """Table, JSON, lines and CSV tell the same; a stale value names its assertion."""
    first = append("crossing.closed", GATE, on="2024-03-01/2024-03-10")["position"]
    second = append("crossing.opened", GATE, on="2024-03-21")["position"]
    asked = ("gaps", GATE, "status", "--until", "2024-12-31", "--stale", "30d")
    lines = done(*asked).out.splitlines()
    assert lines[1] == GATE
    assert lines[2].split() == [
        "status",
        "2024-03-11",
        "2024-03-20",
        "10",
        "gap",
        "after",
        f"#{first},",
        "before",
        f"#{second}",
    ]
    assert lines[3].split() == ["status", "2024-03-11", "2024-12-31", "296", "stale:", "open", f"#{second}"]
    found = done(*asked, "--json").json
    assert [(gap["what"], gap["value"], gap["after"]) for gap in found] == [
        ("gap", None, first),
        ("stale", "open", second),
    ]
    assert done(*asked, "--nl").lines == found
    rows = list(csv.DictReader(io.StringIO(done(*asked, "--csv").out)))
    assert [row["since"] for row in rows] == ["2024-03-11T00:00:00", "2024-03-11T00:00:00"]


def test_no_gap_is_told_and_bad_input_refused(store: Path) -> None:
    """A wrong name is suggested a better one; a limit is a span of days."""
    append("crossing.closed", GATE)
    assert done("gaps").err == "there is no gap\n"
    assert done("gaps", "--stale", "20000d").err == "there is no gap, and nothing is stale\n"
    assert "did you mean" in done("gaps", "crossing/oakfrod").err
    refused(run("gaps", "--stale", "soon"), "is not a span of days")
    refused(run("gaps", "--until", "2024-13"), "there is no month 13")
