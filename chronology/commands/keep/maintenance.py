"""Commands that keep a store: init, demo, replay."""

import itertools
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from chronology import Chronology
from chronology.commands.application import (
    DryRun,
    Format,
    ReadingCommand,
    StoreCommand,
    app,
    format_of,
    path_of,
)
from chronology.commands.files import check_place
from chronology.commands.screen import output
from chronology.commands.screen.progress import progress_bar
from chronology.errors import StoreError
from chronology.vocabulary import builtin

StorePath = Annotated[
    Path | None, typer.Argument(metavar="[PATH]", show_default=False, help="The store; by default that of --db.")
]


@app.command(cls=StoreCommand)
def init(context: typer.Context, path: StorePath = None, dry_run: DryRun = False) -> None:
    """Make an empty store with the built-in event types.

    \b
    chronology init storm.db
    """
    path = path or path_of(context)
    existed = _is_there(path)
    if dry_run and not existed:
        _show_would_make(path)
        return
    with Chronology.open(path, create=not dry_run, read_only=dry_run) as chron:
        head = chron.head()
    if dry_run:
        output.say_dry_run()
    already = "is already a store" if dry_run else "was already a store"
    output.put(f"{path} {already if existed else 'made'}, head {head}")


def _is_there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _show_would_make(path: Path) -> None:
    check_place(path)
    output.say_dry_run()
    output.put(f"would make {path}")


@app.command(cls=StoreCommand)
def demo(context: typer.Context, path: StorePath = None, dry_run: DryRun = False) -> None:
    """Make a store of the running example.

    The example is the campaign "Al Jazeera Storm" in Deir ez-Zor, 2017 to 2018.

    \b
    chronology demo
    chronology state --at 2018-05-14
    """
    path = path or path_of(context)
    existed = _is_there(path)
    if not existed and dry_run:
        _show_would_make(path)
        return
    if not existed:
        _build_example(path)
    with Chronology.open(path, read_only=True) as chron:
        if existed:
            _check_is_example(chron, path)
        if dry_run:
            output.say_dry_run()
        output.put(f"{path} {'already holds the running example' if existed else 'made'}, head {chron.head()}")
    database = "" if path == Path("chronology.db") else f"--db {path} "
    output.say(f"try: chronology {database}state operation/al-jazeera-storm --at 2018-03-01")


def _build_example(path: Path) -> None:
    """Build the example with the times, ids and nonces that make it the same everywhere."""
    # Imported here, because only making a store needs it, and the import takes longer than a question.
    from chronology.events.structuring import event_from_json

    lines = list(builtin.example())
    moments = [datetime.fromisoformat(line.pop("recorded_at")) for line in lines]
    now = [moments[0]]
    counter = itertools.count(1)
    with Chronology.open(
        path, create=True, clock=lambda: now[0], randomness=lambda size: next(counter).to_bytes(size, "big")
    ) as chron:
        for line, moment in zip(lines, moments, strict=True):
            now[0] = moment
            chron.append(event_from_json(line))


def _check_is_example(chron: Chronology, path: Path) -> None:
    wanted = [line["id"] for line in builtin.example()]
    found = {event.id for event in chron.read()}
    if not found.issuperset(wanted):
        raise StoreError(f"{path} holds another store", hint="name another file, as in chronology demo example.db")


@app.command(cls=ReadingCommand)
def replay(context: typer.Context, dry_run: DryRun = False) -> None:
    """Rebuild every projection from the log.

    Runs in one transaction, and says whether the result differs from what was stored. With --dry-run, says only
    that, and changes nothing.

    \b
    chronology replay
    """
    with Chronology.open(path_of(context), read_only=dry_run) as chron, progress_bar("replaying") as progress:
        report = chron.replay(progress, dry_run=dry_run)
    if dry_run:
        output.say("dry run: nothing was written")
    if format_of(context) is not Format.TABLE:
        record = {
            "events": report.events,
            "seconds": f"{report.seconds:.3f}",
            "rows": report.rows,
            "changed": list(report.changed),
        }
        output.show_record(record, format_of(context))
        return
    rows = ", ".join(f"{name} {count:,}" for name, count in report.rows.items() if name != "projection")
    output.put(f"replayed {report.events:,} events in {report.seconds:.2f} s; rows: {rows}")
    changed = ", ".join(report.changed)
    if dry_run:
        output.put(f"would change: {changed}" if changed else "would change nothing: the result equals what is stored")
    elif changed:
        output.put(f"changed: {changed} differed from what was stored")
    else:
        output.put("unchanged: the result equals what was stored")
