"""Imports of a dataset: idempotent, and with --sync the store follows the file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chronology import Chronology, Event
from chronology.errors import BadRowsError, ImportFileError, NotLiveError
from chronology.importers import import_run, registry
from chronology.importers.import_run import ImportOptions, import_file
from chronology.importers.mappings import read_mapping
from chronology.store.batch import AppendResult
from tests.conftest import Clock, counting
from tests.importers.sheets import MAPPING, as_csv, live, raid, take, take_file

TEN = [raid(n) for n in range(10)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a place for the file."""
    return tmp_path / "raids.csv"


def test_a_file_imported_twice_appends_nothing(chron: Chronology, file: Path) -> None:
    """The second import finds every row as it is."""
    first = take(chron, TEN, file=file)
    assert first.counts == (10, 0, 0, 0, 0)
    assert first.summary.events == 11
    head = chron.head()
    again = take(chron, TEN, file=file)
    assert again.counts == (0, 0, 10, 0, 0)
    assert again.summary.events == 0
    assert chron.head() == head


def test_the_type_is_defined_in_the_same_transaction(chron: Chronology, file: Path) -> None:
    """A mapping brings its types along; they are recorded once, before the first row."""
    outcome = take(chron, TEN, file=file)
    assert outcome.summary.defined == ["raid.told"]
    assert "raid.told" in chron.vocabulary
    assert take(chron, [raid(77)], file=file).summary.defined == []


def test_provenance_is_the_dataset_the_office_and_the_key(chron: Chronology, file: Path) -> None:
    """The dataset is the source, the office the origin, and the locator is the row's key."""
    take(chron, [raid("A/7")], file=file)
    event = chron.event(chron.head()).event
    assert (event.source, event.said_by, event.locator, event.stated) == (
        "source/raids", ("organization/sohr",), "A/7", "2018-05-02"
    )  # fmt: skip


def test_a_list_of_offices_is_an_event_for_each(chron: Chronology, file: Path) -> None:
    """Sources separated by ; become one assertion each, with the day of the same place."""
    take(chron, [raid(1, office="SOHR; Airwars", said="2018-05-02;2018-05-09")], file=file)
    assert [(one["said_by"], one["stated"]) for one in live(chron)] == [
        (["organization/airwars"], "2018-05-09"), (["organization/sohr"], "2018-05-02")
    ]  # fmt: skip


def test_without_sync_nothing_is_changed(chron: Chronology, file: Path) -> None:
    """A plain import only adds; what differs is counted, and left alone."""
    take(chron, TEN, file=file)
    outcome = take(chron, [raid(0, killed=9), raid(11)], file=file)
    assert outcome.counts == (1, 0, 0, 0, 0)
    assert outcome.summary.differing == 1
    assert sum(one["data"]["killed"] == 9 for one in live(chron)) == 0


def test_sync_replaces_retracts_and_adds(chron: Chronology, file: Path) -> None:
    """Really changed rows are replaced, those that are gone are retracted with the reason, new ones appended."""
    rows = [raid(n) for n in range(30)]
    take(chron, rows, file=file)
    old = chron.head()
    changed = [raid(0, killed=9), raid(1, day="2018-05-03"), *rows[2:28], raid(30)]
    outcome = take(chron, changed, file=file, sync=True)
    assert outcome.counts == (1, 2, 26, 2, 0)
    assert outcome.summary.events == 5
    reasons = [e.event.data["reason"] for e in chron.read(after=old) if e.event.type == "assertion.retracted"]
    assert reasons == ["row 28 is no longer in raids.csv", "row 29 is no longer in raids.csv"]
    assert sum(e.event.replaces is not None for e in chron.read(after=old)) == 2


def test_the_old_dataset_can_still_be_asked_for(chron: Chronology, clock: Clock, file: Path) -> None:
    """After a sync, a question with an earlier known_at answers what the dataset said then."""
    rows = [raid(n) for n in range(20)]
    take(chron, rows, file=file)
    before = chron.state(kind="incident", valid_at="2018-05-01")
    old = chron.head()
    clock.advance(days=30)
    take(chron, [raid(0, killed=9), *rows[2:]], file=file, sync=True)
    assert chron.state(kind="incident", valid_at="2018-05-01", known_at=old) == before
    assert chron.state(kind="incident", valid_at="2018-05-01") != before


@pytest.mark.parametrize(
    "flipped",
    [
        {"day": "1/5/2018"},
        {"day": "2018-05-01 "},
        {"north": "34.6900"},
        {"north": "+34.69"},
        {"killed": "3.0"},
        {"where": " Hajin  "},
        {"office": "sohr"},
    ],
    ids=repr,
)
def test_a_flip_of_format_is_no_change(chron: Chronology, file: Path, flipped: dict[str, str]) -> None:
    """What reads to the same is the same, however it is written."""
    take(chron, TEN, file=file)
    assert take(chron, [raid(0, **flipped), *TEN[1:]], file=file, sync=True).counts == (0, 0, 10, 0, 0)


def test_a_row_that_returns_is_restated(chron: Chronology, file: Path) -> None:
    """What was retracted is appended again with an id of its own, as often as it comes and goes."""
    for expected in [(10, 0, 0, 0, 0), (0, 0, 9, 1, 0), (1, 0, 9, 0, 0), (0, 0, 9, 1, 0), (1, 0, 9, 0, 0)]:
        rows = TEN if expected[3] == 0 else TEN[1:]
        assert take(chron, rows, file=file, sync=True).counts == expected
    said = [e.id for e in chron.read() if e.event.subject == "incident/raid-0" and e.event.type == "raid.told"]
    assert len(said) == len(set(said)) == 3
    assert len(live(chron)) == 10


def test_a_change_that_is_taken_back_is_a_change_again(chron: Chronology, file: Path) -> None:
    """The store follows a publisher who changes a number and changes it back, as often as that happens."""
    take(chron, TEN, file=file)
    for killed in (9, 3, 9, 3):
        assert take(chron, [raid(0, killed=killed), *TEN[1:]], file=file, sync=True).counts == (0, 1, 9, 0, 0)
        assert sorted(one["data"]["killed"] for one in live(chron)) == sorted([killed, *[3] * 9])


def test_a_report_that_is_dropped_from_a_row_is_retracted_alone(chron: Chronology, file: Path) -> None:
    """If the first of two offices vanishes, the event of the second stays as it is."""
    take(chron, [raid(1, office="SOHR;VOA", said="2018-05-02;2018-05-03")], file=file)
    head = chron.head()
    outcome = take(chron, [raid(1, office="VOA", said="2018-05-03")], file=file, sync=True)
    assert outcome.counts == (0, 1, 0, 0, 0)
    [event] = chron.read(after=head)
    assert event.event.type == "assertion.retracted"
    assert [one["said_by"] for one in live(chron)] == [["organization/voa"]]


def test_what_an_analyst_retracted_stays_retracted(chron: Chronology, file: Path) -> None:
    """An import does not overrule the people who use it, until the publisher says something else."""
    take(chron, TEN, file=file)
    target = next(e for e in chron.read() if e.event.subject == "incident/raid-0")
    chron.retract(target.id, reason="the place is wrong")
    outcome = take(chron, TEN, file=file, sync=True)
    assert outcome.counts == (0, 0, 10, 0, 0)
    assert outcome.summary.kept == 1
    assert len(live(chron)) == 9
    assert take(chron, [raid(0, where="Baguz"), *TEN[1:]], file=file, sync=True).counts == (0, 1, 9, 0, 0)
    assert len(live(chron)) == 10


def test_what_was_redacted_does_not_come_back(chron: Chronology, file: Path) -> None:
    """A name that was erased for somebody's safety is not written again by the next release."""
    take(chron, TEN, file=file)
    target = next(e for e in chron.read() if e.event.subject == "incident/raid-0")
    chron.redact(target.id, reason="danger")
    outcome = take(chron, [raid(0, killed=4), *TEN[1:]], file=file, sync=True)
    assert outcome.counts == (0, 0, 10, 0, 0)
    assert outcome.summary.kept == 1
    assert len(live(chron)) == 9


def test_events_of_the_same_source_that_somebody_appended_are_left_alone(chron: Chronology, file: Path) -> None:
    """Only rows that an import brought can vanish."""
    take(chron, TEN, file=file)
    own = Event(type="raid.told", subject="incident/own", valid="2018", source="source/raids", locator="0")
    kept = chron.append(own)
    assert take(chron, TEN, file=file, sync=True).counts == (0, 0, 10, 0, 0)
    assert chron.log.withdrawn_by(kept) is None


def test_a_file_that_lacks_too_much_wants_a_yes(chron: Chronology, file: Path) -> None:
    """More than a tenth withdrawn is taken for the wrong file: nothing is written."""
    rows = [raid(n) for n in range(20)]
    take(chron, rows, file=file)
    head = chron.head()
    with pytest.raises(ImportFileError, match="lacks 3 of the 20 rows of source/raids, more than a tenth"):
        take(chron, rows[3:], file=file, sync=True)
    assert chron.head() == head
    assert take(chron, rows[3:], file=file, sync=True, yes=True).counts == (0, 0, 17, 3, 0)
    assert take(chron, rows[4:], file=file, sync=True).counts == (0, 0, 16, 1, 0)


def test_bad_rows_stop_the_import(chron: Chronology, file: Path) -> None:
    """Each is told with its line, its column and the reason; nothing is written."""
    head = chron.head()
    rows = [raid(0), raid(1, day="soon"), raid(2, killed="some"), raid("", killed=1)]
    file.write_text(as_csv(rows), "utf-8")
    with pytest.raises(BadRowsError, match="3 rows are bad, so nothing was written"):
        take(chron, rows, file=file)
    assert chron.head() == head
    outcome = take(chron, rows, file=file, dry_run=True)
    assert [(row.line, row.column) for row in outcome.bad] == [(3, "day"), (4, "killed"), (5, "id")]
    assert "'soon' is not a date of the form YYYY-MM-DD or D/M/YYYY" in outcome.bad[0].reason
    assert outcome.counts == (1, 0, 0, 0, 3)
    assert chron.head() == head


def test_bad_rows_can_be_skipped(chron: Chronology, file: Path) -> None:
    """The other rows are imported."""
    outcome = take(chron, [raid(0), raid(1, day="soon")], file=file, skip_bad=True)
    assert outcome.counts == (1, 0, 0, 0, 1)
    assert len(live(chron)) == 1


def test_a_row_is_refused_whole(chron: Chronology, file: Path) -> None:
    """If one of its events cannot enter the log, none does."""
    mapping = MAPPING.replace("lasts = false", "lasts = false\n") + ""
    long = raid(1, office="SOHR;VOA", said="2018-05-02;2018-05-03", where="x" * 70_000)
    file.write_text(as_csv([raid(0), long]), "utf-8")
    outcome = take_file(chron, file, mapping, skip_bad=True)
    assert outcome.counts == (1, 0, 0, 0, 1)
    assert "more than fit into an event" in outcome.bad[0].reason


def test_a_bad_row_has_not_vanished(chron: Chronology, file: Path) -> None:
    """A row that cannot be read any more is not withdrawn, because it is still there."""
    take(chron, TEN, file=file)
    outcome = take(chron, [raid(0, day="soon"), *TEN[1:]], file=file, sync=True, skip_bad=True)
    assert outcome.counts == (0, 0, 9, 0, 1)
    assert len(live(chron)) == 10


def test_without_keys_nobody_can_tell_what_vanished(chron: Chronology, file: Path) -> None:
    """A row without a key may be any of those that are missing."""
    take(chron, TEN, file=file)
    with pytest.raises(ImportFileError, match="line 2 has no key, so nobody can tell which rows are gone"):
        take(chron, [raid(""), *TEN[1:]], file=file, sync=True, skip_bad=True)


def test_a_key_that_stands_twice_is_refused(chron: Chronology, file: Path) -> None:
    """The second row is bad, and names the first."""
    outcome = take(chron, [raid(0), raid(1), raid(0, killed=4)], file=file, dry_run=True)
    assert [row.message() for row in outcome.bad] == ["line 4: has the key '0', as line 2 has"]


def test_an_import_that_breaks_off_leaves_nothing(chron: Chronology, file: Path) -> None:
    """What was read before the fault is not written either."""
    head = chron.head()
    file.write_bytes(as_csv([raid(n) for n in range(2_000)]).encode() + b'2000,"open')
    with pytest.raises((ImportFileError, BadRowsError)):
        take_file(chron, file, MAPPING)
    assert chron.head() == head


def test_an_import_that_is_interrupted_leaves_nothing(chron: Chronology, file: Path) -> None:
    """Though hundreds of rows were already on their way."""
    head = chron.head()
    file.write_text(as_csv([raid(n) for n in range(2_000)]), "utf-8")
    told = []

    def interrupt(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 4:
            raise KeyboardInterrupt

    found = registry.format_for(file, name="csv", mapping=None)
    opened = registry.open_file(file, registry.Format(found.importer, read_mapping(MAPPING, "x")), tell=interrupt)
    with pytest.raises(KeyboardInterrupt):
        import_file(chron, opened, options=ImportOptions(), report=print)
    assert chron.head() == head
    assert "raid.told" not in chron.vocabulary


def test_two_datasets_with_the_same_keys_do_not_touch(chron: Chronology, file: Path) -> None:
    """A key belongs to its source."""
    take(chron, TEN, file=file)
    file.write_text(as_csv(TEN), "utf-8")
    assert take_file(chron, file, MAPPING, source="source/other", sync=True).counts == (10, 0, 0, 0, 0)
    assert len(live(chron)) == len(live(chron, "source/other")) == 10


DAYS = st.sampled_from(["2018-05-01", "2018-05-02", "3/5/2018", "4/5/2018"])
SAID = st.sampled_from(["2018-05-02", "2018-05-03", "1753-01-01", ""])
REPORTS = st.lists(st.tuples(st.sampled_from(["SOHR", "VOA", "AP"]), SAID), min_size=1, max_size=3)


@st.composite
def datasets(draw: st.DrawFn) -> list[dict[str, str]]:
    """Draw a state of the dataset: some rows, in any order."""
    rows = []
    for key in draw(st.permutations("abcd"))[: draw(st.integers(0, 4))]:
        reports = draw(REPORTS)
        offices, said = ";".join(office for office, _ in reports), ";".join(day for _, day in reports)
        rows.append(raid(key, day=draw(DAYS), killed=draw(st.integers(0, 1)), office=offices, said=said))
    return rows


@settings(max_examples=15)
@given(releases=st.lists(datasets(), min_size=1, max_size=4))
def test_after_a_sync_the_store_says_what_the_file_says(
    releases: list[list[dict[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever was there before: the live events are those of an import of the last file alone; again is no change."""
    folder = tmp_path_factory.mktemp("sync")
    clock = Clock()
    with (
        Chronology.open(folder / "a.db", create=True, clock=clock, randomness=counting()) as followed,
        Chronology.open(folder / "b.db", create=True, clock=clock, randomness=counting()) as alone,
    ):
        for release in releases:
            take(followed, release, file=folder / "raids.csv", sync=True, yes=True)
        take(alone, list(reversed(releases[-1])), file=folder / "raids.csv")
        assert live(followed) == live(alone)
        head = followed.head()
        take(followed, list(reversed(releases[-1])), file=folder / "raids.csv", sync=True, yes=True)
        assert followed.head() == head


@pytest.mark.parametrize("number", ["30", "100", "0", "-20"])
def test_zeros_after_the_point_of_a_round_number_are_no_change(chron: Chronology, file: Path, number: str) -> None:
    """Numbers that end in zeros themselves are the same with and without a point."""
    for written in (number, f"{number}.0", f"{number}.00"):
        counts = take(chron, [raid(0, north=written), *TEN[1:]], file=file, sync=True).counts
        assert counts in ((10, 0, 0, 0, 0), (0, 0, 10, 0, 0))


class Refusing(Chronology):
    """A store that refuses one row's event, once it has read on for as long as stores do."""

    def append_many(self, events: Iterable[Event], **_: Any) -> AppendResult:
        """Refuse the event of row 590."""
        refused = None
        for index, event in enumerate(events):
            if event.locator == "590":
                refused = index
            if refused is not None and index == refused + 5:
                error = NotLiveError("no")
                error.index = refused
                raise error
        raise AssertionError


def test_what_the_log_refuses_is_told_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also late in a long file, though lines are only remembered while the log may still refuse their events."""
    monkeypatch.setattr(import_run, "_READ_AHEAD", 250)
    Chronology.open(tmp_path / "a.db", create=True).close()
    with Refusing.open(tmp_path / "a.db") as chron, pytest.raises(ImportFileError, match="line 592: no"):
        take(chron, [raid(number) for number in range(600)], file=tmp_path / "raids.csv")
