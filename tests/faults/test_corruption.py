"""Files that were changed behind the log's back: found and named by `verify`, refused by `open`, or harmless."""

import random
import shutil
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Clock
from samples import check_log, content, event, event_id, folder, journal, placed, recorded_ids, sample

from chronology import Chronology
from chronology.errors import ChronologyError, StoreError
from chronology.log import event_table
from chronology.projections import fold
from chronology.transparency.merkle import leaf_hash

PAGE = 4_096


@pytest.fixture
def path() -> Iterator[Path]:
    """Give a copy of the sample in memory."""
    with folder() as place:
        yield placed(place / "storm.db")


def faults(path: Path) -> list[str]:
    """Return what opening or verifying a file finds wrong; anything but the project's own errors is let through."""
    try:
        with Chronology.open(path, read_only=True) as chron:
            return [str(fault) for fault in chron.verify().faults]
    except ChronologyError as exc:
        return [str(exc)]


def refusal(path: Path) -> str:
    """Return why a file cannot be opened for writing."""
    with pytest.raises(ChronologyError) as caught:
        Chronology.open(path, patience=0.05).close()
    return str(caught.value)


def edit(path: Path, *statements: str, unguarded: bool = True, parameters: tuple[object, ...] = ()) -> None:
    """Change a store by raw SQL; unguarded, its triggers are taken away first and put back as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name, statement in event_table.SCHEMA.items():
            if unguarded and statement.startswith("CREATE TRIGGER"):
                connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement, parameters)
        for statement in event_table.SCHEMA.values():
            if unguarded and statement.startswith("CREATE TRIGGER"):
                connection.execute(statement)


def edit_schema(path: Path, statement: str) -> None:
    """Change the schema table itself."""
    edit(path, "PRAGMA writable_schema = ON", statement, unguarded=False)


# Bits and pages ----------------------------------------------------------------------------------------------


def check_damage(path: Path, damaged: bytes, wanted: list[object]) -> bool:
    """Put a damaged file in place; either it is found faulty, or what it says is unchanged. Returns which."""
    path.write_bytes(damaged)
    journal(path).unlink(missing_ok=True)
    if faults(path):
        return True
    assert content(path) == wanted
    return False


@pytest.mark.parametrize("flips", [250, pytest.param(12_000, marks=pytest.mark.slow)])
def test_a_flipped_bit_is_found_or_changes_nothing(path: Path, flips: int) -> None:
    """One bit anywhere: a fault is reported, or the marks, schema, rows and indexes all read as before."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rolls = random.Random(seed)
    wanted, whole = content(path), sample()
    header = rolls.sample(range(100 * 8), min(flips // 5, 800))
    rest = [rolls.randrange(100 * 8, len(whole) * 8) for _ in range(flips - len(header))]
    found = 0
    for bit in header + rest:
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            found += check_damage(path, bytes(damaged), wanted)
        except (AssertionError, sqlite3.Error) as exc:
            raise AssertionError(f"bit {bit % 8} of byte {bit // 8} was changed, and nobody noticed") from exc
    print(f"{flips} flips, {found} found faulty, {flips - found} without effect")
    assert found > flips / 4


def test_a_page_lost_swapped_or_of_another_day_is_found(path: Path) -> None:
    """A page of zeros, two pages swapped, or one as it stood before the last append: found, or of no effect."""
    old = sample()
    with Chronology.open(path) as chron:
        chron.append_many(event(2, number) for number in range(3))
    new, wanted = path.read_bytes(), content(path)
    rolls = random.Random(1)
    assert len(new) // PAGE > 20
    for number in range(len(new) // PAGE):
        here = slice(number * PAGE, (number + 1) * PAGE)
        other = rolls.randrange(len(new) // PAGE)
        there = slice(other * PAGE, (other + 1) * PAGE)
        zeroed, swapped, stale = bytearray(new), bytearray(new), bytearray(new)
        zeroed[here] = bytes(PAGE)
        swapped[here], swapped[there] = new[there], new[here]
        stale[here] = old[here] or new[here]
        for damaged in (zeroed, swapped, stale):
            check_damage(path, bytes(damaged), wanted)


def test_a_file_cut_off_anywhere_is_found(path: Path) -> None:
    """Any length short of the whole is refused or reported; nothing is taken for an older log."""
    whole = sample()
    rolls = random.Random(2)
    lengths = {0, 1, 15, 16, 99, 100, 511, 512, 1_024, len(whole) - 1, *range(PAGE, len(whole), PAGE)}
    lengths |= {rolls.randrange(len(whole)) for _ in range(40)}
    for length in sorted(lengths):
        path.write_bytes(whole[:length])
        found = faults(path)
        assert found, length
        assert length or "is empty, not a store" in found[0]


def test_what_hangs_on_behind_the_last_page_changes_nothing(path: Path) -> None:
    """Bytes after the end that the header gives are not part of the store."""
    wanted = content(path)
    for tail in (b"\0", b"x" * 700, b"x" * 3 * PAGE):
        path.write_bytes(sample() + tail)
        assert faults(path) == []
        assert content(path) == wanted


# Journals ----------------------------------------------------------------------------------------------------


def leave_hot_journal(path: Path, target: Path) -> None:
    """Copy a store in the middle of a transaction, as a process leaves it that is killed then."""

    def events() -> Iterator[object]:
        # Events are read two hundred ahead; what is said of sources is written at once.
        for number in range(230):
            yield event(2, number, subject=f"source/s{number}", quote="x" * 5_000)
        shutil.copy(path, target)
        shutil.copy(journal(path), journal(target))

    with Chronology.open(path) as chron:
        # A small cache spills: the file itself is half written.
        chron._session.connection.execute("PRAGMA cache_size = 5")
        chron.append_many(events())


@pytest.fixture
def crashed(path: Path) -> Path:
    """Give a store that a writer left half written, its journal beside it."""
    target = path.with_name("crashed.db")
    leave_hot_journal(path, target)
    assert journal(target).stat().st_size > PAGE
    assert target.read_bytes() != sample()
    return target


@pytest.mark.parametrize("read_only", [True, False])
def test_whoever_opens_a_store_after_a_crash_finds_it_as_before(crashed: Path, read_only: bool) -> None:
    """A hot journal is rolled back by the next to come, a reader too."""
    with Chronology.open(crashed, read_only=read_only) as chron:
        assert chron.verify().ok
    assert content(crashed) == content(placed(crashed.with_name("before.db")))
    assert journal(crashed).stat().st_size == 0 if journal(crashed).exists() else True


def test_a_crashed_store_that_cannot_be_written_is_refused_clearly(crashed: Path) -> None:
    """A read-only file cannot be rolled back: a clear refusal, and nothing is lost."""
    crashed.chmod(0o444)
    with pytest.raises(StoreError, match="cannot be written") as caught:
        Chronology.open(crashed, read_only=True)
    assert caught.value.hint
    crashed.chmod(0o644)
    assert faults(crashed) == []


def test_a_half_written_store_without_its_journal_is_found(crashed: Path) -> None:
    """A copy of the file alone after a crash has half a transaction, and verify says so."""
    journal(crashed).unlink()
    assert faults(crashed)


# Schema ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE TRIGGER spy AFTER INSERT ON event BEGIN DELETE FROM segment; END", "trigger spy is foreign"),
        ("CREATE TABLE mine (x)", "table mine is foreign"),
        ("CREATE VIEW mine AS SELECT * FROM event", "view mine is foreign"),
        ("CREATE INDEX mine ON event (type)", "index mine is foreign"),
        ("CREATE UNIQUE INDEX mine ON event (subject, position)", "mine is foreign"),
        ("CREATE VIRTUAL TABLE mine USING fts5(x)", "mine"),
        ("DROP INDEX claim_broad", "index claim_broad is missing"),
        ("DROP TABLE reference", "table reference is missing"),
        ("DROP VIEW mention", "view mention is missing"),
        ("ALTER TABLE segment ADD COLUMN mine TEXT", "table segment has been changed"),
    ],
)
def test_what_does_not_belong_in_the_schema_is_named(path: Path, statement: str, named: str) -> None:
    """A foreign trigger, table, view or index, or a missing or changed projection: named by verify."""
    edit(path, statement, unguarded=False)
    found = faults(path)
    assert any(named in fault for fault in found), found


@pytest.mark.parametrize("name", [*event_table.SCHEMA])
def test_a_log_without_its_guards_is_not_opened(path: Path, name: str) -> None:
    """A trigger or index of the log that is missing or weaker is refused by open, and named."""
    if name != "event":
        edit(path, f"DROP {event_table.SCHEMA[name].split()[1]} {name}", unguarded=False)
        assert refusal(path) == f"the log's {name} is missing"
        assert f"{name}" in faults(path)[0]
    placed(path)
    weaker = "'leaf BLOB NOT NULL', 'leaf BLOB'" if name == "event" else "'event_', 'Event_'"
    edit_schema(path, f"UPDATE sqlite_schema SET sql = replace(sql, {weaker}) WHERE name = '{name}'")
    assert refusal(path) == f"the log's {name} has been changed"
    assert name in faults(path)[0]


@pytest.mark.parametrize("name", ["event", "segment", "claim_broad", "_sqlite_migrations"])
def test_a_trigger_that_bears_the_name_of_something_else_is_found(path: Path, name: str) -> None:
    """A trigger may be called as a table or an index is, whichever of the two the schema table lists first."""
    for first in ("trigger", "table", "index"):
        placed(path)
        edit(path, f"CREATE TRIGGER {name} AFTER INSERT ON event BEGIN DELETE FROM segment; END", unguarded=False)
        if name != "event":
            edit_schema(
                path, f"UPDATE sqlite_schema SET rowid = rowid + 90 WHERE name = '{name}' AND type <> '{first}'"
            )
        assert any(f"trigger {name}" in fault or "malformed" in fault for fault in faults(path))


def test_a_trigger_in_the_place_of_a_table_that_nobody_misses_is_found(path: Path) -> None:
    """The name of the table that the migrations keep excuses no trigger."""
    edit(
        path,
        "DROP TABLE _sqlite_migrations",
        "CREATE TRIGGER _sqlite_migrations AFTER INSERT ON event BEGIN DELETE FROM segment; END",
        unguarded=False,
    )
    assert any("trigger _sqlite_migrations is foreign" in fault for fault in faults(path))


def test_a_trigger_that_hides_behind_a_reserved_name_is_found(path: Path) -> None:
    """Who edits the schema table can call a trigger sqlite_something; it is foreign all the same."""
    edit(path, "CREATE TRIGGER spy AFTER INSERT ON event BEGIN DELETE FROM segment; END", unguarded=False)
    edit_schema(
        path,
        "UPDATE sqlite_schema SET name = 'sqlite_spy', sql = replace(sql, 'spy', 'sqlite_spy') WHERE name = 'spy'",
    )
    assert any("trigger sqlite_spy is foreign" in fault for fault in faults(path))


@pytest.mark.parametrize("column", ["name", "tbl_name"])
def test_an_entry_that_sqlite_makes_for_a_constraint_is_checked(path: Path, column: str) -> None:
    """The entry of the index of unique ids has no text of its own, yet its name and table are compared."""
    changed = "'_event_', '_evens_'" if column == "name" else "'event', 'evens'"
    entry = "sqlite_autoindex_event_1"
    edit_schema(path, f"UPDATE sqlite_schema SET {column} = replace({column}, {changed}) WHERE name = '{entry}'")
    assert any(f"entry for {entry}" in fault or "malformed" in fault for fault in faults(path))


@pytest.mark.parametrize(
    ("mark", "value", "named"),
    [
        ("application_id", 0, "another program"),
        ("application_id", 7, "another program"),
        ("user_version", 0, "format 0"),
        ("user_version", 2, "newer"),
        ("user_version", -1, "format -1"),
    ],
)
def test_a_file_with_other_marks_is_found(path: Path, mark: str, value: int, named: str) -> None:
    """The application id and the format are part of what verify checks, and what open refuses."""
    edit(path, f"PRAGMA {mark} = {value}", unguarded=False)
    assert named in refusal(path)
    assert faults(path)


# Rows --------------------------------------------------------------------------------------------------------

# `{p}` is the position of a plain assertion, `{head}` that of the newest event.
SWAP = (
    "UPDATE event SET position = -1 WHERE position = {p}",
    "UPDATE event SET position = {p} WHERE position = {p} + 1",
    "UPDATE event SET position = {p} + 1 WHERE position = -1",
)


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (SWAP, None),
        (("DELETE FROM event WHERE position = {p}",), "position {p}: is missing"),
        (("UPDATE event SET position = position + 5 WHERE position = {head}",), "position {head}: is missing"),
        (("UPDATE event SET body = CAST(replace(body, '1.7.0', '1.9.0') AS BLOB) WHERE position = {p}",), "leaf hash"),
        (("UPDATE event SET body = CAST(body || x'20' AS BLOB) WHERE position = {p}",), None),
        (("UPDATE event SET body = x'' WHERE position = {p}",), "position {p}"),
        (("UPDATE event SET leaf = zeroblob(32) WHERE position = {p}",), "position {p}: the body does not match"),
        (("UPDATE event SET leaf = x'' WHERE position = {p}",), "position {p}"),
        (("UPDATE event SET id = replace(id, '7000', '7001') WHERE position = {p}",), "position {p}: the column id"),
        (("UPDATE event SET type = 'fact.ended' WHERE position = {p}",), "position {p}: the column type"),
        (("UPDATE event SET subject = 'place/other' WHERE position = {p}",), "position {p}: the column subject"),
        (("UPDATE event SET recorded_at = '2018' WHERE position = {p}",), "position {p}: "),
        (("UPDATE segment SET certain = 1 - certain",), "segment"),
        (("DELETE FROM segment",), "segment"),
        (("UPDATE name SET text = 'place/other' WHERE text = 'place/p0'",), "name"),
        (("UPDATE claim SET start_max = 1 WHERE key >> 24 = {p}",), "position {p}: "),
        (("UPDATE claim SET known_until = NULL",), "claim"),
        (("INSERT INTO reference SELECT 999, position, about, first, last, NULL FROM reference LIMIT 1",), "reference"),
        (("UPDATE projection SET position = position - 1",), "projection"),
        (("UPDATE projection SET version = version + 1",), "projection"),
    ],
)
def test_an_edited_row_is_named(path: Path, statements: tuple[str, ...], named: str | None) -> None:
    """Whatever is changed in one place alone contradicts another place, and verify names the position or the table."""
    ids = recorded_ids(path)
    places = {"p": ids.index(event_id(1, 7)) + 1, "head": len(ids)}
    edit(path, *(statement.format(**places) for statement in statements))
    found = faults(path)
    assert any((named or "position {p}").format(**places) in fault for fault in found), found


def forge(path: Path) -> None:
    """Rewrite one event with everything that is derived from it, as somebody can who has read this code."""
    with closing(sqlite3.connect(path)) as connection:
        (body,) = connection.execute("SELECT body FROM event WHERE id = ?", (event_id(1, 7),)).fetchone()
    forged = body.replace(b'"1.7.0"', b'"forged"')
    assert forged != body
    parameters = (forged, leaf_hash(forged), event_id(1, 7))
    edit(path, "UPDATE event SET body = ?, leaf = ? WHERE id = ?", parameters=parameters)


def test_a_forgery_that_is_whole_in_itself_shows_only_against_a_checkpoint(path: Path) -> None:
    """Body, leaf and projections rewritten together contradict nothing in the file: only the root is another."""
    with Chronology.open(path) as chron:
        kept = chron.verify().root
    forge(path)
    assert any("claim" in fault for fault in faults(path))
    with Chronology.open(path) as chron:
        assert "claim" in chron.replay().changed
        report = chron.verify()
    assert report.ok
    assert report.root != kept


def test_a_log_whose_newest_events_were_cut_off_shows_only_against_a_checkpoint(path: Path) -> None:
    """A shorter log is a sound log: only a size kept elsewhere shows what is missing at the end."""
    with Chronology.open(path) as chron:
        head = chron.head()
    edit(path, f"DELETE FROM event WHERE position > {head - 3}")
    assert faults(path)
    with Chronology.open(path) as chron:
        chron.replay()
        report = chron.verify()
    assert report.ok
    assert report.events == head - 3


# Other programs ----------------------------------------------------------------------------------------------


def test_wal_mode_switched_on_by_another_program_is_handled(path: Path) -> None:
    """A reader reads in WAL mode; a writer goes back to the journal, or says why it cannot."""
    wanted = content(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("SELECT count(*) FROM event").fetchone()
        assert faults(path) == []
        assert any(word in refusal(path) for word in ("journal mode is wal", "locked by another process"))
    Chronology.open(path).close()
    assert content(path) == wanted
    assert faults(path) == []


def test_a_store_that_another_program_locks_is_refused_clearly(path: Path) -> None:
    """Nobody waits for ever, nothing is written, and it works once the lock is gone."""
    with Chronology.open(path, patience=0.05) as chron, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for call in (lambda: chron.append(event(2, 1)), chron.head, chron.replay, chron.verify):
            with pytest.raises(StoreError, match="is locked by another process"):
                call()
        assert "is locked by another process" in refusal(path)
        other.execute("ROLLBACK")
        assert chron.append(event(2, 1)).position == chron.head()
    check_log(path)


def test_a_file_that_is_no_store_is_refused_and_left_alone(path: Path) -> None:
    """A text, an archive, a database of another program: refused by every way of opening, and not touched."""
    with closing(sqlite3.connect(path.with_name("other.db"))) as other:
        other.execute("CREATE TABLE event (position INTEGER PRIMARY KEY, id)")
    foreign = path.with_name("other.db").read_bytes()
    for data in (b"position,id\n1,2\n", b"PK\x03\x04" * 300, bytes(5_000), b"SQLite format 3\0", foreign):
        path.write_bytes(data)
        for options in ({}, {"read_only": True}, {"create": True}):
            with pytest.raises(StoreError):
                Chronology.open(path, **options)
        assert path.read_bytes() == data


# Time and size -----------------------------------------------------------------------------------------------


def test_a_clock_that_runs_backwards_is_noted_and_harms_nothing(path: Path) -> None:
    """recorded_at stands still until the clock has caught up, and every append says how far behind it is."""
    clock = Clock()
    with Chronology.open(path, clock=clock) as chron:
        last = list(chron.read())[-1].recorded_at
        for behind in (1.5, 3_600.0, 86_400.0 * 365 * 40, 0.000001):
            clock.now = last - timedelta(seconds=behind)
            result = chron.append_many([event(2, int(behind * 10))])
            assert result.clock_behind == behind
            assert list(chron.read())[-1].recorded_at == last
        clock.now = last + timedelta(seconds=1)
        assert chron.append_many([event(2, 999_999)]).clock_behind == 0
        assert list(chron.read())[-1].recorded_at == clock.now
        assert chron.verify().ok
        assert len(chron.state(known_at=last)) > 0


def peak_of_verify(path: Path) -> int:
    """Return how many bytes of Python's memory a verify takes at most."""
    with Chronology.open(path, read_only=True) as chron:
        tracemalloc.start()
        try:
            assert chron.verify().ok
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("events", [9_000, pytest.param(60_000, marks=pytest.mark.slow)])
def test_verify_streams_in_constant_memory(path: Path, events: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six times the events take no more memory; both are more than are read at once."""
    monkeypatch.setattr(fold, "_MOST_ROWS", 2_000)
    peaks = []
    done = 0
    for size in (events // 6, events):
        with Chronology.open(path) as chron:
            chron.append_many(event(2, number, subject=f"place/p{number % 997}") for number in range(done, size))
        done = size
        peaks.append(peak_of_verify(path))
    print(f"peaks {peaks}")
    assert peaks[1] < 1.5 * peaks[0]
