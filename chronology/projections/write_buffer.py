"""Rows on their way into the projections: kept until many can be written in the order of the tables. SQL and rows."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from chronology.projections import columns, name_index, names, references, segment_changes
from chronology.projections.claim_rows import CalledRow, ReferenceRow
from chronology.projections.claims import Group
from chronology.projections.columns import ORDINAL_BITS, NewClaim
from chronology.projections.segment_changes import Change, change_of


class Withdrawal(NamedTuple):
    """What finds the claims of one event in one group, and how they end.

    Attributes:
        by: the position that withdraws them.
        tells: 0 where the event is still live, and `reference` tells from now on whom it is about.
    """

    by: int
    tells: int
    subject: int
    attribute: int
    start_min: int
    position: int


def insert(connection: sqlite3.Connection, rows: Iterable[NewClaim], numbers: Mapping[str, int]) -> None:
    """Write new rows, with numbers for their names; in order, so that each page is written once."""
    written = [columns.numbered(row, numbers) for row in rows]
    connection.executemany(columns.INSERT, sorted(written, key=columns.IN_ORDER))


def withdraw(connection: sqlite3.Connection, withdrawals: Sequence[Withdrawal]) -> None:
    """End live claims."""
    connection.executemany(
        f"""
        UPDATE claim
        SET known_until = ?1, tells = tells AND ?2
        WHERE subject = ?3 AND attribute = ?4 AND start_min = ?5 AND known_until IS NULL
            AND ifnull(position, key >> {ORDINAL_BITS}) = ?6
        """,
        sorted(withdrawals, key=itemgetter(2, 3, 4, 5)),
    )


_MOST_ROWS: Final = 20_000
"""Events and rows that are kept until they are written: the more, the fewer pages for each.

Events alone are no measure of memory: a position on a map makes one row, an incident twenty.
"""


class Pending:
    """What events contribute, what ends rows that are written, and the groups that both touch."""

    def __init__(self, connection: sqlite3.Connection, *, is_new: bool) -> None:
        """Start with nothing; tables that are new get their segments when they are whole."""
        self._connection, self._is_new = connection, is_new
        self._rows: dict[int, tuple[list[NewClaim], list[ReferenceRow], list[CalledRow]]] = {}
        self._ended: list[tuple[int, bool, NewClaim]] = []
        self._gone: list[tuple[int, ReferenceRow]] = []
        self._unnamed: list[tuple[int, CalledRow]] = []
        # What came and went, by group, since segments were last brought up; and how much that is.
        self._touched: defaultdict[Group, list[Change]] = defaultdict(list)
        self.changes = self._size = 0

    def add(
        self, position: int, claims: list[NewClaim], spoken_of: list[ReferenceRow], names_given: list[CalledRow]
    ) -> None:
        """Take the rows of the event at a position, in the place of those that were to be written for it."""
        self._rows[position] = claims, spoken_of, names_given
        self._size += 1 + len(claims) + len(spoken_of) + len(names_given)
        if self._size >= _MOST_ROWS:
            self.write()

    def end(
        self,
        by: int,
        *,
        tells: bool,
        claims: list[NewClaim],
        spoken_of: list[ReferenceRow] | None = None,
        names_given: list[CalledRow] | None = None,
    ) -> None:
        """End rows that are written, by a position; `tells` as in `Withdrawal`."""
        self._ended += [(by, tells, row) for row in claims]
        self._gone += [(by, row) for row in spoken_of or ()]
        self._unnamed += [(by, row) for row in names_given or ()]

    def withdraw(self, position: int, *, by: int) -> bool:
        """End what the event at a position contributes, if that is not written yet; tell whether it was not.

        It can have been withdrawn in two logs: the first withdrawal that this one recorded ends it.
        """
        if position not in self._rows:
            return False
        claims, spoken_of, names_given = self._rows[position]
        claims[:] = [row._replace(known_until=row.known_until or by) for row in claims]
        spoken_of[:] = [row._replace(known_until=row.known_until or by) for row in spoken_of]
        names_given[:] = [row._replace(known_until=row.known_until or by) for row in names_given]
        return True

    def write(self) -> None:
        """Write everything; names are numbered in the order in which the log uses them."""
        numbers = names.number(self._connection, self._names())
        self._end(numbers)
        rows = [row for some, _, _ in self._rows.values() for row in some]
        insert(self._connection, rows, numbers)
        spoken_of = [(numbers[row[0]], *row[1:]) for _, some, _ in self._rows.values() for row in some]
        references.insert(self._connection, spoken_of)
        name_index.insert(self._connection, (row for _, _, some in self._rows.values() for row in some), numbers)
        self._rows.clear()
        self._size = 0
        if not self._is_new:
            for row in rows:
                if row.known_until is None:
                    self._touched[numbers[row.subject], numbers[row.attribute]].append(change_of(row, came=True))
            self.changes += len(rows)

    def update_segments(self) -> None:
        """Bring the segments up to what was written."""
        segment_changes.update(self._connection, self._touched)
        self._touched.clear()
        self.changes = 0

    def _names(self) -> Iterator[str]:
        """Yield the names in what is pending, in order of use; what is ended has its numbers already."""
        for rows, spoken_of, _ in self._rows.values():
            for row in rows:
                yield row.subject
                yield row.attribute
                yield row.source
                yield row.origin
            for one in spoken_of:
                yield one.subject
        for _, _, row in self._ended:
            yield row.subject
            yield row.attribute
        for _, one in self._gone:
            yield one.subject

    def _end(self, numbers: Mapping[str, int]) -> None:
        """End claims and references that are written, before others of the same event may take their places."""
        ended: list[Withdrawal] = []
        for by, tells, row in self._ended:
            subject, attribute = numbers[row.subject], numbers[row.attribute]
            ended.append(Withdrawal(by, tells, subject, attribute, row.start_min, row.position))
            if not self._is_new:
                self._touched[subject, attribute].append(change_of(row, came=False))
                self.changes += 1
        withdraw(self._connection, ended)
        references.withdraw(self._connection, [(by, numbers[row.subject], row.position) for by, row in self._gone])
        name_index.withdraw(self._connection, self._unnamed, numbers)
        self._ended.clear()
        self._gone.clear()
        self._unnamed.clear()
