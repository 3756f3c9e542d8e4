"""Names as numbers: in order of use, and never mistaken for others after a replay or an append that was taken back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from chronology import Chronology, Event
from chronology.projections import tables
from chronology.projections.names import Texts, in_order, number, number_of
from chronology.store.reader import Reader


def fact(name: str, *, said_by: str = "") -> Event:
    """Make an assertion of which all names are its own."""
    return Event(
        type="fact.asserted",
        subject=f"place/{name}",
        valid="2018-05-01",
        source=f"source/{name}",
        said_by=[f"person/{said_by or name}"],
        data={"attribute": f"is_{name}", "value": name},
    )


def told(reader: Reader, name: str) -> list[tuple[str, str | None, str | None]]:
    """Return the names in the answer about a place."""
    found = reader.state(f"place/{name}", valid_at="2018-06")
    return [(one.attribute, one.candidates[0].origin, one.candidates[0].source) for one in found]


def expected(name: str) -> list[tuple[str, str, str]]:
    """Return the names that a `fact` has."""
    return [(f"is_{name}", f"person/{name}", f"source/{name}")]


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Give a table of names."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(tables.SCHEMA["name"])
        yield connection


def test_names_are_numbered_as_they_are_first_used(connection: sqlite3.Connection) -> None:
    """Once each, also if some are known already; what has no name has no number."""
    assert number(connection, ["b", "a", "b"]) == {"b": 1, "a": 2}
    assert number(connection, ["c", "a", "é"]) == {"a": 2, "c": 3, "é": 4}
    assert list(in_order(connection).values()) == ["a", "b", "c", "é"]
    assert (number_of(connection, "c"), number_of(connection, "x")) == (3, None)
    assert [Texts(connection)[n] for n in (4, 1)] == ["é", "b"]


def test_a_reader_notices_that_names_were_numbered_anew(tmp_path: Path) -> None:
    """A redaction in another process takes names away, and those that follow move up."""
    with Chronology.open(tmp_path / "storm.db", create=True) as chron:
        first = chron.append(fact("first"))
        chron.append(fact("second"))
        with Reader.open(tmp_path / "storm.db") as reader:
            assert [told(reader, name) for name in ("first", "second")] == [expected("first"), expected("second")]
            chron.redact(first.id, reason="x")
            assert told(reader, "second") == told(chron, "second") == expected("second")


def test_names_of_an_append_that_was_taken_back_are_forgotten(chron: Chronology) -> None:
    """A question asked in the middle of an append that then fails leaves nothing for later answers."""

    def asking() -> Iterator[Event]:
        yield from (fact(f"lost{number}") for number in range(3))
        # What is said of a source may decide when later events count as stated, so all before it is written at once.
        yield attrs.evolve(fact("lost"), subject="source/lost")
        # Events are read some hundred ahead.
        yield from (fact(f"more{number}") for number in range(1_000))
        assert told(chron, "lost1") == expected("lost1")
        raise KeyboardInterrupt

    chron.append_many([fact("before")])
    with pytest.raises(KeyboardInterrupt):
        chron.append_many(asking())
    chron.append_many(fact(f"kept{number}") for number in range(3))
    for name in ("before", "kept0", "kept1", "kept2"):
        assert told(chron, name) == expected(name)
