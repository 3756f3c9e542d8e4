"""The columns of a claim: what is written is read back, in each form in which a claim is read."""

from typing import Any

import pytest

from chronology import Chronology
from chronology.dates import edtf
from chronology.projections import columns
from chronology.projections.claims import claim_of
from chronology.projections.columns import COLUMNS, NUMBERED, TEXTS, ClaimRow, NewClaim, Row, Said

NAMES = ("subject", "attribute", "origin", "source")


def new(**changes: Any) -> NewClaim:
    """Return a claim as an event contributes it, of which nothing is what a NULL in the table stands for."""
    day = edtf.opening_of("2018-05-01")
    fields: dict[str, Any] = {
        "key": 9 << 24 | 3, "position": 7, "subject": "place/x", "attribute": "status", "value": '"open"',
        "role": "denies", "start_min": day, "start_max": day + 1, "end_min": day + 86_402, "end_max": day + 86_403,
        "extent_end": day + 86_404, "valid": "2018-05", "persists": True, "begins": False, "event": bytes(range(16)),
        "origin": "person/p", "source": "source/s", "grade": "B2", "stated": day, "disputes": "[1]",
        "known_from": 9, "known_until": 12, "rank": b"\1", "breadth": 2, "tells": True, "extent_last": day + 86_405,
    }  # fmt: skip
    return ClaimRow(**fields | changes)


def written(chron: Chronology, row: NewClaim) -> dict[str, int]:
    """Write a claim beside the log, and return the numbers of its names."""
    numbers = {text: 1_000 + place for place, text in enumerate({getattr(row, name): 0 for name in NAMES})}
    connection = chron._session.connection
    connection.executemany("INSERT INTO name (id, text) VALUES (?, ?)", [(n, text) for text, n in numbers.items()])
    connection.execute(columns.INSERT, columns.numbered(row, numbers))
    return numbers


def read(chron: Chronology) -> tuple[Said, Row]:
    """Return the one claim of the subject as the table has it, and as the view shows it."""
    connection = chron._session.connection
    (said,) = columns.said(connection.execute(f"SELECT {NUMBERED} FROM claim WHERE subject >= 1000"))
    (row,) = columns.rows(connection.execute(f"SELECT {TEXTS} FROM assertion WHERE subject = 'place/x'"))
    return said, row


PLAIN: dict[str, Any] = {
    "key": 7 << 24, "known_from": 7, "role": "affirms", "start_max": edtf.opening_of("2018-05-01"),
    "end_min": edtf.FOREVER, "end_max": edtf.FOREVER, "extent_end": edtf.close_of("2018-05-01") + 1,
    "valid": edtf.opening_of("2018-05-01"), "origin": "source/s", "disputes": None, "known_until": None, "rank": None,
    "breadth": 0, "extent_last": edtf.close_of("2018-05-01") + 1,
}  # fmt: skip
"""What most claims are; each of these is a NULL in the table."""


@pytest.mark.parametrize("changes", [{}, PLAIN], ids=["spelt out", "plain"])
def test_what_is_written_is_read_back(chron: Chronology, changes: dict[str, Any]) -> None:
    """With numbers or texts for names, whatever the table leaves out because it follows from the rest."""
    row = new(**changes)
    numbers = written(chron, row)
    said, told = read(chron)
    only_written: dict[str, Any] = dict(ClaimRow._field_defaults)
    assert said == row._replace(**only_written, **{name: numbers[getattr(row, name)] for name in NAMES})
    assert told == row._replace(
        **only_written,
        event="00010203-0405-0607-0809-0a0b0c0d0e0f",
        valid="2018-05-01" if changes else "2018-05",
        stated="2018-05-01",
    )
    assert claim_of(told)._replace(origin=None) == claim_of(said)._replace(origin=None)


def test_what_a_null_stands_for_takes_no_room(chron: Chronology) -> None:
    """A claim as most are leaves every column empty that has something to stand for."""
    written(chron, new(**PLAIN))
    names = [name for name, column in COLUMNS.items() if column.default is not None]
    found = chron._session.connection.execute(f"SELECT {', '.join(names)} FROM claim WHERE subject >= 1000").fetchone()
    assert dict(zip(names, found, strict=True)) == dict.fromkeys(names)


@pytest.mark.parametrize("changes", [{}, PLAIN], ids=["spelt out", "plain"])
def test_the_position_of_a_stored_row_is_found(chron: Chronology, changes: dict[str, Any]) -> None:
    """Whether the row spells it out or not."""
    written(chron, new(**changes))
    (row,) = chron._session.connection.execute("SELECT * FROM claim WHERE subject >= 1000")
    assert columns.position_in(row) == 7
