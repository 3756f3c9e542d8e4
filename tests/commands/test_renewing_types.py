"""`types renew`: a store that an older version made learns the newer versions of the built-in types, and no others."""

from pathlib import Path

import pytest

from chronology import Chronology
from chronology.vocabulary import builtin
from tests.command_line import done

FIRST = tuple(schema for schema in builtin.schemas() if str(schema["$id"]).endswith(":1"))
NEWER = [str(schema["$id"]).split(":")[2:] for schema in builtin.schemas() if schema not in FIRST]
HELD = ("control.reported", "place/hajin", "by=group/islamic-state")


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a store that has only first versions, and two reports of one state."""
    path = tmp_path / "old.db"
    with monkeypatch.context() as patch:
        patch.setattr(builtin, "schemas", lambda: FIRST)
        done("--db", path, "init")
        done("--db", path, "append", *HELD, "--on", "2017-12-04", "--source", "source/p")
        done("--db", path, "append", *HELD, "--on", "2018-05", "--source", "source/q")
    return path


def test_every_type_is_renewed_once(old: Path) -> None:
    """All newer versions are defined in one go; a second time there is nothing to do."""
    lines = done("--db", old, "types", "renew", "--recorded-by", "Jane").out.splitlines()
    assert lines == [f"defined {name} version {version}" for name, version in NEWER]
    assert done("--db", old, "types", "renew").out == "every type is as this program has it\n"
    with Chronology.open(old) as chron:
        assert chron.event(chron.head()).event.recorded_by == "Jane"
        assert all(one.version == len(builtin.versions(one.name)) for one in chron.vocabulary)
        assert chron.replay().changed == ()


def test_events_are_read_by_the_newer_version_from_then_on(old: Path) -> None:
    """Two reports of one state disagree about its beginning only as known before; the state is as it was."""
    before = done("--db", old, "state", "place/hajin", "--at", "2018-06-01").out
    told = done("--db", old, "conflicts", "place/hajin").out
    with Chronology.open(old) as chron:
        head = chron.head()
    done("--db", old, "types", "renew")
    assert "start" in told
    assert done("--db", old, "conflicts", "place/hajin").out == ""
    assert done("--db", old, "conflicts", "place/hajin", "--known-at", str(head)).out == told
    assert done("--db", old, "state", "place/hajin", "--at", "2018-06-01").out == before


@pytest.mark.parametrize("version", [1, 2])
def test_versions_of_ones_own_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    """Who has another first or second version of a built-in type keeps it; the rest is renewed."""
    path, name = tmp_path / "own.db", "control.reported"
    kept = tuple(schema for schema in FIRST if version == 2 or schema["$id"] != f"urn:chronology:{name}:1")
    with monkeypatch.context() as patch:
        patch.setattr(builtin, "schemas", lambda: kept)
        done("--db", path, "init")
    with Chronology.open(path) as chron:
        chron.define({**builtin.versions(name)[version - 1], "title": "Control as we count it"})
    assert name not in done("--db", path, "types", "renew").out
    with Chronology.open(path) as chron:
        assert (chron.vocabulary.newest(name).version, chron.vocabulary.newest("presence.reported").version) == (
            version,
            2,
        )
        assert chron.vocabulary.newest(name).title == "Control as we count it"


def test_a_dry_run_says_what_would_be_defined(old: Path) -> None:
    """It names every version, and writes nothing."""
    kept = old.read_bytes()
    ended = done("--db", old, "types", "renew", "--dry-run")
    assert ended.out.splitlines() == [f"would define {name} version {version}" for name, version in NEWER]
    assert old.read_bytes() == kept
