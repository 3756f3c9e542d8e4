"""Tests of transcripts: the text becomes the same log again, lies are named by line, other logs take in what is new."""

import io
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from conftest import Clock, counting
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import SAID_2, Stores, batches, tables
from strategies import EPOCH, QUESTIONS, event_id, histories

from chronology import Chronology, Event
from chronology.errors import ChronologyError, EvidenceError, StoreError, TranscriptError
from chronology.events import canonical
from chronology.log.event_table import Log
from chronology.store import merge_log, replicate
from chronology.store.merge_log import ImportedTranscript
from chronology.transparency.merkle import leaf_hash, root
from chronology.vocabulary.builtin import definition

NOTE = "naïve 𝄞 \u2028 and a\nsecond line"
FACT = {"type": "fact.asserted", "subject": "place/x", "valid": "2018", "source": "source/s"}


def fact(value: Any, number: int | None = None, **rest: Any) -> Event:
    """Return an assertion, with an id of its own."""
    given_id = {} if number is None else {"id": event_id(number)}
    return Event(**(FACT | given_id | rest), data={"attribute": "status", "value": value})


def text_of(chron: Chronology) -> bytes:
    """Return the transcript of a store."""
    return b"".join(chron.log.transcript())


def restore(path: Path, text: bytes, **options: Any) -> ImportedTranscript:
    """Make a store of a transcript."""
    return Chronology.restore(path, io.BytesIO(text), **options)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("transcripts"))


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the transcript of a log with each kind of event, two of them redacted."""
    path = tmp_path_factory.mktemp("theirs") / "theirs.db"
    with Chronology.open(path, create=True, clock=Clock(EPOCH), randomness=counting()) as chron:
        chron.append_many([fact(f"value {n}", n, note=NOTE) for n in range(6)])
        chron.retract(event_id(0), reason="r")
        chron.append(fact(9, 9, replaces=event_id(1)))
        chron.append(fact(10, 10, disputes=[event_id(9)]))
        chron.redact(event_id(2), reason="r")
        chron.redact(event_id(9), reason="r")
        chron.append(fact(11, 11))
        return text_of(chron)


def line_of(text: bytes, number: int) -> int:
    """Return the line of the event with an id, counted from 1."""
    lines = text.splitlines(keepends=True)
    return next(n for n, line in enumerate(lines, 1) if json.loads(line).get("id") == event_id(number))


def edited(text: bytes, number: int, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return a transcript in which the record of one line was changed, and the header made to fit."""
    lines = text.split(b"\n")
    record = json.loads(lines[number - 1])
    change(record)
    lines[number - 1] = canonical.encode(record)
    return sealed(b"\n".join(lines))


def sealed(text: bytes) -> bytes:
    """Return a transcript with a header that fits its lines: origin, head and root."""
    _, *lines = text.removesuffix(b"\n").split(b"\n")
    records = [json.loads(line) for line in lines]
    leaves = [
        bytes.fromhex(record.get("leaf", "00" * 32)) if record.get("redacted") else leaf_hash(line)
        for line, record in zip(lines, records, strict=True)
    ]
    head = {"chronology": "transcript", "format": 1, "head": len(lines)}
    head |= {"origin": f"chronology/{records[0]['id']}", "root": root(leaves).hex()}
    return b"\n".join([canonical.encode(head), *lines, b""])


def refusal(path: Path, text: bytes) -> TranscriptError:
    """Return why a transcript is not believed; no file is left."""
    with pytest.raises(TranscriptError) as caught:
        restore(path / "new.db", text)
    assert [one.name for one in path.iterdir() if one.name.startswith("new.db")] == []
    return caught.value


# The same log again -----------------------------------------------------------------------------------------


@settings(max_examples=settings.default.max_examples // 3)
@given(drawn=histories(max_size=10, max_assertions=2), data=st.data())
def test_any_history_comes_back_as_the_same_log(
    stores: Stores, drawn: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Withdrawals, definitions, redactions: same rows, root, answers and projections, and the same text again."""
    batched = batches(drawn)
    if batched and data.draw(st.booleans()):
        upgrade = attrs.evolve(definition(SAID_2), id=event_id(900))
        batched.insert(data.draw(st.integers(0, len(batched))), [upgrade])
    with stores.of(batched) as chron:
        positions = st.integers(stores.base + 1, chron.head())
        for position in sorted(data.draw(st.sets(positions, max_size=3))) if chron.head() > stores.base else ():
            if chron.event(position).event.type not in ("type.defined", "event.redacted"):
                chron.redact(chron.event(position).id, reason="r")
        whole = text_of(chron)
        path = stores.path().with_suffix(".again")
        taken = restore(path, whole)
        try:
            with Chronology.open(path, clock=Clock(EPOCH)) as again:
                assert (taken.whole, taken.added, taken.head) == (True, chron.head(), chron.head())
                assert list(Log(again._session.connection).read()) == list(Log(chron._session.connection).read())
                assert again.proofs.checkpoint() == chron.proofs.checkpoint()
                assert tables(again) == tables(chron)
                for question in QUESTIONS:
                    assert again.state(valid_at=question) == chron.state(valid_at=question)
                assert again.verify().faults == ()
                assert text_of(again) == whole
        finally:
            path.unlink()


def test_every_line_hashes_to_its_leaf(text: bytes, tmp_path: Path) -> None:
    """Who has only the text and SHA-256 can compute every leaf, and with RFC 9162 the root of the header."""
    head, *lines = text.split(b"\n")[:-1]
    leaves = [
        bytes.fromhex(json.loads(line)["leaf"]) if b'"redacted":true' in line else leaf_hash(line) for line in lines
    ]
    assert json.loads(head)["head"] == len(lines)
    assert json.loads(head)["root"] == root(leaves).hex()
    restore(tmp_path / "new.db", text)
    with Chronology.open(tmp_path / "new.db") as chron:
        assert [event.leaf for event in chron.read()] == leaves


def test_a_restored_log_goes_on(text: bytes, tmp_path: Path) -> None:
    """It is an ordinary store: it takes events, and its old checkpoints still hold."""
    restore(tmp_path / "new.db", text)
    with Chronology.open(tmp_path / "new.db") as chron:
        before = chron.proofs.checkpoint()
        chron.append(fact("later"))
        assert chron.verify(checkpoint=before).ok
        assert list(chron.verify().redacted) == [line_of(text, 2) - 1, line_of(text, 9) - 1]


def test_one_more_event_is_one_more_line(chron: Chronology) -> None:
    """So that version control shows what was recorded: the header changes, and lines are added at the end."""
    before = text_of(chron).splitlines()
    chron.append(fact("x"))
    after = text_of(chron).splitlines()
    assert after[1:-1] == before[1:]
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(
    "change", [lambda t: t.replace(b"\n", b"\r\n"), lambda t: b"\xef\xbb\xbf" + t, lambda t: t[:-1]]
)
def test_what_programs_do_to_the_ends_of_lines_is_forgiven(
    text: bytes, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    """Carriage returns, a byte order mark, a missing last line feed: the log is the same to the byte."""
    restore(tmp_path / "new.db", change(text))
    with Chronology.open(tmp_path / "new.db") as chron:
        assert text_of(chron) == text


def test_an_empty_log_has_no_transcript(tmp_path: Path) -> None:
    """There is nothing that a header could name."""
    Chronology.open(tmp_path / "x.db", create=True).close()
    with Chronology.open(tmp_path / "x.db") as chron:
        chron._session.connection.executescript("DROP TRIGGER event_refuses_delete; DELETE FROM event")
        with pytest.raises(EvidenceError):
            text_of(chron)


def test_it_streams(chron: Chronology) -> None:
    """The first lines come before the last ones are read, and the snapshot is let go with the stream."""
    lines = chron.log.transcript()
    next(lines)
    assert chron._session.connection.in_transaction
    lines.close()
    assert not chron._session.connection.in_transaction


# Lies -------------------------------------------------------------------------------------------------------


def test_every_changed_byte_is_found(text: bytes, tmp_path: Path) -> None:
    """Anywhere in the text, one other character: refused, or what programs do to the ends of lines."""
    for place in range(0, len(text), 2_003):
        other = b"x" if text[place : place + 1] != b"x" else b"y"
        assert refusal(tmp_path, text[:place] + other + text[place + 1 :]).line >= 1


LIES: dict[str, tuple[Callable[[bytes], bytes], int, str]] = {
    "nothing": (lambda _: b"", 1, "is not the header of a transcript"),
    "an event as people write them": (lambda _: b'{"type":"x.y"}\n', 1, "is not the header of a transcript"),
    "another kind": (lambda t: t.replace(b'"transcript"', b'"letter"', 1), 1, "is not the header of a transcript"),
    "another format": (lambda t: t.replace(b'"format":1', b'"format":2', 1), 1, "the format is 2; only 1 can be read"),
    "a true format": (lambda t: t.replace(b'"format":1', b'"format":true', 1), 1, "the format is True"),
    "no number": (lambda t: t.replace(b'"head":', b'"head":-', 1), 1, "head: is not the number of events"),
    "a wide header": (lambda t: t.replace(b'"format"', b' "format"', 1), 1, "is not canonical JSON"),
    "a header that says more": (lambda t: t.replace(b'{"', b'{"aaa":1,"', 1), 1, "is not the header"),
    "a header twice": (lambda t: t.replace(b'"head"', b'"format":1,"head"', 1), 1, "twice"),
    "cut off": (lambda t: t[: t.rindex(b"\n", 0, -1) + 1], 0, "the text ends after "),
    "cut within a line": (lambda t: t[:-40], 0, "is not an event"),
    "one line more": (lambda t: t + b"{}\n", 0, "the header says that there are only "),
    "an empty line": (lambda t: t.replace(b"\n", b"\n\n", 1), 2, "is empty"),
    "no JSON": (lambda t: t.replace(b"\n{", b"\n(", 1), 2, "is not an event"),
    "no UTF-8": (lambda t: t.replace(b"\n{", b"\n\xff", 1), 2, "is not an event"),
    "a list": (lambda t: b"\n[".join(t.split(b"\n{", 1)), 2, "is not an event"),
    "deep": (lambda t: t.replace(b"\n{", b"\n" + b"[" * 60_000, 1), 2, "is not an event"),
    "a long line": (lambda t: t.replace(b"\n", b"\n" + b" " * 70_000, 1), 2, "is longer than 65,535 bytes"),
    "a wide event": (lambda t: sealed(t.replace(b'\n{"', b'\n{ "', 1)), 2, "is not a canonical JSON object"),
    "another root": (lambda t: t.replace(b'"root":"', b'"root":"00', 1)[:-3], 1, "root: is not 64 hexadecimal digits"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_text_that_is_no_transcript_is_refused_by_line(text: bytes, tmp_path: Path, lie: str) -> None:
    """Clear words, the line, and no file."""
    change, line, words = LIES[lie]
    found = refusal(tmp_path, change(text))
    assert words in str(found)
    assert line in (0, found.line)
    assert len(str(found)) < 500


def test_a_sound_text_under_a_wrong_header_is_refused(text: bytes, tmp_path: Path) -> None:
    """Origin and root are computed from the events, not believed."""
    assert "root" in str(refusal(tmp_path, text.replace(json.loads(text.split(b"\n")[0])["root"].encode(), b"0" * 64)))
    origin = json.loads(text.split(b"\n")[0])["origin"].encode()
    assert "origin" in str(refusal(tmp_path, text.replace(origin, origin[:-1] + b"f", 1)))


FORGED: dict[str, tuple[int, Callable[[dict[str, Any]], object], str]] = {
    "a payload": (11, lambda r: r["data"].update(attribute=7), "data.attribute"),
    "an unknown key": (11, lambda r: r.update(x=1), "unknown key 'x'"),
    "an unknown type": (11, lambda r: r.update(type="a.b"), "unknown event type"),
    "no date": (11, lambda r: r.update(valid="2018-02-30"), "valid:"),
    "no nonce": (11, lambda r: r.pop("nonce"), "nonce:"),
    "an id twice": (11, lambda r: r.update(id=event_id(3)), "is already on line "),
    "an id that is none": (11, lambda r: r.update(id="x"), "is not a UUID"),
    "a time that goes back": (11, lambda r: r.update(recorded_at="2001-01-01T00:00:00.000000Z"), "is earlier than"),
    "a time that is none": (11, lambda r: r.update(recorded_at="never"), "recorded_at"),
    "a retraction of what is withdrawn": (
        11, lambda r: r.update(type="assertion.retracted", retracts=event_id(1), data={"reason": "r"}), "",
    ),
    "a gap that says more": (2, lambda r: r.update(type="fact.asserted"), "says more of a redacted event"),
    "a gap without a leaf": (2, lambda r: r.pop("leaf"), "leaf: is not"),
    "a gap with another leaf": (2, lambda r: r.update(leaf="00" * 32), "no event declares exactly this one redacted"),
    "a gap that nobody declared": (
        3,
        lambda r: (leaf := leaf_hash(canonical.encode(r)).hex(), when := r["recorded_at"], mine := r["id"], r.clear(),
                   r.update(id=mine, leaf=leaf, recorded_at=when, redacted=True)),
        "no event declares exactly this one redacted",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", FORGED)
def test_an_event_that_could_not_be_there_is_named_by_its_line(text: bytes, tmp_path: Path, lie: str) -> None:
    """Its hashes, the root and the header fit; it is judged as in a stranger's store."""
    number, change, words = FORGED[lie]
    line = line_of(text, number)
    found = refusal(tmp_path, edited(text, line, change))
    assert words in str(found)
    assert found.line == line


def test_a_declaration_without_a_gap_is_refused(text: bytes, tmp_path: Path) -> None:
    """Nobody can declare redacted what is still there."""
    lines = text.split(b"\n")
    declared = next(
        n for n, line in enumerate(lines, 1) if b'"event.redacted"' in line and event_id(2).encode() in line
    )
    found = refusal(tmp_path, edited(text, declared, lambda r: r["data"].update(position=3)))
    assert found.line in (declared, line_of(text, 2))


def test_a_file_that_exists_is_left_alone(text: bytes, tmp_path: Path) -> None:
    """Nor is one made where there is no folder, or by a dry run."""
    (tmp_path / "x.db").write_text("mine")
    for path in (tmp_path / "x.db", tmp_path / "no" / "x.db"):
        with pytest.raises(StoreError):
            restore(path, text)
    assert restore(tmp_path / "new.db", text, dry_run=True).whole
    assert [one.name for one in tmp_path.iterdir()] == ["x.db"]
    assert (tmp_path / "x.db").read_text() == "mine"


def test_an_interruption_leaves_nothing(text: bytes, tmp_path: Path) -> None:
    """Whatever ends the reading, no half log stays."""

    class Broken(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            if self.tell() > len(text) // 2:
                raise KeyboardInterrupt
            return super().readline(size)

    with pytest.raises(KeyboardInterrupt):
        Chronology.restore(tmp_path / "new.db", Broken(text))
    assert list(tmp_path.iterdir()) == []


def test_many_rows_are_written_in_portions(text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the portions end makes no difference; progress is told to the last event."""
    monkeypatch.setattr(replicate, "_AT_ONCE", 2)
    told: list[tuple[int, int]] = []
    head = restore(tmp_path / "new.db", text, progress=lambda done, size: told.append((done, size))).head
    assert told[-1] == (head, head)
    (tmp_path / "new.db").unlink()
    assert "is already on line" in str(
        refusal(tmp_path, edited(text, line_of(text, 11), lambda r: r.update(id=event_id(5))))
    )


# Another log ------------------------------------------------------------------------------------------------


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Chronology]:
    """Give a store of its own that shares some events with the transcript."""
    with Chronology.open(tmp_path / "ours.db", create=True, clock=Clock(EPOCH)) as chron:
        chron.append_many([fact(f"value {n}", n, note=NOTE) for n in (3, 4)])
        yield chron


def test_another_log_takes_in_what_is_new_by_id(text: bytes, ours: Chronology) -> None:
    """Each log defines the types for itself, so that is nothing new; what is redacted there is left out and told."""
    before = ours.head()
    taken = ours.sharing.import_transcript(io.BytesIO(text))
    new = [event.id for event in ours.read(after=before)]
    assert event_id(11) in new
    assert {event_id(0), event_id(1), event_id(5)} <= set(new)
    assert not {event_id(2), event_id(3)} & set(new)
    lines = text.count(b"\n") - 1
    # The gap and what declares it are no event of that log.
    assert (taken.whole, taken.added, taken.head) == (False, len(new) - 2, ours.head())
    assert taken.added + taken.unchanged + taken.left_out_count == lines
    told = [one.by_line() for one in taken.left_out]
    assert told[0] == f"line {line_of(text, 2)}: event {event_id(2)} was redacted in that log"
    assert event_id(10) in new
    assert (taken.gaps, ours.event(event_id(9)).is_redacted) == (1, True)
    withdrawn = {event.id for event in ours.read()} - {event.id for event in ours.timeline()}
    assert {event_id(0), event_id(1)} <= withdrawn
    assert ours.verify().faults == ()


def test_taking_in_twice_adds_nothing(text: bytes, ours: Chronology) -> None:
    """The second time everything is unchanged, or left out again."""
    first = ours.sharing.import_transcript(io.BytesIO(text))
    head = ours.head()
    second = ours.sharing.import_transcript(io.BytesIO(text))
    assert (second.added, ours.head()) == (0, head)
    assert second.unchanged == first.added + first.unchanged + first.gaps
    assert second.left_out_count == first.left_out_count - first.gaps


def test_a_log_takes_in_itself(text: bytes, tmp_path: Path) -> None:
    """Nothing is new; gaps are unchanged too."""
    restore(tmp_path / "new.db", text)
    with Chronology.open(tmp_path / "new.db") as chron:
        taken = chron.sharing.import_transcript(io.BytesIO(text))
        assert (taken.added, taken.left_out, taken.unchanged) == (0, (), chron.head())
        assert text_of(chron) == text


def test_a_log_takes_in_its_own_continuation(text: bytes, tmp_path: Path) -> None:
    """A copy that went on is caught up with, event by event."""
    restore(tmp_path / "a.db", text)
    restore(tmp_path / "b.db", text)
    with Chronology.open(tmp_path / "a.db") as chron, Chronology.open(tmp_path / "b.db") as behind:
        chron.append(fact("new", 50))
        assert behind.sharing.import_transcript(io.BytesIO(text_of(chron))).added == 1
        assert behind.event(event_id(50)).event.data["value"] == "new"


def test_one_id_with_other_content_refuses_the_whole(text: bytes, ours: Chronology) -> None:
    """The line is named, and nothing is written."""
    ours.append(fact("something else", 11))
    before = text_of(ours)
    with pytest.raises(TranscriptError, match="with other content") as caught:
        ours.sharing.import_transcript(io.BytesIO(text))
    assert caught.value.line == line_of(text, 11)
    assert text_of(ours) == before


def test_what_either_log_filled_in_is_no_difference(tmp_path: Path, ours: Chronology) -> None:
    """One log knew when the source was published, the other did not; both hold the same event, as in a merge."""
    described = Event(type="source.described", subject="source/s", data={"published": "2018-03-01"}, valid="2018-03-01")
    with Chronology.open(tmp_path / "theirs.db", create=True, clock=Clock(EPOCH)) as theirs:
        theirs.append_many([described, fact("value 3", 3, note=NOTE)])
        assert theirs.event(event_id(3)).event.stated == "2018-03-01"
        taken = ours.sharing.import_transcript(io.BytesIO(text_of(theirs)))
    assert taken.left_out_count == 0
    assert ours.event(event_id(3)).event.stated is None


@pytest.mark.parametrize("place", [1, 40, 45])
def test_a_changed_line_refuses_the_whole(text: bytes, ours: Chronology, place: int) -> None:
    """The root of the header is checked, though it will not be this log's."""
    lines = text.split(b"\n")
    lines[place] = lines[place].replace(b'"nonce":"0', b'"nonce":"1')
    assert b"\n".join(lines) != text
    before = text_of(ours)
    with pytest.raises(TranscriptError, match="root"):
        ours.sharing.import_transcript(io.BytesIO(b"\n".join(lines)))
    assert text_of(ours) == before


def test_what_is_redacted_here_stays_so(text: bytes, ours: Chronology) -> None:
    """A stranger's text brings no erased name back; what disputes it says something of its own, and comes in."""
    ours.redact(event_id(3), reason="r")
    taken = ours.sharing.import_transcript(
        io.BytesIO(edited(text, line_of(text, 11), lambda r: r.update(disputes=[event_id(3)])))
    )
    told = [one.by_line() for one in taken.left_out]
    assert f"line {line_of(text, 3)}: event {event_id(3)} is redacted in this log, and stays so" in told
    assert ours.event(event_id(11)).event.disputes == (event_id(3),)
    assert ours.event(event_id(3)).is_redacted
    assert ours.verify().faults == ()


def test_what_is_redacted_there_is_told_where_we_still_have_it(text: bytes, ours: Chronology) -> None:
    """Nobody else's file erases anything here, but it may be a reason to."""
    ours.append(fact("value 2", 2))
    taken = ours.sharing.import_transcript(io.BytesIO(text))
    assert "and this one still holds what it says" in taken.left_out[0].reason
    assert not ours.event(event_id(2)).is_redacted


def test_a_withdrawal_of_what_is_withdrawn_here_is_left_out(text: bytes, ours: Chronology) -> None:
    """Both logs found the error; one retraction is enough."""
    ours.append(fact("value 0", 0, note=NOTE))
    ours.retract(event_id(0), reason="ours")
    taken = ours.sharing.import_transcript(io.BytesIO(text))
    assert any("was already withdrawn" in one.by_line() for one in taken.left_out)


def test_a_dry_run_writes_nothing(text: bytes, ours: Chronology) -> None:
    """It tells the same as the real run."""
    before = text_of(ours)
    dry = ours.sharing.import_transcript(io.BytesIO(text), dry_run=True)
    assert text_of(ours) == before
    assert ours.sharing.import_transcript(io.BytesIO(text)) == dry


def test_many_that_are_left_out_are_counted(tmp_path: Path, ours: Chronology) -> None:
    """Twenty are told, more are only counted, and what names one that is not remembered is refused."""
    with Chronology.open(tmp_path / "theirs.db", create=True) as theirs:
        theirs.append_many([fact(n, n) for n in range(100, 130)])
        for n in range(100, 130):
            declared = theirs.redact(event_id(n), reason="r")
        theirs.append(fact("last", 130, disputes=[declared.id]))
        whole = text_of(theirs)
    taken = ours.sharing.import_transcript(io.BytesIO(whole), dry_run=True)
    assert (len(taken.left_out), taken.left_out_count) == (20, 61)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge_log, "_MOST_NAMES", 5)
        with pytest.raises(TranscriptError, match="unknown disputed event"):
            ours.sharing.import_transcript(io.BytesIO(whole))


class Unseekable(io.RawIOBase):
    """Bytes that can be read once, like those of a pipe."""

    def __init__(self, text: bytes) -> None:
        self._rest = text

    def readable(self) -> bool:
        """Say that they can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Hand over what fits."""
        some, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(some)] = some
        return len(some)


def corrected(path: Path, redacted: Sequence[int]) -> bytes:
    """Return the transcript of a log in which 21 replaces 20, 22 replaces 21, and some of them are redacted."""
    with Chronology.open(path, create=True, clock=Clock(EPOCH)) as chron:
        chron.append(fact(20, 20))
        chron.append(fact(21, 21, replaces=event_id(20)))
        chron.append(fact(22, 22, replaces=event_id(21)))
        for number in redacted:
            chron.redact(event_id(number), reason="r")
        return text_of(chron)


@pytest.mark.parametrize("redacted", [(20,), (21,), (20, 21), (22,), (21, 22), (20, 21, 22)])
@pytest.mark.parametrize("held", [(), (20,), (20, 21)])
def test_corrections_come_in_and_no_mistake_comes_back(
    tmp_path: Path, ours: Chronology, redacted: tuple[int, ...], held: tuple[int, ...]
) -> None:
    """Whatever of a chain is redacted there, and whatever of it is held here: only what holds there holds here."""
    if 20 in held:
        ours.append(fact(20, 20))
    if 21 in held:
        ours.append(fact(21, 21, replaces=event_id(20)))
    text = corrected(tmp_path / "theirs.db", redacted)
    ours.sharing.import_transcript(io.BufferedReader(Unseekable(text)))
    live = {event.id for event in ours.timeline()} & {event_id(number) for number in (20, 21, 22)}
    # Of what is redacted there, nobody names the last one, nor does it withdraw what is held.
    assert live == (set() if 22 in redacted else {event_id(22)})
    assert ours.verify().faults == ()
    assert ours.replay(dry_run=True).changed == ()
    assert ours.sharing.import_transcript(io.BytesIO(text)).added == 0


@pytest.mark.parametrize("verb", ["replaces", "retracts"])
def test_what_names_an_event_that_is_redacted_here(tmp_path: Path, ours: Chronology, verb: str) -> None:
    """A correction comes in; a retraction has nothing left to withdraw, and its subject does not come back."""
    ours.append(fact(20, 20))
    # Withdrawn here too: that both logs did so is no fault, once nothing is left of it.
    ours.append(fact(23, 23, replaces=event_id(20)))
    ours.redact(event_id(20), reason="r")
    with Chronology.open(tmp_path / "theirs.db", create=True, clock=Clock(EPOCH)) as chron:
        chron.append(fact(20, 20))
        if verb == "replaces":
            last = chron.append(fact(21, 21, replaces=event_id(20)))
        else:
            last = chron.retract(event_id(20), reason="r")
        taken = ours.sharing.import_transcript(io.BytesIO(text_of(chron)))
    told = f"event {last.id} retracts event {event_id(20)}, which is redacted in this log"
    assert any(told in one.by_line() for one in taken.left_out) == (verb == "retracts")
    assert (last.id in {event.id for event in ours.read()}) == (verb == "replaces")
    assert ours.verify().faults == ()
    restore(tmp_path / "again.db", text_of(ours))


def test_a_transcript_is_diffable_in_git(text: bytes, chron: Chronology, tmp_path: Path) -> None:
    """No line holds a byte that makes git take the text for binary."""
    (tmp_path / "log.jsonl").write_bytes(text)
    assert b"\0" not in text
    done = subprocess.run(
        ["git", "diff", "--no-index", "--numstat", "/dev/null", "log.jsonl"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split()[0] == str(text.count(b"\n"))


@settings(max_examples=settings.default.max_examples // 3)
@given(data=st.binary(max_size=60))
def test_any_bytes_are_refused_as_our_own_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever comes first or second: one of our errors."""
    folder = tmp_path_factory.getbasetemp()
    head = b'{"chronology":"transcript","format":1,"head":1,"origin":"chronology/x","root":"' + b"0" * 64 + b'"}\n'
    for whole in (data, head + data):
        with pytest.raises(ChronologyError):
            restore(folder / "any.db", whole)
