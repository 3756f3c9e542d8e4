"""Tests of whole tables: the rows are those of the views, in order of their buckets and years."""

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror import Stores, batches, path_of
from strategies import histories

from chronology import Chronology, Event
from chronology.dates.calendar import BEGINNING, FOREVER, LINE_END, day_opening
from chronology.projections import bulk
from chronology.projections.bulk import COLUMNS, TABLES, Table, year_of


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Give stores that know the test types."""
    return Stores(tmp_path_factory.mktemp("bulk"))


def seen(path: str | Path, table: Table) -> list[tuple[Any, ...]]:
    """Return the rows of a table or view as a person at a SQL prompt sees them, with what the copy adds."""
    columns = ", ".join(COLUMNS[table])
    source = table
    if table == "event":
        columns = columns.replace("body", "nullif(CAST(body AS TEXT), '')")
    if table == "state":
        columns = ", ".join(
            f"state.{name}" if name in ("subject", "attribute", "value") else name for name in COLUMNS[table]
        )
        source = (
            "state LEFT JOIN (SELECT subject AS s, attribute AS a, key, position, valid, origin, source, grade"
            " FROM assertion) ON s = state.subject AND a = state.attribute AND key = leading"
        )
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {columns} FROM {source}").fetchall()


@given(commands=histories(max_size=10))
def test_the_rows_are_those_of_the_views(stores: Stores, commands: list[dict[str, Any]]) -> None:
    """For any history; the slow views are the oracle."""
    with stores.of(batches(commands)) as chron:
        for table in TABLES:
            rows = list(chron.log.rows(table, len))
            assert sorted((row[2:] for row in rows), key=repr) == sorted(seen(path_of(chron), table), key=repr)
            assert all(before[:2] <= after[:2] for before, after in pairwise(rows))
            subject = list(COLUMNS[table]).index("subject")
            assert all(row[0] == len(row[2 + subject]) for row in rows)


def test_the_running_example_is_copied_whole(example: Path) -> None:
    """Also what is contested, imprecise, denied or withdrawn."""
    with Chronology.open(example, read_only=True) as chron:
        for table in get_args(Table):
            found = sorted((row[2:] for row in chron.log.rows(table, len)), key=repr)
            assert found == sorted(seen(example, table), key=repr)
            assert found


def test_a_redacted_event_has_no_body(chron: Chronology) -> None:
    """Its leaf hash stays."""
    data = {"attribute": "a", "value": 1}
    found = chron.append(Event(type="fact.asserted", subject="place/x", valid="2018", source="source/s", data=data))
    chron.redact(found.id, reason="example")
    bodies = {row[2]: (row[7], row[8]) for row in chron.log.rows("event", len)}
    assert bodies[found.position] == (None, found.leaf)


@given(st.integers(day_opening(1, 1, 1), LINE_END - 1))
def test_rows_stand_under_the_year_of_their_second(second: int) -> None:
    """SQLite and the calendar agree on it."""
    year = year_of(second)
    with closing(sqlite3.connect(":memory:")) as connection:
        assert connection.execute(f"SELECT {bulk._year(':second')}", {"second": second}).fetchone() == (year,)
    assert day_opening(year, 1, 1) <= second < day_opening(year + 1, 1, 1)


def test_what_is_off_the_calendar_of_sqlite_stands_at_either_end() -> None:
    """No beginning, years before the year 1, and what never comes."""
    assert [year_of(second) for second in (BEGINNING, day_opening(-44, 3, 15), day_opening(1, 1, 1) - 1)] == [0, 0, 0]
    assert [year_of(second) for second in (LINE_END - 1, LINE_END, FOREVER)] == [9999, 9999, 9999]


def test_two_copies_can_be_read_side_by_side(example: Path) -> None:
    """Each has its own way of dividing subjects, which the other leaves alone."""
    with Chronology.open(example, read_only=True) as chron:
        one, other = chron.log.rows("event", lambda _: 1), chron.log.rows("assertion", lambda _: 2)
        both = [next(one)[0], next(other)[0], next(one)[0], next(other)[0]]
        one.close()
        other.close()
    assert both == [1, 2, 1, 2]
