"""Tests of the static tree, by a reader that knows only the specification (C2SP tlog-tiles)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from chronology import Chronology, Event, RecordedEvent
from chronology.errors import EvidenceError, NoteError, StoreError
from chronology.evidence.tiles import export, path_of
from chronology.transparency.merkle import leaf_hash, root
from chronology.transparency.notes import Checkpoint, generate_key, open_note, sign_note

SKEY, VKEY = generate_key("example.org/jane", seed=bytes(32))
NOW: Final = datetime(2018, 5, 15, tzinfo=UTC)


class Bodies:
    """Stands for a store whose events have some bodies, so that large trees cost little."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self.bodies = bodies
        self.leaves = [leaf_hash(body) for body in bodies]

    def read(self, *, until: int) -> Iterator[RecordedEvent]:
        """Yield the events as a store does."""
        for number in range(min(until, len(self.bodies))):
            yield RecordedEvent(
                position=number + 1,
                event=Event(type=""),
                recorded_at=NOW,
                leaf=self.leaves[number],
                body=self.bodies[number],
            )

    def checkpoint(self) -> bytes:
        """Return the checkpoint, unsigned."""
        return Checkpoint("x", len(self.bodies), root(self.leaves)).text().encode()


def exported(bodies: Sequence[bytes], folder: Path) -> Bodies:
    """Export a tree over some bodies."""
    log = Bodies(bodies)
    written = export(log.read(until=len(log.bodies)), folder, log.checkpoint())
    assert written == sum(1 for path in folder.rglob("*") if path.is_file())
    return log


def tile(folder: Path, kind: str, number: int, width: int) -> bytes:
    """Read a tile or bundle as the specification addresses it."""
    name = f"{number % 1000:03d}"
    while number := number // 1000:
        name = f"x{number % 1000:03d}/{name}"
    return (folder / "tile" / kind / (name if width == 256 else f"{name}.p/{width}")).read_bytes()


def hashes(folder: Path, level: int, size: int) -> list[bytes]:
    """Read all hashes of a level of a tree of `size` entries."""
    count, found = size // 256**level, []
    for number in range(-(-count // 256)):
        width = min(256, count - number * 256)
        data = tile(folder, str(level), number, width)
        assert len(data) == width * 32
        found += [data[start : start + 32] for start in range(0, len(data), 32)]
    return found


def entries(folder: Path, size: int) -> list[bytes]:
    """Read all entries: each is preceded by its length in two bytes, big-endian."""
    found = []
    for number in range(-(-size // 256)):
        data = tile(folder, "entries", number, min(256, size - number * 256))
        while data:
            length = int.from_bytes(data[:2], "big")
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
    return found


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 1000])
def test_another_reader_finds_every_hash_and_every_entry(tmp_path: Path, size: int) -> None:
    """Leaves at level 0, roots of full tiles above, entries that hash to the leaves, the checkpoint as given."""
    bodies = [b"%d" % number * (number % 5 + 1) for number in range(size)]
    log = exported(bodies, tmp_path / "tree")
    assert entries(tmp_path / "tree", size) == bodies
    assert hashes(tmp_path / "tree", 0, size) == log.leaves
    above = [root(log.leaves[start : start + 256]) for start in range(0, size - size % 256, 256)]
    assert hashes(tmp_path / "tree", 1, size) == above
    assert (tmp_path / "tree" / "checkpoint").read_bytes() == log.checkpoint()


def test_the_specifications_example_of_70000_entries(tmp_path: Path) -> None:
    """273 full tiles and one of 112 at level 0; a full one and one of 17 at level 1; one of 1 at level 2."""
    log = exported([b"%d" % number for number in range(70_000)], tmp_path)
    found = sorted(
        str(path.relative_to(tmp_path / "tile")) for path in (tmp_path / "tile").rglob("*") if path.is_file()
    )
    full = [f"0/{number:03d}" for number in range(273)]
    bundles = [name.replace("0/", "entries/", 1) for name in full]
    wanted = [*full, "0/273.p/112", "1/000", "1/001.p/17", "2/000.p/1", *bundles, "entries/273.p/112"]
    assert found == sorted(wanted)
    (top,) = hashes(tmp_path, 2, 70_000)
    assert top == root(hashes(tmp_path, 1, 70_000)[:256]) == root(log.leaves[: 256 * 256])


def test_a_tree_of_256_has_a_full_tile_and_one_of_width_1_above(tmp_path: Path) -> None:
    """No empty tile is written."""
    exported([b"x"] * 256, tmp_path)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"}


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (0, "000"),
        (7, "007"),
        (999, "999"),
        (1000, "x001/000"),
        (1234067, "x001/x234/067"),
        (10**9, "x001/x000/x000/000"),
    ],
)
def test_a_number_is_a_path(number: int, path: str) -> None:
    """Three digits an element, all but the last with an x before."""
    assert str(path_of(number)) == path


def test_the_longest_body_fits(tmp_path: Path) -> None:
    """A body of 65,535 bytes is the longest that a log takes, and the longest that a bundle can hold."""
    body = b"x" * 65_535
    exported([b"a", body, b"b"], tmp_path)
    assert entries(tmp_path, 3) == [b"a", body, b"b"]


def test_a_store_is_exported_with_its_signed_checkpoint(chron: Chronology, tmp_path: Path) -> None:
    """Entries are the bodies as stored; a redacted one is an entry of no bytes, and its leaf hash stands."""
    event = chron.append(
        Event(type="fact.ended", subject="place/x", valid="2018", source="source/s", data={"attribute": "a"})
    )
    chron.redact(event.id, reason="r")
    note = sign_note(chron.proofs.checkpoint().text(), SKEY)
    export(chron.read(), tmp_path / "tree", note)
    events = list(chron.read())
    assert entries(tmp_path / "tree", len(events)) == [found.body for found in events]
    assert hashes(tmp_path / "tree", 0, len(events)) == [found.leaf for found in events]
    assert [found.position for found in events if not found.body] == [event.position]
    found = Checkpoint.parse(open_note((tmp_path / "tree" / "checkpoint").read_bytes(), [VKEY]).text)
    assert found == chron.proofs.checkpoint()


def test_an_earlier_checkpoint_gives_the_tree_of_its_size(chron: Chronology, tmp_path: Path) -> None:
    """What came after it is left out."""
    early = chron.proofs.checkpoint()
    chron.append(Event(type="fact.ended", subject="place/x", valid="2018", source="source/s", data={"attribute": "a"}))
    export(chron.read(), tmp_path / "tree", early.text().encode())
    assert len(entries(tmp_path / "tree", early.size)) == early.size


def test_what_the_checkpoint_does_not_say_is_not_exported(tmp_path: Path) -> None:
    """Another root, more entries than there are, a body beside another leaf: no checkpoint is written."""
    log = Bodies([b"a", b"b", b"c"])
    for number, wrong in enumerate([Checkpoint("x", 3, bytes(32)), Checkpoint("x", 4, root(log.leaves))]):
        with pytest.raises(EvidenceError, match="does not match the checkpoint"):
            export(log.read(until=len(log.bodies)), tmp_path / str(number), wrong.text().encode())
        assert not (tmp_path / str(number) / "checkpoint").exists()
    good = log.checkpoint()
    log.leaves[1] = bytes(32)
    with pytest.raises(EvidenceError, match="position 2: the body does not match"):
        export(log.read(until=len(log.bodies)), tmp_path / "edited", good)
    with pytest.raises(NoteError):
        export(log.read(until=len(log.bodies)), tmp_path / "unreadable", b"x\n")
    assert not (tmp_path / "unreadable").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A directory with something in it, or a file in its place, is refused and left as it was."""
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "old").write_text("x")
    (tmp_path / "file").write_text("x")
    for name in ("used", "file", "file/below"):
        with pytest.raises(StoreError):
            exported([b"a"], tmp_path / name)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "old", "used"]
