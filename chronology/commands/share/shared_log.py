"""Commands that move events between a store and its shared log: clone, pull, push."""

from pathlib import Path
from typing import Annotated

import typer

from chronology.commands.application import READING, STORE, DryRun, Invocation, command
from chronology.commands.files import check_place
from chronology.commands.screen import output
from chronology.commands.screen.output import or_fault, progress_bar
from chronology.commands.share import outbox
from chronology.errors import StoreError
from chronology.remote import addresses
from chronology.remote.following import Follower
from chronology.remote.following import clone as make_clone
from chronology.remote.postgres import SharedLog
from chronology.store.replicate import Replicated


@command()
def clone(
    url: Annotated[str, typer.Argument(metavar="URL", show_default=False, help="postgresql://USER@HOST/DATABASE")],
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A new store.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call the shared log.")] = "origin",
    dry_run: DryRun = False,
) -> None:
    """Make a replica of a shared log.

    The new store follows the shared log. Every event is checked as if it were appended now; if one is not sound, no
    file is left.

    \b
    chronology clone postgresql://jane@db.example.org/team storm.db
    """
    if dry_run:
        addresses.checked(name, url)
        check_place(file)
        if file.exists():
            raise StoreError(f"{file} already exists, and will not be overwritten", hint="name a new file")
        with SharedLog.connect(url) as shared:
            head = shared.head()
        output.say_dry_run()
        output.put(f"would create {file}, head {head}")
        return
    with or_fault(), progress_bar("cloning") as progress:
        report = make_clone(url, file, name=name, progress=progress)
    output.put(f"created {file}, head {report.head}")


@command(STORE)
def pull(call: Invocation, dry_run: DryRun = False) -> None:
    """Take in what others appended to the shared log.

    Everything that both logs hold is compared first, and every event that comes in is checked as if it were appended
    now. A shared log whose history was changed is refused, with exit code 3, and nothing is written.

    \b
    chronology pull
    """
    with or_fault(), Follower.follow(call.path) as chron:
        if dry_run:
            there = chron.compare_prefix()
            output.say_dry_run()
            output.put(f"would pull {there - chron.head()}, head {there}")
            return
        with progress_bar("pulling") as progress:
            report = chron.pull(progress)
    output.put(_told(report))


def _told(report: Replicated) -> str:
    erased = f", {report.erased} redacted" if report.erased else ""
    return f"pulled {report.added:,}{erased}, head {report.head}"


@command(READING)
def push(
    call: Invocation,
    listed: Annotated[
        bool, typer.Option("--list", help="Show what waits, and what is wrong with it; append nothing.")
    ] = False,
    dropped: Annotated[
        str | None,
        typer.Option(
            "--drop", metavar="ID", help="Take one event out and print it: its id, or its line.", show_default=False
        ),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Append the events that wait in the outbox to the shared log.

    `chronology append --outbox` puts them there while the shared log cannot be reached. What the log refuses, and what
    is no event at all, stays in the outbox: it is named, the rest is appended, and the exit code is 1.

    --drop takes an event out by its id, the beginning of it, or the number of its line. A push that has begun may still
    append it.

    \b
    chronology push
    chronology push --list
    chronology push --drop 3
    """
    if listed and (dropped is not None or dry_run):
        raise typer.BadParameter("--list changes nothing, and takes no other option")
    if listed:
        outbox.show(call.path, call.format)
    elif dropped is not None:
        outbox.drop(call.path, dropped, dry_run=dry_run)
    else:
        with or_fault(), Follower.follow(call.path) as chron:
            pushed = chron.push(dry_run=dry_run)
        outbox.tell(pushed, call.path, call.format, dry_run=dry_run)
