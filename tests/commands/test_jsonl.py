"""Appending JSON lines: every bad line is reported, twenty of them in full, and nothing is written."""

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, ChronologyError
from chronology.commands.record import append
from chronology.commands.screen.output import Notes
from chronology.errors import BatchRefusedError
from tests.command_line import GATE, GAZETTE, done, run, untouched

GOOD = {"type": "crossing.closed", "subject": GATE, "valid": "2024", "source": GAZETTE}
IDS = [f"01638701-4f00-7fbb-bb58-d7c42440a9{n:02d}" for n in range(20)]


def text(*events: dict[str, Any] | str) -> str:
    """Write events as lines; a text is written as it is."""
    return "\n".join(event if isinstance(event, str) else json.dumps(event) for event in events)


def errors(store: Path, *events: dict[str, Any] | str, arguments: tuple[str, ...] = ()) -> list[str]:
    """Return the error and hint lines of a refused stream; nothing may have been written or printed."""
    with untouched(store):
        ended = run("append", "-", *arguments, stdin=text(*events))
    assert (ended.code, ended.out) == (1, "")
    return ended.err.splitlines()


@pytest.mark.parametrize("arguments", [(), ("--dry-run",), ("--json",)])
def test_every_bad_line_is_reported(store: Path, arguments: tuple[str, ...]) -> None:
    """Malformed lines, unknown keys and refused events, each with its number and all of its faults, then a count."""
    found = errors(
        store, GOOD, "{", "", GOOD | {"valid": "May 2024", "grade": "Z9"}, GOOD | {"sourc": 1}, GOOD, "[]",
        GOOD | {"type": "crossing.closd"}, GOOD, arguments=arguments,
    )  # fmt: skip
    told = [line for line in found if line.startswith("error: ")]
    assert [line.split(":")[1] for line in told[:-1]] == [" line 2", " line 4", " line 5", " line 7", " line 8"]
    assert "write 2024-05" in told[1]
    assert "grade: 'Z9'" in told[1]
    assert told[-1] == "error: 5 lines were refused; nothing was written"


def test_twenty_bad_lines_are_reported_and_the_others_counted(store: Path) -> None:
    """From the twenty-first on, they are only counted."""
    told = [line for line in errors(store, GOOD, *["{"] * 25) if line.startswith("error: ")]
    assert len(told) == 21
    assert told[19].startswith("error: line 21: ")
    assert told[20] == "error: 25 lines were refused, 5 more than are shown; nothing was written"
    told = [line for line in errors(store, *["{"] * 20) if line.startswith("error: ")]
    assert told[20] == "error: 20 lines were refused; nothing was written"


def test_a_hint_is_given_once(store: Path) -> None:
    """Lines that are wrong in one way share one hint, which follows the first of them."""
    found = errors(store, GOOD | {"type": "a.b"}, GOOD | {"sourc": 1}, GOOD | {"type": "a.c"}, GOOD | {"source": None})
    hints = [number for number, line in enumerate(found) if line.startswith("hint: ")]
    assert hints == [1, 3, 6]
    assert len(set(found)) == len(found)


def test_one_bad_line_needs_no_count(store: Path) -> None:
    """It is reported in one line, with a hint."""
    found = errors(store, GOOD, GOOD | {"valid": "x"})
    assert [line.split(":")[0] for line in found] == ["error", "hint"]


def test_what_needs_a_bad_line_is_counted(store: Path) -> None:
    """Lines that depend on a bad one are only counted, even if that one could not be read as an event."""
    found = errors(
        store,
        GOOD | {"id": IDS[0], "sourc": 1},
        GOOD | {"disputes": [IDS[0]], "id": IDS[1]},
        GOOD | {"replaces": IDS[1]},
    )
    assert found[0].startswith("error: line 1: unknown key 'sourc'")
    assert found[-1] == "error: 1 line was refused; 2 lines that depend on it were not checked; nothing was written"
    assert len(found) == 3


def test_a_line_that_is_too_long_is_not_kept(store: Path) -> None:
    """It is skipped in pieces, with or without an end, and what follows is checked."""
    long = json.dumps(GOOD | {"note": "x" * 3_000_000})
    found = errors(store, long, GOOD | {"valid": "x"})
    assert found[0] == "error: line 1: is longer than 1,000,000 bytes, more than any event needs"
    assert found[2].startswith("error: line 2: valid: ")
    assert errors(store, long[:1_000_001])[0] == found[0]
    assert done("append", "-", stdin=text(GOOD) + " " * 900_000).out.startswith("1 appended")


class Endless(io.RawIOBase):
    """A stream of as many bad lines as anybody reads."""

    def __init__(self, line: bytes, count: int) -> None:
        self.line, self.left = line, count

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return one more line."""
        self.left -= 1
        return self.line if self.left >= 0 else b""


@pytest.mark.parametrize(
    "line", [b"{\n", json.dumps(GOOD | {"valid": "x" * 100}).encode() + b"\n"], ids=["torn", "bad"]
)
def test_endless_bad_input_needs_no_memory(store: Path, line: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """However many lines are bad, memory does not grow with them."""

    def most(count: int) -> int:
        tracemalloc.start()
        with Chronology.open(store) as chron, pytest.raises(ChronologyError, match=f"{count:,} lines were refused"):
            append.append_lines(Notes(), chron, Endless(line, count), None, expected_head=None, dry_run=False)  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(100)
    assert most(5_000) < most(1_000) + 100_000
    assert len([line for line in capsys.readouterr().err.splitlines() if line.startswith("error: line")]) == 60


@pytest.mark.parametrize(
    ("refused", "unchecked", "summary"),
    [
        (1, 1, "1 line was refused; 1 line that depends on it was not checked; nothing was written"),
        (2, 1, "2 lines were refused; 1 line that depends on them was not checked; nothing was written"),
        (21, 0, "21 lines were refused, 1 more than are shown; nothing was written"),
        (1_020, 1_000, "1,020 lines were refused, 1,000 more than are shown; "
         "1,000 lines that depend on them were not checked; nothing was written"),
    ],
)  # fmt: skip
def test_the_summary_counts(refused: int, unchecked: int, summary: str) -> None:
    """The last line says how many lines were refused, hidden, and not checked."""
    assert append._summary(BatchRefusedError(refused, unchecked)) == summary
