"""The command that explains dates."""

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

import typer

from chronology.commands import output
from chronology.commands.application import Format, ReadingCommand, app, format_of
from chronology.dates import edtf
from chronology.errors import DateError

_COLUMNS: Final = (
    "edtf", "valid", "level", "earliest", "latest", "start", "end", "persists", "uncertain", "approximate", "error",
)  # fmt: skip


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
        output.show_records(shown, wanted, columns=_COLUMNS)
    else:
        output.show_records((edtf.as_record(text) for text in lines), Format.NL, columns=_COLUMNS)


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
