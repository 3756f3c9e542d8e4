"""The command that takes in the log of another store: merge-log."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from chronology.commands.application import STORE, AsJson, DryRun, Invocation, command, open_for_writing
from chronology.commands.screen import output
from chronology.commands.screen.output import Format, or_fault, progress_bar

if TYPE_CHECKING:
    from chronology.store.merge_log import MergedLog, Skipped


@command(STORE, name="merge-log")
def merge_log(
    call: Invocation,
    other: Annotated[Path, typer.Argument(metavar="OTHER.db", show_default=False, help="A store of somebody else.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take in the events of another store.

    They keep their ids, sources and authors, and say in which log they were recorded first, where and when. Merging
    again takes in only what is new. Two people who merged each other's stores get the same answers, but for what the
    command leaves out. The other store is judged like a stranger's and not written; exit code 3 if it is not sound.

    \b
    chronology merge-log jane.db --dry-run
    chronology merge-log jane.db
    """
    with or_fault(), open_for_writing(call.path) as chron, progress_bar("merging") as tell:
        done = chron.sharing.merge_log(other, dry_run=dry_run, progress=tell)
    if dry_run:
        output.say_dry_run()
    if as_json:
        output.show_record(attrs.asdict(done), Format.JSON)
        return
    added = f"would add {done.added:,}" if dry_run else f"added {done.added:,}"
    head = "" if dry_run else f", head {done.head}"
    output.put(f"{added}, {done.unchanged:,} unchanged, {done.left_out_count:,} left out{head}")
    _tell(done)


def _tell(done: "MergedLog") -> None:
    """Tell what the two logs do not agree on."""
    if done.gaps:
        events = "1 event that is" if done.gaps == 1 else f"{done.gaps:,} events that are"
        output.say(f"note: {events} redacted in that log came in as a declared gap, as others name or follow it")
    _tell_some("left out", done.left_out, done.left_out_count)
    _tell_some("withdrawn on both sides", done.withdrawn_on_both_sides, done.withdrawn_on_both_sides_count)
    if done.recorded_twice:
        events = "1 event was" if done.recorded_twice == 1 else f"{done.recorded_twice:,} events were"
        told = f"{events} recorded by both logs independently; the earlier recording counts"
        output.say(f"note: {told}" + (f", for {done.noted:,} of them the other log's" if done.noted else ""))


def _tell_some(what: str, some: "tuple[Skipped, ...]", count: int) -> None:
    for one in some:
        output.say(f"note: {what}: {one}")
    if count > len(some):
        output.say(f"note: {what}: {count - len(some):,} more")
