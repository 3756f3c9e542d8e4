"""Changing the segments: made again where claims came or went, for groups that are not plain. SQL and rows only."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from chronology.answers.resolve import are_plain, overtaken_from
from chronology.answers.segments import Segment, segments
from chronology.dates.calendar import BEGINNING, FOREVER
from chronology.projections import claims
from chronology.projections.claims import GROUP, Group, claim_of
from chronology.projections.columns import OPPOSING, NewClaim, Said
from chronology.projections.filters import Filters
from chronology.projections.shortcuts import LongHistory

_encode: Final = msgspec.json.encode


class Change(NamedTuple):
    """A claim that came or went, as far as it tells which instants it can touch, in seconds.

    Attributes:
        settled: from then on it neither wins nor contests where another that starts later holds for good.
    """

    came: bool
    start_min: int
    settled: int
    end_max: int
    opposes: bool


def change_of(row: NewClaim, *, came: bool) -> Change:
    """Return how a claim that came or went can change its group."""
    settled = overtaken_from(row.start_max, row.extent_end)
    return Change(came, row.start_min, settled, row.end_max, row.breadth == OPPOSING)


class SegmentRow(NamedTuple):
    """A row of the table of segments; columns as in `tables.SEGMENT`."""

    subject: int
    attribute: int
    valid_from: int
    valid_to: int
    leading_start: int | None
    leading: int | None
    certain: bool
    contested: bool
    others: str | None
    starts: str | None


_SHORT_HISTORY: Final = 48
"""Live claims of a group up to which making all its segments again is the quickest."""

_FEW_CHANGES: Final = 1_000
"""Changes to a long history up to which looking around each of them is the quickest.

Making all segments of every long history again makes appends of incidents, as `benchmarks --csv` has them, 2.2 times as
slow.
"""

_GROUPS_AT_ONCE: Final = 500


def update(connection: sqlite3.Connection, touched: Mapping[Group, Sequence[Change]]) -> None:
    """Bring the segments of some groups up to their claims, after some of these came or went."""
    groups = sorted(touched)
    for start in range(0, len(groups), _GROUPS_AT_ONCE):
        short: list[Group] = []
        rows: list[SegmentRow] = []
        for group in groups[start : start + _GROUPS_AT_ONCE]:
            said = claims.live(connection, group, limit=_SHORT_HISTORY + 1)
            if len(said) > _SHORT_HISTORY:
                _update_long(connection, group, touched[group])
            else:
                short.append(group)
                rows += _rows(group, said)
        connection.executemany("DELETE FROM segment WHERE subject = ? AND attribute = ?", short)
        _insert(connection, rows)


def _update_long(connection: sqlite3.Connection, group: Group, changes: Sequence[Change]) -> None:
    """Make the segments of a long history again around the changes only, if they are few."""
    few = len(changes) <= _FEW_CHANGES
    if few and not _is_stored(connection, group) and all(_is_plain_around(connection, group, one) for one in changes):
        return
    whole = not few or not _is_stored(connection, group)
    if not whole and not (any(not one.came for one in changes) and are_plain(claims.live(connection, group))):
        _update_locally(connection, group, changes)
        return
    connection.execute("DELETE FROM segment WHERE subject = ? AND attribute = ?", group)
    _insert(connection, _rows(group, claims.live(connection, group)))


def _is_stored(connection: sqlite3.Connection, group: Group) -> bool:
    """Tell whether a group has segments, and so is not plain."""
    rows = connection.execute(
        "SELECT 1 FROM segment WHERE subject = ? AND attribute = ? AND valid_to > valid_from LIMIT 1", group
    )
    return rows.fetchone() is not None


def _is_plain_around(connection: sqlite3.Connection, group: Group, change: Change) -> bool:
    """Tell whether a group that was plain before a change is so after it: what went leaves it plain."""
    return not change.came or are_plain(claims.neighbours(connection, group, change.start_min))


def _update_locally(connection: sqlite3.Connection, group: Group, changes: Sequence[Change]) -> None:
    history = LongHistory(connection, group, Filters())
    opposed = history.is_opposed()
    windows: list[tuple[int, int]] = []
    for change in sorted(changes, key=attrgetter("start_min")):
        # Who denies or disputes speaks for as long as it may cover; others are outdone by the next certain change.
        cut = FOREVER if opposed or change.opposes else history.cut(change.settled)
        after, until = change.start_min, min(change.end_max, cut)
        if windows and after <= windows[-1][1]:
            after, until = windows[-1][0], max(windows.pop()[1], until)
        windows.append((after, until))
    for after, until in windows:
        _splice(connection, group, history, after, until)
    if not _is_stored(connection, group):
        _insert(connection, [_nothing(group)])


def _splice(connection: sqlite3.Connection, group: Group, history: LongHistory, after: int, until: int) -> None:
    """Make the segments between two instants again, and join them to those outside."""
    # Segments are disjoint, so of those that start earlier only the last can reach the window.
    reach = """
        WHERE subject = ? AND attribute = ? AND valid_from <= ? AND valid_to >= ? AND valid_from >= ifnull(
            (SELECT max(valid_from) FROM segment WHERE subject = ? AND attribute = ? AND valid_from < ?), ?
        )
    """
    window = (*group, until, after, *group, after, after)
    found = connection.execute(f"SELECT * FROM segment {reach} ORDER BY valid_from", window).fetchall()
    old = [SegmentRow._make(row) for row in found]
    new = [row._replace(valid_to=min(row.valid_to, after)) for row in old if row.valid_from < after]
    new += [_row(group, segment) for segment in segments(history.claims(after, until), after=after, until=until)]
    new += [row._replace(valid_from=max(row.valid_from, until)) for row in old if row.valid_to > until]
    connection.execute(f"DELETE FROM segment {reach}", window)
    _insert(connection, _joined(new))


def _joined(rows: Iterable[SegmentRow]) -> Iterator[SegmentRow]:
    """Yield rows in order, with those that follow each other without a difference made one."""
    last: SegmentRow | None = None
    for row in rows:
        if last and last.valid_to == row.valid_from and last[4:] == row[4:]:
            last = last._replace(valid_to=row.valid_to)
            continue
        if last:
            yield last
        last = row
    if last:
        yield last


def rebuild(connection: sqlite3.Connection) -> None:
    """Make every group's segments, into an empty table, one group at a time."""
    every = groupby(claims.every_live(connection), key=GROUP)
    _insert(connection, (row for group, said in every for row in _rows(group, list(said))))


def _insert(connection: sqlite3.Connection, rows: Iterable[SegmentRow]) -> None:
    connection.executemany("INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _rows(group: Group, said: Sequence[Said]) -> list[SegmentRow]:
    """Return the rows of a group, none where it is plain: the view of states tells that from the claims."""
    if are_plain(said):
        return []
    return [_row(group, one) for one in segments([claim_of(row) for row in said])] or [_nothing(group)]


def _nothing(group: Group) -> SegmentRow:
    """Return the row of a group that is not plain, and of which yet nothing is ever known to hold."""
    return SegmentRow(*group, BEGINNING, BEGINNING, None, None, True, False, None, None)


def _row(group: Group, segment: Segment) -> SegmentRow:
    answer = segment.answer
    leading, rest = answer.leading, answer.candidates[1:]
    start, key = (leading.start_min, leading.key) if leading else (None, None)
    others = starts = None
    if rest:
        others = _encode([(one.claim.key if one.claim else None, one.standing) for one in rest]).decode()
        starts = _encode([one.claim.start_min if one.claim else None for one in rest]).decode()
    since, until = segment.valid_from, segment.valid_to
    return SegmentRow(*group, since, until, start, key, answer.certain, answer.contested, others, starts)
