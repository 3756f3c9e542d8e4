"""The ways to an answer that do not weigh every claim, and which of them a question takes. SQL and rows; never writes.

Whether a way is safe, `answers.resolve` tells; what SQL leaves out mirrors its rule. One property compares all of them
with it, and docs/architecture.md lists what each buys. A group with thousands of claims is never read whole to answer
for one day, or to take one more event in.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec

from chronology.answers.holding import Dissent, Evidence, Holding, Party, ruined
from chronology.answers.resolve import Claim, is_alone, is_settled, resolve, support, until_outdone
from chronology.dates import edtf
from chronology.dates.calendar import DAY, FOREVER
from chronology.errors import DateError
from chronology.projections import claims
from chronology.projections.claims import GROUP, Group, at_places, claim_of, evidence_of, held, told
from chronology.projections.columns import NUMBERED, OPPOSING, REACHES, Said, read, said
from chronology.projections.filters import Filters
from chronology.projections.names import Texts, in_order, number_of

_decode: Final = msgspec.json.decode


def holdings(
    connection: sqlite3.Connection, filters: Filters, instant: int, *, texts: Texts, fuzz: int = 0
) -> list[Holding]:
    """Return what held at an instant, by subject and attribute, from the claims that may cover it.

    Args:
        connection: of the projections.
        filters: which claims count.
        instant: seconds.
        texts: of names, where known.
        fuzz: seconds by which qualified ends are widened.

    Raises:
        IntegrityError: the projections hold what no replay writes.
    """
    try:
        if fuzz:
            return _widened(connection, filters, instant, texts, fuzz=fuzz)
        if filters.subject is None or filters.kind is not None:
            return _of_all(connection, filters, instant, texts)
        return _of_one(connection, filters, filters.subject, instant, texts)
    except UnicodeEncodeError:
        # Of what was asked, not of what is stored.
        raise
    except (DateError, ValueError, TypeError, LookupError) as exc:
        raise ruined(exc) from exc


def _of_one(
    connection: sqlite3.Connection, filters: Filters, subject: str, instant: int, texts: Texts
) -> list[Holding]:
    """Answer about one subject; what it says is read whole only if it is not very much."""
    number = number_of(connection, subject)
    if number is None:
        return []
    if not claims.is_long(connection, number):
        rows = claims.covering(connection, filters, instant, subject=number)
        found = [answered(list(said), instant, texts) for _, said in groupby(rows, key=GROUP)]
    else:
        attribute = None if filters.attribute is None else number_of(connection, filters.attribute)
        asked = claims.attributes_of(connection, number) if filters.attribute is None else [attribute]
        found = [_of_group(connection, filters, (number, one), instant, texts) for one in asked if one]
    return sorted(filter(None, found), key=attrgetter("attribute"))


def _of_group(
    connection: sqlite3.Connection, filters: Filters, group: Group, instant: int, texts: Mapping[int, str]
) -> Holding | None:
    """Answer about one attribute, however long its history."""
    if filters.restrict_claims():
        near = LongHistory(connection, group, filters).said(instant, instant + 1)
        return answered(near, instant, texts) if near else None
    return stored(connection, group, instant, texts)


def _of_all(connection: sqlite3.Connection, filters: Filters, instant: int, texts: Texts) -> list[Holding]:
    """Answer about all subjects, or all of a kind, in one pass over their claims, which tells nearly every answer."""
    subjects = in_order(connection, kind=filters.kind)
    known = texts if filters.kind else subjects
    found, places, doubtful = scan(connection, filters, instant, subjects, known)
    rows: list[Holding | None] = [*found]
    for index, group in doubtful:
        rows[index] = _of_group(connection, filters, group, instant, known)
    # An index sorts the names anyway; to sort the rows of a whole state by them would take half as long again.
    ends = dict(zip(places, [*places.values(), len(rows)][1:], strict=True))
    ordered: list[Holding | None] = []
    for number in subjects:
        if number in places:
            begin, end = places[number], ends[number]
            if end - begin == 1:
                ordered.append(rows[begin])
            else:
                some = [row for row in rows[begin:end] if row]
                some.sort(key=attrgetter("attribute"))
                ordered += some
    return list(filter(None, ordered))


def _widened(
    connection: sqlite3.Connection, filters: Filters, instant: int, texts: Texts, *, fuzz: int
) -> list[Holding]:
    """Answer with widened dates, which only the whole of each group's claims can tell."""
    groups = groupby(claims.covering(connection, filters, instant, fuzz=fuzz), key=GROUP)
    rows = (answered(list(said), instant, texts, fuzz=fuzz) for _, said in groups)
    return sorted(filter(None, rows), key=attrgetter("subject", "attribute"))


def answered(said: Sequence[Said], instant: int, texts: Mapping[int, str], *, fuzz: int = 0) -> Holding | None:
    """Return the answer that the claims of one group give."""
    if not fuzz and is_settled(said, instant):
        return held(said[-1], texts)
    answer = resolve([claim_of(row, fuzz=fuzz) for row in said], instant)
    return None if answer is None else told(said, answer, texts)


# All subjects: in one pass, the last claim of each group.


class _Near(NamedTuple):
    """A row of a scan."""

    subject: int
    attribute: int
    event: bytes
    position: int
    valid: str | int
    source: int
    grade: str | None
    value: str | None
    origin: int
    start_min: int
    start_max: int
    extent_end: int
    doubt: int | None

    @property
    def opposes(self) -> bool:
        """Whether it denies or disputes anything."""
        return self.doubt == _OPPOSES


_OPPOSES: Final = 2

_NO_ROW: Final = (None, None)
"""Ends the last group."""


def scan(
    connection: sqlite3.Connection,
    filters: Filters,
    instant: int,
    subjects: Mapping[int, str],
    texts: Mapping[int, str],
) -> tuple[list[Holding], dict[int, int], list[tuple[int, Group]]]:
    """Answer for every group by the last claim that may cover an instant, if that is the whole answer.

    Of most attributes it is: each claim holds until the next one starts.

    Returns:
        A row for each group, subjects in order of their numbers; the index of the first of each subject; and index and
        group of those that are in doubt.
    """
    conditions, parameters = filters.conditions()
    on_claims, _ = filters.conditions_on_claims()
    # What is not sure to hold then, or opposes, is marked here: rows are more than answers, and Python the slower. For
    # the same reason what speaks of one day only is left out if another claim surely holds that starts a day later: of
    # long histories, as `benchmarks --csv` has them, that halves the time.
    rows = connection.execute(
        f"""
        SELECT subject, attribute, event, {read("position")}, {read("valid")}, source, grade,
            value, {read("origin")}, start_min, {read("start_max")}, {read("extent_end")},
            iif(breadth = {OPPOSING}, {_OPPOSES}, value IS NULL OR start_max > :instant OR end_min <= :instant)
        FROM claim
        WHERE start_min <= :instant AND ifnull(end_max > :instant, 1) AND {" AND ".join(conditions)}
            AND (breadth IS NOT NULL OR NOT EXISTS (
                SELECT 1
                FROM claim AS later NOT INDEXED
                WHERE later.subject = claim.subject AND later.attribute = claim.attribute
                    AND later.start_min >= claim.start_min + {DAY} AND later.start_min <= :instant
                    AND breadth IS NULL AND start_max IS NULL AND end_min IS NULL AND {" AND ".join(on_claims)}
            ))
        ORDER BY subject, attribute, start_min, key
        """,
        parameters | {"instant": instant},
    )
    found: list[Holding] = []
    doubtful: list[tuple[int, Group]] = []
    places: dict[int, int] = {}
    # Of a group with several rows, those before the last; most have one.
    earlier: list[tuple[Any, ...]] = []
    last: tuple[Any, ...] = _NO_ROW
    for row in chain(rows, (_NO_ROW,)):
        if row[1] == last[1] and row[0] == last[0]:
            earlier.append(last)
            last = row
            continue
        if last is not _NO_ROW:
            subject, attribute, event, position, valid, source, grade, value, origin, _, _, _, doubt = last
            if doubt or earlier:
                if doubt or not is_alone(_Near._make(last), map(_Near._make, earlier)):
                    doubtful.append((len(found), (subject, attribute)))
                earlier.clear()
            if subject not in places:
                places[subject] = len(found)
            said = Evidence(value, event, position, valid, texts[origin], texts[source], grade)
            found.append(Holding(subjects[subject], texts[attribute], said))
        last = row
    return found, places, doubtful


# A long history, as it is known now: its stored segments, or that it is plain.


def stored(connection: sqlite3.Connection, group: Group, instant: int, texts: Mapping[int, str]) -> Holding | None:
    """Return what held at an instant by all that is known now, None where nothing can have; however long the history.

    Args:
        connection: of the projections.
        group: which subject and attribute.
        instant: seconds.
        texts: of names.
    """
    segment = connection.execute(
        """
        SELECT valid_from <= ? AND valid_to > ?, leading_start, leading, certain, contested, others, starts
        FROM segment
        WHERE subject = ? AND attribute = ? AND valid_from <= ifnull(
            (SELECT max(valid_from) FROM segment WHERE subject = ? AND attribute = ? AND valid_from <= ?), ?
        )
        ORDER BY valid_from DESC
        LIMIT 1
        """,
        (instant, instant, *group, *group, instant, 2**62),
    ).fetchone()
    if segment is None:
        return _of_plain(connection, group, instant, texts)
    holds, start, leading, certain, contested, others, starts = segment
    if not holds:
        return None
    parties = _decode(others) if others else []
    places = [(start, leading), *zip(_decode(starts) if starts else (), (key for key, _ in parties), strict=True)]
    found = at_places(connection, group, [place for place in places if place[1] is not None])
    dissent: Dissent | None = None
    if parties:
        others = tuple(Party(evidence_of(found[key], texts) if key else None, standing) for key, standing in parties)
        dissent = Dissent("certain" if certain else "possible", bool(contested), others)
    leads = None if leading is None else evidence_of(found[leading], texts)
    return Holding(texts[group[0]], texts[group[1]], leads, dissent)


def _of_plain(connection: sqlite3.Connection, group: Group, instant: int, texts: Mapping[int, str]) -> Holding | None:
    found = connection.execute(
        f"""
        SELECT {NUMBERED}
        FROM claim
        WHERE subject = ? AND attribute = ? AND start_min <= ? AND known_until IS NULL
        ORDER BY start_min DESC
        LIMIT 1
        """,
        (*group, instant),
    )
    row = next(said(found), None)
    return None if row is None or row.value is None else held(row, texts)


# A long history, as it was known, or as filters admit it: the claims near an instant.


_OF_GROUP: Final = "subject = :subject AND attribute = :attribute"


class LongHistory:
    """One group, as far as filters admit it."""

    def __init__(self, connection: sqlite3.Connection, group: Group, filters: Filters) -> None:
        """Look at a group; subject, attribute and kind of the filters are ignored."""
        self._connection = connection
        conditions, self._parameters = filters.conditions_on_claims()
        self._parameters |= {"subject": group[0], "attribute": group[1]}
        self._live = " AND ".join(conditions)

    def claims(self, after: int, until: int) -> list[Claim]:
        """Return claims that give every instant in [after, until) the answer that all claims of the group would."""
        return [claim_of(row) for row in self.said(after, until)]

    def cut(self, start: int) -> int:
        """Return an instant from which on a claim that starts surely before `start` can no longer win; FOREVER if none.

        From there on another covers for ever, and starts later.
        """
        row = self._connection.execute(
            f"""
            SELECT {read("start_max")}
            FROM claim NOT INDEXED
            WHERE {_OF_GROUP} AND start_min >= :start AND role IS NULL AND end_min IS NULL AND {self._live}
            ORDER BY start_min
            LIMIT 1
            """,
            self._parameters | {"start": start},
        ).fetchone()
        return int(row[0]) if row else FOREVER

    def is_opposed(self) -> bool:
        """Tell whether some claim of the group denies or disputes."""
        return bool(
            self._connection.execute(
                f"""
                SELECT 1
                FROM claim INDEXED BY claim_broad
                WHERE {_OF_GROUP} AND breadth = {OPPOSING} AND {self._live}
                LIMIT 1
                """,
                self._parameters,
            ).fetchone()
        )

    def said(self, after: int, until: int, *, thought_away: bool = False) -> list[Said]:
        """Return what those claims are made of.

        Args:
            after: the first second.
            until: the second after the last one.
            thought_away: return also what would matter were any one value never affirmed.
        """
        window = self._parameters | {"after": after, "until": until}
        latest, floor = self._latest(window, values=2 if thought_away else 1)
        others = self._connection.execute(_others(self._live), window | {"floor": floor}).fetchall()
        # The latest start comes last, as where all claims are read.
        near = [*said(others), *reversed(latest)]
        found = {row.key: row for row in near}
        # The conflict of a dispute goes both ways.
        disputed = {position for row in near if row.disputes for position in json.loads(row.disputes)}
        for position in sorted(disputed):
            place = {"position": position, "start": self._start_of(position)}
            more = self._connection.execute(_by_position(self._live), window | place).fetchall()
            found |= {row.key: row for row in said(more)}
        return list(found.values())

    def _start_of(self, position: int) -> int | None:
        """Return the earliest start of what the event at a position says, which tells where its claims stand."""
        row = self._connection.execute(
            "SELECT json_extract(CAST(body AS TEXT), '$.valid') FROM event WHERE position = ? AND body <> x''",
            (position,),
        ).fetchone()
        return None if row is None else edtf.parse(row[0]).extent.start_min

    def _latest(self, window: dict[str, Any], *, values: int) -> tuple[list[Said], int]:
        """Return the affirmations that may start after the floor, or on the day before it; and the floor.

        That is the latest start from which that many different values cover the whole window; FOREVER if fewer do, and
        all were returned.
        """
        with closing(self._connection.execute(_backwards(self._live), window)) as cursor:
            return until_outdone(said(cursor), window["after"], window["until"], values=values)


@lru_cache(maxsize=64)
def _backwards(live: str) -> str:
    """Return the query for the affirmations of a group that may cover part of a window, latest start first."""
    return f"""
        SELECT {NUMBERED}
        FROM claim NOT INDEXED
        WHERE {_OF_GROUP} AND start_min < :until AND ifnull(end_max > :after, 1) AND role IS NULL AND {live}
        ORDER BY start_min DESC
    """


_BROAD: Final = ", ".join(f"({breadth}, {reach})" for breadth, reach in enumerate(REACHES) if breadth)


@lru_cache(maxsize=64)
def _others(live: str) -> str:
    """Return the query for what starts before the floor, and can yet win or contest; a row may come more than once.

    It wins only if it may start at the floor or later. It contests a winner, which starts no earlier than that, only if
    it surely speaks of an instant after the floor. Or it denies or disputes. Each breadth is looked through no farther
    back than it reaches.
    """
    near = f"ifnull(end_max > :after, 1) AND {_OF_GROUP} AND {live}"
    reaching = f"(start_max >= :floor OR {read('extent_end')} > :floor)"
    return f"""
        WITH broad (class, reach) AS (VALUES {_BROAD})
        SELECT {NUMBERED}
        FROM broad
        CROSS JOIN claim INDEXED BY claim_broad
        WHERE breadth = class AND start_min >= :floor - reach AND start_min < min(:floor, :until)
            AND role IS NULL AND {reaching} AND {near}
        UNION ALL
        SELECT {NUMBERED}
        FROM claim INDEXED BY claim_broad
        WHERE breadth = {OPPOSING} AND start_min < :until AND {near}
    """


@lru_cache(maxsize=64)
def _by_position(live: str) -> str:
    """Return the query for what the event at a position says of a group within a window."""
    return f"""
        SELECT {NUMBERED}
        FROM claim NOT INDEXED
        WHERE {_OF_GROUP} AND start_min < :until AND ifnull(end_max > :after, 1)
            AND start_min = :start AND {read("position")} = :position AND {live}
    """


# How many origins stand behind each value.


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
    said = _of_several(connection, filters, instant, holdings, fuzz=fuzz)
    found = {
        (texts[subject], texts[attribute]): support([claim_of(row, fuzz=fuzz) for row in rows], instant)
        for (subject, attribute), rows in said
    }
    return [
        holding.supported(number)
        if (number := found.get((holding.subject, holding.attribute)))
        else holding.supported_by_one()
        for holding in holdings
    ]


def _of_several(
    connection: sqlite3.Connection, filters: Filters, instant: int, holdings: Sequence[Holding], *, fuzz: int
) -> Iterator[tuple[Group, Iterable[Said]]]:
    """Yield what is said of each attribute of which several origins may speak."""
    subject = None if filters.subject is None else number_of(connection, filters.subject)
    if subject is None or fuzz or not claims.is_long(connection, subject):
        yield from groupby(claims.claims_of_several(connection, filters, instant, fuzz=fuzz), key=GROUP)
        return
    for holding in holdings:
        if attribute := number_of(connection, holding.attribute):
            group = subject, attribute
            yield group, LongHistory(connection, group, filters).said(instant, instant + 1, thought_away=True)


def sufficient(holdings: Iterable[Holding], least: int) -> list[Holding]:
    """Return the holdings whose leading value has at least this many origins; all their parties stay."""
    return [holding for holding in holdings if (holding.candidates[0].supported_by or 0) >= least]
