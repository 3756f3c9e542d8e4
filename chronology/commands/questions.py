"""Commands that ask: state, timeline, date."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from chronology import Holding, edtf
from chronology.commands import arguments, names, output, records
from chronology.commands.application import Format, ReadingCommand, app, format_of, open_store
from chronology.errors import DateError

Subject = Annotated[
    str | None, typer.Argument(metavar="[SUBJECT]", show_default=False, help="What is asked about, as kind/slug.")
]


@app.command(cls=ReadingCommand)
def state(
    context: typer.Context,
    subject: Subject = None,
    attribute: Annotated[
        str | None, typer.Argument(metavar="[ATTRIBUTE]", show_default=False, help="What is asked of it, as in status.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="The date asked about: its close. Default: now.")
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option(metavar="T", help="As the log stood then: a position, a day (its close, UTC) or a date-time."),
    ] = None,
    stated_by: Annotated[str | None, typer.Option(metavar="DAY", help="Only what was stated up to this day.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="S", help="Only from this document; may be repeated.")
    ] = None,
    origin: Annotated[
        list[str] | None, typer.Option(metavar="X", help="Only claims that come from X; may be repeated.")
    ] = None,
    min_grade: Annotated[
        str | None, typer.Option(metavar="B3", help="Only what is graded at least so, in both respects.")
    ] = None,
    kind: Annotated[str | None, typer.Option(metavar="K", help="Only subjects of this kind.")] = None,
    fuzz: Annotated[
        str | None, typer.Option(metavar="7d", help="Widen the ends of dates qualified with ? ~ or %.")
    ] = None,
) -> None:
    """Say what held at a date, who says so, and who disagrees.

    The first row of an answer is the leading value: certain if no reading of the dates gives another, else possible.
    Below it stand the other possible values, the rivals that contest it, and the denials.

    \b
    chronology state operation/al-jazeera-storm --at 2018-03-01
    chronology state person/abu-bakr-al-baghdadi location --at 2018-05-14
    chronology state crossing/baguz status --at 2018-05-20 --known-at 2018-05-20
    """
    moment = at or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with open_store(context, read_only=True) as chron:
        found = chron.state(
            subject,
            attribute,
            kind,
            valid_at=moment,
            known_at=arguments.known_at(known_at),
            stated_by=stated_by,
            sources=source,
            origins=origin,
            min_grade=min_grade,
            fuzz=arguments.span(fuzz),
        )
        names.note_late_position(chron, known_at)
        if not found:
            parties = [*(source or ()), *(origin or ())]
            names.check_known(chron, subject=subject, attribute=attribute, kind=kind, parties=parties)
            what = " of ".join(name for name in (attribute, subject or kind) if name)
            known = f", as known at {known_at}" if known_at else ""
            filtered = ", within the filters" if parties or stated_by or min_grade else ""
            output.say(f"nothing is known{f' of {what}' if what else ''} at {moment}{known}{filtered}")
    _show_state(found, format_of(context), valid_at=moment)


def _show_state(found: list[Holding], wanted: Format, *, valid_at: str) -> None:
    if wanted is not Format.TABLE:
        rows = (records.of_holding(holding, valid_at=valid_at) for holding in found)
        output.show_records(rows, wanted, columns=records.STATE_COLUMNS)
    elif found:
        output.show_table(records.state_rows(found), headings=records.STATE_HEADINGS)


@app.command(cls=ReadingCommand)
def timeline(
    context: typer.Context,
    subject: Subject = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what may touch this date or a later one.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what may touch this date or an earlier one.")
    ] = None,
) -> None:
    """List the events in order of valid time.

    Those withdrawn are left out. With a subject: the events about it, and those whose payload refers to it.

    \b
    chronology timeline operation/al-jazeera-storm
    chronology timeline --since 2018-05-01 --until 2018-05-13
    """
    with open_store(context, read_only=True) as chron:
        found = chron.timeline(subject, since, until)
        if not found and subject is not None:
            names.check_subject(chron, subject)
        position_of = names.position_of(chron)
        wanted = format_of(context)
        rows = [records.timeline_row(event, position_of) for event in found] if wanted is Format.TABLE else []
    if wanted is not Format.TABLE:
        output.show_records((records.of_event(event) for event in found), wanted, columns=records.EVENT_COLUMNS)
    elif found:
        output.show_table(rows, headings=records.TIMELINE_HEADINGS)
    else:
        output.say("no event has a valid time there")


@app.command(cls=ReadingCommand)
def date(
    context: typer.Context,
    texts: Annotated[list[str], typer.Argument(metavar="EDTF...", show_default=False, help="Dates, or -.")],
) -> None:
    """Explain how a date is read.

    `-` reads dates from standard input, one a line. In JSON, each date gives one object on a line of its own, also
    where it is refused.

    \b
    chronology date 2018-01/2018-04~
    chronology date 2018-05-01/.. 2018-XX-15 --json
    """
    wanted = format_of(context)
    lines = _lines(texts)
    if wanted is Format.TABLE:
        _explain_dates(lines)
    elif wanted.is_csv:
        shown = (edtf.as_record(text) for text in lines)
        output.show_records(shown, wanted, columns=records.DATE_COLUMNS)
    else:
        output.show_records((edtf.as_record(text) for text in lines), Format.NL, columns=records.DATE_COLUMNS)


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if text == "-":
            # What is no UTF-8 is no date either, and is told so like any other text.
            yield from (line.decode("utf-8", "backslashreplace").rstrip("\r\n") for line in sys.stdin.buffer)
        else:
            yield text


def _explain_dates(texts: Iterable[str]) -> None:
    refused: DateError | None = None
    for text in texts:
        try:
            reading = edtf.parse(text)
        except DateError as exc:
            if refused:
                output.complain(refused)
            refused = exc
            continue
        output.put(f"{text}: {edtf.describe(reading)}")
    if refused:
        raise refused
