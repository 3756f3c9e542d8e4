"""Commands about sources: sources, sources add."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import attrs
import typer

from chronology.commands import options
from chronology.commands.application import (
    PAGED,
    STORE,
    AsJson,
    DryRun,
    Invocation,
    RecordedBy,
    command,
    group,
    open_for_writing,
)
from chronology.commands.screen import event_json, output
from chronology.commands.screen.output import Format, waiting
from chronology.commands.screen.table import Shape
from chronology.questions.source_records import Source
from chronology.store.reader import Reader

COLUMNS: Final = tuple(field.name for field in attrs.fields(Source))
SHAPE: Final = Shape(
    headings=(
        "source", "title", "publisher", "published", "reliability", "assertions", "contested", "retracted", "replaced",
        "copy", "url",
    ),
    stack=(
        "{source}  {published}",
        "    {title}  {publisher}",
        "    {url}",
        "    reliability {reliability}  assertions {assertions}  contested {contested}  retracted {retracted}  "
        "replaced {replaced}",
        "    {copy} kept",
    ),
)  # fmt: skip
"""Of the sources."""


@group("sources", PAGED)
def sources(call: Invocation) -> None:
    """List the sources and how their assertions fared, or add one.

    Contested are the assertions that are a party to a contested answer, at whatever date. What a source says of itself
    does not count. Its reliability is as described; in brackets: the most frequent letter among its grades.

    \b
    chronology sources
    chronology sources add source/gazette --title "Gazette" --published 2018-05-14
    """
    with Reader.open(call.path) as chron, waiting("counting assertions"):
        found = chron.sources.records()
    wanted = call.format
    if wanted is not Format.TABLE:
        output.show_records(map(attrs.asdict, found), wanted, columns=COLUMNS)
    elif found:
        with output.paged(wanted=call.pager):
            output.show_table(map(_row, found), shape=SHAPE)
    else:
        output.say("there is no source yet")


def _row(source: Source) -> Sequence[str]:
    letter = source.reliability or ""
    return (
        source.source,
        source.title or "",
        source.publisher or "",
        source.published or "",
        f"({letter})" if source.rated_by == "grades" else letter,
        f"{source.assertions:,}",
        f"{source.contested:,}",
        f"{source.retracted:,}",
        f"{source.replaced:,}",
        "copy" if source.archived else "",
        source.url or "",
    )


@command(STORE, of=sources)
def add(
    call: Invocation,
    source: Annotated[str, typer.Argument(metavar="SOURCE", show_default=False, help="Its name, as source/slug.")],
    title: Annotated[str | None, typer.Option(metavar="T", help="Its title, or what it is.")] = None,
    author: Annotated[str | None, typer.Option(metavar="T", help="Who wrote or made it.")] = None,
    publisher: Annotated[str | None, typer.Option(metavar="T", help="Who published it.")] = None,
    published: Annotated[str | None, typer.Option(metavar="DAY", help="The day on which it was published.")] = None,
    language: Annotated[str | None, typer.Option(metavar="L", help="Its language, as in ar or en.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where it was found.")] = None,
    accessed: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day on which it was last seen there.")
    ] = None,
    reliability: Annotated[str | None, typer.Option(metavar="B", help="How reliable it usually is, A to F.")] = None,
    archived: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A copy of it, to be kept beside the store.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="EDTF", help="When this was so. Default: the day of publication, else today.")
    ] = None,
    recorded_by: RecordedBy = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Describe a source; keep a copy of it beside the store.

    The description is an event of type source.described, and names the copy by its SHA-256 and its length. The copy is
    filed under its SHA-256 in a folder beside the store, as in chronology.db.files, where `chronology verify` checks
    it and `chronology backup` finds it. No copy is ever written over.

    \b
    chronology sources add source/gazette-2018-05-14 --title "Gazette" --published 2018-05-14 \\
        --url https://gazette.example/1 --archived gazette.html
    """
    given = {
        "title": title, "author": author, "publisher": publisher, "published": published, "language": language,
        "url": url, "accessed": accessed, "reliability": reliability,
    }  # fmt: skip
    with open_for_writing(call.path) as chron:
        event = chron.sources.add(
            options.if_named(call, chron, source, kinds=("source",)),
            {key: value for key, value in given.items() if value is not None},
            archived=archived,
            valid=on,
            recorded_by=recorded_by,
            dry_run=dry_run,
        )
        kept = chron.sources.copy_of(event)
    call.notes.say()
    if dry_run:
        output.say_dry_run()
    if as_json:
        outcome = "would append" if dry_run else "appended"
        output.show_records([event_json.of_event(event) | {"outcome": outcome}], Format.NL, columns=())
        return
    output.put(f"{'would append' if dry_run else 'appended'} #{event.position} {event.id}")
    if kept is not None:
        output.put(f"{'would keep' if dry_run else 'kept'} {archived} as {kept}")
