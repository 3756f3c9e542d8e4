"""The command that names subjects, and lists the names of one."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final

import typer

from chronology.commands import options
from chronology.commands.application import READING, DryRun, Invocation, RecordedBy, command, open_for_writing
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Row, Shape
from chronology.errors import one_of
from chronology.events.json_values import Json
from chronology.questions.subject_names import Name
from chronology.store.reader import Reader

COLUMNS: Final = ("subject", "name", "role", "language", "source", "position")
SHAPE: Final = Shape(
    headings=("name", "role", "language", "source", "event"),
    stack=("{name}  {role}  {language}  {source}  {event}",),
)


@command(READING)
def describe(
    call: Invocation,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", show_default=False, help="What is named, as kind/slug or by a name.")
    ],
    name: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="A name to show for it; may be repeated.")
    ] = None,
    alias: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="A name that it also goes by; may be repeated.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option(metavar="TAG", help="The language of these names, as in ar (BCP 47).")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="S", help="The document that gives them; none for your own decision.")
    ] = None,
    said_by: Annotated[
        list[str] | None, typer.Option(metavar="X", help="Who says so; repeat it for those who passed it on.")
    ] = None,
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
) -> None:
    """Give a subject names and aliases.

    It can then be asked for by each of them. A name is an event of its own, and can be retracted. All names are
    listed; without --name and --alias, nothing else is done.

    \b
    chronology describe place/baguz --name Baguz --alias Baghuz --alias "Al-Baghuz Fawqani"
    chronology describe place/baguz --alias الباغوز --lang ar
    chronology describe place/baguz
    """
    if not (name or alias):
        if lang or source or said_by or dry_run:
            raise typer.BadParameter("there is no name to give: --name or --alias is missing")
        _list_names(call, subject)
        return
    with open_for_writing(call.path) as chron:
        subject = options.meant(call, chron, subject)
        similar = [] if chron.names.knows_subject(subject) else chron.names.similar_to_new(subject)
        result = chron.describe(
            subject,
            names=name or (),
            aliases=alias or (),
            language=lang,
            source=None if source is None else options.meant(call, chron, source, kinds=("source",)),
            said_by=[options.meant(call, chron, speaker) for speaker in said_by or ()],
            recorded_by=recorded_by,
            dry_run=dry_run,
        )
        options.note_similar(call, subject, similar)
        for text in dict.fromkeys([*(name or ()), *(alias or ())]):
            _note_shared(call, chron, text, subject)
        call.notes.say()
        if dry_run:
            output.say_dry_run()
            output.put(f"would append {result.appended}, {result.unchanged} unchanged")
            return
        output.say(f"{result.appended} appended, {result.unchanged} unchanged, head {result.head}")
        _show_names(call, subject, chron.names.of(subject))


def _list_names(call: Invocation, subject: str) -> None:
    with Reader.open(call.path) as reader:
        subject = options.asked(call, reader, subject)
        options.check_subject(call, reader, subject)
        call.notes.say()
        _show_names(call, subject, reader.names.of(subject))


def _note_shared(call: Invocation, chron: Reader, text: str, subject: str) -> None:
    others = [other for other in chron.names.subjects_named(text) if other != subject]
    # The title of a report gives way to the name of what it reports on, so it makes no name ambiguous.
    if not subject.startswith("source/"):
        others = [other for other in others if not other.startswith("source/")]
    if others:
        call.notes.add(f"{text} also means {one_of(others)}, so it must be written as kind/slug")


def _show_names(call: Invocation, subject: str, listed: Iterable[Name]) -> None:
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_records(map(name_record, listed), wanted, columns=COLUMNS)
    elif rows := list(name_rows(listed)):
        output.show_table(rows, shape=SHAPE)
    else:
        output.say(f"{subject} has no names")


def name_record(name: Name) -> dict[str, Json]:
    """Return a name as `chronology describe --json` gives it."""
    return {
        "subject": name.subject,
        "name": name.text,
        "role": name.role,
        "language": name.language,
        "source": name.source,
        "position": name.position,
    }


def name_rows(listed: Iterable[Name]) -> Iterator[Row]:
    """Yield a row for each name."""
    for name in listed:
        yield name.text, name.role, name.language or "", name.source or "", f"#{name.position}"
