"""Commands about the shared log that a store follows: remote, remote add, init, check, renew, remove, roles."""

from pathlib import Path
from typing import Annotated

import typer

from chronology.commands.application import PAGED, READING, STORE, DryRun, Invocation, command, group
from chronology.commands.files import Keys, read_document
from chronology.commands.screen import output
from chronology.commands.screen.output import FAULT, Format, or_fault
from chronology.events.json_values import Json
from chronology.evidence.exhibits import Comparison, read_checkpoint
from chronology.remote import addresses, outbox
from chronology.remote.following import Follower
from chronology.remote.postgres import RULES, SharedLog, script
from chronology.store.reader import Reader
from chronology.transparency.notes import check_verifier_keys


@group("remote", PAGED)
def remote(call: Invocation) -> None:
    """Show or change the shared log that a store follows.

    A shared log is kept in PostgreSQL. Everybody who follows it has the whole log in a store of their own, which
    answers offline; whatever they append is written to the shared log first.

    \b
    chronology remote add team postgresql://jane@db.example.org/team
    chronology remote init
    chronology remote
    """
    path = call.path
    followed = addresses.needed(path)
    lines = outbox.read(path)
    damaged = sum(line.event is None for line in lines)
    with Reader.open(path) as chron:
        record: dict[str, Json] = {
            "name": followed.name,
            "url": followed.shown,
            "head": chron.head(),
            "waiting": len(lines),
            "damaged": damaged,
        }
    if call.format is Format.TABLE:
        output.put(f"{followed.name}  {followed.shown}")
        wrong = f", {damaged:,} of them damaged (chronology push --list)" if damaged else ""
        output.put(f"head {record['head']} here, {len(lines):,} waiting in the outbox{wrong}")
    else:
        output.show_record(record, call.format)


@command(STORE, name="add", of=remote)
def add(
    call: Invocation,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="What to call it.")],
    url: Annotated[str, typer.Argument(metavar="URL", show_default=False, help="postgresql://USER@HOST/DATABASE")],
    dry_run: DryRun = False,
) -> None:
    """Make this store follow a shared log.

    The address is kept in a file beside the store that only you can read. Better than a password in it is PostgreSQL's
    own password file, ~/.pgpass.

    \b
    chronology remote add team postgresql://jane@db.example.org/team
    """
    path = call.path
    wanted = addresses.checked(name, url)
    with Reader.open(path):
        before = addresses.of(path)
    if dry_run:
        output.say_dry_run()
    else:
        addresses.remember(path, wanted)
    instead = f", no longer {before.name} {before.shown}" if before and before != wanted else ""
    output.put(f"{path} {'would follow' if dry_run else 'follows'} {wanted.name} {wanted.shown}{instead}")
    _note_what_waits(path, "`chronology push` will append them to this log")


@command(STORE, name="init", of=remote)
def make(call: Invocation, dry_run: DryRun = False) -> None:
    """Make the shared log in an empty database, and put this store's whole log into it.

    Then give the members their roles: `chronology remote roles` prints the script.

    \b
    chronology remote init
    """
    path = call.path
    with Follower.follow(path) as chron:
        head = chron.head() if dry_run else chron.share()
    if dry_run:
        with SharedLog.connect(addresses.needed(path).url) as shared:
            shared.check_empty()
        output.say_dry_run()
    output.put(f"{head:,} events {'would be' if dry_run else 'are'} shared")


@command(READING, name="check", of=remote)
def check(
    call: Invocation,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[CHECKPOINT...]", show_default=False, help="Checkpoints of other members."),
    ] = None,
    keys: Keys = None,
) -> None:
    """Compare every event with the shared log, and this log with the checkpoints of other members.

    A server that shows two members different histories is found only by comparing what the members hold: send each
    other `chronology checkpoint --sign KEYFILE`. Exit code 3 if anything differs.

    \b
    chronology remote check
    chronology remote check jane.checkpoint --key example.org/jane+1a2b3c4d+AbC...
    """
    check_verifier_keys(keys or [])
    with or_fault(), Follower.follow(call.path) as chron:
        found = chron.check()
        compared = [(path, chron.compare(read_checkpoint(read_document(path), keys or []))) for path in files or ()]
    record: dict[str, Json] = {"shared": found.shared, "here": found.here, "there": found.there, "rules": found.rules}
    if call.format is Format.TABLE:
        output.put(
            f"the same: {found.shared:,} events" + _beyond(found.here, "only here") + _beyond(found.there, "to pull")
        )
        for path, comparison in compared:
            output.put(f"{path}: {_judged(comparison)}")
    else:
        record["checkpoints"] = [{"file": str(path), "outcome": one.outcome} for path, one in compared]
        output.show_record(record, call.format)
    if found.rules < RULES:
        output.say(
            f"note: the shared log has {_older(found.rules)}; its owner renews them with `chronology remote renew`"
        )
    if found.here or not all(comparison.ok for _, comparison in compared):
        raise typer.Exit(FAULT)


def _older(rules: int) -> str:
    return f"older rules, of version {rules} where {RULES} is the newest"


def _beyond(count: int, what: str) -> str:
    return f", {count:,} {what}" if count else ""


def _judged(comparison: Comparison) -> str:
    size = comparison.checkpoint.size
    told = {
        "extends": f"the same up to its {size:,} events",
        "forked": "of another log",
        "truncated": f"ahead, with {size:,} events: pull, then check again",
        "rewritten": f"ANOTHER HISTORY: its first {size:,} events are not those here",
    }
    return told[comparison.outcome]


@command(STORE, name="renew", of=remote)
def renew(call: Invocation, dry_run: DryRun = False) -> None:
    """Give the shared log the rules of this program, if it has older ones.

    Only its owner can. The rules are triggers, which refuse every change but the next event, and redactions by anybody
    but a redactor. No event is changed, and older programs can go on writing. `chronology remote check` names the
    version.

    \b
    chronology remote renew
    """
    with Follower.follow(call.path) as chron:
        before = chron.rules() if dry_run else chron.renew_rules()
    if dry_run:
        output.say_dry_run()
    if before == RULES:
        output.put(f"the rules are of version {RULES}, the newest")
    else:
        output.put(f"the rules {'would be' if dry_run else 'are'} of version {RULES}, instead of {before}")


@command(STORE, name="remove", of=remote)
def remove(call: Invocation, dry_run: DryRun = False) -> None:
    """Stop following the shared log. The store stays unchanged.

    \b
    chronology remote remove
    """
    path = call.path
    followed = addresses.needed(path)
    if dry_run:
        output.say_dry_run()
    else:
        addresses.forget(path)
    output.put(f"{path} {'would no longer follow' if dry_run else 'no longer follows'} {followed.name}")
    _note_what_waits(path, "nothing pushes them until the store follows a shared log again")


def _note_what_waits(path: Path, what_now: str) -> None:
    if lines := outbox.read(path):
        output.say(f"note: {len(lines):,} waiting in the outbox: {what_now}")


@command(name="roles", of=remote)
def roles() -> None:
    """Print the SQL that makes the roles of a shared log: reader, writer, redactor.

    \b
    chronology remote roles | psql postgresql://owner@db.example.org/team
    """
    output.put(script("roles").rstrip(), multiline=True)
