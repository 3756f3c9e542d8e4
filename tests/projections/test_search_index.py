"""The search index: brought up in steps, the same as at once, dropped in any state, and compared with the log."""

import sqlite3
from collections.abc import Iterator

import pytest

from chronology import Chronology, Event
from chronology.log.event_table import Log
from chronology.projections import search_index

WORDS = ["gate closed", "gate", "Baghūz", "الباغُوز", "北京 bridge"]


def _event(text: str) -> Event:
    return Event(type="crossing.closed", subject="crossing/x", valid="2018", source="source/s", quote=text, note="n")


@pytest.fixture
def connection(chron: Chronology) -> sqlite3.Connection:
    """Give the connection of a store with some events."""
    chron.append_many(map(_event, WORDS))
    return chron._session.connection


def _content(connection: sqlite3.Connection) -> list[object]:
    connection.execute("CREATE VIRTUAL TABLE temp.content USING fts5vocab(main, search, instance)")
    found = connection.execute("SELECT * FROM temp.content").fetchall()
    connection.execute("DROP TABLE temp.content")
    return found


def _objects(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE name LIKE 'search%'").fetchall())


def test_the_tables_have_the_text_that_is_expected_of_them(connection: sqlite3.Connection) -> None:
    """Also those that FTS5 makes: opening a store that somebody else made compares them."""
    search_index.bring_up(Log(connection), connection, "main")
    assert _objects(connection) == search_index.SCHEMA


def test_an_index_in_steps_is_that_of_one_go(chron: Chronology, connection: sqlite3.Connection) -> None:
    """Bringing up takes in what is new, and only that."""
    log = Log(connection)
    search_index.bring_up(log, connection, "main")
    chron.append(_event("later"))
    assert search_index.position(connection, "main") == chron.head() - 1
    search_index.bring_up(log, connection, "main")
    stepped = _content(connection)
    assert ("later", chron.head(), "quote", 0) in stepped
    assert search_index.first_difference(log, connection) is None
    search_index.drop(connection)
    assert search_index.position(connection, "main") is None
    search_index.bring_up(log, connection, "main")
    assert _content(connection) == stepped


def test_ranking_in_portions_leaves_nothing_out(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more matches than are ranked together, the newest come first, and the others follow."""
    search_index.bring_up(Log(connection), connection, "main")
    whole = list(search_index.positions(connection, "main", "closed", until=None))
    assert len(whole) == len(WORDS)
    for most in (1, 2, len(WORDS)):
        monkeypatch.setattr(search_index, "RANKED", most)
        found = list(search_index.positions(connection, "main", "closed", until=None))
        assert sorted(found) == sorted(whole)
        assert set(found[:most]) == set(sorted(whole)[-most:])
    earlier = min(whole)
    assert max(search_index.positions(connection, "main", "closed", until=earlier)) == earlier


def _ruins() -> Iterator[str]:
    yield from (f"DROP TABLE {name}" for name in search_index.SCHEMA)
    yield from (f"DELETE FROM {name}" for name in sorted(search_index.MADE_BY_SQLITE))
    yield "UPDATE search_data SET block = x'ffffffff'"
    yield "UPDATE search_config SET v = 99"
    yield "UPDATE search_head SET position = 1000000"
    yield "UPDATE search_head SET rules = 'others'"
    yield "DELETE FROM search_head"


@pytest.mark.parametrize("ruin", list(_ruins()))
def test_a_ruined_index_can_be_dropped(chron: Chronology, connection: sqlite3.Connection, ruin: str) -> None:
    """Whatever befell it, `replay` removes it, and the next search works."""
    search_index.bring_up(Log(connection), connection, "main")
    connection.execute(ruin)
    # A connection that has read the tables keeps what it read.
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    with Chronology.open(path) as other:
        other.replay()
        assert _objects(other._session.connection) == {}
        assert len(other.search("gate")) == 2
        assert other.verify().ok
