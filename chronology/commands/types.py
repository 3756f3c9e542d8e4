"""Commands about the vocabulary: types, types add, types show."""

from pathlib import Path
from typing import Annotated, Final

import typer

from chronology import canonical
from chronology.canonical import Json
from chronology.commands import output
from chronology.commands.application import (
    Format,
    ReadingCommand,
    ReadingGroup,
    StoreCommand,
    app,
    format_of,
    open_store,
)
from chronology.errors import StoreError
from chronology.event_types import EventType

_HEADINGS: Final = ("type", "version", "subject", "asserts", "ends", "title")

_types: Final = typer.Typer(
    cls=ReadingGroup,
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(_types, name="types")


@_types.callback()
def types(context: typer.Context) -> None:
    """List the event types that the log defines, or add or show one.

    \b
    chronology types
    chronology types show operation.stalled
    chronology types add checkpoint.opened.1.json
    """
    if context.invoked_subcommand:
        return
    with open_store(context, read_only=True) as chron:
        vocabulary = chron.vocabulary
    wanted = format_of(context)
    if wanted is Format.TABLE:
        output.show_table((_row(event_type) for event_type in vocabulary), headings=_HEADINGS)
    else:
        records = (_record(event_type) for event_type in vocabulary)
        columns = ("name", "version", "title", "description", "subject", "asserts", "ends", "persists")
        output.show_records(records, wanted, columns=columns)


def _record(event_type: EventType) -> dict[str, Json]:
    asserts = dict.fromkeys([*(a for a, _ in event_type.constants), *(a for a, _ in event_type.properties)])
    return {
        "name": event_type.name,
        "version": event_type.version,
        "title": event_type.title,
        "description": event_type.description,
        "subject": list(event_type.kinds),
        "asserts": list(asserts),
        "ends": list(event_type.ends),
        "persists": event_type.persists,
    }


def _row(event_type: EventType) -> tuple[str, ...]:
    record = _record(event_type)
    kinds = ", ".join(record["subject"]) or "any"
    lasting = "" if event_type.persists else " (that day only)"
    return (
        event_type.name,
        str(event_type.version),
        kinds,
        ", ".join(record["asserts"]),
        ", ".join(record["ends"]),
        event_type.title + lasting,
    )


@_types.command(cls=StoreCommand)
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
) -> None:
    """Define an event type, or the next version of one, by its JSON Schema.

    The definition is an event like any other, so the log carries its whole vocabulary.

    \b
    chronology types show operation.stalled --json > checkpoint.opened.1.json
    (edit it)
    chronology types add checkpoint.opened.1.json
    """
    try:
        text = file.read_bytes()
    except OSError as exc:
        raise StoreError(f"{file} cannot be read: {exc.strerror}", hint="name a file with a JSON Schema") from exc
    schema = canonical.parse(text)
    with open_store(context) as chron:
        event = chron.define(schema)
    output.put(f"defined {event.event.subject.removeprefix('type/')} #{event.position}")


@_types.command(cls=ReadingCommand)
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="TYPE", show_default=False)],
) -> None:
    """Show what an event type takes and asserts; with --json, its schema.

    \b
    chronology types show operation.stalled
    """
    with open_store(context, read_only=True) as chron:
        event_type = chron.vocabulary.newest(name)
    if format_of(context) is not Format.TABLE:
        output.show_records([event_type.schema], Format.NL, columns=())
        return
    output.put(f"{event_type.name} (version {event_type.version}): {event_type.title}")
    output.put(event_type.description, multiline=True)
    output.put("")
    properties = event_type.schema.get("properties", {})
    if properties:
        output.show_table((_property_row(event_type, key) for key in properties), headings=_PROPERTY_HEADINGS)
        output.put("")
    for line in _effects(event_type):
        output.put(line)
    for line in _worked_example(event_type):
        output.put(line)


_PROPERTY_HEADINGS: Final = ("key", "takes", "needed", "meaning")


def _property_row(event_type: EventType, key: str) -> tuple[str, ...]:
    rules = event_type.schema["properties"][key]
    rules = rules if isinstance(rules, dict) else {}
    takes = rules.get("format") or rules.get("type") or ("one of a list" if "enum" in rules else "anything")
    needed = "yes" if key in event_type.schema.get("required", ()) else ""
    return key, output.as_text(takes), needed, output.as_text(rules.get("description", ""))


def _effects(event_type: EventType) -> list[str]:
    lines = [f"asserts {attribute} = {value}" for attribute, value in event_type.constants]
    lines += [f"asserts {attribute} = the value of {key}" for attribute, key in event_type.properties]
    lines += [f"ends {attribute}" for attribute in event_type.ends]
    if not event_type.persists:
        lines.append("holds on that day only")
    return lines


def _worked_example(event_type: EventType) -> list[str]:
    examples = event_type.schema.get("examples") or [{}]
    pairs = [
        f"{key}='{value}'" if isinstance(value, str) else f"{key}:='{canonical.encode(value).decode()}'"
        for key, value in examples[0].items()
    ]
    kind = event_type.kinds[0] if event_type.kinds else "KIND"
    words = ["chronology append", event_type.name, f"{kind}/SLUG", *pairs, "--on EDTF --source source/SLUG"]
    return ["", " ".join(words)]
