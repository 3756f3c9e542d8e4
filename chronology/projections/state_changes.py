"""Changing the state projection: its segments made anew where assertions came or went. SQL and rows only."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from chronology.answers.resolve import Claim
from chronology.answers.segments import Segment, segments
from chronology.dates.calendar import FOREVER
from chronology.projections.assertion import Group, claims_of, every_group
from chronology.projections.assertion_changes import Change
from chronology.projections.filters import Filters
from chronology.projections.long_history import LongHistory

_encode: Final = msgspec.json.encode


class StateRow(NamedTuple):
    """A row of the state projection; columns as in `tables.STATE`."""

    subject: str
    attribute: str
    valid_from: int
    valid_to: int
    value: str | None
    certainty: str
    contested: bool
    leading: int | None
    others: str | None


_COLUMNS: Final = ", ".join(StateRow._fields)

_SHORT_HISTORY: Final = 48
"""Live assertions of a group up to which making all its segments anew is the quickest."""

_FEW_CHANGES: Final = 64
"""Changes to a long history up to which looking around each of them is the quickest."""

_GROUPS_AT_ONCE: Final = 500

_MANY_GROUPS: Final = 2_000
"""Groups from which on, if they are most of all, one pass over every assertion is quicker than one look at each."""


def update(connection: sqlite3.Connection, touched: Mapping[Group, Sequence[Change]]) -> None:
    """Bring the segments of some groups up to their assertions, after some of these came or went."""
    if len(touched) > _MANY_GROUPS and are_most(connection, len(touched)):
        renew(connection)
        return
    groups = sorted(touched)
    for start in range(0, len(groups), _GROUPS_AT_ONCE):
        stale: list[Group] = []
        rows: list[StateRow] = []
        for group in groups[start : start + _GROUPS_AT_ONCE]:
            changes = touched[group]
            claims = claims_of(connection, group, limit=_SHORT_HISTORY + 1)
            if len(claims) > _SHORT_HISTORY and len(changes) <= _FEW_CHANGES:
                _update_locally(connection, group, changes)
                continue
            if len(claims) > _SHORT_HISTORY:
                claims = claims_of(connection, group)
            if not _is_new(claims, changes):
                stale.append(group)
            rows += [_row(group, segment) for segment in segments(claims)]
        connection.executemany("DELETE FROM state WHERE subject = ? AND attribute = ?", stale)
        _insert(connection, rows)


def _is_new(claims: Sequence[Claim], changes: Sequence[Change]) -> bool:
    """Tell whether nothing live was known of a group before these changes, so that it has no segments yet."""
    return len(claims) == len(changes) and all(change.came for change in changes)


def are_most(connection: sqlite3.Connection, groups: int) -> bool:
    """Tell whether a number of groups is more than half of all."""
    row = connection.execute("SELECT count(*) FROM (SELECT DISTINCT subject, attribute FROM assertion)").fetchone()
    return groups > int(row[0]) // 2


def _update_locally(connection: sqlite3.Connection, group: Group, changes: Sequence[Change]) -> None:
    """Make the segments of a long history anew around the changes only."""
    history = LongHistory(connection, group, Filters())
    opposed = history.is_opposed()
    windows: list[tuple[int, int]] = []
    for change in sorted(changes, key=attrgetter("start_min")):
        # Who denies or disputes speaks for as long as it may cover; others are outdone by the next certain change.
        settled = max(change.start_max + 1, change.extent_end)
        cut = FOREVER if opposed or change.opposes else history.cut(settled)
        after, until = change.start_min, min(change.end_max, cut)
        if windows and after <= windows[-1][1]:
            after, until = windows[-1][0], max(windows.pop()[1], until)
        windows.append((after, until))
    for after, until in windows:
        _splice(connection, group, history, after, until)


def _splice(connection: sqlite3.Connection, group: Group, history: LongHistory, after: int, until: int) -> None:
    """Make the segments between two instants anew, and join them to those outside."""
    # Segments are disjoint, so of those that start earlier only the last can reach the window.
    reach = """
        WHERE subject = ?1 AND attribute = ?2 AND valid_from <= ?4 AND valid_to >= ?3 AND valid_from >= ifnull(
            (SELECT max(valid_from) FROM state WHERE subject = ?1 AND attribute = ?2 AND valid_from < ?3), ?3
        )
    """
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM state {reach} ORDER BY valid_from", (*group, after, until)
    ).fetchall()
    old = [StateRow._make(row) for row in found]
    new = [row._replace(valid_to=min(row.valid_to, after)) for row in old if row.valid_from < after]
    new += [_row(group, segment) for segment in segments(history.claims(after, until), after=after, until=until)]
    new += [row._replace(valid_from=max(row.valid_from, until)) for row in old if row.valid_to > until]
    connection.execute(f"DELETE FROM state {reach}", (*group, after, until))
    _insert(connection, _joined(new))


def _joined(rows: Iterable[StateRow]) -> Iterator[StateRow]:
    """Yield rows in order, with those that follow each other without a difference made one."""
    last: StateRow | None = None
    for row in rows:
        if last and last.valid_to == row.valid_from and last[4:] == row[4:]:
            last = last._replace(valid_to=row.valid_to)
            continue
        if last:
            yield last
        last = row
    if last:
        yield last


def renew(connection: sqlite3.Connection) -> None:
    """Make every group's segments anew."""
    connection.execute("DELETE FROM state")
    rebuild(connection)


def rebuild(connection: sqlite3.Connection) -> None:
    """Make every group's segments, into an empty table, one group at a time."""
    _insert(connection, (_row(group, s) for group, claims in every_group(connection) for s in segments(claims)))


def _insert(connection: sqlite3.Connection, rows: Iterable[StateRow]) -> None:
    connection.executemany(
        f"""
        INSERT INTO state ({_COLUMNS})
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        rows,
    )


def _row(group: Group, segment: Segment) -> StateRow:
    valid_from, valid_to, (candidates, certain, contested) = segment
    (leading, _), *rest = candidates
    others = _encode([(claim.key if claim else None, standing) for claim, standing in rest]).decode() if rest else None
    certainty = "certain" if certain else "possible"
    value, key = (leading.value, leading.key) if leading else (None, None)
    return StateRow(*group, valid_from, valid_to, value, certainty, contested, key, others)
