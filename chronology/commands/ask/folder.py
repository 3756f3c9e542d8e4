"""Commands over a Parquet folder: folder, folder state, folder conflicts, folder count. No store is needed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from chronology.analysis.folder import Folder
from chronology.commands.application import At, Attribute, Invocation, Kind, command, group, show_help
from chronology.commands.ask import conflicts, state
from chronology.commands.options import filtering, names_typed, typed
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Row, Shape
from chronology.errors import ChronologyError
from chronology.events.patterns import is_subject
from chronology.projections.filters import Restrictions

COUNTS: Final = ("attribute", "month", "surely", "possibly")
COUNTS_SHAPE: Final = Shape(headings=COUNTS, stack=("{attribute}  {month}  surely {surely}, possibly {possibly}",))
"""The table of how much begins in each month."""

_T = TypeVar("_T")


@group("folder")
def folder_(call: Invocation) -> None:
    """Ask a Parquet folder instead of a store.

    `chronology export parquet --folder DIR` makes one, for millions of events at once. The answers are those of the
    store when it was exported, in the same tables and records.

    \b
    chronology folder state storm-parquet operation/al-jazeera-storm --at 2018-03-01
    chronology folder conflicts storm-parquet --kind person
    chronology folder count storm-parquet --since 2018-01
    """
    show_help(call.context)


Directory = Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help="The folder.")]
About = Annotated[str | None, typer.Argument(metavar="[SUBJECT]", show_default=False, help="The subject: kind/slug.")]
Memory = Annotated[str, typer.Option(metavar="SIZE", help="What DuckDB may use; more goes to temporary files.")]


@command(filtering("folder"), name="state", of=folder_)
def state_(
    call: Invocation,
    directory: Directory,
    subject: About = None,
    attribute: Attribute = None,
    at: At = None,
    kind: Kind = None,
    memory: Memory = "1GB",
) -> None:
    """Say what held at a date, as `state` does.

    \b
    chronology folder state storm-parquet operation/al-jazeera-storm --at 2018-03-01
    chronology folder state storm-parquet --kind place --at 2018-05-14 --csv
    """
    _check_subject(subject)
    moment = at or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with Folder.open(directory, memory=memory) as folder:
        found = _peeked(folder.holdings(subject, attribute, kind, moment, **_filters(call, folder)))
        if found is None:
            output.say(f"nothing is known{_of(attribute, subject or kind)} at {moment}")
        if call.format is not Format.TABLE:
            records = (state.record(holding, valid_at=moment) for holding in found or ())
            output.show_records(records, call.format, columns=state.COLUMNS)
        elif found is not None:
            _show(call, state.answer_rows(found), state.SHAPE)


@command(filtering("folder"), name="conflicts", of=folder_)
def conflicts_(
    call: Invocation,
    directory: Directory,
    subject: About = None,
    attribute: Attribute = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what disagrees about this date: its close.")
    ] = None,
    kind: Kind = None,
    memory: Memory = "1GB",
) -> None:
    """List who disagrees, as `conflicts` does.

    \b
    chronology folder conflicts storm-parquet
    chronology folder conflicts storm-parquet person/abu-bakr-al-baghdadi --at 2018-05-14
    """
    _check_subject(subject)
    with Folder.open(directory, memory=memory) as folder:
        found = _peeked(folder.disagreements(subject, attribute, kind, at, **_filters(call, folder)))
        if found is None:
            about = _of(attribute, subject or kind).replace(" of ", " about ", 1)
            output.say(f"no assertions disagree{about}{f' at {at}' if at else ''}")
        if call.format is not Format.TABLE:
            records = map(conflicts.conflict_record, found or ())
            output.show_records(records, call.format, columns=conflicts.COLUMNS)
        elif found is not None:
            _show(call, conflicts.conflict_rows(found), conflicts.SHAPE)


@command(filtering("folder"), name="count", of=folder_)
def count(
    call: Invocation,
    directory: Directory,
    subject: About = None,
    attribute: Attribute = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="The first month that counts.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="The last month that counts.")] = None,
    kind: Kind = None,
    memory: Memory = "1GB",
) -> None:
    """Count what begins, by attribute and month.

    Each live assertion that says that a value begins counts.

    An imprecise beginning is never put into one month: it is `possibly` in each that it touches, and `surely` in one
    only if all of it lies inside.

    \b
    chronology folder count storm-parquet --since 2018-01 --until 2018-05
    chronology folder count storm-parquet --kind place --csv
    """
    _check_subject(subject)
    with Folder.open(directory, memory=memory) as folder:
        found = folder.counts(subject, attribute, kind, since, until, **_filters(call, folder)).to_pylist()
    if not found:
        output.say(f"nothing is counted{_of(attribute, subject or kind)}")
    if call.format is not Format.TABLE:
        output.show_records(found, call.format, columns=COUNTS)
    elif found:
        _show(call, (tuple(map(str, row.values())) for row in found), COUNTS_SHAPE)


def _check_subject(subject: str | None) -> None:
    """Refuse a name: only the store knows whose it is."""
    if subject is not None and not is_subject(subject):
        hint = "write kind/slug, as in place/hajin; in the store, `chronology about NAME` shows it"
        raise ChronologyError(f"{subject!r} is not a subject", hint=hint)


def _filters(call: Invocation, folder: Folder) -> Restrictions:
    """Return the filters that the user gave; sources and origins in full, because only the store knows their names."""
    for name in names_typed(call):
        _check_subject(name)
        if not folder.knows_party(name):
            output.say(f"note: no assertion comes from {name}")
    return typed(call)


def _peeked(found: Iterator[_T]) -> Iterable[_T] | None:
    """Return what there is, None for nothing."""
    first = next(found, None)
    return None if first is None else chain([first], found)


def _of(*names: str | None) -> str:
    return "".join(f" of {name}" for name in names if name)


def _show(call: Invocation, rows: Iterable[Row] | Iterable[Sequence[str]], shape: Shape) -> None:
    with output.paged(wanted=call.pager):
        output.show_table(rows, shape=shape)
