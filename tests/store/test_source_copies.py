"""Sources with copies: event and copy together or not at all, verified, backed up; older stores learn the type."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError, InvalidEventError, StoreError
from chronology.events.json_values import thaw
from chronology.log import database
from chronology.log.archive import Copy
from chronology.store.session import Session
from chronology.vocabulary import builtin

VOA = "source/voa"
PAGE = b"<p>The crossing closed.</p>"
DIGEST = hashlib.sha256(PAGE).hexdigest()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Give a file to be archived."""
    folder = tmp_path / "found"
    folder.mkdir()
    (folder / "page.html").write_bytes(PAGE)
    return folder / "page.html"


def test_a_source_is_described_with_its_copy(chron: Chronology, page: Path) -> None:
    """The event names digest and length, is true from the day of publication, and is its own source."""
    added = chron.sources.add(VOA, {"title": "Report", "published": "2018-05-14"}, archived=page)
    assert added.event.data == {
        "title": "Report", "published": "2018-05-14", "archived_sha256": DIGEST, "archived_length": len(PAGE),
    }  # fmt: skip
    assert (added.event.valid, added.event.source, added.event.stated) == ("2018-05-14", VOA, None)
    kept = chron.sources.copy_of(added)
    assert kept is not None
    assert kept.read_bytes() == PAGE
    report = chron.verify()
    assert (report.ok, report.archived) == (True, 1)


def test_without_a_day_of_publication_today_counts(chron: Chronology) -> None:
    """The clock of the store tells it; --on wins over both."""
    assert chron.sources.add(VOA, {"title": "Report"}).event.valid == "2018-05-15"
    assert chron.sources.add(VOA, {"published": "2018-05-14"}, valid="2018-05").event.valid == "2018-05"


def test_a_refused_description_leaves_no_copy(chron: Chronology, page: Path) -> None:
    """Nothing is written, neither event nor file nor folder; an empty description is refused too."""
    head = chron.head()
    for description in ({"published": "yesterday"}, {"nonsense": "x"}):
        with pytest.raises(InvalidEventError):
            chron.sources.add(VOA, description, archived=page)
    with pytest.raises(InvalidEventError, match="says nothing"):
        chron.sources.add(VOA, {})
    assert chron.head() == head
    assert not chron.sources.archive.folder.exists()


def test_a_dry_run_leaves_nothing(chron: Chronology, page: Path) -> None:
    """It returns the event that would be recorded, digest and all."""
    head = chron.head()
    tried = chron.sources.add(VOA, {}, archived=page, dry_run=True)
    assert tried.event.data["archived_sha256"] == DIGEST
    assert chron.head() == head
    assert not chron.sources.archive.folder.exists()


def test_a_copy_that_cannot_be_filed_takes_the_event_back(
    chron: Chronology, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event is recorded whose copy is not there."""
    head = chron.head()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(StoreError, match="No space left"):
        chron.sources.add(VOA, {}, archived=page)
    monkeypatch.undo()
    assert chron.head() == head
    assert not chron.sources.archive.folder.exists()
    assert chron.sources.add(VOA, {}, archived=page).position == head + 1


@pytest.mark.parametrize("needed", [False, True])
def test_a_copy_is_taken_back_only_if_no_other_event_names_it(
    chron: Chronology, page: Path, monkeypatch: pytest.MonkeyPatch, *, needed: bool
) -> None:
    """The commit fails, and with it the lock is gone: meanwhile another process may have added the same copy."""
    path = database.path_of(chron._session.connection)
    written = Session.writing

    @contextmanager
    def failing(self: Session, *, dry_run: bool) -> Iterator[None]:
        with suppress(InterruptedError), written(self, dry_run=dry_run):
            yield
            raise InterruptedError
        if needed:
            monkeypatch.undo()
            with Chronology.open(path) as other:
                other.sources.add("source/other", {"title": "y"}, archived=page)
        raise StoreError("no room left")

    monkeypatch.setattr(Session, "writing", failing)
    with pytest.raises(StoreError, match="no room"):
        chron.sources.add("source/mine", {"title": "x"}, archived=page)
    monkeypatch.undo()
    assert chron.verify().ok
    assert chron.sources.archive.folder.exists() == needed


def test_missing_and_altered_copies_are_faults(chron: Chronology, page: Path) -> None:
    """With the position of the event; the projections are compared all the same."""
    added = chron.sources.add(VOA, {}, archived=page)
    kept = chron.sources.copy_of(added)
    assert kept is not None
    kept.chmod(0o600)
    kept.write_bytes(PAGE.upper())
    (fault,) = chron.verify().faults
    assert (fault.position, "was altered" in fault.message) == (added.position, True)
    kept.unlink()
    (fault,) = chron.verify().faults
    assert "is missing" in fault.message
    chron._session.connection.execute("DELETE FROM claim")
    assert len(chron.verify().faults) >= 2


def test_what_was_retracted_is_still_kept_and_what_was_redacted_is_no_longer_asked_for(
    chron: Chronology, page: Path
) -> None:
    """A retraction leaves the log as it was; after a redaction nothing names the copy, so it can be removed."""
    added = chron.sources.add(VOA, {}, archived=page)
    kept = chron.sources.copy_of(added)
    assert kept is not None
    chron.retract(added.id, reason="the wrong page")
    kept.unlink()
    assert not chron.verify().ok
    chron.redact(added.id, reason="names a witness")
    assert chron.verify().ok


def test_a_backup_takes_the_copies_along(chron: Chronology, page: Path, tmp_path: Path) -> None:
    """The copy of the store verifies with them; what is missing here is missing there, and told."""
    added = chron.sources.add(VOA, {}, archived=page)
    report = chron.proofs.backup(tmp_path / "copy.db")
    assert (report.ok, report.archived) == (True, 1)
    with Chronology.open(tmp_path / "copy.db", read_only=True) as copy:
        assert copy.verify().archived == 1
        assert copy.sources.copy_of(added) == tmp_path / "copy.db.files" / DIGEST[:2] / DIGEST[2:]
    chron.sources.archive.path_of(Copy(DIGEST, len(PAGE))).unlink()
    assert not chron.proofs.backup(tmp_path / "late.db").ok


def test_a_backup_never_joins_another_archive(chron: Chronology, page: Path, tmp_path: Path) -> None:
    """A folder of that name is left alone, and so is everything else."""
    chron.sources.add(VOA, {}, archived=page)
    (tmp_path / "copy.db.files").mkdir()
    with pytest.raises(StoreError, match=r"copy\.db\.files already exists"):
        chron.proofs.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_that_fails_half_way_leaves_nothing(
    chron: Chronology, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the file nor its folder."""
    chron.sources.add(VOA, {}, archived=page)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fchmod", full)
    with pytest.raises(StoreError, match="No space left"):
        chron.proofs.backup(tmp_path / "copy.db")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("copy")) == []


def test_an_older_store_learns_the_newer_type_first(tmp_path: Path, page: Path) -> None:
    """A store that knows version 1 only gets version 2 as an event before the description, once."""
    first, second = builtin.versions("source.described")
    path = tmp_path / "old.db"
    with Chronology.open(path, create=True) as made:
        kept = [event for event in made.read() if event.event.data.get("schema", {}).get("$id") != second["$id"]]
    path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtin, "schemas", lambda: tuple(thaw(e.event.data["schema"]) for e in kept))
        Chronology.open(path, create=True).close()
    with Chronology.open(path) as old:
        assert old.vocabulary.newest("source.described").version == 1
        head = old.head()
        old.append(Event(type="source.described", subject=VOA, source=VOA, valid="2018", data={"title": "Old"}))
        assert old.sources.add(VOA, {"reliability": "B"}, archived=page).position == head + 3
        assert old.sources.add(VOA, {"reliability": "C"}).position == head + 4
        assert old.state(VOA, "title", valid_at="2019")[0].value == "Old"
        assert old.verify().ok
        assert first["$id"].endswith(":1")


def test_a_source_is_of_the_kind_source(chron: Chronology) -> None:
    """Anything else is refused as by append."""
    with pytest.raises(ChronologyError, match="about source/"):
        chron.sources.add("place/x", {"title": "x"})
