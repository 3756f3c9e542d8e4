"""The columns of a claim, declared once: the table, the view, rows that are written and read, copies. Runs no SQL.

A new column is one field of `ClaimRow`, and the code that works it out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from operator import itemgetter
from typing import Annotated, Any, Final, Generic, Literal, NamedTuple, TypeVar

from chronology.dates.calendar import BEGINNING, DAY, FOREVER

ORDINAL_BITS: Final = 24
"""Of a key: the rest of it is the position since which the claim is read so."""

REACHES: Final = (DAY, 8 * DAY, 32 * DAY, 128 * DAY, 1024 * DAY, 2 * FOREVER)
"""By breadth: how far beyond its earliest start a claim says anything, at most. The first is stored as NULL."""

OPPOSING: Final = len(REACHES)
"""The breadth of what denies or disputes: it speaks for as long as it may cover."""

Name = TypeVar("Name", bound=str | int)
"""A subject, attribute, origin or source: as text, or as the number that stands for it in the tables."""

Id = TypeVar("Id", bound=str | bytes)
"""The id of an event: as text, or its 16 bytes."""

Day = TypeVar("Day", bound=str | int)
"""A day: as text, or as its first second."""

Role = Literal["affirms", "denies", "disputes"]


class Column(NamedTuple):
    """How a column is kept and shown.

    Attributes:
        place: in the table; what every question reads comes first, because SQLite walks along a row up to the last
            column that it needs. None for what is not stored, but follows from other columns.
        stored: its type there.
        meaning: the comment there.
        default: in SQL, what a NULL stands for; None if NULL means that there is nothing.
        shown: in SQL, what a person at a SQL prompt sees in the view, and a copy has; "" for what the table says, None
            for what is not shown.
        told: the comment in the view; None for the same.
        kind: of what is shown.
        told_at: where on its line the comment in the view begins. (The texts of tables and views never change by so
            much as a space without a new version: `verify` compares them with those in the file.)
    """

    place: int | None
    stored: str
    meaning: str = ""
    default: str | None = None
    shown: str | None = ""
    told: str | None = None
    kind: type = int
    told_at: int = 35


_EVENT: Final = " || '-' || ".join(
    f"hex(substr(event, {first}, {count}))" for first, count in ((1, 4), (5, 2), (7, 2), (9, 2), (11, 6))
)
"""A UUID, in capitals."""

_KNOWN_FROM: Final = f"key >> {ORDINAL_BITS}"


class ClaimRow(NamedTuple, Generic[Name, Id, Day]):
    """A claim and what stands behind it, in the order in which it is shown.

    `valid` is a text that was entered, or a day. What the view does not show is only written.
    """

    # fmt: off
    key: Annotated[int, Column(4, "INTEGER NOT NULL", "known_from << 24 | ordinal", told_at=68)]
    position: Annotated[int, Column(
        17, "INTEGER", "of the event; NULL: known_from", _KNOWN_FROM, told="of the event", told_at=56
    )]
    subject: Annotated[Name, Column(
        1, "INTEGER NOT NULL", "a name, as are the next and those that say so", shown="s.text", told="", kind=str
    )]
    attribute: Annotated[Name, Column(2, "INTEGER NOT NULL", shown="a.text", kind=str)]
    value: Annotated[str | None, Column(8, "TEXT", "canonical JSON; NULL: from here nothing holds", kind=str)]
    role: Annotated[Role, Column(
        18, "TEXT", "denies, disputes; NULL: affirms", "'affirms'", kind=str,
        told="affirms, denies (value is what is denied), disputes (value is what is disputed)"
    )]
    start_min: Annotated[int, Column(
        3, "INTEGER NOT NULL", "bounds are seconds, as in the view assertion",
        told="seconds since 1970-01-01 in the proleptic Gregorian calendar:"
    )]
    start_max: Annotated[int, Column(
        12, "INTEGER", "NULL: start_min", "start_min", told="the first covered instant lies in [start_min, start_max],"
    )]
    end_min: Annotated[int, Column(
        13, "INTEGER", "NULL: unbounded", f"{FOREVER}", told="the first no longer covered in [end_min, end_max];",
        told_at=52
    )]
    end_max: Annotated[int, Column(
        14, "INTEGER", "NULL: unbounded", f"{FOREVER}", told=f"{BEGINNING} and {FOREVER} mean unbounded", told_at=52
    )]
    extent_end: Annotated[int, Column(
        15, "INTEGER", "NULL: a day after start_min", f"start_min + {DAY}",
        told="earliest end of what was claimed, persistence left out"
    )]
    valid: Annotated[str | Day, Column(
        11, "TEXT", "EDTF, as entered; NULL: the day of start_min", "start_min", kind=str,
        shown="ifnull(valid, date(start_min, 'unixepoch'))", told="EDTF, as entered"
    )]
    persists: Annotated[bool, Column(22, "INTEGER NOT NULL", "0 where the type does not last", kind=bool)]
    begins: Annotated[bool, Column(
        23, "INTEGER NOT NULL", "0 where the type tells when it was so, not since when", kind=bool
    )]
    event: Annotated[Id, Column(
        9, "BLOB NOT NULL", "id, 16 bytes", shown=f"lower({_EVENT})", told="id", kind=str
    )]
    origin: Annotated[Name, Column(6, "INTEGER", "NULL: the source", "source", shown="o.text", told="", kind=str)]
    source: Annotated[Name, Column(7, "INTEGER NOT NULL", shown="p.text", kind=str)]
    grade: Annotated[str | None, Column(10, "TEXT", kind=str)]
    stated: Annotated[Day, Column(
        21, "INTEGER NOT NULL", "first second of the day", kind=str, shown="date(stated, 'unixepoch')",
        told="day; of recording where nobody knows better"
    )]
    disputes: Annotated[str | None, Column(19, "TEXT", "JSON list of positions; NULL for none", kind=str)]
    known_from: Annotated[int, Column(
        None, "", shown=_KNOWN_FROM, told="the position since which it is read so", told_at=0
    )]
    known_until: Annotated[int | None, Column(5, "INTEGER", "the position that withdrew it; NULL while it is live")]
    rank: Annotated[bytes | None, Column(
        20, "BLOB", "its place between two positions where another log recorded it first, else NULL", kind=bytes
    )]
    breadth: Annotated[int, Column(
        16, "INTEGER", "how far beyond start_min it says anything, or that it opposes; NULL: one day", "0", shown=None
    )] = 0
    tells: Annotated[bool, Column(
        24, "INTEGER NOT NULL", "1 where it also tells that its event is about the subject", shown=None
    )] = False
    extent_last: Annotated[int, Column(
        25, "INTEGER", "first second that the valid time can no longer touch; NULL: a day after start_max",
        f"ifnull(start_max, start_min) + {DAY}", shown=None
    )] = 0
    # fmt: on

    @property
    def opposes(self) -> bool:
        """Whether it denies or disputes anything."""
        return self.role != "affirms" or self.disputes is not None


NewClaim = ClaimRow[str, bytes, int]
"""As events contribute it."""

Said = ClaimRow[int, bytes, int]
"""As the tables have it."""

Row = ClaimRow[str, str, str]
"""As a person at a SQL prompt sees it in the view, or in a copy."""

_HINTS: Final[dict[str, Any]] = ClaimRow.__annotations__

COLUMNS: Final[dict[str, Column]] = {name: hint.__metadata__[0] for name, hint in _HINTS.items()}
"""Every column by its name, in the order in which they are shown."""

SHOWN: Final = {name: column.kind for name, column in COLUMNS.items() if column.shown is not None}
"""What the view and a copy show, and what each column holds there."""

_STORED: Final = sorted((column for column in COLUMNS.items() if column[1].place), key=lambda column: column[1][0] or 0)


def read(name: str) -> str:
    """Return SQL for what a column of the table says, whether that is spelt out or not."""
    default, shown = COLUMNS[name].default, COLUMNS[name].shown
    if COLUMNS[name].place is None:
        return str(shown)
    return name if default is None else f"ifnull({name}, {default})"


def position_in(row: Sequence[Any]) -> int:
    """Return the position of the event of a row as the table has it, column by column."""
    said = dict(zip((name for name, _ in _STORED), row, strict=True))
    found = said["key"] >> ORDINAL_BITS if said["position"] is None else said["position"]
    return int(found)


NUMBERED: Final = ", ".join(map(read, SHOWN))
"""What to select from the table of claims for `Said`."""

TEXTS: Final = ", ".join(f'"{name}"' for name in SHOWN)
"""What to select from the view, or from a copy, for `Row`."""


def said(found: Iterable[tuple[Any, ...]]) -> Iterator[Said]:
    """Return as claims what was selected by `NUMBERED`."""
    return starmap(ClaimRow, found)


def rows(found: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
    """Return as claims what was selected by `TEXTS`."""
    return starmap(ClaimRow, found)


def _written(name: str, default: str | None) -> str:
    return name if default is None else f"nullif({name}, {default})"


_NAMES: Final = [place for place, hint in enumerate(_HINTS.values()) if hint.__origin__ is Name]

IN_ORDER: Final = itemgetter(*(list(COLUMNS).index(name) for name in ("subject", "attribute", "start_min", "key")))
"""The order of the table, of rows from `numbered`."""


def numbered(row: NewClaim, numbers: Mapping[str, int]) -> list[Any]:
    """Return a row as `INSERT` takes it, with numbers in place of names."""
    found: list[Any] = [*row]
    for place in _NAMES:
        found[place] = numbers[found[place]]
    return found


INSERT: Final = f"""
    INSERT INTO claim ({", ".join(name for name, _ in _STORED)})
    SELECT {", ".join(_written(name, column.default) for name, column in _STORED)}
    FROM (SELECT {", ".join(f"? AS {name}" for name in COLUMNS)})
"""
"""Writes what `numbered` gives."""


def _line(text: str, comment: str, place: int, end: str) -> str:
    line = f"    {text}{end}"
    return f"{line:<{place}}".ljust(len(line) + 2) + f"-- {comment}" if comment else line


_IN_TABLE: Final = "\n".join(_line(f"{name} {column.stored}", column.meaning, 35, ",") for name, column in _STORED)

TABLE: Final = f"""\
CREATE TABLE claim (
{_IN_TABLE}
    PRIMARY KEY (subject, attribute, start_min, key)
) STRICT, WITHOUT ROWID"""


def _in_view(name: str) -> str:
    column, last = COLUMNS[name], list(SHOWN)[-1]
    shown = column.shown or read(name)
    comment = column.meaning if column.told is None else column.told
    return _line(shown if shown == name else f"{shown} AS {name}", comment, column.told_at, "" if name == last else ",")


_SHOWN_SO: Final = "\n".join(map(_in_view, SHOWN))

VIEW: Final = f"""\
CREATE VIEW assertion AS
SELECT
{_SHOWN_SO}
FROM claim
JOIN name AS s ON s.id = claim.subject
JOIN name AS a ON a.id = claim.attribute
JOIN name AS o ON o.id = ifnull(claim.origin, claim.source)
JOIN name AS p ON p.id = claim.source"""
