"""The command that explains dates."""

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

import typer

from chronology.commands.application import READING, Invocation, command
from chronology.commands.screen import output
from chronology.commands.screen.output import Format
from chronology.dates import edtf
from chronology.errors import ChronologyError, DateError
from chronology.events.json_values import Json

_COLUMNS: Final = (
    "edtf", "valid", "level", "earliest", "latest", "start", "end", "persists", "uncertain", "approximate", "error",
)  # fmt: skip


@command(READING)
def date(
    call: Invocation,
    texts: Annotated[list[str], typer.Argument(metavar="EDTF...", show_default=False, help="Dates, or -.")],
) -> None:
    """Explain how a date is read.

    `-` reads dates from standard input, one a line. In JSON, each date gives one object on a line of its own, even
    if it is refused. Exit code 1 if any was refused.

    \b
    chronology date 2018-01/2018-04~
    chronology date 2018-05-01/.. 2018-XX-15 --json
    """
    wanted = call.format
    lines = _lines(texts)
    if wanted is Format.TABLE:
        _explain_dates(lines)
        return
    tally = _Tally()
    output.show_records(tally.records(lines), wanted if wanted.is_csv else Format.NL, columns=_COLUMNS)
    if tally.refused:
        dates = "the date was" if tally.seen == 1 else f"{tally.refused:,} of {tally.seen:,} dates were"
        raise ChronologyError(f"{dates} refused", hint="the `error` of each record says why")


class _Tally:
    """Counts the dates that are read, and those that are refused."""

    def __init__(self) -> None:
        self.seen = self.refused = 0

    def records(self, texts: Iterable[str]) -> Iterator[dict[str, Json]]:
        """Yield the record of each text."""
        for text in texts:
            record = edtf.as_record(text)
            self.seen += 1
            self.refused += not record["valid"]
            yield record


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if text == "-":
            # Text that is not UTF-8 is refused like any other text that is not a date.
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
