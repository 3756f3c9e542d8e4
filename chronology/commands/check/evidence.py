"""Commands that make evidence: keygen, checkpoint, prove."""

from pathlib import Path
from typing import Annotated

import typer

from chronology import Chronology
from chronology.commands import options
from chronology.commands.application import STORE, DryRun, EventName, Invocation, command
from chronology.commands.files import SignKey, checkpoint_of, read_document, show_would_write, write_new
from chronology.commands.screen import output
from chronology.transparency.notes import generate_key


@command()
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
        show_would_write(file)
        return
    write_new(file, f"{skey}\n".encode(), mode=0o600)
    output.put(vkey)
    output.say(f"the secret key is in {file}; anyone who has it can sign for you")


@command(STORE)
def checkpoint(
    call: Invocation,
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
    with Chronology.open(call.path, read_only=True) as chron:
        data = checkpoint_of(chron, sign)
    if file is None:
        typer.echo(data, nl=False)
        return
    if dry_run:
        show_would_write(file)
        return
    write_new(file, data)
    output.say(f"{file} written; keep a copy where nobody who can change the store can reach it")


@command(STORE)
def prove(
    call: Invocation,
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
    with Chronology.open(call.path, read_only=True) as chron:
        event = options.find_event(chron, name)
        note = checkpoint_of(chron, sign) if earlier is None else read_document(earlier)
        exhibit = chron.proofs.prove(event.position, checkpoint=note).encode()
    if dry_run:
        show_would_write(file)
        return
    write_new(file, exhibit)
    output.say(f"{file} proves event #{event.position}")
