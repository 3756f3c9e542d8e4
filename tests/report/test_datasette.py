"""A store opened in Datasette: readable queries, and a page for the state at a date that says what `state` says."""

import asyncio
import gc
import json
import sqlite3
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, Event
from tests.command_line import done, untouched


@contextmanager
def unclosed() -> Iterator[None]:
    """Let Datasette leave connections unclosed; from 3.13 on, Python would warn of them in a later test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


with unclosed():
    pytest.importorskip("datasette", reason="not installed: datasette")
    from datasette.app import Datasette

    from chronology.report import datasette_plugin


@pytest.fixture
def served(storm: Path, tmp_path: Path) -> Iterator[Any]:
    """Give a function that asks Datasette, which has a store and a database of another kind open."""
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")

    def ask(path: str) -> Any:
        async def asked() -> Any:
            made = Datasette([str(storm), str(other)])
            await made.invoke_startup()
            return await made.client.get(path)

        # In a thread of its own, because a browser of other tests keeps this one's event loop running.
        return thread.submit(lambda: asyncio.run(asked())).result(timeout=60)

    with unclosed(), ThreadPoolExecutor(1) as thread:
        yield ask


def test_the_plugin_is_found_by_its_entry_point(served: Any) -> None:
    """Whoever installs the extra need not name it."""
    assert "chronology-store" in {plugin["name"] for plugin in served("/-/plugins.json").json()}


def test_the_page_says_what_the_command_says(served: Any, storm: Path) -> None:
    """The same answers at a date and a known time, as JSON."""
    for at, known in (("2018-05-14", ""), ("2018-05-13", "2018-05-20"), ("2018-01-10", "")):
        options = ["--known-at", known] if known else []
        expected = done("--db", storm, "state", "--at", at, *options, "--json").json
        found = served(f"/storm/-/state.json?at={at}&known_at={known}").json()
        fields = ("subject", "attribute", "value", "certainty", "contested")
        assert [[one[name] for name in fields] for one in found] == [[one[name] for name in fields] for one in expected]
        assert [[party["position"] for party in one["candidates"]] for one in found] == [
            [party["position"] for party in one["candidates"]] for one in expected
        ]


def test_the_page_shows_both_sides(served: Any) -> None:
    """A table with a row for each party, and links to the entries."""
    page = served("/storm/-/state?at=2018-05-14&subject=person/abu-bakr-al-baghdadi").text
    for part in ("possible, contested", "or possibly", "denied", "not place/hajin", 'href="/storm/event/65"'):
        assert part in page


def test_a_store_offers_the_queries_and_the_page(served: Any) -> None:
    """On the page of a store, and not on that of another database."""
    store, other = served("/storm").text, served("/other").text
    for name in (*datasette_plugin.QUERIES, "/storm/-/state"):
        assert name in store
        assert name not in other


@pytest.mark.parametrize("name", datasette_plugin.QUERIES)
def test_every_query_answers(served: Any, name: str) -> None:
    """With days in place of seconds."""
    found = served(f"/storm/{name}.json?_shape=array&subject=").json()
    assert found
    assert any(
        row.get("from") in ("2017-09-09", "2018-05-06") or row.get("earliest_start") == "2018-01-01" for row in found
    )


def test_what_cannot_be_answered_is_told(served: Any) -> None:
    """A date that is none stands on the page as an error; another database has no such page."""
    assert "is not a date" in served("/storm/-/state?at=soon").text
    assert served("/storm/-/state.json?at=soon").status_code == 400
    assert served("/other/-/state").status_code == 404
    assert served("/none/-/state").status_code == 404


def test_hostile_text_is_text_there_too(served: Any, storm: Path) -> None:
    """Markup in a value is shown, not obeyed."""
    with Chronology.open(storm) as chron:
        data = {"attribute": "status", "value": "<script>alert(1)</script>"}
        chron.append(Event(type="fact.asserted", subject="place/x", valid="2018", source="source/s", data=data))
    page = served("/storm/-/state?at=2019&subject=place/x").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_looking_changes_nothing(served: Any, storm: Path) -> None:
    """Not a byte of the store."""
    with untouched(storm):
        assert json.loads(served("/storm/-/state.json").text)
