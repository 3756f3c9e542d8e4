"""Commands that ask: state, timeline, date."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from chronology import Chronology, Holding, edtf
from chronology.commands import arguments, output, records
from chronology.commands.application import Format, ReadingCommand, app, format_of, open_store
from chronology.errors import ChronologyError, DateError, UnknownNameError, nearest
from chronology.events import SUBJECT


@app.command(cls=ReadingCommand)
def state(
    context: typer.Context,
    subject: Annotated[str | None, typer.Argument(metavar="[SUBJECT]", show_default=False)] = None,
    attribute: Annotated[str | None, typer.Argument(metavar="[ATTRIBUTE]", show_default=False)] = None,
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
    with open_store(context, read_only=True) as chron:
        found = chron.state(
            subject,
            attribute,
            kind,
            valid_at=at,
            known_at=arguments.known_at(known_at),
            stated_by=stated_by,
            sources=source,
            origins=origin,
            min_grade=min_grade,
            fuzz=arguments.span(fuzz),
        )
        if not found:
            _explain_nothing(chron, subject, attribute, kind, at)
    _show_state(found, format_of(context), valid_at=at or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


def _show_state(found: list[Holding], wanted: Format, *, valid_at: str) -> None:
    if wanted is not Format.TABLE:
        rows = (records.of_holding(holding, valid_at=valid_at) for holding in found)
        output.show_records(rows, wanted, columns=records.STATE_COLUMNS)
    elif found:
        output.show_table(records.state_rows(found), headings=records.STATE_HEADINGS)


def _explain_nothing(
    chron: Chronology, subject: str | None, attribute: str | None, kind: str | None, at: str | None
) -> None:
    """Refuse names that cannot exist, and say on stderr that the others gave nothing."""
    if kind is not None and kind not in (kinds := chron.kinds()):
        raise UnknownNameError("subject kind", kind, kinds)
    if attribute is not None and attribute not in (attributes := chron.attributes()):
        raise UnknownNameError("attribute", attribute, attributes)
    if subject is not None:
        _check_subject(chron, subject)
    what = " of ".join(name for name in (attribute, subject or kind) if name)
    output.say(f"nothing is known{f' of {what}' if what else ''} at {at or 'this moment'}")


def _check_subject(chron: Chronology, subject: str) -> None:
    known = chron.subjects()
    if not SUBJECT.fullmatch(subject):
        close = [name for name in known if name.partition("/")[2] == subject] or nearest(subject, known)
        did_you_mean = f"did you mean {' or '.join(close[:3])}?" if close else "write it as operation/al-jazeera-storm"
        raise ChronologyError(f"subject {subject!r} is not kind/slug", hint=did_you_mean)
    kind = subject.partition("/")[0]
    if kind not in (kinds := chron.kinds()):
        raise UnknownNameError("subject kind", kind, kinds)
    if subject not in known:
        close = nearest(subject, known)
        output.say(f"note: no event is about {subject}" + (f"; did you mean {' or '.join(close)}?" if close else ""))


@app.command(cls=ReadingCommand)
def timeline(
    context: typer.Context,
    subject: Annotated[str | None, typer.Argument(metavar="[SUBJECT]", show_default=False)] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what may touch this date or a later one.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what may touch this date or an earlier one.")
    ] = None,
) -> None:
    """List the events in order of valid time, those withdrawn left out.

    With a subject: the events about it, and those whose payload refers to it.

    \b
    chronology timeline operation/al-jazeera-storm
    chronology timeline --since 2018-05-01 --until 2018-05-13
    """
    with open_store(context, read_only=True) as chron:
        found = chron.timeline(subject, since, until)
        if not found and subject is not None:
            _check_subject(chron, subject)
    wanted = format_of(context)
    if wanted is not Format.TABLE:
        output.show_records((records.of_event(event) for event in found), wanted, columns=records.EVENT_COLUMNS)
    elif found:
        output.show_table((records.timeline_row(event) for event in found), headings=records.TIMELINE_HEADINGS)
    else:
        output.say("no event has a valid time there")


@app.command(cls=ReadingCommand)
def date(
    context: typer.Context,
    texts: Annotated[list[str], typer.Argument(metavar="EDTF...", show_default=False)],
) -> None:
    """Explain how a date is read; `-` reads dates from standard input, one a line.

    In JSON, each date gives one object on a line of its own, also where it is refused.

    \b
    chronology date 2018-01/2018-04~
    chronology date 2018-05-01/.. 2018-XX-15 --json
    """
    wanted = format_of(context)
    lines = _lines(texts)
    if wanted is Format.TABLE:
        _explain_dates(lines)
    elif wanted is Format.CSV:
        shown = (edtf.as_record(text) for text in lines)
        output.show_records(shown, wanted, columns=records.DATE_COLUMNS)
    else:
        for text in lines:
            print(json.dumps(edtf.as_record(text), ensure_ascii=False))


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if text == "-":
            yield from (line.rstrip("\n") for line in sys.stdin)
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
