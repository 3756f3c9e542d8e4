"""Commands that check: verify, verify-proof. Exit code 3 if something does not hold."""

from pathlib import Path
from typing import Annotated

import typer

from chronology import Chronology, Fault, VerifyReport
from chronology.commands.application import READING, AsJson, Invocation, command
from chronology.commands.files import Keys, read_document
from chronology.commands.screen import event_json, output
from chronology.commands.screen.output import FAULT, Format, or_fault, progress_bar
from chronology.errors import IntegrityError
from chronology.events.json_values import Json
from chronology.evidence.exhibits import read_checkpoint, verify_proof
from chronology.transparency.merkle import Frontier
from chronology.transparency.notes import Checkpoint, check_verifier_keys


@command(READING)
def verify(
    call: Invocation,
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An earlier checkpoint, which the log must extend.")
    ] = None,
    keys: Keys = None,
    foreign: Annotated[
        bool, typer.Option("--foreign", help="Trust nothing in the file: somebody else made it.")
    ] = False,
) -> None:
    """Check every event and every projection.

    Hashes every body again, derives every other column and every projection again, and checks the file, its tables,
    its triggers and the archived copies of sources. With a checkpoint kept elsewhere, it also finds a log that was
    truncated, rewritten or swapped. Exit code 3 on a fault.

    With --foreign, the file is opened so that it can do no harm, every event is checked as if it were appended now,
    and projections and archived copies are ignored.

    \b
    chronology verify
    chronology verify --checkpoint may.checkpoint --key example.org/jane+1a2b3c4d+AbC...
    """
    if keys and checkpoint is None:
        raise typer.BadParameter("--key says who must have signed the --checkpoint, and there is no --checkpoint")
    earlier = _earlier(checkpoint, keys or [])
    if foreign:
        report = _verify_foreign(call.path, earlier)
    else:
        with (
            or_fault(),
            Chronology.open(call.path, read_only=True, damaged=True) as chron,
            progress_bar("verifying") as progress,
        ):
            report = chron.verify(progress, earlier)
    if call.format is Format.TABLE:
        _tell(report, foreign=foreign)
    else:
        output.show_record(_record(report), call.format)
    if not report.ok:
        raise typer.Exit(FAULT)


def _earlier(path: Path | None, keys: list[str]) -> Checkpoint | None:
    if path is None:
        return None
    data = read_document(path)
    if not keys:
        output.say("note: without --key, nothing checks who signed the checkpoint")
    else:
        check_verifier_keys(keys)
    with or_fault():
        return read_checkpoint(data, keys)


def _verify_foreign(path: Path, earlier: Checkpoint | None) -> VerifyReport:
    # Imported here, because the import takes longer than most questions.
    from chronology.evidence.soundness import open_foreign

    frontier, gaps, faults = Frontier(), [], []
    against = None
    try:
        with open_foreign(path) as log:
            for event in log.events():
                frontier.push(event.leaf)
                if event.is_redacted:
                    gaps.append(event.position)
            against = log.compare(earlier) if earlier else None
    except IntegrityError as exc:
        faults.append(Fault(position=exc.position, message=exc.reason))
    return VerifyReport(
        events=frontier.size, root=frontier.root(), redacted=tuple(gaps), against=against, faults=tuple(faults)
    )


def _record(report: VerifyReport) -> dict[str, Json]:
    record: dict[str, Json] = {
        "ok": report.ok,
        "events": report.events,
        "root": report.root.hex(),
        "redacted": list(report.redacted),
        "archived": report.archived,
        "faults": [{"position": fault.position, "message": fault.message} for fault in report.faults],
    }
    if report.against:
        record["checkpoint"] = {"outcome": report.against.outcome, "message": str(report.against)}
    return record


def _tell(report: VerifyReport, *, foreign: bool) -> None:
    for fault in report.faults:
        output.put(f"fault: {fault}")
    if report.against is not None:
        output.put(f"{'ok' if report.against.ok else report.against.outcome}: {report.against}")
    if report.faults:
        return
    what = (
        "events are valid and written as this program writes them"
        if foreign
        else "events and their projections are as they were written"
    )
    output.put(f"ok: {report.events:,} {what}")
    if report.archived:
        output.put(f"archived copies, whole: {report.archived:,}")
    if report.redacted:
        places = ", ".join(f"#{position}" for position in report.redacted)
        output.put(f"redacted, as declared: {places}")
    output.put(f"root {report.root.hex()}")


@command(name="verify-proof")
def verify_exhibit(
    exhibit: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The exhibit, a .tlog-proof.")],
    keys: Annotated[
        list[str],
        typer.Option("--key", metavar="VKEY", show_default=False, help="A verifier key that you trust."),
    ],
    origin: Annotated[
        str | None, typer.Option(metavar="O", help="The origin line of the log that it must come from.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check an exhibit and show its event; needs no store.

    It holds if somebody you trust signed a checkpoint of a log that had this event, word for word, at this position.
    Exit code 3 if it does not.

    \b
    chronology verify-proof exhibit.tlog-proof --key example.org/jane+1a2b3c4d+AbC...
    """
    data = read_document(exhibit)
    check_verifier_keys(keys)
    with or_fault():
        found = verify_proof(data, keys, log_origin=origin)
    if as_json:
        head = {"origin": found.checkpoint.origin, "size": found.checkpoint.size, "root": found.checkpoint.root.hex()}
        record = event_json.of_event(found.event) | {"checkpoint": head, "signed_by": list(found.signed_by)}
        output.show_record(record, Format.JSON)
        return
    output.put(f"ok: event #{found.event.position} of {found.checkpoint.size:,} in the log {found.checkpoint.origin}")
    output.put(f"signed by {', '.join(found.signed_by)}")
    output.show_fields(event_json.event_fields(found.event, lambda _: None, None))
