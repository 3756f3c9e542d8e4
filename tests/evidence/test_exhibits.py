"""Tests of evidence: checkpoints, exhibits, and which attack a log shows when a checkpoint is held against it."""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology import Chronology, Event
from chronology.errors import ChronologyError, EvidenceError, IntegrityError, NoteError, ProofError, UnknownNameError
from chronology.events import canonical
from chronology.evidence import exhibits
from chronology.log import event_table
from chronology.log.event_table import Log, Row
from chronology.transparency.merkle import consistency_proof, leaf_hash, root, verify_consistency
from chronology.transparency.notes import Checkpoint, cosign_note, generate_key, sign_note
from chronology.transparency.proofs import TlogProof

SKEY, VKEY = generate_key("example.org/jane", seed=bytes(range(32)))
_, OTHER_VKEY = generate_key("example.org/joe", seed=bytes(32))
DATA: Final = Path(__file__).parents[1] / "data"
PAGE: Final = Path(__file__).parents[2] / "docs" / "evidence.md"


def fact(number: int) -> Event:
    """Return the assertion with a number."""
    data = {"attribute": "a", "value": f"value {number}"}
    return Event(type="fact.asserted", subject=f"place/p{number % 3}", valid="2018", source="source/s", data=data)


@pytest.fixture
def ten(chron: Chronology) -> Chronology:
    """Give a store with ten assertions after its vocabulary."""
    chron.append_many(map(fact, range(10)))
    return chron


def signed(chron: Chronology) -> bytes:
    """Return the present checkpoint, signed."""
    return sign_note(chron.proofs.checkpoint().text(), SKEY)


# Checkpoints ------------------------------------------------------------------------------------------------


def test_a_checkpoint_is_origin_size_and_root(ten: Chronology) -> None:
    """The origin is named after the first event, the size is the head, the root is that of the leaves."""
    leaves = [event.leaf for event in ten.read()]
    assert ten.proofs.checkpoint() == Checkpoint(f"chronology/{ten.event(1).id}", len(leaves), root(leaves))
    assert ten.proofs.checkpoint().root == ten.verify().root


def test_two_new_stores_have_two_origins(tmp_path: Path) -> None:
    """The origin is random, so that no two logs share it unless one is a copy of the other."""
    origins = set()
    for name in ("a.db", "b.db"):
        with Chronology.open(tmp_path / name, create=True) as made:
            origins.add(made.proofs.checkpoint().origin)
    assert len(origins) == 2


def test_no_checkpoint_carries_what_a_terminal_would_obey(ten: Chronology) -> None:
    """The id of the first event is printed as it stands, so one that was tampered with makes no origin."""
    connection = ten._session.connection
    connection.execute("DROP TRIGGER event_refuses_update")
    connection.execute("UPDATE event SET id = ? WHERE position = 1", ("\x9b31m\u202e",))
    with pytest.raises(IntegrityError, match="position 1: the id is") as caught:
        ten.proofs.checkpoint()
    assert "\x9b" not in str(caught.value)


def test_an_empty_log_has_no_checkpoint() -> None:
    """There is nothing to vouch for, and no origin to do it under."""
    connection = sqlite3.connect(":memory:")
    connection.execute(event_table.EVENT_TABLE)
    for refuse in (exhibits.checkpoint, exhibits.origin):
        with pytest.raises(EvidenceError, match="the log is empty"):
            refuse(Log(connection))
    connection.close()


@contextmanager
def bare(bodies: list[bytes]) -> Iterator[Log]:
    """Give a log in memory that holds some bodies."""
    rows = [Row(n, f"id-{n}", "a.b", "c/d", "2018", body, leaf_hash(body)) for n, body in enumerate(bodies, 1)]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in event_table.SCHEMA.values():
            connection.execute(statement)
        made = Log(connection)
        made.append(rows)
        yield made


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=40), st.data())
def test_a_log_that_only_grew_extends_every_earlier_checkpoint(bodies: list[bytes], data: st.DataObject) -> None:
    """At any size, the earlier checkpoint is met, and a consistency proof between the two holds."""
    size = data.draw(st.integers(1, len(bodies)))
    with bare(bodies[:size]) as earlier, bare(bodies) as whole:
        before, after = exhibits.checkpoint(earlier), exhibits.checkpoint(whole)
        assert exhibits.compare(whole, before).ok
        leaves = list(whole.leaves(until=len(bodies)))
        verify_consistency(size, len(bodies), consistency_proof(leaves, size), before.root, after.root)
        assert exhibits.compare(earlier, after).outcome == ("extends" if size == len(bodies) else "truncated")


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=40), st.data())
def test_any_other_body_under_a_checkpoint_is_a_rewritten_log(bodies: list[bytes], data: st.DataObject) -> None:
    """One changed body below the checkpoint's size changes the root; above it, it does not."""
    size = data.draw(st.integers(1, len(bodies)))
    changed = data.draw(st.integers(0, len(bodies) - 1))
    edited = [*bodies[:changed], bodies[changed] + b"!", *bodies[changed + 1 :]]
    with bare(bodies[:size]) as earlier, bare(edited) as other:
        before = exhibits.checkpoint(earlier)
        assert exhibits.compare(other, before).outcome == ("rewritten" if changed < size else "extends")


def test_leaves_are_streamed_without_bodies(ten: Chronology) -> None:
    """Only leaf hashes are asked for, as many as wanted."""
    leaves = [event.leaf for event in ten.read()]
    for size in (0, 1, 7, len(leaves), 10_000):
        assert list(ten._session.log.leaves(until=size)) == leaves[:size]


# Attacks ----------------------------------------------------------------------------------------------------


def without_triggers(path: Path, attack: Callable[[sqlite3.Connection], object]) -> None:
    """Change a log as somebody who owns the file can: without triggers, which are put back, projections made anew."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = [name for name in event_table.SCHEMA if "refuses" in name]
    for name in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    attack(connection)
    for name in triggers:
        connection.execute(event_table.SCHEMA[name])
    connection.close()
    with Chronology.open(path) as chron:
        chron.replay()


def truncate(connection: sqlite3.Connection) -> None:
    """Cut off the last three events."""
    connection.execute("DELETE FROM event WHERE position > (SELECT max(position) - 3 FROM event)")


def rewrite(connection: sqlite3.Connection) -> None:
    """Give the event before the last another value, and everything beside it that follows from the body."""
    row = connection.execute("SELECT max(position) - 1, body FROM event").fetchone()
    position = row[0]
    (body,) = connection.execute("SELECT body FROM event WHERE position = ?", (position,)).fetchone()
    record = canonical.parse(body)
    record["data"]["value"] = "what somebody would like it to be"
    new = canonical.encode(record)
    connection.execute("UPDATE event SET body = ?, leaf = ? WHERE position = ?", (new, leaf_hash(new), position))


def swap(connection: sqlite3.Connection) -> None:
    """Exchange the last two events, whole."""
    head = connection.execute("SELECT max(position) FROM event").fetchone()[0]
    for old, new in ((head, -1), (head - 1, head), (-1, head - 1)):
        connection.execute("UPDATE event SET position = ? WHERE position = ?", (new, old))


def insert(connection: sqlite3.Connection) -> None:
    """Put one event in between, and move the others up."""
    head = connection.execute("SELECT max(position) FROM event").fetchone()[0]
    connection.execute("UPDATE event SET position = position + 1 WHERE position = ?", (head,))
    body = connection.execute("SELECT body FROM event WHERE position = ?", (head - 1,)).fetchone()[0]
    record = canonical.parse(body) | {"id": "00000000-0000-4000-8000-000000000000"}
    new = canonical.encode(record)
    connection.execute(
        """
        INSERT INTO event
        SELECT position + 1, ?, type, subject, recorded_at, ?, ?
        FROM event
        WHERE position = ?
        """,
        (record["id"], new, leaf_hash(new), head - 1),
    )


@pytest.mark.parametrize(
    ("attack", "outcome", "words"),
    [
        (truncate, "truncated", "the checkpoint covers {size} events, and the log has {less}"),
        (rewrite, "rewritten", "its first {size} events are not those that the checkpoint covers"),
        (swap, "rewritten", "its first {size} events are not those that the checkpoint covers"),
        (insert, "rewritten", "its first {size} events are not those that the checkpoint covers"),
    ],
)
def test_only_a_checkpoint_kept_elsewhere_finds_a_careful_attack(
    ten: Chronology, tmp_path: Path, attack: Callable[[sqlite3.Connection], object], outcome: str, words: str
) -> None:
    """An owner who recomputes everything leaves a sound store; the checkpoint shows the change, and what it is."""
    earlier = ten.proofs.checkpoint()
    ten.close()
    path = tmp_path / "storm.db"
    without_triggers(path, attack)
    with Chronology.open(path) as attacked:
        assert attacked.verify().ok
        report = attacked.verify(checkpoint=earlier)
    assert report.against is not None
    assert (report.ok, report.faults, report.against.outcome) == (False, (), outcome)
    assert words.format(size=earlier.size, less=earlier.size - 3) in str(report.against)


def test_a_copy_that_went_its_own_way_is_told_by_the_checkpoint(ten: Chronology, tmp_path: Path) -> None:
    """Two copies that grew apart cannot both extend what one of them signed; each extends what both were."""
    common = ten.proofs.checkpoint()
    ten.proofs.backup(tmp_path / "fork.db")
    ten.append(fact(98))
    with Chronology.open(tmp_path / "fork.db") as fork:
        fork.append(fact(99))
        assert fork.verify(checkpoint=common).ok
        assert ten.verify(checkpoint=common).ok
        against = fork.verify(checkpoint=ten.proofs.checkpoint()).against
    assert against is not None
    assert against.outcome == "rewritten"


def test_a_log_made_anew_is_another_log(ten: Chronology, tmp_path: Path) -> None:
    """Even with the same assertions, its first event is another, and the origin with it."""
    with Chronology.open(tmp_path / "anew.db", create=True) as anew:
        anew.append_many(map(fact, range(10)))
        against = anew.verify(checkpoint=ten.proofs.checkpoint()).against
    assert against is not None
    assert against.outcome == "forked"
    assert ten.proofs.checkpoint().origin in str(against)


def test_a_log_extends_the_empty_checkpoint_of_its_origin(ten: Chronology) -> None:
    """Size 0 says nothing; with a root that no empty tree has, it is a lie."""
    origin = ten.proofs.checkpoint().origin
    assert exhibits.compare(ten._session.log, Checkpoint(origin, 0, root([]))).ok
    assert exhibits.compare(ten._session.log, Checkpoint(origin, 0, bytes(32))).outcome == "rewritten"


def test_a_leaf_that_is_none_is_a_fault_not_a_traceback(ten: Chronology, tmp_path: Path) -> None:
    """A checkpoint cannot be compared with a log whose leaf hashes are damaged; verify says so."""
    earlier = ten.proofs.checkpoint()
    ten.close()
    connection = sqlite3.connect(tmp_path / "storm.db")
    connection.execute("DROP TRIGGER event_refuses_update")
    connection.execute("UPDATE event SET leaf = x'00' WHERE position = 3")
    connection.execute(event_table.UPDATE_TRIGGER)
    connection.commit()
    connection.close()
    with Chronology.open(tmp_path / "storm.db") as damaged:
        report = damaged.verify(checkpoint=earlier)
        with pytest.raises(ChronologyError):
            damaged.proofs.prove(3, checkpoint=sign_note(earlier.text(), SKEY))
    assert not report.ok
    assert "cannot be compared" in str(report.faults[-1])


# Reading checkpoints ----------------------------------------------------------------------------------------


def test_a_checkpoint_is_read_with_and_without_its_signatures(ten: Chronology) -> None:
    """A bare text, a note, a note with two signatures: without keys all are read; with keys only what is signed."""
    wanted, note = ten.proofs.checkpoint(), signed(ten)
    other, other_vkey = generate_key("example.org/witness", seed=bytes(31) + b"\1")
    for data in (wanted.text().encode(), note, cosign_note(note, other)):
        assert exhibits.read_checkpoint(data) == wanted
    assert exhibits.read_checkpoint(note, [VKEY]) == wanted
    assert exhibits.read_checkpoint(cosign_note(note, other), [other_vkey]) == wanted
    for data, keys in ((note, [OTHER_VKEY]), (wanted.text().encode(), [VKEY]), (note.replace(b"1", b"2", 1), [VKEY])):
        with pytest.raises(NoteError):
            exhibits.read_checkpoint(data, keys)


@given(st.binary(max_size=200))
def test_anything_else_is_refused_as_a_checkpoint(data: bytes) -> None:
    """Only a typed error comes out of arbitrary bytes."""
    with pytest.raises(NoteError):
        exhibits.read_checkpoint(data)


# Exhibits ---------------------------------------------------------------------------------------------------


def test_every_event_can_be_proved_in_every_checkpoint_that_covers_it(ten: Chronology) -> None:
    """The exhibit gives back the event as recorded, and who signed."""
    early = signed(ten)
    ten.append_many(map(fact, range(20, 25)))
    for note in (early, signed(ten)):
        size = exhibits.read_checkpoint(note).size
        for event in ten.read(until=size):
            proof = ten.proofs.prove(event.id, checkpoint=note)
            found = exhibits.verify_proof(proof.encode(), [VKEY], log_origin=ten.proofs.checkpoint().origin)
            assert (found.event, found.checkpoint.size) == (event, size)
            assert found.signed_by == ("+".join(VKEY.split("+")[:2]),)
            assert len(proof.hashes) <= size.bit_length()


def test_an_exhibit_shows_nothing_of_other_events(ten: Chronology) -> None:
    """It holds one body and hashes."""
    proof = ten.proofs.prove(ten.head(), checkpoint=signed(ten))
    assert proof.extra == ten.event(ten.head()).body
    assert b"value 8" not in proof.encode() + proof.extra


def test_what_cannot_be_proved_is_refused_with_the_reason(ten: Chronology, tmp_path: Path) -> None:
    """An unknown event, one after the checkpoint, one of a log that the checkpoint did not see."""
    note = signed(ten)
    late = ten.append(fact(50))
    with pytest.raises(UnknownNameError):
        ten.proofs.prove("nobody", checkpoint=note)
    with pytest.raises(EvidenceError, match=f"position {late.position} came after the checkpoint"):
        ten.proofs.prove(late.id, checkpoint=note)
    with pytest.raises(NoteError):
        ten.proofs.prove(1, checkpoint=b"no checkpoint\n")
    with Chronology.open(tmp_path / "other.db", create=True) as other:
        other.append_many(map(fact, range(10)))
        with pytest.raises(EvidenceError, match="this is another log"):
            other.proofs.prove(1, checkpoint=note)
    lie = Checkpoint(ten.proofs.checkpoint().origin, ten.head(), bytes(32))
    with pytest.raises(EvidenceError, match="rewritten"):
        ten.proofs.prove(1, checkpoint=lie.text().encode())
    longer = Checkpoint(ten.proofs.checkpoint().origin, ten.head() + 1, bytes(32))
    with pytest.raises(EvidenceError, match="truncated"):
        ten.proofs.prove(1, checkpoint=longer.text().encode())


@pytest.fixture
def exhibit(ten: Chronology) -> bytes:
    """Give the exhibit of an event in the middle."""
    return ten.proofs.prove(ten.head() - 4, checkpoint=signed(ten)).encode()


def test_an_exhibit_with_any_line_changed_does_not_hold(exhibit: bytes) -> None:
    """Every byte counts, except signatures by keys that nobody asked about."""
    for number in range(len(exhibit)):
        broken = exhibit[:number] + bytes([exhibit[number] ^ 1]) + exhibit[number + 1 :]
        with pytest.raises((ProofError, NoteError)):
            exhibits.verify_proof(broken, [VKEY])


def test_an_exhibit_holds_only_for_the_key_and_the_log_that_are_asked_for(exhibit: bytes) -> None:
    """Another key, another origin: refused."""
    with pytest.raises(NoteError):
        exhibits.verify_proof(exhibit, [OTHER_VKEY])
    with pytest.raises(ProofError, match="not from 'chronology/other'"):
        exhibits.verify_proof(exhibit, [VKEY], log_origin="chronology/other")


def test_an_exhibit_without_an_event_is_none(ten: Chronology) -> None:
    """A sound proof of nothing, or of bytes that are not an event, proves no event."""
    proof = ten.proofs.prove(3, checkpoint=signed(ten))
    empty = TlogProof(index=proof.index, hashes=proof.hashes, checkpoint=proof.checkpoint)
    with pytest.raises(ProofError, match="contains no event"):
        exhibits.verify_proof(empty.encode(), [VKEY])
    note = sign_note(Checkpoint("x", 1, leaf_hash(b"[]")).text(), SKEY)
    other = TlogProof(index=0, hashes=[], extra=b"[]", checkpoint=note)
    with pytest.raises(ProofError, match="not a Chronology event"):
        exhibits.verify_proof(other.encode(), [VKEY])


def test_leaf_hashes_lie_side_by_side() -> None:
    """A proof over many events needs 32 bytes of memory for each, and reads them by index and by slice."""
    leaves = [leaf_hash(bytes([number])) for number in range(9)]
    packed = exhibits._Leaves(leaves)
    assert (len(packed), len(packed._buffer)) == (9, 9 * 32)
    assert [packed[number] for number in range(9)] == list(packed[:]) == leaves
    assert list(packed[2:5]) == leaves[2:5]
    with pytest.raises(ProofError, match="a leaf hash of 31 bytes"):
        exhibits._Leaves([bytes(31)])


# By hand ----------------------------------------------------------------------------------------------------

TOOLS: Final = ("sh", "sed", "cut", "base64", "sha256sum", "xxd", "openssl")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]
by_hand = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def check_by_hand(folder: Path, exhibit: bytes, vkey: str = VKEY) -> tuple[int, str]:
    """Run the shell lines of the page on evidence on an exhibit; return how they end and what they print."""
    (folder / "exhibit.tlog-proof").write_bytes(exhibit)
    command = ["sh", str(DATA / "check-exhibit.sh"), "exhibit.tlog-proof", vkey]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@by_hand
def test_an_exhibit_is_checked_with_sha256sum_xxd_and_openssl_alone(ten: Chronology, tmp_path: Path) -> None:
    """The shell lines come to the same judgement for events all over trees of several sizes, and leave the body."""
    for _ in range(3):
        note = signed(ten)
        for position in (1, 2, ten.head() // 2, ten.head() - 1, ten.head()):
            exhibit = ten.proofs.prove(position, checkpoint=note).encode()
            assert check_by_hand(tmp_path, exhibit) == (0, "The event is in the log\nSignature Verified Successfully\n")
            assert (tmp_path / "event.json").read_bytes() == ten.event(position).body
        ten.append(fact(7))


@by_hand
def test_the_shell_lines_refuse_what_does_not_hold(exhibit: bytes, tmp_path: Path) -> None:
    """Another body, index, hash, root, size or key: the lines end with an error."""
    lines = exhibit.split(b"\n")
    index = next(number for number, line in enumerate(lines) if line.startswith(b"index "))
    root_line = lines.index(b"") + 3
    assert check_by_hand(tmp_path, exhibit)[0] == 0
    for number, new in (
        (1, b"extra " + b"e30="),
        (index, b"index 3"),
        (index + 1, lines[index + 2]),
        (root_line, lines[index + 1]),
        (root_line - 1, b"77"),
        (root_line - 2, b"chronology/other"),
    ):
        broken = b"\n".join([*lines[:number], new, *lines[number + 1 :]])
        assert check_by_hand(tmp_path, broken)[0] != 0, lines[number]
    assert check_by_hand(tmp_path, exhibit, OTHER_VKEY.replace("joe", "jane"))[0] != 0


def test_the_page_on_evidence_shows_the_shell_lines_that_are_tested() -> None:
    """What the reader copies is what ran above."""
    script = (DATA / "check-exhibit.sh").read_text("utf-8")
    assert f"```sh\n{script}```" in PAGE.read_text("utf-8")
