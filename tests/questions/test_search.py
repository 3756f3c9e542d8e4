"""Searching: who is found, in which order, with which piece of text, and from which index."""

import sqlite3
from pathlib import Path

import pytest

from chronology import Chronology, ChronologyError, Event
from chronology.errors import IntegrityError
from chronology.events.json_values import Json
from chronology.log import database
from chronology.projections import search_index
from chronology.store.reader import Reader

SOURCE = "source/gazette"
SECRET = "Zanzibarwitness"


def event(subject: str = "crossing/oakford", **parts: Json) -> Event:
    """Return an assertion."""
    return Event(**{"type": "crossing.closed", "valid": "2018", "source": SOURCE, "subject": subject} | parts)


@pytest.fixture
def gates(chron: Chronology) -> Chronology:
    """Give a store with events that say what they are found by."""
    chron.append_many(
        [
            event("crossing/north-gate", data={"reason": "heavy snow"}),
            event(quote="«أُغلق معبر الباغوز»", said_by="person/jane-doe", grade="B2", stated="2018-06-01"),
            event(note="他住在北京市中心", locator="page 7"),
            event(quote="The snow was heavy at the northern gate", source="source/other"),
        ]
    )
    return chron


def found(chron: Reader, words: str, **rest: Json) -> list[str]:
    """Return what was found: subject or, for the commonest one, the field and the hits."""
    return [
        hit.event.event.subject if hit.event.event.subject != "crossing/oakford" else hit.field
        for hit in chron.search(words, **rest)  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("north-gate", ["crossing/north-gate"]),
        ('"north gate"', ["crossing/north-gate"]),
        ("NORTH* gate", ["crossing/north-gate", "quote"]),
        ("heavy snow", ["crossing/north-gate", "quote"]),
        ('"heavy snow"', ["crossing/north-gate"]),
        ("اغلق", ["quote"]),
        ("الباغوز", ["quote"]),
        ("الباغ*", ["quote"]),
        ("باغوز", []),
        ("北京", ["note"]),
        ("京北", []),
        ("jane", ["source"]),
        ('"page 7"', ["source"]),
        ("crossing.closed jane", ["source"]),
        ("urn", []),
    ],
)
def test_words_find_what_holds_them_all(gates: Chronology, words: str, expected: list[str]) -> None:
    """In any script, by words, phrases and beginnings; definitions of types are not searched."""
    assert found(gates, words) == expected


def test_a_hit_says_where_the_words_stand(gates: Chronology) -> None:
    """The marks lie on the words in the text as it was written."""
    (hit,) = gates.search("الباغوز")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["الباغوز"]
    assert (hit.field, hit.withdrawn_by, hit.event.event.origin) == ("quote", None, "person/jane-doe")


def test_a_long_text_is_cut_around_the_hit(chron: Chronology) -> None:
    """At words, with dots for what is left out, and marks that fit."""
    chron.append(event(quote=f"{'before ' * 40}needle {'after ' * 40}needle"))
    (hit,) = chron.search("needle")
    assert hit.snippet.startswith("...before")
    assert hit.snippet.endswith("after...")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["needle"]
    assert len(hit.snippet) < 160
    chron.append(event(note="北" * 400 + "京" + "北" * 400))
    (hit,) = chron.search("京")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["京"]


def test_what_was_withdrawn_is_found_on_demand(gates: Chronology) -> None:
    """With the position that withdrew it; the retraction itself is found then too."""
    target = gates.search("jane")[0].event
    gates.retract(target.id, reason="misheard jane")
    assert gates.search("jane") == []
    both = gates.search("jane", withdrawn=True)
    assert {hit.event.position: hit.withdrawn_by for hit in both} == {
        target.position: gates.head(),
        gates.head(): None,
    }
    (then,) = gates.search("jane", known_at=target.position)
    assert then.withdrawn_by is None


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"sources": ["source/other"]}, ["quote"]),
        ({"origins": ["person/jane-doe"]}, []),
        ({"min_grade": "B2"}, []),
        ({"known_at": 0}, []),
        ({"stated_by": "2018-05-01"}, []),
        ({"stated_by": "2018-05-15"}, ["crossing/north-gate", "quote"]),
    ],
)
def test_the_filters_of_the_state_restrict_a_search(gates: Chronology, filters: Json, expected: list[str]) -> None:
    """Day of statement, source, origin, grade and what was known."""
    assert found(gates, "snow", **filters) == expected
    assert found(gates, "jane", min_grade="B2", origins=["person/jane-doe"], stated_by="2018-06-01") == ["source"]
    assert found(gates, "jane", min_grade="B1") == found(gates, "jane", stated_by="2018-05-31") == []


def test_the_limit_takes_the_best(gates: Chronology) -> None:
    """And a limit below 0 is refused."""
    assert gates.search("heavy snow", 1) == gates.search("heavy snow")[:1]
    assert gates.search("heavy snow", 0) == []
    with pytest.raises(ChronologyError, match="limit is -1"):
        gates.search("snow", -1)


def test_a_store_for_writing_keeps_its_index_up(gates: Chronology) -> None:
    """An append does not touch the index; the next search takes in what is new."""
    assert not gates.log.is_indexed()
    gates.search("snow")
    assert gates.log.is_indexed()
    gates.append(event(note="snowdrift"))
    assert not gates.log.is_indexed()
    assert found(gates, "snowdrift") == ["note"]
    assert gates.log.is_indexed()
    assert gates.verify().ok


def test_a_reader_searches_without_writing(gates: Chronology, tmp_path: Path) -> None:
    """It uses the index in the file if that is up, else a temporary one that it keeps up for itself."""
    path = tmp_path / "storm.db"
    before = path.read_bytes()
    with Reader.open(path) as reader:
        assert found(reader, "heavy snow") == ["crossing/north-gate", "quote"]
        gates.append(event(note="snowdrift"))
        assert found(reader, "snowdrift") == ["note"]
        assert path.read_bytes() != before
        before = path.read_bytes()
        assert reader.search("snow*") != []
        with pytest.raises(sqlite3.OperationalError):
            reader._session.connection.execute("DELETE FROM event")
    assert path.read_bytes() == before
    gates.search("snow")
    with Reader.open(path) as reader:
        assert reader.log.is_indexed()
        assert found(reader, "snowdrift") == ["note"]
        assert search_index.position(reader._session.connection, "temp") is None


def test_a_search_does_not_wait_for_another_writer(gates: Chronology, tmp_path: Path) -> None:
    """While somebody else writes, an index of one's own answers."""
    with Chronology.open(tmp_path / "storm.db") as other, database.writing(other._session.connection):
        assert found(gates, "heavy snow") == ["crossing/north-gate", "quote"]
        assert not gates.log.is_indexed()


def test_a_reader_and_a_writer_find_the_same(gates: Chronology, tmp_path: Path) -> None:
    """Also in the same order, wherever the index stands."""
    with Reader.open(tmp_path / "storm.db") as reader:
        temporary = reader.search("snow")
    assert gates.search("snow") == temporary


def test_a_damaged_index_is_told_with_its_remedy(gates: Chronology) -> None:
    """The log is none the worse."""
    gates.search("snow")
    gates._session.connection.execute("UPDATE search_config SET v = 99")
    path = gates._session.connection.execute("PRAGMA database_list").fetchone()[2]
    with Reader.open(path) as reader, pytest.raises(IntegrityError, match="search index cannot be used") as told:
        reader.search("snow")
    assert "`chronology replay` drops it" in str(told.value.hint)


def _traces(folder: Path) -> dict[str, int]:
    return {path.name: path.read_bytes().lower().count(SECRET.lower().encode()) for path in folder.iterdir()}


def test_no_byte_of_what_is_redacted_stays_in_the_index(gates: Chronology, tmp_path: Path) -> None:
    """The index goes with the event, and the file is written anew; what is left is found as before."""
    secret = gates.append(event(note=f"{SECRET} saw it", subject=f"crossing/{SECRET.lower()}"))
    gates.search(SECRET)
    assert _traces(tmp_path)["storm.db"] > 2
    gates.redact(secret.id, reason="protects a person")
    assert set(_traces(tmp_path).values()) == {0}
    assert gates.search(SECRET, withdrawn=True) == []
    assert found(gates, "heavy snow") == ["crossing/north-gate", "quote"]
    assert set(_traces(tmp_path).values()) == {0}
    assert gates.verify().ok


def test_a_replay_drops_the_index(gates: Chronology) -> None:
    """It is made anew when somebody searches; the projections are the same with it and without."""
    before = found(gates, "snow")
    assert gates.replay(dry_run=True).changed == ()
    assert gates.log.is_indexed()
    assert gates.replay().changed == ()
    assert not gates.log.is_indexed()
    assert found(gates, "snow") == before
