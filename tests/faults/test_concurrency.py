"""Several processes on one file: every append comes through, and every reader sees one moment."""

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from crowds import FIRST_WRITER, digest
from programs import run
from samples import PROJECTIONS, check_log, event_id, placed

from chronology import Chronology, Event
from chronology.log import database
from chronology.vocabulary import builtin


@pytest.mark.parametrize("each", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_eight_writers_at_once_lose_nothing(tmp_path: Path, each: int) -> None:
    """No append fails or is lost, positions have no gaps, and every process's events stand in its own order."""
    path = placed(tmp_path / "storm.db")
    before = len(check_log(path))
    told = run("crowds", "write", path, 8, each)["told"]
    ids = check_log(path)
    assert len(ids) == before + 8 * each
    assert sorted(position for lines in told for _, _, position in lines) == list(range(before + 1, len(ids) + 1))
    for writer, lines in enumerate(told, start=FIRST_WRITER):
        assert [number for _, number, _ in lines] == list(range(each))
        assert all(a[2] < b[2] for a, b in itertools.pairwise(lines))
        assert all(ids[position - 1] == event_id(writer, number) for _, number, position in lines)


@pytest.mark.parametrize("seconds", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_writers_in_loops_take_turns(tmp_path: Path, seconds: int) -> None:
    """Of four, the slowest appends at least a tenth of what the fastest does; in ten seconds, none waits over two."""
    path = placed(tmp_path / "storm.db")
    before = len(check_log(path))
    told = run("crowds", "contend", path, 4, seconds)["told"]
    counts = [done for done, _ in told]
    assert len(check_log(path)) == before + sum(counts)
    assert min(counts) >= max(counts) / 10
    if seconds == 10:
        assert max(longest for _, longest in told) < 2


def test_a_store_made_by_several_at_once_is_made_once(tmp_path: Path) -> None:
    """The second process finds a whole store, and none is refused."""
    with Chronology.open(tmp_path / "alone.db", create=True) as chron:
        wanted = chron.head()
    for attempt in range(10):
        path = tmp_path / f"{attempt}.db"
        assert run("crowds", "create", path, 4)["told"] == [[["head", wanted]]] * 4
        assert len(check_log(path)) == wanted


def test_readers_see_the_projections_before_a_replay_or_after_it(tmp_path: Path) -> None:
    """While projections are spoilt and rebuilt, all tables that a reader sees are of one moment."""
    path = placed(tmp_path / "storm.db")
    with closing(sqlite3.connect(path)) as connection:
        sound = {name: digest(connection, name) for name in PROJECTIONS}
        positions = connection.execute("SELECT name, position FROM projection ORDER BY name").fetchall()
    with Chronology.open(path) as chron:
        values = [str(holding.value) for holding in chron.state(valid_at="2018-12-31")]
    assert len(values) > 5
    seen = run("crowds", "replay", path, 3)
    assert seen["replays"]
    assert all(changed == [["claim"]] for changed in seen["replays"])
    spoilt = sound | {"claim": ""}
    for tables, found, held in itertools.chain(*seen["seen"]):
        assert found == [list(row) for row in positions]
        assert tables in (sound, spoilt | {"claim": tables["claim"]})
        assert held == values or set(held) == {"spoilt"}
    looks = [line[0]["claim"] == sound["claim"] for line in itertools.chain(*seen["seen"])]
    assert {*looks} == {True, False}, "the readers met only one of the two moments"
    check_log(path)


def test_readers_see_log_and_projections_at_one_position(tmp_path: Path) -> None:
    """While events are appended, the projections that a reader sees are those of the log that it sees."""
    path = placed(tmp_path / "storm.db")
    first = len(check_log(path)) + 1
    seen = run("crowds", "follow", path, 60)
    assert seen["positions"] == list(range(first, first + 60))
    met = set()
    for (head,), projected, (newest,), leading, before, asked, after in itertools.chain(*seen["seen"]):
        assert projected == [[head]]
        assert newest == (head if head >= first else None)
        assert leading == ([[f'"{FIRST_WRITER}.{head - first}.0"']] if newest else [])
        met.add(head)
        if asked:
            assert before <= first + asked[0] <= after
    assert len(met) > 1


def test_a_store_that_another_process_fills_meanwhile_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process overtaken between making the tables and recording the vocabulary records nothing twice."""
    path = tmp_path / "storm.db"
    definitions = builtin.definitions

    def overtaken() -> list[Event]:
        monkeypatch.setattr(builtin, "definitions", definitions)
        Chronology.open(path, create=True).close()
        return definitions()

    monkeypatch.setattr(builtin, "definitions", overtaken)
    with Chronology.open(path, create=True) as chron:
        assert chron.head() == len(definitions())
    check_log(path)


def test_a_store_that_appears_while_it_is_looked_at_is_no_foreign_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose file it is is read at one moment: not half before another process made the store, half after."""
    path = tmp_path / "storm.db"
    schema = database.schema
    other = Thread(target=lambda: Chronology.open(path, create=True).close())

    def overtaken(connection: sqlite3.Connection) -> dict[str, str | None]:
        monkeypatch.setattr(database, "schema", schema)
        other.start()
        other.join(0.3)
        return schema(connection)

    monkeypatch.setattr(database, "schema", overtaken)
    try:
        with Chronology.open(path, create=True) as chron:
            assert chron.head() == len(builtin.definitions())
    finally:
        other.join()
    check_log(path)
