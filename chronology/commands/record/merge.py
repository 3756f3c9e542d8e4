"""The commands that say that two subjects are one, and that take it back."""

from typing import Annotated, Final

import typer

from chronology import RecordedEvent
from chronology.commands import options
from chronology.commands.application import STORE, AsJson, DryRun, Invocation, RecordedBy, command, open_for_writing
from chronology.commands.screen import event_json, output
from chronology.commands.screen.output import Format
from chronology.commands.screen.table import Row, Shape
from chronology.events.json_values import Json
from chronology.questions.subject_names import MergeTold

SHAPE: Final = Shape(
    headings=("name", "is", "since", "because", "event"),
    stack=("{name} is {is}", "    {because}", "    {since}  {event}"),
)
"""What says that names mean one subject."""


@command(STORE)
def merge(
    call: Invocation,
    kept: Annotated[str, typer.Argument(metavar="KEPT", show_default=False, help="The subject whose name is kept.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", show_default=False, help="The subject that is the same.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why they are one.", show_default=False)],
    source: Annotated[
        str | None, typer.Option(metavar="S", help="The document that says so; none for your own decision.")
    ] = None,
    said_by: Annotated[
        list[str] | None, typer.Option(metavar="X", help="Who says so; repeat it for those who passed it on.")
    ] = None,
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Say that two subjects are one.

    Answers then stand under KEPT, whichever name an event uses: for its subject, its source, who says so, or a value.
    It is an event: no other event is changed, a question with `--known-at` a time before is answered as before, and
    `unmerge` takes it back.

    \b
    chronology merge place/baguz place/baghuz --reason "two spellings of one town"
    """
    with open_for_writing(call.path) as chron:
        kept, other = options.meant(call, chron, kept), options.meant(call, chron, other)
        event = chron.merge(
            kept,
            other,
            reason=reason,
            source=None if source is None else options.meant(call, chron, source, kinds=("source",)),
            said_by=[options.meant(call, chron, speaker) for speaker in said_by or ()],
            recorded_by=recorded_by,
            dry_run=dry_run,
        )
        already = () if dry_run else chron.names.same_subject(kept)
    call.notes.say()
    verb = "would merge" if dry_run else f"#{event.position} merges"
    _show(event, f"{verb} {other} into {kept}", as_json=as_json, dry_run=dry_run)
    if already[2:]:
        output.say(f"note: {already[0]} is now also {', '.join(already[1:])}")


@command(STORE)
def unmerge(
    call: Invocation,
    one: Annotated[str, typer.Argument(metavar="SUBJECT", show_default=False, help="One of the two.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", show_default=False, help="The other one.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why they are not one.", show_default=False)],
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Undo a merge of two subjects.

    It retracts what merged them. Each then has its own events again, also those recorded in between.

    \b
    chronology unmerge place/baguz place/baghuz --reason "the second is a village to the north"
    """
    with open_for_writing(call.path) as chron:
        one, other = options.meant(call, chron, one), options.meant(call, chron, other)
        event = chron.unmerge(one, other, reason=reason, recorded_by=recorded_by, dry_run=dry_run)
    call.notes.say()
    verb = "would make" if dry_run else f"#{event.position} makes"
    _show(event, f"{verb} {one} and {other} two subjects again", as_json=as_json, dry_run=dry_run)


def _show(event: RecordedEvent, words: str, *, as_json: bool, dry_run: bool) -> None:
    if dry_run:
        output.say_dry_run()
    if as_json:
        output.show_records([event_json.of_event(event)], Format.NL, columns=())
    else:
        output.put(words)


def record(merge: MergeTold) -> dict[str, Json]:
    """Return a merge as other commands give it with `--json`."""
    return {
        "kept": merge.kept,
        "merged": merge.merged,
        "reason": merge.reason,
        "at": merge.at,
        "source": merge.source,
        "event": merge.event,
        "position": merge.position,
    }


def row(merge: MergeTold) -> Row:
    """Return a row of the table of merges."""
    return merge.merged, merge.kept, merge.at[:10], merge.reason, f"#{merge.position}"
