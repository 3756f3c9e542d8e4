"""Commands that make evidence and keep it safe: keygen, checkpoint, prove, backup, redact."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from chronology import Chronology, RecordedEvent
from chronology.commands.application import DryRun, PlainCommand, RecordedBy, StoreCommand, app, path_of
from chronology.commands.check.signing import SignKey, checkpoint_of
from chronology.commands.check.verify import FAULT
from chronology.commands.files import check_new, read_document, write_new
from chronology.commands.opening import open_for_writing
from chronology.commands.options import names
from chronology.commands.screen import event_json, output
from chronology.commands.screen.progress import progress_bar
from chronology.errors import ChronologyError
from chronology.transparency.notes import generate_key

EventName = Annotated[
    str, typer.Argument(metavar="ID", show_default=False, help="The event's id, its beginning, or its position.")
]


@app.command(cls=PlainCommand)
def keygen(
    name: Annotated[
        str, typer.Argument(metavar="NAME", show_default=False, help="Whose key it is: a URL without its scheme.")
    ],
    file: Annotated[Path, typer.Option("-o", metavar="FILE", help="A new file for the secret key.")] = Path(
        "chronology.key"
    ),
    dry_run: DryRun = False,
) -> None:
    """Make a key to sign with; print the one to verify with.

    The secret key goes into a file that only you can read. The verifier key is for everyone who will check what you
    sign: publish it where nobody can replace it.

    \b
    chronology keygen example.org/jane -o jane.key > jane.vkey
    """
    skey, vkey = generate_key(name)
    if dry_run:
        _show_would_write(file)
        return
    write_new(file, f"{skey}\n".encode(), mode=0o600)
    output.put(vkey)
    output.say(f"the secret key is in {file}; whoever has it can sign for you")


@app.command(cls=StoreCommand)
def checkpoint(
    context: typer.Context,
    sign: SignKey = None,
    file: Annotated[Path | None, typer.Option("-o", metavar="FILE", help="A new file to write it to.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Print the head of the log: a few lines that fix every event.

    Keep it out of reach of anybody who could change the store: with a colleague, a lawyer, a time-stamping
    service, in print. `chronology verify --checkpoint` then finds changes that the store alone cannot show.

    \b
    chronology checkpoint --sign jane.key -o may.checkpoint
    """
    with Chronology.open(path_of(context), read_only=True) as chron:
        data = checkpoint_of(chron, sign)
    if file is None:
        typer.echo(data, nl=False)
        return
    if dry_run:
        _show_would_write(file)
        return
    write_new(file, data)
    output.say(f"{file} written; keep a copy out of reach of anybody who can change the store")


@app.command(cls=StoreCommand)
def prove(
    context: typer.Context,
    name: EventName,
    file: Annotated[Path, typer.Option("-o", metavar="FILE", show_default=False, help="A new file for the exhibit.")],
    sign: SignKey = None,
    earlier: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="FILE", help="Prove it in this signed checkpoint.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Make an exhibit of one event.

    The file holds the event's body, the proof that it is in the log, and a signed checkpoint: `verify-proof`
    checks it without the store, and it shows nothing of any other event.

    \b
    chronology prove 01638701 --sign jane.key -o exhibit.tlog-proof
    chronology prove 01638701 --checkpoint may.checkpoint -o exhibit.tlog-proof
    """
    if (sign is None) == (earlier is None):
        raise typer.BadParameter("an exhibit needs a signed checkpoint: give either --sign or --checkpoint")
    with Chronology.open(path_of(context), read_only=True) as chron:
        event = names.find_event(chron, name)
        note = checkpoint_of(chron, sign) if earlier is None else read_document(earlier)
        exhibit = chron.proofs.prove(event.position, checkpoint=note).encode()
    if dry_run:
        _show_would_write(file)
        return
    write_new(file, exhibit)
    output.say(f"{file} proves event #{event.position}")


@app.command(cls=StoreCommand)
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A new file for the copy.")],
    dry_run: DryRun = False,
) -> None:
    """Copy the store, and verify the copy.

    Others may keep using the store meanwhile. To restore, open the copy. Exit code 3 if the copy has a fault; the
    store then has it too.

    \b
    chronology backup storm-2018-05-15.db
    """
    with Chronology.open(path_of(context), read_only=True) as chron:
        if dry_run:
            _show_would_write(file)
            return
        with progress_bar("verifying the copy") as progress:
            report = chron.proofs.backup(file, progress)
    for fault in report.faults:
        output.put(f"fault: {fault}")
    if not report.ok:
        raise typer.Exit(FAULT)
    output.put(f"ok: {report.events:,} events copied to {file}, and verified there")
    if report.archived:
        output.put(f"archived copies, copied beside it: {report.archived:,}")
    output.put(f"root {report.root.hex()}")


def _show_would_write(path: Path) -> None:
    """Say that a file would be written, if nothing prevents it."""
    check_new(path)
    output.say_dry_run()
    output.put(f"would write {path}")


@app.command(cls=StoreCommand)
def redact(
    context: typer.Context,
    name: EventName,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", show_default=False, help="Why, without repeating what is to be erased.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the id again.")] = False,
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
) -> None:
    """Erase for good what an event says, and declare the gap.

    Its place, id, time and leaf hash stay, so every proof and checkpoint still holds; who erased it, when and why
    becomes an event. All answers forget what it asserted, even for an earlier --known-at. This cannot be undone; to
    withdraw an assertion that may stay on record, use `chronology retract`. With --dry-run, shows what would be
    erased, and which events name it.

    \b
    chronology redact 01638701 --reason "names a witness" --dry-run
    chronology redact 01638701 --reason "names a witness"
    """
    with open_for_writing(path_of(context)) as chron:
        target = names.find_event(chron, name)
        if not (yes or dry_run or target.is_redacted):
            _confirm(target)
        named, kept = chron.log.mentions(target.id), chron.sources.copy_of(target)
        declared = chron.redact(target.id, reason=reason, recorded_by=recorded_by, dry_run=dry_run)
        fields = [*event_json.event_fields(target, names.position_of(chron), None)] if dry_run else []
    if dry_run:
        _show_would_redact(target, declared, fields, named)
        return
    if target.is_redacted:
        output.put(f"unchanged #{target.position}, redacted by #{declared.position}; the file was rewritten")
        return
    output.put(f"redacted #{target.position}, declared by #{declared.position}")
    if named:
        output.say(f"note: check whether the events that name this one repeat what it said: {_places(named)}")
    if kept is not None:
        output.say(f"note: the archived copy stays: {kept}; remove it, unless another event names it")
    output.say(
        "note: backups, exports, exhibits and any other earlier copies still contain it, and so may snapshots of "
        "the disk: erase them too"
    )


def _places(positions: list[int]) -> str:
    return ", ".join(f"#{position}" for position in positions)


_STAYS: Final = ("position", "id", "recorded_at", "leaf", "format")
"""What a redaction leaves in the log, or what does not reveal the event."""


def _show_would_redact(
    target: RecordedEvent, declared: RecordedEvent, fields: list[tuple[str, str]], named: list[int]
) -> None:
    output.say_dry_run()
    if target.is_redacted:
        output.put(f"unchanged #{target.position}, redacted by #{declared.position}; would rewrite the file")
        return
    output.put(f"would erase for good, of #{target.position} {target.id}:")
    output.show_fields((f"  {name}", value) for name, value in fields if name not in _STAYS)
    if named:
        output.put(f"named by {_places(named)}: check whether they repeat what it says")
    else:
        output.put("no other event names it")


def _confirm(target: RecordedEvent) -> None:
    """Ask for the id; a script says --yes."""
    output.say(f"erases for good: #{target.position} {target.event.type} about {target.event.subject}")
    output.say(f"type its id again, {target.id}:")
    if sys.stdin.readline().strip() != target.id:
        raise ChronologyError("that is not its id; nothing was redacted", hint="--yes redacts without asking")
