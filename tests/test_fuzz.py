"""Hostile input to every reader: only the project's own errors come out, soon, and without much memory.

`tests/fuzz/run.py` lets a coverage-guided fuzzer loose on the same readers.
"""

import json
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology import Chronology
from chronology.errors import ChronologyError
from tests.command_line import done, run
from tests.fuzz.readers import CHECKPOINT, DEFINITION, EVENT, NOTE, PROOF, READERS, SKEY, Reader

SECONDS = 5.0
"""Of processor time; the slowest takes a tenth of this."""

MEMORY = 64_000_000
"""Bytes, whatever the input; and so many times its size besides: a JSON value of one digit is an object in Python."""

TIMES = 30


def survived(reader: Reader, data: bytes) -> None:
    """Read some bytes: only our own errors may come out, soon, with messages that are no longer than the input."""
    begin = time.process_time()
    told = ""
    try:
        reader.read(data)
    except ChronologyError as exc:
        told = str(exc)
    assert len(told) < 1_000 + 4 * len(data)
    assert time.process_time() - begin < SECONDS


@st.composite
def spoilt(draw: st.DrawFn, reader: Reader) -> bytes:
    """Draw a sound input with parts cut, doubled, swapped, overwritten, or pieces put in."""
    data = draw(st.sampled_from(reader.seeds))
    for _ in range(draw(st.integers(1, 4))):
        begin, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        other = draw(st.integers(0, len(data)))
        piece = draw(st.sampled_from(reader.pieces) | st.binary(max_size=4) | st.just(data[begin:end]))
        way = draw(st.integers(0, 3))
        if way == 0:
            data = data[:begin] + data[end:]
        elif way == 1:
            data = data[:other] + piece + data[other:]
        elif way == 2:
            data = data[:other] + piece + data[other + len(piece) :]
        else:
            data = data[:other] + piece * draw(st.integers(1, 60)) + data[other:]
    return data


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_a_spoilt_input_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """Sound inputs with parts cut, doubled, swapped or put in: read, or refused by one of our own errors."""
    survived(READERS[name], data.draw(spoilt(READERS[name])))


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    """Bytes that mean nothing: refused by one of our own errors."""
    survived(READERS[name], data)


@pytest.mark.parametrize("name", READERS)
def test_the_seeds_are_sound(name: str) -> None:
    """The fuzzers' starting inputs are read without a complaint, so that they start inside."""
    for seed in READERS[name].seeds:
        if seed != SKEY.encode():
            READERS[name].read(seed)


def wrapped(inner: str) -> bytes:
    """Return the sample event with JSON text for its value."""
    return EVENT.replace(b'["1.50", null, {"\\u00e9": -5}]', inner.encode())


MANY = 200_000
HUGE = {
    "date": [
        b"2018/" * MANY,
        b"[" + b"2018-01," * 50_000 + b"2019]",
        b"[" + b"XXXX-XX-XX," * 3_000 + b"2019]",
        b"{" * MANY,
        b"9" * MANY,
        b"2018-05-01?~%" * 100_000,
        b"Y" + b"1" * MANY,
        b"XXXX-XX-XX/XXXX-XX-XX",
        b"2018-05-01T00:00:00." + b"0" * MANY + b"Z",
        "\u0662".encode() * MANY,
    ],
    "json": [
        b"[" * MANY,
        b'{"a":' * MANY,
        b"[" * 33 + b"]" * 33,
        b"9" * MANY,
        b"-" * MANY,
        b"0." + b"1" * MANY,
        b"1e" + b"9" * MANY,
        b'"' + b"\\u0041" * 600_000 + b'"',
        b"{" + b",".join(b'"%d":0' % n for n in range(50_000)) + b"}",
        b"{" + b'"a":0,' * 50_000 + b'"a":0}',
        b"[" + b"[]," * 50_000 + b"0]",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
    ],
    "event": [
        wrapped("[" * 40 + "]" * 40),
        wrapped('"' + "x" * 3 * MANY + '"'),
        wrapped("[" + "0," * MANY + "0]"),
        json.dumps({f"typo{n}": 1 for n in range(3_000)}).encode(),
        json.dumps({"t" * 100_000: 1}).encode(),
        json.dumps({"type": "x.y", "subject": "a/" + "b" * MANY}).encode(),
        json.dumps({"type": "x.y", "said_by": ["person/x"] * 50_000}).encode(),
        json.dumps({"type": "fact.asserted", "subject": "p/x", "data": {f"k{n}": n for n in range(20_000)}}).encode(),
    ],
    "body": [b"[" * MANY, b'{"data":' * MANY, b'{"data":' + b"[" * 2_000 + b"]" * 2_000 + b"}"],
    "definition": [
        json.dumps(json.loads(DEFINITION) | extra).encode()
        for extra in (
            {"properties": {"reason": {"pattern": "^(a+)+$"}}, "examples": [{"reason": "a" * 60_000 + "!"}]},
            {"properties": {"reason": {"pattern": "((((x{1,1000}){1,1000}){1,1000}){1,1000})"}}},
            {"properties": {"reason": {"pattern": "(" * 30_000}}},
            {"allOf": [{"$ref": "#"}] * 50},
            {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
            {"$dynamicRef": "#m", "$dynamicAnchor": "m"},
            {"properties": {"reason": {"minLength": 2**53 - 1, "maxItems": -1, "multipleOf": 0}}},
            {"properties": {"reason": {"enum": list(range(10_000))}}},
            {"x-asserts": {f"a{n}": {"const": n} for n in range(5_000)}},
            {"x-ends": ["a"] * 10_000},
            {"$id": "urn:chronology:" + "a." * 20_000 + "a:1"},
        )
    ],
    "second version": [
        # Each doubles the payload: twenty are enough to show, and few enough to live through where nothing stops them.
        b"[" + b",".join([b'{"op":"copy","from":"","path":"/%d"}' % n for n in range(20)]) + b"]",
        b"[" + b",".join([b'{"op":"copy","from":"","path":"/a"}'] * 1_500) + b"]",
        b"[" + b",".join([b'{"op":"add","path":"' + b"/a" * n + b'","value":{}}' for n in range(1, 250)]) + b"]",
        b'[{"op":"add","path":"/list/99999999999999999999","value":0}]',
        b'[{"op":"add","path":"/list/-","value":0},{"op":"move","from":"","path":"/a"}]',
        b'[{"op":"replace","path":"","value":7},{"op":"add","path":"/a","value":0}]',
        b'[{"op":"add","path":"/reason/a","value":0}]',
        b'[{"op":"remove","path":""},{"op":"remove","path":""}]',
    ],
    "checkpoint": [
        b"x\n5\n" + b"A" * MANY + b"\n",
        b"x\n" + b"9" * MANY + b"\nAAAA\n",
        CHECKPOINT.encode() + b"more\n" * 50_000,
        b"\n" * MANY,
    ],
    "note": [
        NOTE + NOTE.split(b"\n\n")[1] * 10_000,
        NOTE + NOTE.split(b"\n\n")[1] * 99,
        b"x" * 1_000_001,
        b"\n" * MANY,
        NOTE[:-1] + b"A" * MANY + b"\n",
        b"\n" + NOTE.split(b"\n\n")[1],
    ],
    "keys": [b"a+" * MANY, b"x" * MANY + b"+00000000+AAAA", SKEY.encode() * 1_000],
    "proof": [
        PROOF.replace(b"index 2", b"index " + b"9" * MANY),
        PROOF.replace(b"index 2\n", b"index 2\n" + (b"A" * 43 + b"=\n") * 60_000),
        PROOF.replace(b"extra Ag==", b"extra " + b"A" * 4_000_000),
        b"c2sp.org/tlog-proof@v1\n" * 200_000,
    ],
    "tree": [b"\x7f" + b"\xff" * 15 + b"\0" * 32 * 70, b"\x80" + bytes(15), bytes(16 + 32 * 30_000)],
}


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in HUGE for number in range(len(HUGE[name]))])
def test_a_huge_input_is_read_or_refused_soon_and_in_little_memory(name: str, number: int) -> None:
    """Deep, long and numerous inputs take bounded time and memory."""
    data = HUGE[name][number]
    survived(READERS[name], data)
    tracemalloc.start()
    try:
        with suppress(ChronologyError):
            READERS[name].read(data)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < MEMORY + TIMES * len(data)


@given(spoilt(READERS["event"]))
def test_a_spoilt_line_on_standard_input_is_one_error_and_nothing_is_written(spoilt_store: Path, line: bytes) -> None:
    """`append -` takes a line, or tells in one line what is wrong with it and writes nothing."""
    with Chronology.open(spoilt_store, read_only=True) as chron:
        head = chron.head()
    ended = run("--db", spoilt_store, "append", "-", stdin=b"\n" + line)
    with Chronology.open(spoilt_store, read_only=True) as chron:
        added = chron.head() - head
    if ended.code == 0:
        assert added <= line.count(b"\n") + 1
    else:
        assert (ended.code, added, ended.out) == (1, 0, "")
        assert ended.err.startswith("error: ")
        assert "Traceback" not in ended.err


@pytest.fixture(scope="module")
def spoilt_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store that spoilt lines are sent to."""
    path = tmp_path_factory.mktemp("fuzz") / "storm.db"
    done("init", path)
    return path
