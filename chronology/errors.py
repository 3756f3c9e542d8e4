"""The errors of the project, one family: facts are attributes, the class builds the message and the hint."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, Self

DISTRIBUTION: Final = "chronology-store"
"""What pip installs; the package that is imported, and the command, are `chronology`."""


class ChronologyError(Exception):
    """Anything that Chronology refuses or finds wrong.

    `str(error)` states in one line what was found and what was expected; `hint` says what to do next, if that helps.
    """

    hint: str | None = None
    index: int | None = None
    """Which event of a batch it concerns, counted from 0."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class DateError(ChronologyError):
    """A text that cannot be read as a date: the text, and why."""

    def __init__(self, text: str, reason: str, *, hint: str | None = None) -> None:
        # "date '2018-02-30': there is no such day", but "'soon' is not a date".
        super().__init__(
            f"{text!r} {reason}" if reason.startswith("is not ") else f"date {text!r}: {reason}", hint=hint
        )
        self.text = text
        self.reason = reason


class CanonicalError(ChronologyError):
    """A value outside the JSON domain of event bodies: the path of the fault, and what was found."""

    def __init__(self, path: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path or 'body'}: {reason}", hint=hint)
        self.path = path
        self.reason = reason


class ProofError(ChronologyError):
    """A Merkle proof that does not hold, or input that cannot be one."""


class NoteError(ChronologyError):
    """A signed note, checkpoint or key that is malformed or whose signature does not verify."""


class EvidenceError(ChronologyError):
    """Evidence that cannot be made: the event was redacted, or the log does not match the checkpoint."""


FaultKind = Literal["missing", "type", "other"]


class Fault(str):
    """What is wrong with one part of an event: a text, `path: reason`, that knows its path and its kind.

    Attributes:
        path: of the part, as in `data.reason` or `said_by[0]`; empty if it is the whole.
        kind: whether the part is missing, has the wrong JSON type, or is wrong in another way.
    """

    path: str
    kind: FaultKind

    def __new__(cls, path: str, reason: str, *, kind: FaultKind = "other") -> Self:
        """Put the text together."""
        fault = super().__new__(cls, f"{path}: {reason}" if path else reason)
        fault.path, fault.kind = path, kind
        return fault

    @property
    def part(self) -> str:
        """The key of the event that the path begins with."""
        return self.path.partition(".")[0].partition("[")[0]


class InvalidEventError(ChronologyError):
    """An event that may not enter the log: every fault at once, each with its path."""

    def __init__(self, faults: Sequence[str], *, hint: str | None = None) -> None:
        super().__init__("; ".join(faults), hint=hint)
        self.faults = tuple(faults)


class BatchRefusedError(ChronologyError):
    """A batch with refused events, each of which has been reported. Nothing was written."""

    def __init__(self, refused: int, unchecked: int) -> None:
        events = "1 event was" if refused == 1 else f"{refused:,} events were"
        super().__init__(f"{events} refused, so nothing was written")
        self.refused = refused
        self.unchecked = unchecked


class MissingPackageError(ChronologyError):
    """An optional package that is not installed: what needs it, and the extra that brings it."""

    def __init__(self, what: str, package: str, *, extra: str) -> None:
        super().__init__(
            f"{what} needs the package {package}, which is not installed", hint=f"pip install '{DISTRIBUTION}[{extra}]'"
        )
        self.package = package
        self.extra = extra


class ImportFileError(ChronologyError):
    """A file that cannot be imported: it cannot be read, or is not of the form that was asked for."""


class MappingError(ChronologyError):
    """A mapping that cannot be used: every fault at once, each with its path."""

    def __init__(self, where: str, faults: Sequence[str], *, hint: str | None = None) -> None:
        super().__init__(f"{where}: {'; '.join(faults)}", hint=hint)
        self.faults = tuple(faults)


class BadRowsError(ChronologyError):
    """An import with bad rows, each of which has been reported. Nothing was written."""

    def __init__(self, refused: int, *, hint: str | None = None) -> None:
        rows = "1 row is bad" if refused == 1 else f"{refused:,} rows are bad"
        super().__init__(f"{rows}, so nothing was written", hint=hint)
        self.refused = refused


class UnknownNameError(ChronologyError):
    """A name that the vocabulary or the log does not know, with the nearest names that it does know."""

    def __init__(self, what: str, name: str, known: Iterable[str], *, hint: str | None = None) -> None:
        self.what = what
        self.name = name
        self.nearest = nearest(name, known)
        if self.nearest:
            suggestion = did_you_mean(self.nearest)
            hint = f"{suggestion} {hint}" if hint else suggestion
        super().__init__(f"unknown {what} {name!r}", hint=hint)


class AmbiguousNameError(ChronologyError):
    """A name that several subjects bear."""

    def __init__(self, name: str, subjects: Sequence[str]) -> None:
        self.name = name
        self.subjects = tuple(subjects)
        super().__init__(
            f"subject {name!r} is not kind/slug, and {len(subjects)} subjects have that name",
            hint=did_you_mean(subjects),
        )


class UnfittingFilterError(ChronologyError):
    """A filter that makes no sense for a question: which question, which filter, and why."""

    def __init__(self, question: str, name: str, why: str) -> None:
        super().__init__(f"{question} takes no {name}: {why}", hint=f"leave out {name}")
        self.question = question
        self.name = name
        self.why = why


class DuplicateIdError(ChronologyError):
    """An event id that the log already holds with other content."""

    def __init__(self, event_id: str, position: int) -> None:
        super().__init__(
            f"event {event_id} is already in the log, at position {position}, with other content",
            hint=f"leave the id out to append a new event, or replace the old one with --replaces {event_id}",
        )
        self.event_id = event_id
        self.position = position


class NotLiveError(ChronologyError):
    """A retraction or replacement whose target has already been withdrawn, or cannot be."""


class HeadMovedError(ChronologyError):
    """The log is not at the head that the caller expected."""

    def __init__(self, expected: int, head: int) -> None:
        super().__init__(
            f"the log is at position {head}, not at the expected {expected}",
            hint="read what was appended since, then append again",
        )
        self.expected = expected
        self.head = head


class RemoteError(ChronologyError):
    """A shared log that cannot be reached, is not one, or refuses what was asked of it."""


class TranscriptError(ChronologyError):
    """A text that is not a whole log, or not one that can be believed: the line, counted from 1, and why."""

    def __init__(self, line: int, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"line {line}: {reason}", hint=hint)
        self.line = line
        self.reason = reason


class StoreError(ChronologyError):
    """A file that cannot be opened, read or written as a store."""


class LockedError(StoreError):
    """A store that another process is using just now, so that it cannot be read or written yet."""


class IntegrityError(StoreError):
    """A store whose contents are not what the log wrote; names the first faulty position, if there is one."""

    def __init__(self, message: str, *, position: int | None = None, hint: str | None = None) -> None:
        super().__init__(message if position is None else f"position {position}: {message}", hint=hint)
        self.position = position
        self.reason = message


class RewrittenError(IntegrityError):
    """A shared log that is no continuation of what was pulled from it: from which position on it differs."""


def one_of(names: Sequence[str]) -> str:
    """Return names as a choice: a, b or c. Requires names."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def did_you_mean(names: Sequence[str]) -> str:
    """Return the question that suggests some names, an empty text if there are none."""
    return f"did you mean {one_of(names)}?" if names else ""


def or_perhaps(names: Sequence[str]) -> str:
    """Return the same question in brackets, after what is wrong; an empty text if there are no names."""
    return f" ({did_you_mean(names)})" if names else ""


def nearest(name: str, known: Iterable[str], *, edits: int | None = None) -> list[str]:
    """Return up to three known names within a few edits of `name`, nearest first, ties in alphabetical order.

    An edit is one letter added, dropped, changed or swapped with its neighbour (optimal string alignment).

    Args:
        name: what was typed.
        known: the names that exist.
        edits: the largest distance that still counts; by default a third of the name's length, but at least 1.
    """
    limit = max(1, len(name) // 3) if edits is None else edits
    ranked = sorted((_distance(name, other), other) for other in set(known) if abs(len(other) - len(name)) <= limit)
    return [other for distance, other in ranked if distance <= limit][:3]


def _distance(left: str, right: str) -> int:
    """Return the optimal string alignment distance of two words."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        before, previous, row = row, before, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
    return row[-1]
