"""Answers with the number of independent origins behind each value. Reads, never writes."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from chronology.answers.corroboration import support
from chronology.answers.holding import Holding
from chronology.projections import claims
from chronology.projections.claims import Group
from chronology.projections.columns import Said
from chronology.projections.filters import Filters
from chronology.projections.history_window import LongHistory
from chronology.projections.names import number_of


def counted(
    connection: sqlite3.Connection,
    filters: Filters,
    instant: int,
    holdings: Sequence[Holding],
    *,
    texts: Mapping[int, str],
    fuzz: int = 0,
) -> list[Holding]:
    """Return holdings whose candidates tell how many origins support them.

    Only where several origins speak is anything counted; elsewhere each value that a party affirms has one behind it.

    Args:
        connection: of the projections.
        filters: which assertions count; those with which the holdings were found.
        instant: seconds; the one for which the holdings were found.
        holdings: in order of subject and attribute.
        texts: of names.
        fuzz: seconds by which qualified ends are widened.
    """
    said = _said(connection, filters, instant, holdings, fuzz=fuzz)
    found = {
        (texts[subject], texts[attribute]): support([claims.claim_of(row, fuzz=fuzz) for row in rows], instant)
        for (subject, attribute), rows in said
    }
    return [
        holding.supported(number)
        if (number := found.get((holding.subject, holding.attribute)))
        else holding.supported_by_one()
        for holding in holdings
    ]


def _said(
    connection: sqlite3.Connection, filters: Filters, instant: int, holdings: Sequence[Holding], *, fuzz: int
) -> Iterator[tuple[Group, Iterable[Said]]]:
    """Yield what is said of each attribute of which several origins may speak."""
    subject = None if filters.subject is None else number_of(connection, filters.subject)
    if subject is None or fuzz or not claims.is_long(connection, subject):
        yield from groupby(claims.claims_of_several(connection, filters, instant, fuzz=fuzz), key=claims.GROUP)
        return
    for holding in holdings:
        if attribute := number_of(connection, holding.attribute):
            group = subject, attribute
            yield group, LongHistory(connection, group, filters).said(instant, instant + 1, thought_away=True)


def sufficient(holdings: Iterable[Holding], least: int) -> list[Holding]:
    """Return the holdings whose leading value has at least this many origins; all their parties stay."""
    return [holding for holding in holdings if (holding.candidates[0].supported_by or 0) >= least]
