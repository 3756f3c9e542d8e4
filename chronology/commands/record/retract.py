"""Commands that take back what was appended: retract, undo."""

from typing import Annotated

import typer

from chronology.commands import options
from chronology.commands.application import STORE, AsJson, DryRun, Invocation, RecordedBy, command, open_for_writing
from chronology.commands.record.append import show_appended
from chronology.commands.screen import event_json, output
from chronology.commands.screen.output import Format
from chronology.store.writing import UNDONE, Undone


@command(STORE)
def retract(
    call: Invocation,
    name: Annotated[
        str, typer.Argument(metavar="ID", show_default=False, help="The event's id, its beginning, or its position.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is withdrawn.", show_default=False)],
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Withdraw an assertion.

    It stays in the log, and still counts for a question with `--known-at` before this moment.

    \b
    chronology retract 01638701 --reason "the wrong crossing"
    """
    with open_for_writing(call.path) as chron:
        target = options.find_event(chron, name)
        head = chron.head()
        event = chron.retract(target.id, reason=reason, recorded_by=recorded_by, dry_run=dry_run)
    if not dry_run and as_json:
        show_appended(event, head, as_json=True)
    elif not dry_run:
        output.put(f"#{event.position} retracts #{target.position} {target.event.type} {target.event.subject}")
    elif as_json:
        output.say_dry_run()
        shown = {"appended": 1, "unchanged": 0, "first": event.position, "head": event.position}
        output.show_records([shown], Format.NL, columns=())
    else:
        output.say_dry_run()
        output.put(f"would retract #{target.position} {target.event.type} about {target.event.subject}")


@command(STORE)
def undo(
    call: Invocation,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[POSITION|ID]", show_default=False, help="The event to take back. Default: the newest."
        ),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is taken back.")] = UNDONE,
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take back the newest event, or the one that is named.

    It appends a retraction: the event stays in the log, and still answers what is asked with --known-at a time before.
    If the newest event is itself a retraction, a definition or a redaction, the command refuses; to take back an
    earlier event, name it.

    \b
    chronology undo 83 --dry-run
    chronology undo 83 --reason "the wrong crossing"
    """
    with open_for_writing(call.path) as chron:
        named = None if name is None else options.find_event(chron, name).position
        undone = chron.undo(named, reason=reason, recorded_by=recorded_by, dry_run=dry_run)
    if dry_run:
        output.say_dry_run()
    if as_json:
        record = event_json.of_event(undone.retraction) | {"undone": event_json.of_event(undone.target)}
        output.show_records([record], Format.NL, columns=())
    else:
        output.put(_told(undone, dry_run=dry_run))
    if undone.stays_withdrawn:
        output.say(
            f"note: #{undone.target.position} replaced #{undone.stays_withdrawn}, which stays withdrawn; "
            "append it again to restore it"
        )


def _told(undone: Undone, *, dry_run: bool) -> str:
    target = undone.target
    verb = "would retract" if dry_run else f"#{undone.retraction.position} retracts"
    about = "about " if dry_run else ""
    return f"{verb} #{target.position} {target.event.type} {about}{target.event.subject}"
