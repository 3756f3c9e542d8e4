"""The UCDP Georeferenced Event Dataset: the codebook's rules, on an extract and on the whole file."""

import csv
import gzip
import io
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest

from chronology import Chronology, Event
from chronology.commands.record.append import append_lines
from chronology.events.records import as_dict
from tests.importers.sheets import EXTRACT, Outcome, take_file

ROOT = Path(__file__).parents[2]
WHOLE = Path(
    os.environ.get("CHRONOLOGY_UCDP")
    or ROOT.parent / "shared" / "data" / "ucdp-ged-syria" / "ged_syria_2016_2019.csv.gz"
)


def _events(chron: Chronology) -> Iterator[Event]:
    return (e.event for e in chron.read() if e.event.type == "ucdp_event.coded")


def _of(chron: Chronology, key: str) -> list[Event]:
    return [event for event in _events(chron) if event.locator == key]


@pytest.fixture
def extract(chron: Chronology) -> Outcome:
    """Import the extract, recognised by its columns."""
    return take_file(chron, EXTRACT)


def test_every_report_is_an_assertion(chron: Chronology, extract: Outcome) -> None:
    """38 rows name 53 reports."""
    assert extract.counts == (38, 0, 0, 0, 0)
    assert extract.summary.said == sum(1 for _ in _events(chron)) == 53


@pytest.mark.parametrize(
    ("key", "valid"),
    [
        ("219264", "[2016-01-01..2016-04-01]"),
        ("218702", "[2016-01-06..2016-01-08]"),
        ("233200", "2016-01-01/2016-12-31"),
        ("216535", "2016-02-17"),
        ("214797", "2016-01-01"),
    ],
)
def test_dates_mean_what_the_codebook_says(chron: Chronology, extract: Outcome, key: str, valid: str) -> None:
    """Clarity 1 is one unknown day in the range, clarity 2 spans it, and equal days are one exact day."""
    assert {event.valid for event in _of(chron, key)} == {valid}


def test_estimates_stay_three_attributes_and_coordinates_text(chron: Chronology, extract: Outcome) -> None:
    """Low, best and high are kept as they are, also where high is below best."""
    [event] = _of(chron, "316252")
    assert event.data["high"] < event.data["best"]
    held = chron.state(event.subject, valid_at=event.valid)
    assert {h.attribute for h in held} >= {"low", "best", "high"}
    assert isinstance(event.data["latitude"], str)


def test_the_office_says_it_and_its_headline_is_quoted(chron: Chronology, extract: Outcome) -> None:
    """A headline may hold a semicolon, and an office a space at its end; neither breaks the parallel lists."""
    [one] = _of(chron, "218614")
    assert one.said_by == ("organization/sohr",)
    assert ";" in (one.quote or "")
    [spaced] = _of(chron, "218162")
    assert spaced.said_by == ("organization/sohr",)
    assert (spaced.quote or "").startswith("Advances for regime forces")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("215274", "source_date '1753-01-01' stands for an unknown date"),
        ("303982", "source_date '1753-07-29' is before 1989-01-01, so it is a mistake"),
        ("310640", "source_date '2109-10-28' is not before 2100-01-01, so it is a mistake"),
        ("280092", "source_date '2919-02-06' is not before 2100-01-01, so it is a mistake"),
    ],
)
def test_a_sentinel_is_no_date(chron: Chronology, extract: Outcome, key: str, said: str) -> None:
    """It is never used as the day of the statement; a note keeps it."""
    notes = [event for event in _of(chron, key) if event.note]
    assert [event.note for event in notes] == [said]
    assert [event.stated for event in notes] == [None]
    assert extract.summary.flagged == 5


def test_nothing_of_a_cell_is_lost_by_a_line_break(chron: Chronology, extract: Outcome) -> None:
    """A row may go over several lines."""
    assert len(_of(chron, "217846")) == 1


def test_the_extract_is_credited() -> None:
    """The licence asks for it."""
    assert "CC BY 4.0" in (EXTRACT.parent / "README.md").read_text("utf-8")


needs_whole = pytest.mark.skipif(not WHOLE.is_file(), reason="the whole dataset is not here; CHRONOLOGY_UCDP names it")


def _mixed_up(path: Path) -> None:
    """Write the dataset in another order and form, with 50 rows changed, 20 removed and 10 new."""
    with gzip.open(WHOLE, "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    place = {name: index for index, name in enumerate(header)}
    draw = random.Random(7)
    draw.shuffle(rows)
    rows = rows[20:]
    for number, row in enumerate(rows[:50]):
        if number % 2:
            row[place["best"]] = str(int(row[place["best"]]) + 5)
        else:
            row[place["adm_1"]] = "Elsewhere"
    for number in range(10):
        rows.append([str(9_000_000 + number), *rows[100 + number][1:]])
    draw.shuffle(rows)
    order = draw.sample(range(len(header)), len(header))
    with path.open("w", encoding="utf-16", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writerow([header[index] for index in order])
        for row in rows:
            row[place["date_start"]] += " 00:00:00.000"
            row[place["latitude"]] += "0"
            row[place["low"]] += ".0"
            writer.writerow([row[index] for index in order])


@needs_whole
@pytest.mark.slow
def test_the_whole_dataset(chron: Chronology, tmp_path: Path) -> None:
    """The codebook's numbers; again is nothing; a later release syncs to what it changed; the old one can be asked."""
    begin = process_time()
    outcome = take_file(chron, WHOLE)
    seconds = process_time() - begin
    assert outcome.counts == (16_566, 0, 0, 0, 0)
    forms = Counter(
        "set" if (event.valid or "")[0] == "[" else "interval" if "/" in (event.valid or "") else "day"
        for event in {event.locator: event for event in _events(chron)}.values()
    )
    assert forms == {"set": 601, "interval": 485, "day": 15_480}
    assert outcome.summary.said == sum(1 for _ in _events(chron)) == 21_137
    notes = Counter((event.note or "").split("'")[1][:10] for event in _events(chron) if event.note)
    assert notes == {"1753-01-01": 22, "1753-07-29": 1, "2109-10-28": 2, "2919-02-06": 1}
    old = chron.head()
    before = chron.state(kind="incident", valid_at="2018-01-20")
    assert take_file(chron, WHOLE).counts == (0, 0, 16_566, 0, 0)
    assert chron.head() == old
    _mixed_up(tmp_path / "later.tsv")
    assert take_file(chron, tmp_path / "later.tsv", sync=True).counts == (10, 50, 16_496, 20, 0)
    assert take_file(chron, tmp_path / "later.tsv", sync=True).counts == (0, 0, 16_556, 0, 0)
    assert chron.state(kind="incident", valid_at="2018-01-20", known_at=old) == before
    assert seconds < 4 * _seconds_to_append(chron, old, tmp_path / "appended.db")


def _seconds_to_append(chron: Chronology, until: int, path: Path) -> float:
    """Return how long the same events take as JSON lines, in a store of their own."""
    with Chronology.open(path, create=True) as other:
        known = {event.id for event in other.read()} | {e.id for e in chron.read(until=other.head())}
        lines = "\n".join(json.dumps(as_dict(e.event)) for e in chron.read(until=until) if e.id not in known)
        begin = process_time()
        append_lines(other, io.BytesIO(lines.encode()), None, expected_head=None, dry_run=False)
        return process_time() - begin
