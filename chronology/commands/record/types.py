"""Commands about the vocabulary: types, types add, types renew, types show."""

import shlex
from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from chronology.commands.application import (
    PAGED,
    STORE,
    DryRun,
    Invocation,
    RecordedBy,
    command,
    group,
    open_for_writing,
)
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Shape
from chronology.errors import CanonicalError, InvalidEventError, StoreError
from chronology.events import canonical
from chronology.events.json_values import Json
from chronology.store.reader import Reader
from chronology.vocabulary.event_types import DEFINED, MERGED, NAMED, NOTED, REDACTED, RETRACTED, EventType

SHAPE: Final = Shape(
    headings=("type", "version", "subject", "asserts", "ends", "title"),
    stack=("{type}  {title}", "    version {version}  about {subject}", "    asserts {asserts}", "    ends {ends}"),
)
"""The table of types."""


@group("types", PAGED)
def types(call: Invocation) -> None:
    """List the event types, or add or show one.

    The log defines them, so every store has its own.

    \b
    chronology types
    chronology types show operation.stalled
    chronology types add checkpoint.opened.1.json
    """
    with Reader.open(call.path) as chron:
        vocabulary = chron.vocabulary
    wanted = call.format
    if wanted is Format.TABLE:
        with output.paged(wanted=call.pager):
            output.show_table((_row(event_type) for event_type in vocabulary), shape=SHAPE)
    else:
        records = (_record(event_type) for event_type in vocabulary)
        columns = ("name", "version", "title", "description", "subject", "asserts", "ends", "persists", "begins")
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
        "begins": event_type.begins,
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


@command(STORE, of=types)
def add(
    call: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A JSON Schema.")],
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
) -> None:
    """Define an event type by its JSON Schema.

    It can also be the next version of a type. The definition is an event like any other, so the log carries its
    whole vocabulary.

    \b
    chronology types show operation.stalled --json > checkpoint.opened.1.json
    (edit it)
    chronology types add checkpoint.opened.1.json
    """
    try:
        text = file.read_bytes()
    except OSError as exc:
        raise StoreError(f"{file} cannot be read: {exc.strerror}", hint="name a file with a JSON Schema") from exc
    try:
        schema = canonical.parse(text.removeprefix(BOM_UTF8))
    except CanonicalError as exc:
        hint = exc.hint or "`chronology types show operation.stalled --json` prints an example"
        raise InvalidEventError([f"{file}: {exc}"], hint=hint) from exc
    with open_for_writing(call.path) as chron:
        event = chron.define(schema, recorded_by=recorded_by, dry_run=dry_run)
    if dry_run:
        output.say_dry_run()
    done = "would define" if dry_run else "defined"
    output.put(f"{done} {event.event.subject.removeprefix('type/')} #{event.position}")


@command(STORE, of=types)
def renew(call: Invocation, recorded_by: RecordedBy = None, dry_run: DryRun = False) -> None:
    """Bring built-in types up to the versions of this program.

    For a store that an older version made. All events of such a type are read by its newest version from then on;
    with an earlier --known-at, as they were. Types of your own are left unchanged.

    \b
    chronology types renew --dry-run
    """
    with open_for_writing(call.path) as chron:
        found = chron.renew_types(recorded_by=recorded_by, dry_run=dry_run)
    if dry_run:
        output.say_dry_run()
    for name, version in found:
        output.put(f"{'would define' if dry_run else 'defined'} {name} version {version}")
    if not found:
        output.put("every type is as this program has it")


@command(PAGED, of=types)
def show(
    call: Invocation,
    name: Annotated[str, typer.Argument(metavar="TYPE", show_default=False, help="Its name, as in `types`.")],
) -> None:
    """Show what an event type takes and asserts.

    With --json, shows its whole schema.

    \b
    chronology types show operation.stalled
    """
    with Reader.open(call.path) as chron:
        event_type = chron.vocabulary.newest(name)
    wanted = call.format
    properties = [_property_row(event_type, key) for key in event_type.schema.get("properties", {})]
    if wanted.is_csv:
        rows = (dict(zip(PROPERTIES.headings, row, strict=True)) for row in properties)
        output.show_records(rows, wanted, columns=PROPERTIES.headings)
        return
    if wanted is not Format.TABLE:
        output.show_record(event_type.schema, wanted)
        return
    with output.paged(wanted=call.pager):
        _show_type(event_type, properties)


def _show_type(event_type: EventType, properties: Sequence[tuple[str, ...]]) -> None:
    output.show_text(f"{event_type.name} (version {event_type.version}): {event_type.title}")
    if event_type.description:
        output.show_text(event_type.description, multiline=True)
    output.put("")
    if properties:
        output.show_table(properties, shape=PROPERTIES)
        output.put("")
    effects = _effects(event_type)
    for effect in effects:
        output.show_text(effect)
    for line in [*([""] if effects else []), *_worked_example(event_type)]:
        output.put(line)


_OWN_COMMANDS: Final = {
    DEFINED: "chronology types add FILE",
    REDACTED: 'chronology redact ID --reason "why it is erased"',
    NOTED: "chronology merge-log OTHER.db",
    NAMED: 'chronology describe KIND/SLUG --name "its name"',
    MERGED: 'chronology merge KEPT OTHER --reason "why they are one"',
    RETRACTED: 'chronology retract ID --reason "why it is withdrawn"',
}
"""How to make events of the types that `append` does not take, or is not best for."""

_LONGEST_COMMAND: Final = 100
PROPERTIES: Final = Shape(
    headings=("key", "takes", "needed", "meaning"),
    stack=("{key}  {takes}  needed: {needed}", "    {meaning}"),
)
"""The table of what a type takes."""


def _property_row(event_type: EventType, key: str) -> tuple[str, ...]:
    rules = event_type.schema["properties"][key]
    rules = rules if isinstance(rules, dict) else {}
    needed = "yes" if key in event_type.schema.get("required", ()) else ""
    return key, _takes(rules), needed, output.as_text(rules.get("description", ""))


def _takes(rules: dict[str, Json]) -> str:
    if "const" in rules:
        return output.as_text(rules["const"])
    if "enum" in rules:
        return " or ".join(map(output.as_text, rules["enum"]))
    takes = output.as_text(rules.get("format") or rules.get("type") or "anything")
    items = rules.get("items")
    return f"list of {_takes(items)}" if takes == "array" and isinstance(items, dict) else takes


def _effects(event_type: EventType) -> list[str]:
    lines = [
        f"asserts {attribute} = {output.as_text(canonical.parse(value))}" for attribute, value in event_type.constants
    ]
    same = [attribute for attribute, key in event_type.properties if attribute == key]
    if same:
        lines.append(f"asserts whichever of these is given: {', '.join(same)}")
    lines += [f"asserts {attribute} = the {key} given" for attribute, key in event_type.properties if attribute != key]
    if event_type.ends:
        lines.append(f"ends {', '.join(event_type.ends)}")
    if not event_type.persists:
        lines.append("holds on that day only")
    if not event_type.begins:
        lines.append("says when it was so, not since when")
    return lines


def _worked_example(event_type: EventType) -> list[str]:
    """Return a command line that can be copied, broken if it gets long."""
    if event_type.name in _OWN_COMMANDS:
        return [_OWN_COMMANDS[event_type.name]]
    examples = event_type.schema.get("examples") or [{}]
    pairs = [shlex.quote(_pair(key, value)) for key, value in examples[0].items()]
    kind = event_type.kinds[0] if event_type.kinds else "KIND"
    words = [f"chronology append {event_type.name} {kind}/SLUG", *pairs, "--on EDTF --source source/SLUG"]
    if len(" ".join(words)) <= min(output.room() or _LONGEST_COMMAND, _LONGEST_COMMAND):
        return [" ".join(words)]
    return [*(f"{word} \\" for word in words[:1]), *(f"    {word} \\" for word in words[1:-1]), f"    {words[-1]}"]


def _pair(key: str, value: Json) -> str:
    return f"{key}={value}" if isinstance(value, str) else f"{key}:={canonical.encode(value).decode()}"
