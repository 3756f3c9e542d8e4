"""Running the command line in this process: what it prints, and how it ends."""

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from chronology.commands import main
from chronology.vocabulary import builtin

GAZETTE = "source/gazette-2024-03-11"
GATE = "crossing/oakford"


@frozen
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what stands on stdout as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Return what stands on stdout as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments: str | Path, stdin: str | bytes = "") -> Ended:
    """Run `chronology` with arguments; an exception other than its exit is the test's failure, a traceback."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    err = io.StringIO()
    data = stdin.encode() if isinstance(stdin, str) else stdin
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main([str(argument) for argument in arguments])
            except SystemExit as exc:
                code = exc.code
    finally:
        sys.stdin = before
    out.flush()
    assert isinstance(code, int)
    return Ended(code, out.buffer.getvalue().decode("utf-8"), err.getvalue())


def done(*arguments: str | Path, stdin: str | bytes = "") -> Ended:
    """Run a command that must succeed."""
    ended = run(*arguments, stdin=stdin)
    assert ended.code == 0, ended.err
    return ended


def refused(ended: Ended, *words: str, code: int = 1) -> None:
    """Claim that a command was refused as every refusal is: one error line, at most one hint, nothing on stdout."""
    lines = ended.err.splitlines()
    assert ended.code == code, ended
    assert ended.out == ""
    assert lines[0].startswith("error: "), ended.err
    assert [line.partition(":")[0] for line in lines[1:]] in ([], ["hint"]), ended.err
    for word in words:
        assert word in ended.err


@contextlib.contextmanager
def untouched(*paths: Path) -> Iterator[None]:
    """Claim that a block leaves files byte for byte as they were, and no others beside them."""
    before = {path: _contents(path) for path in paths}
    beside = {path.parent: sorted(path.parent.iterdir()) for path in paths if path.parent.is_dir()}
    yield
    assert {path: _contents(path) for path in paths} == before
    assert {folder: sorted(folder.iterdir()) for folder in beside} == beside


def _contents(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def append(*arguments: str, on: str = "2024-03-10", source: str = GAZETTE) -> Any:
    """Append an event and return it as it was stored."""
    return done("append", *arguments, "--on", on, "--source", source, "--json").json


def status(*arguments: str, at: str = "2024-03-12") -> Any:
    """Return what `state` says of the crossing's status."""
    found = done("state", GATE, "status", "--at", at, "--json", *arguments).json
    return found[0] if found else None


def nth(number: int) -> int:
    """Return the position of an event of the running example, by its line there: the definitions come first."""
    return len(builtin.definitions()) + number
