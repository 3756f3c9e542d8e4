"""Events about what a subject is called: giving it names, saying that two subjects are one, and taking it back."""

from collections.abc import Iterable

import attrs

from chronology.errors import ChronologyError, InvalidEventError, UnknownNameError, did_you_mean
from chronology.events.identities import Merge
from chronology.events.records import Event, RecordedEvent
from chronology.store import log_view, writing
from chronology.store.batch import AppendResult
from chronology.store.names import Names
from chronology.store.session import Session
from chronology.vocabulary.event_types import MERGED, NAMED


def describe(
    session: Session,
    subject: str,
    *,
    names: Iterable[str],
    aliases: Iterable[str],
    language: str | None,
    source: str | None,
    said_by: Iterable[str],
    recorded_by: str | None,
    dry_run: bool,
) -> AppendResult:
    """Give a subject names, each by an event of its own."""
    wanted = [(text, "name") for text in names] + [(text, "alias") for text in aliases]
    if not wanted:
        raise InvalidEventError(["names: none was given"])
    known = Names(session).of(subject)
    standing = {(name.text, name.language) for name in known if name.is_given}
    shown = {(name.text, name.language) for name in known[:1] if name.is_given and name.role == "name"}
    # A name that an alias or an older name has already is given once more, to be shown from now on.
    new = [
        (text, role)
        for text, role in dict.fromkeys(wanted)
        if (text, language) not in (shown if role == "name" else standing)
    ]
    tag = {"language": language} if language else {}
    speakers = tuple(said_by)
    events = (
        Event(
            type=NAMED,
            subject=subject,
            data={"name": text, "role": role, **tag},
            source=source,
            said_by=speakers,
            recorded_by=recorded_by,
        )
        for text, role in new
    )
    result = writing.append_many(session, events, expected_head=None, dry_run=dry_run)
    return attrs.evolve(result, unchanged=len(wanted) - len(new))


def merge(
    session: Session,
    kept: str,
    merged: str,
    *,
    reason: str,
    source: str | None,
    said_by: Iterable[str],
    recorded_by: str | None,
    dry_run: bool,
) -> RecordedEvent:
    """Say that two subjects are one."""
    names = Names(session)
    for subject in (kept, merged):
        if not (names.knows_subject(subject) or names.knows_party(subject)):
            close = names.similar(subject, kinds=[subject.partition("/")[0]], parties=True)
            raise UnknownNameError(
                "subject",
                subject,
                (),
                hint=f"{did_you_mean(close)} `chronology subjects` lists those that events speak of".lstrip(),
            )
    event = Event(
        type=MERGED,
        subject=kept,
        data={"with": merged, "reason": reason},
        source=source,
        said_by=tuple(said_by),
        recorded_by=recorded_by,
    )
    return writing.append(session, event, expected_head=None, dry_run=dry_run)


def unmerge(
    session: Session, one: str, other: str, *, reason: str, recorded_by: str | None, dry_run: bool
) -> RecordedEvent:
    """Take back that two subjects are one."""
    with session.reading():
        path = session.identities().path(one, other)
    if not path:
        raise ChronologyError(
            f"{one} and {other} are not merged", hint="`chronology merge KEPT OTHER --reason TEXT` merges two"
        )
    if len(path) > 1:
        raise ChronologyError(
            f"{one} and {other} are one only by way of {_between(path, one)}: "
            + ", ".join(f"#{merge.position} merged {merge.merged} into {merge.kept}" for merge in path),
            hint=f"take one of these back: `chronology unmerge {path[0].kept} {path[0].merged} --reason TEXT`",
        )
    row = log_view.event(session, path[0].position)
    return writing.retract(session, row.id, reason=reason, recorded_by=recorded_by, dry_run=dry_run)


def _between(path: list[Merge], start: str) -> str:
    """Return the names that a chain of merges passes between its ends."""
    passed = []
    for merge in path[:-1]:
        start = merge.merged if merge.kept == start else merge.kept
        passed.append(start)
    return " and ".join(passed)
