"""What only a log can tell is wrong with an event, or worth a remark, and what to do about it. Writes nothing."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from chronology.errors import Fault, InvalidEventError, NotLiveError, nearest, or_perhaps
from chronology.events.identities import Identities
from chronology.events.records import Body
from chronology.log.event_table import Row
from chronology.projections import references
from chronology.questions.lint_rules import may_be_premature, premature, report_of
from chronology.vocabulary.definitions import check_definition
from chronology.vocabulary.event_types import BOOKKEEPING, DEFINED, RETRACTED
from chronology.vocabulary.registry import Vocabulary

_OF_THE_LOG: Final = ("event", "log", "type")
"""Kinds whose subjects are names that the log itself gives."""


def check_defined(event: Body, vocabulary: Vocabulary) -> None:
    """Refuse the definition of a type that does not fit the vocabulary.

    Raises:
        InvalidEventError: what is wrong with it.
    """
    schema = event.data["schema"]
    check_definition(schema)
    name = str(schema["$id"]).split(":")[2]
    if event.subject != f"type/{name}":
        raise InvalidEventError([f"subject: the definition of {name} is about type/{name}, not {event.subject!r}"])
    if vocabulary.with_type(schema) is vocabulary:
        raise InvalidEventError([f"{schema['$id']} is already defined with this content"])


def check_merged(event: Body, identities: Identities) -> None:
    """Refuse a merge of what cannot be one subject, or already is.

    Raises:
        InvalidEventError: what is wrong with it.
    """
    kept, merged = event.subject, event.data["with"]
    kind, other = kept.partition("/")[0], merged.partition("/")[0]
    if kept == merged:
        raise InvalidEventError([f"data.with: {kept} cannot be merged with itself"])
    if kind != other:
        raise InvalidEventError(
            [f"data.with: {merged} and {kept} are of two kinds, so they cannot be one subject"],
            hint="retract what was recorded under the wrong kind, and append it again about the right subject",
        )
    if kind in _OF_THE_LOG:
        raise InvalidEventError([f"subject: {kept} is a name that the log gives, which cannot be merged"])
    if path := identities.path(kept, merged):
        positions = " and ".join(f"#{merge.position}" for merge in path)
        raise InvalidEventError(
            [f"data.with: {kept} and {merged} are one subject already, by {positions}"],
            hint=f"`chronology show {path[0].position}` shows why",
        )


class Kinds:
    """The kinds of the subjects that events of any kind's types are about."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: set[str] = set()

    def faults(self, event: Body, vocabulary: Vocabulary) -> list[Fault]:
        """Catch a misspelt kind if the type takes subjects of any kind; a kind that is really new is accepted."""
        kind = event.subject.partition("/")[0]
        if kind in self._known or event.type in BOOKKEEPING or vocabulary.newest(event.type).kinds:
            return []
        defined = vocabulary.kinds()
        if kind in defined:
            return []
        self._known.update(references.kinds(self._connection))
        close = [] if kind in self._known else nearest(kind, defined | self._known, edits=1)
        return [Fault("subject", f"unknown kind {kind!r}{or_perhaps(close)}")] if close else []


INSTEAD: Final = {RETRACTED: "append the assertion again", DEFINED: "define a new version instead"}
"""What to do instead of withdrawing an event that cannot be withdrawn, by its type."""


def hint_for(event: Body, faults: Sequence[Fault]) -> str:
    """Return the hint that helps most with the faults of an event."""
    wrong = {fault.part for fault in faults}
    missing = {fault.part for fault in faults if fault.kind == "missing"}
    if "source" in missing:
        return "name the document that says so, as in --source source/voa-2018-05-14"
    if "valid" in missing:
        return "say when it was so, as in --on 2018-05-14"
    if "valid" in wrong:
        return "`chronology date TEXT` explains how a date is read"
    if "data" in wrong:
        return f"`chronology types show {event.type}` shows what it takes"
    if "subject" in wrong:
        return f"`chronology types show {event.type}` shows what it is about"
    if "retracts" in missing:
        return "`chronology retract ID --reason TEXT` withdraws an event"
    return "`chronology append --help` shows how each part is given"


def gone(row: Row) -> NotLiveError:
    """Return the refusal of whatever names a redacted event."""
    return NotLiveError(
        f"event {row.id} (position {row.position}) was redacted: nothing can refer to it or bring it back",
        hint=f"`chronology log --subject event/{row.id}` shows who redacted it, when and why",
    )


_LISTED: Final = 20


class Remarks:
    """The first remarks on a batch of events, and how many there are in all."""

    def __init__(self) -> None:
        self._listed: list[str] = []
        self._count = 0

    def look_at(self, body: Body, position: int, *, published: str | None) -> None:
        """Look at an event whose source was published on a day, if anybody knows."""
        if not body.valid or not may_be_premature(body.valid, body.stated or body.recorded_at[:10], published):
            return
        report = report_of(body, published=published)
        for told in premature(report) if report else ():
            self._count += 1
            if self._count <= _LISTED:
                self._listed.append(f"#{position} {told}")

    def told(self) -> tuple[str, ...]:
        """Return the remarks, in order of the events; where there are many, the last one counts the rest."""
        rest = self._count - len(self._listed)
        return (*self._listed, *([f"{rest:,} more like these; `chronology lint` lists them"] if rest else []))
