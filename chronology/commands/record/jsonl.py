"""Events as JSON lines: reads them from a stream, appends them, and reports every bad line with its number."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import BinaryIO, Final

import attrs
import typer

from chronology import AppendResult, Chronology, Event
from chronology.commands.record.suggestions import Naming
from chronology.commands.screen import output
from chronology.commands.screen.output import Notes
from chronology.errors import AmbiguousNameError, BatchRefusedError, CanonicalError, ChronologyError, InvalidEventError
from chronology.events import canonical
from chronology.store.refusals import Refusals

_REPORTED: Final = 20
"""How many bad lines are reported; any more are only counted."""

_LONGEST: Final = 1_000_000
"""The most bytes of a line. The longest event fits, even with every character escaped."""

_HINT: Final = 'a line is one event as a JSON object: {"type": ..., "subject": ..., "valid": ..., "source": ...}'


def append_lines(
    notes: Notes,
    chron: Chronology,
    stream: BinaryIO,
    recorded_by: str | None,
    *,
    expected_head: int | None,
    dry_run: bool,
) -> AppendResult:
    """Append the events of JSON lines; `recorded_by` is added to those that do not name who wrote them down.

    Reports every bad line as it comes. If there is one, nothing is written.

    Raises:
        ChronologyError: more than one line was refused; says how many.
        typer.Exit: with 1; one line was refused, and has been reported.
    """
    lines = _Lines(stream, recorded_by, Naming(notes, chron))
    try:
        return chron.append_many(lines.events(), expected_head=expected_head, dry_run=dry_run, refusals=lines.refusals)
    except BatchRefusedError as exc:
        if exc.refused == 1 and not exc.unchecked:
            raise typer.Exit(1) from exc
        raise ChronologyError(_summary(exc)) from exc


def _summary(error: BatchRefusedError) -> str:
    summary = "1 line was refused" if error.refused == 1 else f"{error.refused:,} lines were refused"
    if error.refused > _REPORTED:
        summary += f", {error.refused - _REPORTED:,} more than are shown"
    if error.unchecked:
        it = "it" if error.refused == 1 else "them"
        one, more = f"1 line that depends on {it} was", f"{error.unchecked:,} lines that depend on {it} were"
        summary += f"; {one if error.unchecked == 1 else more} not checked"
    return f"{summary}; nothing was written"


class _Lines:
    """Lines on their way to the log."""

    def __init__(self, stream: BinaryIO, recorded_by: str | None, naming: Naming) -> None:
        self.refusals = Refusals(self._report)
        self._stream = stream
        self._recorded_by = recorded_by
        self._naming = naming
        self._number = 0
        self._hints: set[str | None] = set()

    def events(self) -> Iterator[Event]:
        """Yield the events of the lines that can be read, and refuse the others."""
        # Imported here, because only this way of appending needs it, and the import takes longer than an append.
        from chronology.events.structuring import event_from_json

        while line := self._stream.readline(_LONGEST + 1):
            self._number += 1
            record = None
            try:
                if len(line) > _LONGEST:
                    self._skip(line)
                    raise InvalidEventError([f"is longer than {_LONGEST:,} bytes, more than any event needs"])
                # Some programs begin a file with a byte order mark.
                text = line.strip().removeprefix(BOM_UTF8)
                if not text:
                    continue
                record = canonical.parse(text)
                event = self._naming.with_subjects(event_from_json(record))
            except (CanonicalError, InvalidEventError, AmbiguousNameError) as exc:
                self.refusals.add(exc, _outline(record))
                continue
            yield attrs.evolve(event, recorded_by=event.recorded_by or self._recorded_by)

    def _skip(self, line: bytes) -> None:
        """Skip the rest of a line."""
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(_LONGEST)

    def _report(self, error: ChronologyError) -> None:
        if self.refusals.refused > _REPORTED:
            return
        hint = error.hint or _HINT
        # Lines with the same fault share one hint.
        shown = None if hint in self._hints else hint
        self._hints.add(hint)
        output.complain(ChronologyError(f"line {self._number}: {error}", hint=shown))


def _outline(record: object) -> Event:
    """Return what is known of an event that could not be read."""
    known = record if isinstance(record, dict) else {}
    return Event(type=known.get("type", ""), subject=known.get("subject", ""), id=known.get("id"))
