"""Tests of the answers over a Parquet folder: they are the store's. They need duckdb and pyarrow, an optional extra."""

import json
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import Stores, batches
from strategies import ATTRIBUTES, QUESTIONS, SUBJECTS, histories

from chronology import Chronology, Event
from chronology.analysis import writing
from chronology.analysis.folder import Folder
from chronology.answers.holding import Holding
from chronology.commands.ask.state import record
from chronology.dates import edtf
from chronology.errors import ChronologyError, StoreError
from chronology.events.json_values import thaw

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Give stores that know the test types."""
    return Stores(tmp_path_factory.mktemp("stores"))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a place for folders that do not last."""
    return tmp_path_factory.mktemp("folders")


@pytest.fixture(scope="module")
def storm_folder(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the running example, for reading only, in a place whose name is hard to quote."""
    path = tmp_path_factory.mktemp('it\'s; "here"') / "storm %20 $x"
    with Chronology.open(example, read_only=True) as chron:
        writing.write(chron, path, buckets=4)
    return path


def held(chron: Chronology, **question: Any) -> Rows:
    """Return what a store answers, as rows of a folder, by subject and attribute."""
    return [
        {
            "subject": one.subject,
            "attribute": one.attribute,
            "value": thaw(one.value),
            "certainty": one.certainty,
            "contested": one.contested,
            **{name: getattr(one.candidates[0], name) for name in ("position", "valid", "origin", "source", "grade")},
            "others": [(party.position, party.standing) for party in one.candidates[1:]],
        }
        for one in chron.state(**question)
    ]


def told(folder: Folder, **question: Any) -> Rows:
    """Return what a folder answers, with positions for keys."""
    positions = {
        (row["subject"], row["attribute"], row["key"]): row["position"]
        for row in folder.sql("SELECT subject, attribute, key, position FROM assertion").to_pylist()
    }
    found = folder.state(**question, by_subject=True).to_pylist()
    for row in found:
        row.pop("leading")
        row["value"] = json.loads(row["value"] or "null")
        others = json.loads(row["others"] or "[]")
        row["others"] = [
            (None if key is None else positions[row["subject"], row["attribute"], key], standing)
            for key, standing in others
        ]
    return found


def parties(found: Iterable[Holding]) -> list[dict[str, Any]]:
    """Return answers as the commands print them."""
    return [record(one, valid_at="") for one in found]


def disagreeing(chron: Chronology, **question: Any) -> list[tuple[Any, ...]]:
    """Return who disagrees according to a store, but for what a folder does not tell."""
    return sorted(
        (
            *(one.subject, one.attribute, one.clash, one.first.position if one.first else 0, one.second.position),
            *(one.first.event is not None if one.first else False, one.second.role, one.second.valid),
            *(one.second.origin, one.second.source, one.second.grade or "", one.shared_origin),
        )
        for one in chron.conflicts(**question)
        if one.clash != "dates"
    )


def opposed(folder: Folder, **question: Any) -> list[tuple[Any, ...]]:
    """Return who disagrees according to a folder."""
    return sorted(
        (
            *(row["subject"], row["attribute"], row["clash"], row["first"] or 0, row["second"]),
            *(row["first_role"] is not None, row["second_role"], row["second_valid"]),
            *(row["second_origin"], row["second_source"], row["second_grade"] or "", row["shared_origin"]),
        )
        for row in folder.conflicts(**question).to_pylist()
    )


MONTHS = ["2017-12", *(f"2018-{month:02}" for month in range(1, 7))]
SPANS = {month: (edtf.opening_of(month), edtf.close_of(month)) for month in MONTHS}


def counted(chron: Chronology) -> Rows:
    """Count the beginnings in each of a few months, one by one."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    query = (
        "SELECT attribute, start_min, start_max FROM assertion"
        " WHERE known_until IS NULL AND role = 'affirms' AND value IS NOT NULL"
    )
    for attribute, earliest, latest in chron._session.connection.execute(query):
        for month, (first, last) in SPANS.items():
            if first <= earliest and latest <= last:
                found[attribute, month][0] += 1
            elif first <= latest and earliest <= last:
                found[attribute, month][1] += 1
    return [
        {"attribute": attribute, "month": month, "surely": surely, "possibly": possibly}
        for (attribute, month), (surely, possibly) in sorted(found.items())
    ]


@settings(max_examples=25)
@given(
    commands=histories(max_size=12, max_assertions=2),
    question=st.sampled_from(QUESTIONS),
    buckets=st.sampled_from([1, 8]),
)
def test_a_folder_answers_as_the_store_does(
    stores: Stores, scratch: Path, commands: list[dict[str, Any]], question: str, buckets: int
) -> None:
    """For any history: the state at a date with every party, who disagrees, and how much began in each month."""
    path = scratch / "folder"
    shutil.rmtree(path, ignore_errors=True)
    with stores.of(batches(commands)) as chron:
        manifest = writing.write(chron, path, buckets=buckets)
        with Folder.open(path, threads=2) as folder:
            assert told(folder, valid_at=question) == held(chron, valid_at=question)
            for subject in SUBJECTS:
                scope = {"subject": subject, "attribute": ATTRIBUTES[0]}
                assert told(folder, valid_at=question, **scope) == held(chron, valid_at=question, **scope)
            assert told(folder, valid_at=question, kind="person") == held(chron, valid_at=question, kind="person")
            assert opposed(folder) == disagreeing(chron)
            assert opposed(folder, subject=SUBJECTS[0]) == disagreeing(chron, subject=SUBJECTS[0])
            assert parties(folder.holdings(valid_at=question)) == parties(
                chron.state(valid_at=question, origins_counted=True)
            )
            assert list(folder.disagreements()) == list(chron.conflicts())
            assert list(folder.disagreements(valid_at=question)) == list(chron.conflicts(valid_at=question))
            assert folder.counts(since=MONTHS[0], until=MONTHS[-1]).to_pylist() == counted(chron)
        assert (manifest.head, manifest.root) == (chron.head(), chron.proofs.checkpoint().root.hex())


@pytest.mark.parametrize("question", ["2016-06", "2018-01-10", "2018-03-01", "2018-05-14", "2030"])
def test_the_running_example_is_answered_alike(example: Path, storm_folder: Path, question: str) -> None:
    """Imprecise, contested and denied as it is, from a folder whose name is hard to quote."""
    with Chronology.open(example, read_only=True) as chron, Folder.open(storm_folder) as folder:
        assert told(folder, valid_at=question) == held(chron, valid_at=question)
        assert opposed(folder) == disagreeing(chron)
        assert folder.manifest.origin == chron.proofs.checkpoint().origin


def test_a_folder_of_merged_logs_goes_by_first_recordings(chron: Chronology, clock: Clock, tmp_path: Path) -> None:
    """What the other log recorded earlier comes first, though it came in last."""
    said = {"type": "fact.asserted", "subject": "place/a", "valid": "2018-05-01"}
    with Chronology.open(tmp_path / "other.db", create=True, clock=clock) as other:
        other.append(Event(source="source/t", data={"attribute": "status", "value": "older"}, **said))
    clock.advance(seconds=1)
    chron.append(Event(source="source/s", data={"attribute": "status", "value": "newer"}, **said))
    chron.sharing.merge_log(tmp_path / "other.db")
    writing.write(chron, tmp_path / "folder")
    with Folder.open(tmp_path / "folder") as folder:
        assert parties(folder.holdings()) == parties(chron.state(origins_counted=True))
        assert list(folder.disagreements()) == list(chron.conflicts())
        assert opposed(folder) == disagreeing(chron)
        assert [row["first_value"] for row in folder.conflicts().to_pylist()] == ['"older"']
        assert [one.value for one in folder.holdings()] == ["newer"]


def test_a_folder_knows_who_dates_no_beginning(chron: Chronology, tmp_path: Path) -> None:
    """Two reports of a state agree; two dates of its beginning do not."""
    for type_, valid, source in (
        ("control.reported", "2017-12-04", "source/p"),
        ("control.reported", "2018-05", "source/q"),
        ("control.changed", "2017-11-01", "source/r"),
        ("control.changed", "2017-11-20", "source/s"),
    ):
        said = {"type": type_, "subject": "place/hajin", "valid": valid, "source": source}
        chron.append(Event(data={"by": "group/islamic-state"}, **said))
    writing.write(chron, tmp_path / "folder")
    with Folder.open(tmp_path / "folder") as folder:
        assert [one.second.source for one in folder.disagreements()] == ["source/s"]
        assert list(folder.disagreements()) == list(chron.conflicts())


def test_what_was_merged_or_redacted_is_so_in_the_folder(chron: Chronology, tmp_path: Path) -> None:
    """Both names answer as one, and nothing of an erased event is in any file."""
    said = {"type": "fact.asserted", "valid": "2018-05-01", "source": "source/s"}
    for slug, value in (("a", "x"), ("b", "y"), ("c", "a-secret-name")):
        last = chron.append(Event(subject=f"place/{slug}", data={"attribute": "status", "value": value}, **said))
    chron.append(Event(type="subject.merged", subject="place/a", data={"with": "place/b", "reason": "example"}))
    chron.redact(last.id, reason="example")
    writing.write(chron, tmp_path / "folder")
    with Folder.open(tmp_path / "folder") as folder:
        assert told(folder) == held(chron)
        assert [row["subject"] for row in told(folder)] == ["place/a"]
        erased = folder.sql("SELECT body, leaf FROM event WHERE position = $position", {"position": last.position})
        assert erased.to_pylist() == [{"body": None, "leaf": last.leaf}]
        texts = folder.sql("SELECT * FROM event").to_pylist() + folder.sql("SELECT * FROM assertion").to_pylist()
    assert "a-secret-name" not in str(texts)


def test_the_log_in_a_folder_has_the_root_of_its_manifest(storm_folder: Path) -> None:
    """Whoever has a signed checkpoint can tell that these are its events."""
    from chronology.transparency.merkle import leaf_hash, root

    with Folder.open(storm_folder) as folder:
        rows = folder.sql("SELECT body, leaf FROM event ORDER BY position").to_pylist()
    assert all(leaf_hash(row["body"].encode()) == row["leaf"] for row in rows)
    assert root([row["leaf"] for row in rows]).hex() == folder.manifest.root
    assert len(rows) == folder.manifest.head


def test_what_only_meets_and_what_is_paired_already_is_no_conflict(chron: Chronology, tmp_path: Path) -> None:
    """Two intervals that meet do not overlap; who disputes a denial is not denied by it once more."""

    def say(subject: str, valid: str, value: str, source: str, **more: Any) -> str:
        data = {"attribute": "status", "value": value}
        event = Event(type="fact.asserted", subject=subject, valid=valid, source=f"source/{source}", data=data, **more)
        return chron.append(event).id

    say("place/meets", "2018-03-01/2018-03-02", "x", "p")
    say("place/meets", "2018-03-03/2018-03-04", "y", "q")
    say("place/met", "2018-03-03/2018-03-04", "y", "q")
    say("place/met", "2018-03-01/2018-03-02", "x", "p")
    denial = say("place/denied", "2018-03-01", "x", "p", stance="denies")
    say("place/denied", "2018-03-01", "x", "q", disputes=(denial,))
    writing.write(chron, tmp_path / "folder")
    with Folder.open(tmp_path / "folder") as folder:
        assert opposed(folder) == disagreeing(chron)
        found = folder.conflicts().to_pylist()
    assert [(row["subject"], row["clash"], row["first_role"]) for row in found] == [
        ("place/denied", "dispute", "denies")
    ]


def test_a_store_without_assertions_has_empty_answers(chron: Chronology, tmp_path: Path) -> None:
    """Tables without rows have no files, and their columns all the same."""
    writing.write(chron, tmp_path / "folder")
    with Folder.open(tmp_path / "folder") as folder:
        assert folder.state().num_rows == folder.counts().num_rows == folder.conflicts().num_rows == 0
        assert folder.state().column_names[:3] == ["subject", "attribute", "value"]


def test_the_period_of_counts_is_that_of_the_beginnings(chron: Chronology, tmp_path: Path) -> None:
    """What has no beginning is possible in each of its months, and in no month beyond it."""
    for valid in ("2018-01-15", "2018-03", "2018-02/..", "../2018-12-31", "2018-01-31/2018-05"):
        data = {"attribute": "status", "value": valid}
        chron.append(Event(type="fact.asserted", subject="place/a", valid=valid, source="source/s", data=data))
    ended = {"attribute": "status"}
    chron.append(Event(type="fact.ended", subject="place/a", valid="2018-02", source="source/s", data=ended))
    writing.write(chron, tmp_path / "folder")
    with Folder.open(tmp_path / "folder") as folder:
        found = [tuple(row.values()) for row in folder.counts().to_pylist()]
        later = [tuple(row.values()) for row in folder.counts(since="2018-03", until="2018-04").to_pylist()]
    assert found == [("status", "2018-01", 2, 0), ("status", "2018-02", 1, 0), ("status", "2018-03", 1, 0)]
    assert later == [("status", "2018-03", 1, 0)]


def test_a_million_sorted_rows_may_take_more_room_than_there_is_memory(storm_folder: Path) -> None:
    """DuckDB goes on in a temporary file, although it may read nothing but the folder."""
    with Folder.open(storm_folder, memory="60MB", threads=1) as folder:
        rows = "SELECT i FROM range(6000000) AS t(i) ORDER BY hash(i), i OFFSET 1"
        found = folder.sql(f"SELECT count(*) AS n FROM ({rows})")
    assert found.to_pylist() == [{"n": 5_999_999}]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/chronology-written.csv'",
        "ATTACH '/tmp/chronology-written.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM nowhere",
        "SELECT",
    ],
)
def test_a_question_in_sql_reads_the_folder_and_nothing_else(storm_folder: Path, text: str) -> None:
    """One clear error, and nothing is written."""
    with Folder.open(storm_folder) as folder, pytest.raises(StoreError) as caught:
        folder.sql(text)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert not Path("/tmp/chronology-written.csv").exists()
    assert not Path("/tmp/chronology-written.db").exists()


@pytest.fixture
def damaged(storm_folder: Path, tmp_path: Path) -> Path:
    """Give a copy of the folder that a test may damage."""
    return shutil.copytree(storm_folder, tmp_path / "damaged")


def files_of(folder: Path, table: str) -> Iterator[Path]:
    """Yield the files of a table, by name."""
    yield from sorted((folder / table).rglob("rows.parquet"))


def test_a_lost_file_is_noticed(damaged: Path) -> None:
    """Else answers would only be smaller."""
    next(files_of(damaged, "state")).unlink()
    with pytest.raises(StoreError, match=r"is not whole: it has \d+ files of state, and should have \d+") as caught:
        Folder.open(damaged)
    assert caught.value.hint == "export the store again, into a new folder"


def test_a_file_of_another_export_is_noticed(damaged: Path) -> None:
    """By its number of rows."""
    one, other = list(files_of(damaged, "assertion"))[:2]
    shutil.copy(one, other)
    with pytest.raises(StoreError, match=r"is not whole: it has \d+ rows of assertion, and should have \d+"):
        Folder.open(damaged)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"no Parquet at all, but text"])
def test_a_damaged_file_is_one_clear_error(damaged: Path, data: bytes) -> None:
    """Whatever DuckDB makes of it."""
    for path in files_of(damaged, "event"):
        path.write_bytes(data)
    with pytest.raises(StoreError, match="cannot be read") as caught:
        Folder.open(damaged)
    assert caught.value.hint == "export the store again, into a new folder"


def test_what_is_no_folder_is_refused_with_a_hint(tmp_path: Path) -> None:
    """Nothing there, a file, an empty folder."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for name, message in (
        ("nothing", "there is no folder"),
        ("file", "there is no folder"),
        ("empty", "is not a Parquet folder: it has no manifest.json"),
    ):
        with pytest.raises(StoreError, match=message) as caught:
            Folder.open(tmp_path / name)
        assert caught.value.hint == "`chronology export parquet --folder DIR` makes one"


@pytest.mark.parametrize("sign", ["*", "?", "["])
def test_a_name_that_duckdb_takes_for_a_pattern_is_refused(storm_folder: Path, tmp_path: Path, sign: str) -> None:
    """It would read other files, or none."""
    path = shutil.copytree(storm_folder, tmp_path / f"storm{sign}")
    with pytest.raises(StoreError, match="cannot be read: its path has one of") as caught:
        Folder.open(path)
    assert caught.value.hint == "rename it"


def test_without_its_packages_the_hint_says_what_to_install(
    storm_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the two is missing."""
    for package in ("duckdb", "pyarrow"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, package, None)
            with pytest.raises(ChronologyError, match=f"needs the package {package}") as caught:
                Folder.open(storm_folder)
            assert caught.value.hint == "pip install 'chronology-store[duckdb]'"


def test_the_example_of_the_page_on_scale_runs(
    storm_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It prints the head and root of the folder's log, and each question has an answer."""
    page = Path(__file__).parents[2] / "docs" / "scale.md"
    (code,) = re.findall(r"```text\n(from chronology\.analysis.*?)```", page.read_text("utf-8"), re.DOTALL)
    shutil.copytree(storm_folder, tmp_path / "big-parquet")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(code, page.name, "exec"), names)
    assert names["state"].num_rows
    assert names["counts"].column("month")[0].as_py().startswith("2018-")
    assert names["top"].to_pylist()[0]["source"] == "source/voa-2018-05-14"
    assert names["conflicts"].num_rows == 0


def test_the_state_comes_in_one_order_each_time(storm_folder: Path) -> None:
    """By the files, where no order is asked for, on however many cores."""
    with Folder.open(storm_folder) as folder, Folder.open(storm_folder, threads=1) as alone:
        found = folder.state(valid_at="2018-05-14")
        assert found.equals(folder.state(valid_at="2018-05-14"))
        assert found.equals(alone.state(valid_at="2018-05-14"))
        assert sorted(map(str, found.to_pylist())) == sorted(
            map(str, folder.state(valid_at="2018-05-14", by_subject=True).to_pylist())
        )
