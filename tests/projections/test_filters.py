"""The table of filters: what every part of the program takes from it agrees, in every dialect of SQL and in Python."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.analysis import writing
from chronology.analysis.folder import Folder
from chronology.projections import claims
from chronology.projections.filters import CODED, DUCKDB, FILTERS, VIEW, Effect, Filters, Restrictions, fits, told
from chronology.questions import assertions
from chronology.store import query
from tests.command_line import nth

RESTRICTIONS: list[Restrictions] = [
    {"known_at": 0},
    {"known_at": nth(12)},
    {"known_at": "2018-05-15"},
    {"known_at": 2**62},
    {"stated_by": "2018-06-05"},
    {"sources": ["source/a"]},
    {"sources": ["source/merged"]},
    {"sources": []},
    {"origins": ["person/x", "source/c"]},
    {"origins": []},
    {"without_sources": ["source/a", "source/none"]},
    {"without_sources": []},
    {"without_origins": ["person/x"]},
    {"without_origins": ["source/c"]},
    {"min_grade": "B3"},
]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chronology]:
    """Give a store of events, each about a subject of its own, that differ in all that filters look at."""
    path = tmp_path_factory.mktemp("filters") / "marked.db"
    with Chronology.open(path, create=True) as chron:
        chron.append_many(
            Event(
                type="fact.asserted",
                subject=f"thing/n{number:02}",
                valid="2018-05-01",
                data={"attribute": "status", "value": "so"},
                source="source/merged" if number > 21 else ("source/a", "source/b", "source/c")[number // 2 % 3],
                said_by=[("person/x", "person/y")[number // 3 % 2]] if number % 5 else [],
                stated=f"2018-06-{number + 1:02}",
                grade=("A1", "B3", "C2", "F6", None)[number % 5],
            )
            for number in range(24)
        )
        chron.merge("source/b", "source/merged", reason="one paper")
        yield chron


@pytest.fixture(scope="module")
def folder(marked: Chronology, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """Give the same as a Parquet folder."""
    pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    path = tmp_path_factory.mktemp("parquet") / "marked"
    writing.write(marked, path, buckets=2)
    with Folder.open(path) as found:
        yield found


def pairs() -> Iterator[Restrictions]:
    """Yield the restrictions alone and two by two."""
    yield from RESTRICTIONS
    for one, other in combinations(RESTRICTIONS, 2):
        if not one.keys() & other.keys():
            yield {**one, **other}


def test_keywords_for_type_checkers_are_those_of_the_table() -> None:
    """`Restrictions` names every filter, in the same order, and nothing else."""
    assert list(Restrictions.__annotations__) == list(FILTERS)


def test_both_tables_and_python_admit_the_same(marked: Chronology) -> None:
    """The coded table, the view with texts and the look at one assertion leave out the same, whatever the filters."""
    connection, instant = marked._session.connection, 1_600_000_000
    seen = set[int]()
    for given in pairs():
        filters = query.build(marked._session.log, connection, given, kind="thing")
        coded = {row.key for row in claims.covering(connection, filters, instant)}
        conditions, parameters = filters.conditions(CODED)
        statement = f"SELECT key FROM claim WHERE {' AND '.join(conditions)}"
        keys = {key for (key,) in connection.execute(statement, parameters)}
        view = {row.key for rows in assertions.groups(connection, filters) for row in rows}
        entries = marked.log.assertions(kind="thing", **given)
        looked = {entry.assertion.claim.key for entry in entries if entry.known_until is None}
        assert keys == view == looked, given
        assert len(coded) == len(marked.state(kind="thing", **given)) == len(keys)
        seen.add(len(keys))
    assert len(seen) > 10, "and the filters do leave out different things"


def test_a_folder_admits_the_same(marked: Chronology, folder: Folder) -> None:
    """DuckDB's conditions leave out what the store's do; a merged name stands for itself there."""
    for given in pairs():
        if given.get("sources") == ["source/merged"]:
            continue
        wanted = [one.subject for one in marked.state(kind="thing", **given)]
        assert [one.subject for one in folder.holdings(kind="thing", **given)] == wanted, given
        counted = folder.counts(kind="thing", **given).to_pylist()
        assert sum(row["surely"] for row in counted) == len(wanted), given


def test_no_condition_has_a_parameter_too_many() -> None:
    """DuckDB refuses a parameter that the text does not have, and SQLite one that is missing."""
    everything = Filters(
        subject="thing/x", attribute="status", kind="thing", known_at=3, stated_by="2018-05-01", sources=["source/a"],
        origins=["person/x"], without_sources=["source/b"], without_origins=["person/y"], min_grade="B3", fuzz=9,
    )  # fmt: skip
    assert {name for name, _, _ in everything._given} == set(FILTERS), "no filter is left out here"
    for dialect in (CODED, VIEW, DUCKDB):
        conditions, parameters = everything.conditions(dialect)
        text = " AND ".join(conditions)
        assert all(f"{dialect.mark}{name}" in text for name in parameters)


def test_every_filter_has_words_and_help() -> None:
    """Whatever a filter leaves out, a file says so in words of its own; fuzz alone reads dates otherwise."""
    assert len({one.words for one in FILTERS.values()}) == len({one.option for one in FILTERS.values()}) == len(FILTERS)
    assert [name for name, one in FILTERS.items() if one.effect is Effect.DATES] == ["fuzz"]
    given: dict[str, Any] = {
        "known_at": 3, "sources": ("source/a", "source/b"), "without_sources": ("source/c",), "origins": (),
        "without_origins": ("person/x",), "fuzz": 604_800,
    }  # fmt: skip
    assert told(given) == [
        "as known at #3", "from source/a, source/b", "said by nobody", "without source/c", "not said by person/x",
        "dates widened by 7 days",
    ]  # fmt: skip


def test_a_question_that_is_not_listed_takes_every_filter() -> None:
    """Only some questions do not; those that list events read no dates."""
    assert all(fits("state", name) for name in FILTERS)
    assert not fits("search", "fuzz")
    assert not fits("changes", "known_at")
    assert fits("changes", "fuzz")


def test_the_names_in_reach_of_a_merge_are_kept_names(marked: Chronology, tmp_path: Path) -> None:
    """A filter by a name that was merged means the one that was kept; before the merge it means itself."""
    merged = marked.head()
    now = query.build(marked._session.log, marked._session.connection, {"sources": ["source/merged", "source/b"]})
    then = query.build(
        marked._session.log, marked._session.connection, {"sources": ["source/merged"], "known_at": merged - 1}
    )
    assert (now.sources, then.sources) == (("source/b",), ("source/merged",))
