"""Whatever is wrong with the input, it is one clear line, the right exit code, and nothing written."""

import json
from pathlib import Path

import pytest

from tests import command_line
from tests.command_line import Ended, done, run, untouched

CLOSED = ("crossing.closed", "crossing/oakford")
NOBODY = "00000000-0000-7000-8000-000000000000"
SAID = ("--on", "2018-05-13", "--source", "source/gazette")

APPENDS = {
    "unknown type": (("crosing.closed", "crossing/oakford", *SAID), ["type 'crosing.closed'", "crossing.closed"]),
    "malformed subject": (("crossing.closed", "Oakford Gate", *SAID), ["subject: 'Oakford Gate' is not kind/slug"]),
    "wrong kind": (("crossing.closed", "crosing/oakford", *SAID), ["crosing", "did you mean crossing?"]),
    "no subject": (("crossing.closed", *SAID), ["subject: is missing"]),
    "impossible date": ((*CLOSED, "--on", "2018-02-30", "--source", "source/g"), ["valid:", "no day 30", "28 days"]),
    "no date": ((*CLOSED, "--source", "source/g"), ["valid: is missing"]),
    "several dates": ((*CLOSED, "--on", "{2018,2019}", "--source", "source/g"), ["valid:"]),
    "missing source": ((*CLOSED, "--on", "2018"), ["source: is missing", "--source source/"]),
    "source of another kind": ((*CLOSED, "--on", "2018", "--source", "person/x"), ["not of the kind source"]),
    "bad grade": ((*CLOSED, *SAID, "--grade", "Z9"), ["'Z9' is not an Admiralty grade"]),
    "bad stated day": ((*CLOSED, *SAID, "--stated", "2018-05"), ["stated: '2018-05' is not a day"]),
    "bad claimant": ((*CLOSED, *SAID, "--said-by", "the mayor"), ["said_by[0]: 'the mayor'"]),
    "unknown property": ((*CLOSED, "reson=storm", *SAID), ["reson", "did you mean reason?"]),
    "no pair": ((*CLOSED, "storm", *SAID), ["'storm' is neither key=text nor key:=json"]),
    "pair without a key": ((*CLOSED, "=storm", *SAID), ["'=storm'"]),
    "key twice": ((*CLOSED, "reason=a", "reason=b", *SAID), ["data.reason: is given twice"]),
    "bad JSON": ((*CLOSED, "reason:={", *SAID), ["data.reason:", "JSON"]),
    "number where text goes": ((*CLOSED, "reason:=5", *SAID), ["data.reason"]),
    "text where a number goes": (("casualties.reported", "incident/x", "killed=5", *SAID), ["killed", "killed:=5"]),
    "type after subject": (("crossing/oakford", "crossing.closed", *SAID), ["the type comes first"]),
    "bad id": ((*CLOSED, *SAID, "--id", "7"), ["id: '7' is not a UUID"]),
    "unknown disputed event": ((*CLOSED, *SAID, "--disputes", "9999"), ["unknown event '9999'"]),
    "unknown replaced event": ((*CLOSED, *SAID, "--replaces", NOBODY), ["unknown event"]),
    "control character": ((*CLOSED, "reason=a\x1b[31mb", *SAID), ["data.reason", "U+001B"]),
    "undecodable text": ((*CLOSED, "reason=a\udcffb", *SAID), ["data.reason", "U+DCFF"]),
    "log has moved": ((*CLOSED, *SAID, "--expected-head", "3"), ["not at the expected 3"]),
    "retraction by hand": (("assertion.retracted", "crossing/baguz", "reason=x"), ["retracts: is missing"]),
}  # fmt: skip

QUESTIONS = {
    "unknown kind": (("state", "--kind", "crosing"), ["unknown subject kind 'crosing'", "did you mean crossing?"]),
    "kind of a subject": (("state", "crosing/baguz"), ["unknown subject kind", "did you mean crossing?"]),
    "unknown attribute": (("state", "crossing/baguz", "stauts"), ["attribute 'stauts'", "did you mean status?"]),
    "attribute alone": (("state", "status"), ["subject 'status'", "status is an attribute: the subject comes first"]),
    "slug alone": (("state", "baguz"), ["is not kind/slug", "crossing/baguz"]),
    "malformed source": (("state", "--source", "voa"), ["subject 'voa' is not kind/slug"]),
    "no date": (("state", "--at", "yesterday"), ["'yesterday' is not a date"]),
    "impossible date": (("state", "--at", "2018-13"), ["no month 13"]),
    "many dates": (("state", "--at", "2018-03/2018-04"), ["more than one date"]),
    "negative position": (("state", "--known-at", "-3"), ["position -3 is below 0"]),
    "absurd position": (("state", "--known-at", "9" * 20), ["64 bits"]),
    "bad known-at": (("state", "--known-at", "2018-05-20Tnoon"), ["2018-05-20Tnoon"]),
    "bad stated-by": (("state", "--stated-by", "2018"), ["'2018' is not a day"]),
    "bad grade": (("state", "--min-grade", "B"), ["'B' is not an Admiralty grade", "as in B3"]),
    "bad span": (("state", "--fuzz", "7"), ["'7' is not a span of days", "7d"]),
    "undecodable subject": (("state", "crossing/\udcff"), ["is not kind/slug"]),
    "bad since": (("timeline", "--since", "x"), ["'x' is not a date"]),
    "bad until": (("timeline", "--until", "2018-02-30"), ["no day 30"]),
    "timeline of a slug": (("timeline", "baguz"), ["is not kind/slug", "crossing/baguz"]),
    "log of an unknown type": (("log", "--type", "crosing.closed"), ["unknown event type"]),
    "log of a slug": (("log", "--subject", "baguz"), ["is not kind/slug"]),
    "unknown position": (("show", "9999"), ["unknown event '9999'", "positions go from 1 to"]),
    "position 0": (("show", "0"), ["unknown event '0'"]),
    "absurd position shown": (("show", "9" * 30), ["unknown event"]),
    "unknown id": (("show", NOBODY), ["unknown event"]),
    "short id": (("show", "0163"), ["unknown event '0163'"]),
    "no id": (("show", ""), ["unknown event ''"]),
    "unknown type": (("types", "show", "operation.staled"), ["did you mean operation.stalled"]),
    "refused date": (("date", "2018-02-30"), ["no day 30"]),
    "retracted unknown": (("retract", "9999", "--reason", "x"), ["unknown event '9999'"]),
    "retracted definition": (("retract", "1", "--reason", "x"), ["cannot be withdrawn"]),
    "retracted without words": (("retract", "50", "--reason", ""), ["data.reason"]),
    "missing schema": (("types", "add", "missing.json"), ["missing.json cannot be read"]),
    "folder of schemas": (("types", "add", "."), ["cannot be read"]),
}  # fmt: skip

USAGE = {
    "two formats": ("state", "--json", "--csv"),
    "no type": ("append",),
    "no reason": ("retract", "40"),
    "unknown command": ("stat",),
    "unknown option": ("state", "--when", "2018"),
    "option without value": ("state", "--at"),
    "unknown command of types": ("types", "ad"),
    "negative position": ("log", "--after", "-1"),
    "position in words": ("log", "--after", "ten"),
    "negative head": ("append", *CLOSED, *SAID, "--expected-head", "-1"),
    "no event": ("show",),
    "too many": ("show", "1", "2"),
    "one event's option with lines": ("append", "-", "--source", "source/gazette"),
    "one event's subject with lines": ("append", "-", "crossing/oakford"),
}

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:chronology:well.closed:1",
    "title": "Well closed",
    "description": "A well stopped giving water.",
    "type": "object",
    "properties": {},
    "additionalProperties": False,
    "x-subject": "well",
    "x-asserts": {"status": {"const": "closed"}},
    "examples": [{}],
}

SCHEMAS = {
    "no JSON": b"{",
    "no object": b"[]",
    "not UTF-8": b"\xff",
    "empty": b"",
    "no identity": json.dumps({**SCHEMA, "$id": "well"}).encode(),
    "not a schema": json.dumps({**SCHEMA, "type": "wells"}).encode(),
    "skipped version": json.dumps({**SCHEMA, "$id": "urn:chronology:well.closed:2"}).encode(),
    "published version": json.dumps({**SCHEMA, "$id": "urn:chronology:operation.stalled:1"}).encode(),
}

GOOD = {"type": "crossing.closed", "subject": "crossing/a", "valid": "2018", "source": "source/g"}


def _lines(*events: dict[str, object]) -> bytes:
    return "\n\n".join(map(json.dumps, events)).encode()


LINES = {
    "malformed": (b'\n{"type":\n', "line 2:", ["JSON"]),
    "not UTF-8": (b'{"type":"\xff"}\n', "line 1:", ["UTF-8"]),
    "no object": (b"[]\n", "line 1:", ["JSON object"]),
    "duplicate key": (b'{"type":"a","type":"b"}\n', "line 1:", ["type"]),
    "no number": (b'{"type":"crossing.closed","data":{"reason":NaN}}\n', "line 1:", ["NaN"]),
    "unknown key": (_lines({"typ": "a"}), "line 1:", ["did you mean type?"]),
    "refused": (_lines(GOOD, {**GOOD, "source": None}), "line 3:", ["source"]),
    "missing source": (_lines(GOOD, {key: GOOD[key] for key in ("type", "subject", "valid")}), "line 3:", ["missing"]),
    "unknown type": (_lines(GOOD, GOOD, {**GOOD, "type": "crossing.closd"}), "line 5:", ["crossing.closed"]),
}


def refused(ended: Ended, *words: str, code: int = 1) -> None:
    """Claim that a command was refused, and said what to do next."""
    command_line.refused(ended, *words, code=code)
    assert "\nhint: " in ended.err, ended.err


@pytest.mark.parametrize(("arguments", "words"), APPENDS.values(), ids=APPENDS)
def test_a_wrong_event_is_refused(storm: Path, arguments: tuple[str, ...], words: list[str]) -> None:
    """An event that is wrong in some way is refused in one line, and the file keeps every byte."""
    with untouched(storm):
        refused(run("--db", storm, "append", *arguments), *words)


@pytest.mark.parametrize(("arguments", "words"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_wrong_question_is_refused(storm: Path, arguments: tuple[str, ...], words: list[str]) -> None:
    """A question with a name that cannot exist is refused in one line, with the nearest name that does."""
    with untouched(storm):
        refused(run("--db", storm, *arguments), *words)


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_wrong_usage_ends_with_2(storm: Path, arguments: tuple[str, ...]) -> None:
    """A command line that cannot be parsed ends with exit code 2 and names the help that tells more."""
    with untouched(storm):
        refused(run("--db", storm, *arguments), "--help`", code=2)


@pytest.mark.parametrize("text", SCHEMAS.values(), ids=SCHEMAS)
def test_a_wrong_schema_is_refused(storm: Path, text: bytes) -> None:
    """A file that defines no type is refused, and the file of the store keeps every byte."""
    file = storm.parent / "well.json"
    file.write_bytes(text)
    with untouched(storm):
        refused(run("--db", storm, "types", "add", file))


@pytest.mark.parametrize(("text", "where", "words"), LINES.values(), ids=LINES)
def test_a_wrong_line_is_named(storm: Path, text: bytes, where: str, words: list[str]) -> None:
    """One wrong line among JSON lines refuses all of them, and the message begins with its number."""
    with untouched(storm):
        ended = run("--db", storm, "append", "-", stdin=text)
        refused(ended, *words)
        assert ended.err.startswith(f"error: {where} ")


def test_three_faults_of_a_payload_are_told_at_once(storm: Path) -> None:
    """A payload with three faults gets all three named, each with its path, in one line."""
    pairs = ("number:=-1", "near:=7", "distance=far")
    with untouched(storm):
        ended = run("--db", storm, "append", "person.crossed_border", "person/x", *pairs, *SAID)
        refused(ended, "data.number", "data.near", "distance")


def test_an_id_cannot_be_taken_twice(storm: Path) -> None:
    """The same id with other content is refused; with the same content nothing happens, and that is said."""
    id_ = ("--id", "01638701-4f00-7fbb-bb58-d7c42440a900")
    done("--db", storm, "append", *CLOSED, *SAID, *id_)
    with untouched(storm):
        refused(run("--db", storm, "append", *CLOSED, "reason=storm", *SAID, *id_), "with other content")
        again = done("--db", storm, "append", *CLOSED, *SAID, *id_)
    assert again.out.startswith("unchanged #")


def test_a_refused_replay_of_an_id_writes_nothing_of_its_batch(storm: Path) -> None:
    """A batch whose last event takes a used id for other content leaves the first ones out too."""
    used = done("--db", storm, "show", "50", "--json").json["id"]
    lines = [
        {"type": CLOSED[0], "subject": CLOSED[1], "valid": "2018", "source": "source/g"},
        {"type": CLOSED[0], "subject": CLOSED[1], "valid": "2018", "source": "source/g", "id": used},
    ]
    with untouched(storm):
        refused(run("--db", storm, "append", "-", stdin="\n".join(map(json.dumps, lines))), "line 2:", used)


def test_a_second_retraction_is_refused(storm: Path) -> None:
    """What has been withdrawn cannot be withdrawn again; the message says by which event it was."""
    done("--db", storm, "retract", "50", "--reason", "wrong")
    with untouched(storm):
        refused(run("--db", storm, "retract", "50", "--reason", "wrong"), "already withdrawn", "chronology show")
