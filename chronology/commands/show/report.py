"""Commands that show a store in a browser: report, which writes one file, and serve."""

import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from chronology import Chronology, __version__
from chronology.commands.application import STORE, DryRun, Invocation, command
from chronology.commands.files import check_place, write_new
from chronology.commands.options import check_known, filtering, meant, note_late_position, parties, restrictions_of
from chronology.commands.screen import output
from chronology.dates import edtf
from chronology.errors import ChronologyError, StoreError, did_you_mean
from chronology.events.patterns import is_subject
from chronology.report import basemap
from chronology.report.page import Report, ReportOptions
from chronology.report.page import report as make
from chronology.report.selection import FIELDS, Limits
from chronology.report.server import Server

Title = Annotated[
    str | None, typer.Option(metavar="TEXT", show_default=False, help="The title. Default: the store's name.")
]
At = Annotated[str | None, typer.Option(metavar="DATE", help="The date that it opens with. Default: the latest in it.")]
Subjects = Annotated[
    list[str] | None,
    typer.Option(metavar="S", show_default=False, help="Embed only these: kind/slug or a name; may be repeated."),
]
Redact = Annotated[
    list[str] | None,
    typer.Option(metavar="F", show_default=False, help=f"Withhold: {', '.join(FIELDS)}; may be repeated."),
]
Basemap = Annotated[
    Path | None,
    typer.Option(metavar="FILE", show_default=False, help="Draw the lines of this GeoJSON file under the map."),
]

_FIRST: Final = b"<!doctype html>"
"""How a page begins."""

_LARGE: Final = 20_000_000
"""Bytes above which a page is not sent by mail, nor opened by a phone."""


@command(filtering("report", STORE))
def report(
    call: Invocation,
    file: Annotated[Path, typer.Option("-o", metavar="FILE", show_default=False, help="The HTML file to write.")],
    title: Title = None,
    at: At = None,
    subjects: Subjects = None,
    redact_fields: Redact = None,
    basemap: Basemap = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Overwrite an existing file.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Write a page that answers questions: one file to share.

    The page opens from disk in any browser and loads nothing: the state at any date, as known at any time, who says so
    and who disagrees, a timeline, a map. --subjects, --redact-fields and the filters limit what is embedded; the page
    says so, and nothing that they leave out is in the file.

    \b
    chronology report -o storm.html
    chronology report -o crossing.html --subjects crossing/baguz --redact-fields recorded_by,note
    """
    with Chronology.open(call.path, read_only=True) as chron:
        _check_target(file, overwrite=overwrite)
        limits = _limits(call, chron, subjects, redact_fields)
        options = _options(call, title, at, basemap, limits)
        made = make(chron, options, now=datetime.now(UTC))
    call.notes.say()
    if dry_run:
        output.say_dry_run()
        output.put(f"would write {file}")
        return
    if overwrite:
        _write_over(file, made.html)
    else:
        write_new(file, made.html)
    _say(file, made)


@command(filtering("report", STORE))
def serve(
    call: Invocation,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="The port; 0 takes a free one.")] = 8018,
    title: Title = None,
    at: At = None,
    subjects: Subjects = None,
    redact_fields: Redact = None,
    basemap: Basemap = None,
) -> None:
    """Show the page of `report` live, to this machine only.

    The store is opened for reading only, and the page loads itself again when the log grows. It can be asked for on
    127.0.0.1 only, and by no other site. Ctrl-C stops it.

    \b
    chronology serve
    """
    with Chronology.open(call.path, read_only=True) as chron:
        limits = _limits(call, chron, subjects, redact_fields)
    options = _options(call, title, at, basemap, limits)
    call.notes.say()
    with Server(call.path, options, port=port) as server:
        output.put(f"{server.address} shows {call.path}; Ctrl-C stops it")
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            output.say("stopped")


def _limits(
    call: Invocation,
    chron: Chronology,
    subjects: Sequence[str] | None,
    withheld: Sequence[str] | None,
) -> Limits:
    """Return what is to be left out.

    Raises:
        ChronologyError: a name that is not known.
    """
    wanted = [meant(call, chron, text) for text in _listed(subjects, apart=is_subject)]
    for subject in wanted:
        if not chron.names.knows_subject(subject):
            close = chron.names.similar(subject)
            raise ChronologyError(
                f"nothing is known of {subject}",
                hint=did_you_mean(close) or "`chronology subjects` lists them",
            )
    note_late_position(call, chron)
    restrictions = restrictions_of(call, chron)
    check_known(call, chron, subject=None, attribute=None, kind=None, parties=parties(restrictions))
    return Limits(
        subjects=tuple(dict.fromkeys(wanted)),
        restrictions=restrictions,
        withheld=frozenset(name.replace("-", "_") for name in _listed(withheld)),
    )


def _listed(texts: Sequence[str] | None, apart: object = None) -> list[str]:
    """Return what was given with several options or with commas; a name may have a comma in it, a slug has none."""
    found: list[str] = []
    for text in texts or ():
        parts = [part.strip() for part in text.split(",") if part.strip()]
        found += parts if apart is None or all(map(is_subject, parts)) else [text]
    return found


def _options(call: Invocation, title: str | None, at: str | None, lines: Path | None, limits: Limits) -> ReportOptions:
    path = call.path
    try:
        (title or path.stem).encode()
    except UnicodeEncodeError as exc:
        raise ChronologyError("the title is not text", hint="name another with --title") from exc
    return ReportOptions(
        title=title or path.stem,
        store=path.name.encode(errors="backslashreplace").decode(),
        at=None if at is None else edtf.close_of(at),
        basemap=None if lines is None else basemap.read(lines),
        limits=limits,
        program=f"Chronology {__version__}",
    )


def _check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a path at which there is something that is no page, or a page that the user did not give up.

    Raises:
        StoreError: the file is there, or cannot be made.
    """
    check_place(path)
    if not os.path.lexists(path):
        return
    if not overwrite:
        raise StoreError(f"{path} already exists", hint="add --overwrite, or name a new file")
    try:
        with path.open("rb") as file:
            is_page = file.read(len(_FIRST)) == _FIRST
    except OSError as exc:
        raise StoreError(f"{path} cannot be read: {exc.strerror}") from exc
    if not is_page:
        raise StoreError(f"{path} is not a report page, and will not be overwritten", hint="name a new file")


def _write_over(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(beside).chmod(0o644)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise StoreError(f"{path} cannot be written: {exc.strerror}") from exc


def _say(file: Path, made: Report) -> None:
    about = "1 subject" if made.subjects == 1 else f"{made.subjects:,} subjects"
    output.put(f"{file} written: {made.events:,} reports about {about}, {len(made.html) / 1e6:.1f} MB")
    if made.left_out:
        output.put(f"limited: {made.left_out:,} reports of the log are not in it")
    if len(made.html) > _LARGE:
        output.say("note: a page this large opens slowly; --subjects makes it smaller")
    if made.named:
        shown = ", ".join(f"#{position}" for position in made.named[:10])
        more = f" and {len(made.named) - 10:,} more" if len(made.named) > 10 else ""
        output.say(
            f"note: a withheld name may appear in the text of {shown}{more}: withhold quote, note or details too"
        )
