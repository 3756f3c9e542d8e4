"""Questions: what a moment of any form means, and what widening the qualified ends of dates does."""

import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from conftest import Clock
from hypothesis import given
from hypothesis import strategies as st
from mirror import as_claims
from strategies import random_cases

from chronology import Chronology, ChronologyError, Event
from chronology.answers.resolve import Claim, Role, Standing, resolve
from chronology.dates.calendar import DAY, FOREVER
from chronology.dates.edtf import close_of
from chronology.projections import tables
from chronology.projections.columns import OPPOSING, ClaimRow, NewClaim
from chronology.projections.filters import Filters, KnownAt
from chronology.projections.state_scan import scan
from chronology.projections.write_buffer import insert
from chronology.store import query
from chronology.store.reader import Reader

NOON = datetime(2018, 5, 1, 12, tzinfo=UTC)
PLACE = "place/hajin"


def claim(chron: Chronology, valid: str, value: str, source: str = "source/a") -> None:
    """Append that a place was controlled by somebody."""
    data = {"attribute": "controlled_by", "value": value}
    chron.append(Event(type="fact.asserted", subject=PLACE, valid=valid, data=data, source=source))


def parties(chron: Chronology, **question: object) -> list[tuple[object, str]]:
    """Return every value of an answer and its standing."""
    found = chron.state(PLACE, **question)  # type: ignore[arg-type]
    return [(candidate.value, candidate.standing) for holding in found for candidate in holding.candidates]


@pytest.mark.parametrize(
    ("moment", "instant"),
    [
        ("2018-05-01", close_of("2018-05-01")),
        (date(2018, 5, 1), close_of("2018-05-01")),
        ("2018-05", close_of("2018-05-31")),
        ("2018-05-01T12:00:00Z", int(NOON.timestamp())),
        (NOON, int(NOON.timestamp())),
        (NOON.astimezone(timezone(timedelta(hours=3))), int(NOON.timestamp())),
        (None, int(NOON.timestamp())),
    ],
)
def test_a_moment_means_its_close(moment: query.Moment, instant: int) -> None:
    """A date asks about its last second, a date-time about itself, and nothing about now."""
    assert query.instant_of(moment, now=NOON) == instant


@pytest.mark.parametrize(
    "moment", ["2018-05-01/2018-05-03", "[2018-05-01,2018-05-02]", "soon", datetime(2018, 5, 1), 2018]
)
def test_what_is_no_single_moment_is_refused(moment: Any) -> None:
    """An interval, a list, a word, a date-time without a zone and a number cannot be asked about."""
    with pytest.raises(ChronologyError):
        query.instant_of(moment, now=NOON)


def test_known_at_takes_every_form_of_a_moment(chron: Chronology, clock: Clock) -> None:
    """A position, a day, a date-time in text or as an object name the same knowledge; a day includes its last event."""
    clock.set("2018-05-15T23:59:59.999999+00:00")
    claim(chron, "2018-05-01", "group/sdf")
    position = chron.head()
    clock.set("2018-05-16T00:00:00+00:00")
    claim(chron, "2018-05-02", "group/other")
    exact = datetime(2018, 5, 15, 23, 59, 59, 999_999, tzinfo=UTC)
    for known_at in (position, "2018-05-15", date(2018, 5, 15), exact, "2018-05-15T23:59:59.999999Z"):
        assert parties(chron, valid_at="2018-05-03", known_at=known_at) == [("group/sdf", "leading")], known_at
    for known_at in (None, position + 1, position + 99, 2**62, "2018-05-16", "2018-05-16T03:00:00+03:00", "2019"):
        assert parties(chron, valid_at="2018-05-03", known_at=known_at) == [("group/other", "leading")], known_at
    assert parties(chron, valid_at="2018-05-03", known_at="2018-05-14") == []
    assert parties(chron, valid_at="2018-05-03", known_at=0) == []


@pytest.mark.parametrize("known_at", [-1, "soon", "2018-05-15T25:00", datetime(2018, 5, 15)])
def test_a_known_at_that_names_no_instant_is_refused(chron: Chronology, known_at: KnownAt) -> None:
    """A negative position, a word, an impossible hour and a date-time without a zone are refused."""
    with pytest.raises(ChronologyError):
        chron.state(known_at=known_at)


@pytest.mark.parametrize("mark", ["?", "~", "%"])
def test_fuzz_widens_a_qualified_date_as_a_list_would(chron: Chronology, mark: str) -> None:
    """A qualified day asked with two days of fuzz answers as one unknown day of the five around it."""
    claim(chron, "2018-05-01", "group/first")
    claim(chron, f"2018-05-13{mark}", "group/second", "source/b")
    other = Event(
        type="fact.asserted",
        subject="place/al-shafah",
        valid="[2018-05-11..2018-05-15]",
        data={"attribute": "controlled_by", "value": "group/second"},
        source="source/b",
    )
    chron.append(other)
    chron.append(
        Event(type="fact.asserted", subject=other.subject, valid="2018-05-01", source="source/a",
              data={"attribute": "controlled_by", "value": "group/first"})
    )  # fmt: skip
    for day in range(9, 18):
        widened, listed = (
            chron.state(subject, valid_at=f"2018-05-{day:02}", fuzz=fuzz)
            for subject, fuzz in ((PLACE, 2 * DAY), (other.subject, 0))
        )
        told = [[(c.value, c.standing) for h in found for c in h.candidates] for found in (widened, listed)]
        assert told[0] == told[1], day
        assert [h.certainty for h in widened] == [h.certainty for h in listed]


@given(st.integers(0, 400))
def test_fuzz_leaves_unqualified_dates_alone(days: int) -> None:
    """However much fuzz is asked for, a date without a qualifier keeps its bounds."""
    reading = query.edtf.parse("2018-05-13/2018-05-20~")
    wide, plain = query.edtf.bounds(reading, fuzz=days * DAY), query.edtf.bounds(reading)
    assert wide.start_min == plain.start_min
    assert wide.end_max == plain.end_max + days * DAY


def test_a_grade_keeps_what_is_as_good_in_both_respects(chron: Chronology) -> None:
    """`B3` keeps A1 to B3; a better source of a worse claim, and an ungraded one, are out."""
    for index, grade in enumerate(["A1", "B3", "A4", "C1", None]):
        data = {"attribute": f"a{index}", "value": True}
        chron.append(
            Event(type="fact.asserted", subject=PLACE, valid="2018-05-01", data=data, source="source/a", grade=grade)
        )
    assert [h.attribute for h in chron.state(PLACE, min_grade="B3")] == ["a0", "a1"]
    for wrong in ("b3", "B", "G1", "B7", "B33"):
        with pytest.raises(ChronologyError):
            chron.state(min_grade=wrong)


def test_fuzz_below_zero_is_refused(chron: Chronology) -> None:
    """Dates are widened, never narrowed."""
    with pytest.raises(ChronologyError, match="below 0"):
        chron.state(fuzz=-1)


def test_an_end_is_the_first_second_that_is_no_longer_covered(chron: Chronology) -> None:
    """Asked for one subject or for all, an interval holds up to its last second, and not at the next."""
    claim(chron, "2018-05-01/2018-05-02", "group/sdf")
    for subject in (PLACE, None):
        for moment, held in (("2018-05-02T23:59:59Z", 1), ("2018-05-03T00:00:00Z", 0)):
            assert len(chron.state(subject, "controlled_by", valid_at=moment)) == held, (subject, moment)


def row_of(claim: Claim, group: int) -> NewClaim:
    """Return a claim as the table of claims holds it, in a group of its own."""
    c = claim
    opposing = c.role is not Role.AFFIRMS or bool(c.disputes)
    broad = max(c.start_max + 1, c.extent_end) > c.start_min + DAY
    return ClaimRow(
        key=c.key, position=c.position, subject=str(group), attribute="1", value=c.value, role=c.role.value,
        start_min=c.start_min, start_max=c.start_max, end_min=c.end_min, end_max=c.end_max, extent_end=c.extent_end,
        valid="2018", persists=True, begins=True, event=b"0" * 16, origin=str(c.origin), source="0", grade=None,
        stated=0, disputes=json.dumps(sorted(c.disputes)) if c.disputes else None, known_from=c.position,
        known_until=None, rank=None, breadth=OPPOSING if opposing else int(broad),
    )  # fmt: skip


def in_units(claim: Claim, unit: int) -> Claim:
    """Return a claim whose bounds are so many times as large, if they are bounds."""
    return claim._replace(
        **{
            name: value if abs(value) >= FOREVER else value * unit
            for name in ("start_min", "start_max", "end_min", "end_max", "extent_end")
            for value in (getattr(claim, name),)
        }
    )


def plain(claim: Claim) -> Claim:
    """Return a claim that holds from its earliest start for good, and speaks of one unit."""
    start = claim.start_min
    return claim._replace(start_max=start, end_min=FOREVER, end_max=FOREVER, extent_end=start + 1)


def variation(rng: Random, position: int) -> dict[str, Any]:
    """Return what makes a random affirmation more than that, now and then."""
    stance = rng.choices(["affirms", "denies", "disputes"], [8, 1, 1])[0]
    disputes = frozenset({rng.randrange(1, position)} if position > 1 and rng.random() < 0.1 else ())
    return {"stance": stance, "disputes": disputes, "origin": rng.choice("pq"), "value": rng.choice(["a", "b", None])}


@pytest.mark.parametrize("count", [20_000, pytest.param(400_000, marks=pytest.mark.slow)])
def test_what_a_scan_does_not_doubt_is_the_whole_answer(count: int) -> None:
    """The short way to a whole state is taken only for groups of which resolving gives exactly that one party."""
    taken = Counter()
    rng = Random(count)
    cases: dict[int, list[list[Claim]]] = defaultdict(list)
    for found, instant in random_cases(count, most=4, seed=count):
        varied = as_claims(attrs.evolve(one, **variation(rng, one.position)) for one in found)
        # As most claims are: from one exact start until something later does.
        varied = [plain(claim) if rng.random() < 0.6 else claim for claim in varied]
        # In seconds, and in days: what speaks of one day only is treated in a way of its own.
        for unit in (1, DAY):
            cases[instant * unit].append([in_units(claim, unit) for claim in varied])
    for instant, groups in cases.items():
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(tables.SCHEMA["claim"])
            connection.execute(tables.SCHEMA["claim_broad"])
            numbers = {str(group): group for group in range(len(groups))} | {"p": ord("p"), "q": ord("q")}
            rows_of = [row_of(one, group) for group, claims in enumerate(groups) for one in claims]
            insert(connection, rows_of, numbers)
            texts = Counter({number: str(number) for number in range(len(groups))})
            rows, _, doubtful = scan(connection, Filters(), instant, texts, texts)
        doubted = {index for index, _ in doubtful}
        sure = {int(row.subject): row for index, row in enumerate(rows) if index not in doubted}
        left_out = {*range(len(groups))} - {int(row.subject) for row in rows}
        assert not [claims for group in left_out for claims in groups[group] if claims.may_cover(instant)]
        for group, row in sure.items():
            taken[len(groups[group])] += 1
            answer = resolve(groups[group], instant)
            assert answer is not None
            assert (answer.certain, answer.contested) == (True, False), (groups[group], instant)
            assert [(party and party.position, standing) for party, standing in answer.candidates] == [
                (row.candidates[0].position, Standing.LEADING)
            ], (groups[group], instant)
    assert min(taken[1], taken[2], taken[3]) > 3


@pytest.mark.parametrize("now", [datetime(2018, 5, 15, 9, 30), date(2018, 5, 15), "2018-05-15T09:30:00Z", None])
def test_a_clock_without_a_time_zone_is_refused(chron: Chronology, clock: Clock, now: Any) -> None:
    """A naive datetime would be read as local time, so neither appends nor questions about now accept it."""
    head = chron.head()
    clock.now = now
    for use in (
        lambda: chron.append(Event(type="fact.ended", subject="place/x", valid="2018", source="source/x")),
        chron.state,
    ):
        with pytest.raises(
            ChronologyError, match=r"^the clock gave .* (without a time zone|not a datetime)$"
        ) as caught:
            use()
        assert caught.value.hint == "use a clock such as chronology.utc_now"
    assert chron.head() == head


def test_a_reader_too_refuses_a_clock_without_a_time_zone(storm: Path) -> None:
    """The clock of a reader is checked like that of a writer."""
    with Reader.open(storm, clock=lambda: datetime(2018, 5, 15)) as reader, pytest.raises(ChronologyError):
        reader.state()
