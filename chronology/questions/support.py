"""Answers with the number of independent origins behind each value. Reads, never writes."""

import sqlite3
from collections.abc import Iterable

from chronology.answers.corroboration import support
from chronology.answers.holding import Holding
from chronology.projections.filters import Filters
from chronology.questions import scope


def counted(
    connection: sqlite3.Connection, filters: Filters, instant: int, holdings: Iterable[Holding], *, fuzz: int = 0
) -> list[Holding]:
    """Return holdings whose candidates tell how many origins support them.

    Args:
        connection: of the projections.
        filters: which assertions count; those with which the holdings were found.
        instant: seconds; the one for which the holdings were found.
        holdings: in order of subject and attribute.
        fuzz: seconds by which qualified ends are widened.
    """
    wanted = {(holding.subject, holding.attribute): holding for holding in holdings}
    if not wanted:
        return []
    for rows in scope.groups(connection, filters, covering=instant, fuzz=fuzz):
        group = rows[0].subject, rows[0].attribute
        if group not in wanted:
            continue
        if len({row.origin for row in rows}) == 1:
            # Then each value that a party affirms has this one behind it.
            found = dict.fromkeys((row.value for row in rows), 1)
        else:
            found = support([scope.claim_of(row, fuzz=fuzz) for row in rows], instant)
        wanted[group] = wanted[group].supported(found)
    return list(wanted.values())


def sufficient(holdings: Iterable[Holding], least: int) -> list[Holding]:
    """Return the holdings whose leading value has at least so many origins; all their parties stay."""
    return [holding for holding in holdings if (holding.candidates[0].supported_by or 0) >= least]
