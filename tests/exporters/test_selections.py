"""Every filter, in every format that takes events: the file holds those events that pass, and no others."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError
from chronology.exporters import registry
from chronology.exporters.interface import Exporter, Selection
from tests.command_line import nth

FORMATS = [one.name for one in registry.BUILT_IN if not one.is_whole_log]
MARK = re.compile(r"mark\d\d")
FILTERS: list[dict[str, Any]] = [
    {"subject": "person/mark03"},
    {"attribute": "status"},
    {"kind": "person"},
    {"valid_at": "2018-05-06"},
    {"valid_at": "2018-05-06", "min_origins": 1, "kind": "person"},
    {"since": "2018-05-07"},
    {"until": "2018-05-04"},
    {"restrictions": {"known_at": nth(6)}},
    {"restrictions": {"stated_by": "2018-06-05"}},
    {"restrictions": {"sources": ["source/a"]}},
    {"restrictions": {"origins": ["person/x"]}},
    {"restrictions": {"min_grade": "B3"}},
    {"kind": "person", "since": "2018-05-03", "restrictions": {"sources": ["source/a"]}},
]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store of ten events, each about a subject of its own, that differ in all that filters look at."""
    path = tmp_path_factory.mktemp("filters") / "marked.db"
    with Chronology.open(path, create=True) as chron:
        chron.append_many(
            Event(
                type="fact.asserted",
                subject=f"{('person', 'operation', 'group')[number % 3]}/mark{number:02}",
                valid=f"2018-05-{number + 1:02}",
                data={"attribute": ("status", "place")[number % 2], "value": "so"},
                source=("source/a", "source/b")[number // 2 % 2],
                said_by=[("person/x", "person/y")[number // 3 % 2]],
                stated=f"2018-06-{number + 1:02}",
                grade=("A1", "B3", "C2", "F6")[number % 4],
            )
            for number in range(10)
        )
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_holds_what_passes(marked: Path, name: str) -> None:
    """The subjects of the events that pass, and no others, are in the file."""
    if name == "parquet":
        pytest.importorskip("pyarrow.parquet")
    seen = set()
    with Chronology.open(marked, read_only=True) as chron:
        for wanted in FILTERS:
            selection = Selection(**wanted)
            passing = {event.event.subject.partition("/")[2] for event in selection.events(chron)}
            seen.add(frozenset(passing))
            assert 0 < len(passing) < 10, wanted
            stream = io.BytesIO()
            registry.named(name).write(chron, selection, stream)
            assert set(MARK.findall(_text(name, stream.getvalue()))) == passing, wanted
    assert len(seen) >= 10


def _text(name: str, data: bytes) -> str:
    """Return the text of a file; of a binary one, that of its cells."""
    if name == "xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "".join(archive.read(part).decode("utf-8", "replace") for part in archive.namelist())
    if name == "parquet":
        import pyarrow.parquet as parquet

        return str(parquet.read_table(io.BytesIO(data)).column("subject").to_pylist())
    return data.decode()


def test_the_whole_log_refuses_a_selection(marked: Path) -> None:
    """Asked from Python too, the transcript is written whole or not at all, and the refusal names the filter."""
    with Chronology.open(marked, read_only=True) as chron:
        for restrictions in ({"without_sources": ["source/a"]}, {"sources": []}, {"known_at": 3}):
            stream = io.BytesIO()
            with pytest.raises(ChronologyError, match="jsonl is the whole log, and takes no filter: "):
                registry.named("jsonl").write(chron, Selection(restrictions=restrictions), stream)
            assert stream.getvalue() == b""
        registry.named("jsonl").write(chron, Selection(restrictions={"without_sources": []}), stream)
        assert stream.getvalue()


def test_a_selection_checks_its_filters() -> None:
    """A wrong one is refused where the selection is made, and a stream of names is read once."""
    with pytest.raises(ChronologyError, match="must be a list of subjects"):
        Selection(restrictions={"sources": "source/a"})
    selection = Selection(restrictions={"sources": (name for name in ["source/a"])})
    assert selection.in_words() == selection.in_words() == "from source/a"


def test_a_whole_log_format_of_another_package_refuses_a_selection_too(marked: Path) -> None:
    """The record of a format refuses, so its writer need not."""
    written: list[Selection] = []
    other = Exporter(
        name="own", title="", suffix=".own", loses=(), is_whole_log=True, write=lambda _, one, __: written.append(one)
    )
    with Chronology.open(marked, read_only=True) as chron:
        with pytest.raises(ChronologyError, match="own is the whole log, and takes no filter: from source/a"):
            other.write(chron, Selection(restrictions={"sources": ["source/a"]}), io.BytesIO())
        assert not written
        assert other.write(chron, Selection(), io.BytesIO()) == ()
    assert len(written) == 1
