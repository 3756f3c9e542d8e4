"""The command that lists who and what a store speaks of."""

from typing import Annotated, Final

import typer

from chronology.commands import options
from chronology.commands.application import PAGED, Invocation, Kind, command
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Row, Shape
from chronology.errors import UnknownNameError
from chronology.events.json_values import Json
from chronology.questions.subject_list import KnownSubject
from chronology.store.reader import Reader

COLUMNS: Final = (
    "subject", "kind", "name", "aliases", "merged", "events", "first_position", "last_position", "first", "last",
)  # fmt: skip
SHAPE: Final = Shape(
    headings=("subject", "name", "aliases", "events", "dates", "in the log"),
    stack=("{subject}  {name}", "    {aliases}", "    {dates}  {in the log}  events: {events}"),
)


@command(PAGED)
def subjects(
    call: Invocation,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", show_default=False, help="Only those whose slug or name has it.")
    ] = None,
    kind: Kind = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="T", help="As the log stood then: a position, a day or a date-time.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("-n", "--limit", metavar="N", min=1, help="List only the first N subjects.")
    ] = None,
) -> None:
    """List the subjects, with their names.

    With each: how many reports speak of it, from when to when, and where it stands in the log.

    \b
    chronology subjects
    chronology subjects --kind place
    chronology subjects baghdadi --json
    """
    with Reader.open(call.path) as chron:
        if kind is not None and kind not in (kinds := chron.names.kinds()):
            raise UnknownNameError("subject kind", kind, kinds, hint="`chronology types` lists the kinds")
        known = options.read_known_at(known_at)
        found = chron.names.subject_list(kind=kind, text=text, known_at=known, limit=limit)
        options.note_late_position(call, chron, known_at)
    call.notes.say()
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_records(map(_record, found), wanted, columns=COLUMNS)
    elif found:
        with output.paged(wanted=call.pager):
            output.show_table(map(_row, found), shape=SHAPE)
    else:
        output.say(f"no subject has {text!r} in its slug or a name" if text else "no subject is listed")


def _record(subject: KnownSubject) -> dict[str, Json]:
    record = {name: getattr(subject, name) for name in COLUMNS}
    return record | {"aliases": list(subject.aliases), "merged": list(subject.merged)}


def _row(subject: KnownSubject) -> Row:
    first, last = subject.first_position, subject.last_position
    days = [day for day in dict.fromkeys((subject.first, subject.last)) if day]
    return (
        subject.subject,
        subject.name or "",
        ", ".join((*subject.aliases, *subject.merged)),
        str(subject.events),
        " to ".join(days),
        f"#{first}" if first == last else f"#{first} to #{last}",
    )
