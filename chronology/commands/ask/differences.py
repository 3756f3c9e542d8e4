"""Commands that compare: diff between two dates, changes between two known times."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated, Final

import typer

from chronology.commands import options
from chronology.commands.application import Attribute, Invocation, Kind, Subject, command
from chronology.commands.ask.history import shown_period
from chronology.commands.options import FILTERING, filtering, parties, restrictions_of
from chronology.commands.screen import output
from chronology.commands.screen.output import Format, as_text, progress_bar, waiting
from chronology.commands.screen.table import Row, Shape
from chronology.events.json_values import Json, thaw
from chronology.questions.changes import Change, Difference
from chronology.questions.outcomes import Outcome, outcome_held
from chronology.store.reader import Reader


def outcome_text(outcome: Outcome | None) -> str:
    """Return an outcome as words: its value, how certain it is, and whether it is contested."""
    if outcome is None:
        return "nothing known"
    value = "nothing known" if outcome.value is None else as_text(thaw(outcome.value))
    return f"{value} ({outcome.certainty}{', contested' if outcome.contested else ''})"


def outcome_record(outcome: Outcome | None) -> dict[str, Json] | None:
    """Return an outcome as JSON."""
    if outcome is None:
        return None
    return {"value": thaw(outcome.value), "certainty": outcome.certainty, "contested": outcome.contested}


DIFF_COLUMNS: Final = ("subject", "attribute", "from", "to", "before", "after", "events")
CHANGE_COLUMNS: Final = ("subject", "attribute", "since", "until", "before", "after", "events")
_DIFF: Final = Shape(
    headings=("  attribute", "before", "after", "event"),
    stack=("  {attribute}: {before}", "      became {after}  {event}"),
)
_CHANGES: Final = Shape(
    headings=("  attribute", "since", "until", "was thought", "is thought", "events"),
    stack=("  {attribute}  {since} .. {until}", "      {was thought}", "      became {is thought}  {events}"),
)


@command(FILTERING)
def diff(
    call: Invocation,
    first: Annotated[str, typer.Option("--from", metavar="DATE", show_default=False, help="A date: its close.")],
    second: Annotated[str, typer.Option("--to", metavar="DATE", show_default=False, help="Another one.")],
    subject: Subject = None,
    attribute: Attribute = None,
    kind: Kind = None,
) -> None:
    """List what differs in the world between two dates.

    Answers differ if they have another value or certainty, or if only one is contested.

    \b
    chronology diff --from 2018-05-12 --to 2018-05-13
    chronology diff operation/al-jazeera-storm --from 2018-03-01 --to 2018-05-01
    """
    with Reader.open(call.path) as chron:
        subject = None if subject is None else options.asked(call, chron, subject)
        filters = restrictions_of(call, chron)
        with waiting("comparing"):
            found = chron.diff(first, second, subject, attribute, kind, **filters)
        options.note_late_position(call, chron)
        if not found:
            options.check_known(call, chron, subject=subject, attribute=attribute, kind=kind, parties=parties(filters))
    call.notes.say()
    if not found:
        output.say(f"no answer differs between {first} and {second}")
    wanted, described = call.format, 0
    if wanted is not Format.TABLE:
        shown = (_difference_record(one, first, second) for one in found)
        output.show_records(shown, wanted, columns=DIFF_COLUMNS)
    elif found:
        with output.paged(wanted=call.pager):
            if subject is None and kind is None:
                found, described = _apart(found)
            output.show_table(_difference_rows(found), shape=_DIFF)
            if described:
                output.show_text(f"and {described:,} in descriptions of sources, which --kind source lists")


@command(filtering("changes"))
def changes(
    call: Invocation,
    subject: Subject = None,
    attribute: Attribute = None,
    since: Annotated[
        str,
        typer.Option(
            metavar="T",
            show_default=False,
            help="The earlier known time: a position, a day (its close, UTC) or a date-time.  [default: the empty log]",
        ),
    ] = "0",
    until: Annotated[str | None, typer.Option(metavar="T", help="The later one.  [default: now]")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only answers at this date.  [default: over all of valid time]")
    ] = None,
    kind: Kind = None,
) -> None:
    """List the answers that were different before.

    Shows what was thought to hold at one known time and at a later one, over which stretch of valid time, and the
    events that changed it. Compare what you published with what you know today.

    \b
    chronology changes --since 2018-05-20
    chronology changes crossing/baguz --since 2018-05-20 --until 2018-05-23
    """
    with Reader.open(call.path) as chron, progress_bar("comparing") as progress:
        if subject is not None:
            # At the earlier time it may still have answers of its own.
            subject = options.meant(call, chron, subject)
            options.kept_name(call, chron, subject, known_at=until)
        filters = restrictions_of(call, chron)
        found = chron.changes(
            subject,
            attribute,
            kind,
            since=options.read_known_at(since),
            until=options.read_known_at(until),
            valid_at=at,
            progress=progress,
            **filters,
        )
        rows = list(found)
        options.note_late_position(call, chron, since, until)
        if not rows:
            options.check_known(call, chron, subject=subject, attribute=attribute, kind=kind, parties=parties(filters))
    call.notes.say()
    if not rows:
        output.say(f"no answer changed since {since}{f' until {until}' if until else ''}")
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_records(map(_change_record, rows), wanted, columns=CHANGE_COLUMNS)
    elif rows:
        with output.paged(wanted=call.pager):
            output.show_table(_change_rows(rows), shape=_CHANGES)


def _apart(found: Sequence[Difference]) -> tuple[list[Difference], int]:
    """Return the differences in the world, and how many others are only about documents: a title, a publisher."""
    world = [one for one in found if not one.subject.startswith("source/")]
    return world, len(found) - len(world)


def _events(one: Difference) -> list[int]:
    """Return the positions of the leading assertions after and before."""
    leading = (held.candidates[0].position for held in (one.after, one.before) if held)
    return list(dict.fromkeys(position for position in leading if position))


def _difference_rows(found: Sequence[Difference]) -> Iterator[Row]:
    for subject, members in groupby(found, key=lambda one: one.subject):
        yield subject
        for one in members:
            before, after = outcome_held(one.before), outcome_held(one.after)
            position = one.after.candidates[0].position if one.after else None
            yield f"  {one.attribute}", outcome_text(before), outcome_text(after), f"#{position}" if position else ""


def _difference_record(one: Difference, first: str, second: str) -> dict[str, Json]:
    return {
        "subject": one.subject,
        "attribute": one.attribute,
        "from": first,
        "to": second,
        "before": outcome_record(outcome_held(one.before)),
        "after": outcome_record(outcome_held(one.after)),
        "events": _events(one),
    }


def _change_rows(found: Sequence[Change]) -> Iterator[Row]:
    for subject, members in groupby(found, key=lambda one: one.subject):
        yield subject
        for one in members:
            since, until = shown_period(one.since, one.until)
            events = " ".join(f"#{position}" for position in one.events)
            yield f"  {one.attribute}", since, until, outcome_text(one.before), outcome_text(one.after), events


def _change_record(one: Change) -> dict[str, Json]:
    return {
        "subject": one.subject,
        "attribute": one.attribute,
        "since": one.since,
        "until": one.until,
        "before": outcome_record(one.before),
        "after": outcome_record(one.after),
        "events": list(one.events),
    }
