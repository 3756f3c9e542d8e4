"""The ways to an answer that do not weigh every claim: each gives what the rule gives, in long histories too."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror import SAID, SAID_2, SEEN, Stores, as_claims, tables, without_positions
from strategies import SUBJECTS, event_id, random_cases

from chronology import Candidate, Chronology, ChronologyError, Event, Holding
from chronology.answers import resolve as rule
from chronology.answers.resolve import Answer, Claim, Role, Standing, resolve
from chronology.dates.calendar import DAY, FOREVER
from chronology.projections import claims, shortcuts
from chronology.projections.columns import OPPOSING, ClaimRow, NewClaim
from chronology.projections.filters import Filters
from chronology.projections.fold import insert
from chronology.projections.names import Texts, number_of
from chronology.projections.tables import SCHEMA
from chronology.questions.assertions import said_of

SUBJECT = SUBJECTS[0]

FORMS = (
    *("{day}",) * 8,
    *("{month}", "{month}", "{year}", "{day}/..", "{day}/", "{month}/{later}", "{day}/{later}", "{day}/{later}"),
    *("../{day}", "/{day}", "{day}T10:00:00Z", "{day}T10:00:00Z/{later}", "[{day},{later}]", "{day}?"),
)
PLAIN = ("{day}", "{day}", "{day}", "{day}", "{month}", "{day}T10:00:00Z")
"""Without what overlaps far: only few claims are near each other."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("long"))


def date(rng: Random, years: int) -> str:
    """Return a random day, of six if there are no years."""
    if not years:
        return f"2010-03-{rng.randint(1, 6):02d}"
    return f"{rng.randrange(2010, 2010 + years)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def valid(rng: Random, forms: tuple[str, ...], years: int) -> str:
    """Return a random valid time in one of some forms."""
    day, later = sorted(date(rng, years) for _ in "ab")
    return rng.choice(forms).format(day=day, month=day[:7], year=day[:4], later=later)


class History:
    """Random events about one subject, with targets among those that are live."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.forms = self.rng.choice([FORMS, PLAIN])
        self.years = self.rng.choice([1, 8])
        self.opposing = self.rng.choice([0, 0.08, 0.3])
        self.withdrawing = self.rng.choice([0, 0.3])
        self.kept, self.momentary = 60, 0.2
        self.live: list[str] = []
        self.disputed: list[str] = []
        self.number = 0

    def event(self) -> Event:
        """Return the next event."""
        self.number += 1
        name = event_id(self.number)
        rng = self.rng
        if len(self.live) > self.kept and rng.random() < self.withdrawing:
            opposed = [target for target in self.disputed if target in self.live]
            target = rng.choice(opposed or self.live)
            self.live.remove(target)
            return Event(type="assertion.retracted", id=name, retracts=target, data={"reason": "example"})
        value = rng.choice(["a", "b", "c", "d", None])
        momentary = rng.random() < self.momentary
        opposing = rng.random() < self.opposing
        denies = opposing and rng.random() < 0.5
        disputes = (rng.choice(self.live),) if opposing and not denies and self.live else ()
        self.disputed += disputes
        # A dispute that speaks of something else has a row without a value where the disputed event speaks.
        attribute = "status" if not disputes or rng.random() < 0.5 else "place"
        self.live.append(name)
        return Event(
            type=SEEN if momentary else "fact.asserted",
            id=name,
            subject=SUBJECT,
            valid=valid(rng, self.forms, self.years),
            stance="denies" if denies else "affirms",
            data={attribute: value} if momentary else {"attribute": attribute, "value": value},
            source=rng.choice(["source/p", "source/q", "source/r"]),
            grade=rng.choice(["A1", "B2", "C4", None]),
            disputes=disputes,
        )


def questions(rng: Random) -> Iterator[str | datetime]:
    """Yield dates, and first seconds of days, to ask about."""
    for _ in range(12):
        day = date(rng, 9)
        yield from (day, datetime.fromisoformat(f"{day}T00:00:00+00:00"))


def support(
    chron: Chronology, question: str | datetime, scope: dict[str, Any], subject: str | None = None
) -> list[tuple[str, tuple[Candidate, ...]]]:
    """Return the parties to each answer about the subject with their numbers of origins."""
    found = chron.state(subject, valid_at=question, origins_counted=True, **scope)
    return [(one.attribute, one.candidates) for one in found if one.subject == SUBJECT]


def check(chron: Chronology, seed: int) -> None:
    """Take a long history in, then event by event, and compare with what a replay and a full reading give."""
    history = History(seed)
    chron.append_many(history.event() for _ in range(history.rng.choice([49, 66, 110])))
    for _ in range(8):
        chron.append_many(history.event() for _ in range(history.rng.choice([1, 1, 1, 2, 5])))
        kept = tables(chron)
        assert chron.replay().changed == (), seed
        assert tables(chron) == kept
    for question in questions(history.rng):
        stored = [one for one in chron.state(valid_at=question) if one.subject == SUBJECT]
        assert chron.state(SUBJECT, valid_at=question) == stored, (seed, question)
        for attribute in ("status", "place"):
            narrow = [one for one in stored if one.attribute == attribute]
            assert chron.state(SUBJECT, attribute, valid_at=question) == narrow, (seed, question)
        for scope in (
            {"known_at": chron.head()},
            {"known_at": chron.head() - 9},
            {"known_at": history.rng.randrange(chron.head())},
            {"sources": ["source/p", "source/q"]},
            {"min_grade": "B3"},
        ):
            whole = [one for one in chron.state(valid_at=question, **scope) if one.subject == SUBJECT]
            assert chron.state(SUBJECT, valid_at=question, **scope) == whole, (seed, question, scope)
            assert support(chron, question, scope, SUBJECT) == support(chron, question, scope), (seed, question, scope)
            if scope == {"known_at": chron.head()}:
                assert without_positions(whole) == without_positions(stored), (seed, question)


@pytest.mark.parametrize("seed", range(12))
def test_a_long_history_is_answered_and_kept_as_a_short_one(stores, seed):
    """State kept event by event is that of a replay, and a question about one subject reads enough."""
    with stores.new() as chron:
        check(chron, seed)


@pytest.mark.slow
def test_many_long_histories(stores):
    """The same for many more histories."""
    for seed in range(1_000, 1_300):
        with stores.new() as chron:
            check(chron, seed)


def status(valid: str, value: str, **rest: object) -> Event:
    """Make an assertion of the subject's status."""
    data = {"attribute": "status", "value": value}
    return Event(type="fact.asserted", subject=SUBJECT, valid=valid, data=data, **{"source": f"source/{value}"} | rest)


LONG_AGO = [status(f"20{number // 28:02d}-01-{number % 28 + 1:02d}", "old") for number in range(70)]
"""Enough, and early enough, that only what is near an instant is read."""


def told(chron: Chronology, valid_at: str) -> list[tuple[object, str]]:
    """Return the parties to the status as known now, which both ways of reading the assertions must give."""
    (near,) = chron.state(SUBJECT, "status", valid_at=valid_at, known_at=chron.head())
    assert [near] == chron.state(attribute="status", valid_at=valid_at, known_at=chron.head())
    assert [near] == chron.state(SUBJECT, "status", valid_at=valid_at)
    return [(one.value, one.standing) for one in near.candidates]


@pytest.mark.parametrize(
    ("earlier", "later", "valid_at", "standing"),
    [
        ("2018-01-31", "2018-01", "2018-02-10", "possible"),
        ("2018-01-31", "[2018-01-30,2018-01-31]", "2018-01-31", "possible"),
        ("2018-01/2018-01-31", "2018-01-31T10:00:00Z", "2018-01-31T12:00:00Z", "rival"),
        ("2018-01-31", "2018-01-31T10:00:00Z", "2018-01-31T12:00:00Z", "rival"),
        ("2018-01-01/2018-03-01", "2018-01-31", "2018-02-10", "rival"),
    ],
)
def test_what_is_near_a_start_is_not_missed(stores, earlier, later, valid_at, standing):
    """A party that reaches the latest certain start only just, or from far, is read."""
    with stores.of([[*LONG_AGO, status(earlier, "first"), status(later, "second")]]) as chron:
        assert sorted(told(chron, valid_at), key=str) in (
            [("first", "leading"), ("second", standing)], [("first", standing), ("second", "leading")],
        )  # fmt: skip


def test_an_attribute_that_nothing_has_holds_nothing(stores):
    """An empty one, or an empty kind, cannot be: they are refused, and not taken for the lack of a name."""
    with stores.of([LONG_AGO]) as chron:
        for known_at in (None, chron.head()):
            assert chron.state(SUBJECT, "nothing_has_it", known_at=known_at) == []
            for empty in ({"attribute": ""}, {"kind": ""}):
                with pytest.raises(ChronologyError):
                    chron.state(SUBJECT, known_at=known_at, **empty)
            assert len(chron.state(SUBJECT, known_at=known_at)) == 1


def test_what_was_disputed_is_found_after_it_was_read_anew(stores):
    """A newer version of a type gives the disputed assertion another key."""
    target = Event(
        type=SAID, subject=SUBJECT, valid="2017-01-01", type_version=1, id=event_id(1), source="source/first",
        data={"status": "first", "place": "place/x"},
    )  # fmt: skip
    with stores.of([[target, *LONG_AGO, status("2018-01-31", "second", disputes=[target.id])]]) as chron:
        assert told(chron, "2018-02-10") == [("second", "leading"), ("first", "rival")]
        chron.define({**SAID_2, "x-persists": True})
        assert told(chron, "2018-02-10") == [("second", "leading"), ("first", "rival")]


def test_a_long_history_of_which_nothing_is_left_is_still_not_plain(stores):
    """When only denials remain, no segment does; yet the view must not tell a state from the claims."""
    denials = [status(f"2018-01-{day:02d}", "other", stance="denies", source=f"source/s{day}") for day in range(1, 29)]
    more = [status(f"2018-02-{day:02d}", "other", stance="denies", source=f"source/s{day}") for day in range(1, 29)]
    affirmed = status("2018-01-05", "first")
    with stores.of([[*denials, *more]]) as chron:
        said = chron.append(affirmed)
        assert told(chron, "2018-03-01") == [("first", "leading")]
        chron.retract(said.id, reason="example")
        assert chron.state(SUBJECT, "status", valid_at="2018-03-01") == []
        assert chron._session.connection.execute(
            "SELECT count(*) FROM state WHERE subject = ?", (SUBJECT,)
        ).fetchone() == (0,)
        assert chron.replay().changed == ()


# Every way, against the rule -----------------------------------------------------------------------------------


def parties(holding: Holding | None) -> tuple[Any, ...] | None:
    """Return what a holding says, its parties by their positions."""
    if holding is None:
        return None
    found = [(one.position, one.standing) for one in holding.candidates]
    return holding.certainty, holding.contested, found


def expected(answer: Answer | None) -> tuple[Any, ...] | None:
    """Return what the resolver says, in the same form."""
    if answer is None:
        return None
    found = [(claim.position if claim else None, standing.value) for claim, standing in answer.candidates]
    return "certain" if answer.certain else "possible", answer.contested, found


def in_view(connection: sqlite3.Connection, attribute: str, instant: int) -> tuple[Any, ...] | None:
    """Return what the view of states shows of an attribute, its parties by their positions."""
    row = connection.execute(
        """
        SELECT certainty, contested, leading, others
        FROM state
        WHERE subject = ? AND attribute = ? AND valid_from <= ? AND valid_to > ?
        """,
        (SUBJECT, attribute, instant, instant),
    ).fetchone()
    if row is None:
        return None
    certainty, contested, leading, others = row
    keys = [(leading, "leading"), *map(tuple, json.loads(others or "[]"))]
    positions = {None: None} | dict(connection.execute("SELECT key, position FROM assertion"))
    return certainty, bool(contested), [(positions[key], standing) for key, standing in keys]


def ways(chron: Chronology, attribute: str, instant: int) -> dict[str, tuple[Any, ...] | None]:
    """Answer in every way that there is, about one attribute at an instant, by what is known now."""
    connection = chron._session.connection
    subject, what = (number_of(connection, text) for text in (SUBJECT, attribute))
    assert subject
    assert what
    group, texts = (subject, what), Texts(connection)
    all_claims, one = Filters(), Filters(subject=SUBJECT, attribute=attribute)
    known = Filters(subject=SUBJECT, attribute=attribute, known_at=chron.head())
    covering = list(claims.covering(connection, one, instant))
    near = shortcuts.LongHistory(connection, group, known).said(instant, instant + 1)
    held = {
        "what may cover the instant": shortcuts.answered(covering, instant, texts) if covering else None,
        "what is near it in a long history": shortcuts.answered(near, instant, texts) if near else None,
        "the stored segment": shortcuts.stored(connection, group, instant, texts),
    }
    for name, filters in {"one attribute": one, "one attribute as known": known, "all subjects": all_claims}.items():
        found = shortcuts.holdings(connection, filters, instant, texts=texts)
        held[name] = next((h for h in found if (h.subject, h.attribute) == (SUBJECT, attribute)), None)
    rows, _, doubtful = shortcuts.scan(connection, all_claims, instant, texts, texts)
    for index, row in enumerate(rows):
        if (row.subject, row.attribute) == (SUBJECT, attribute) and index not in dict(doubtful):
            held["the last claim of a scan"] = row
    return {name: parties(found) for name, found in held.items()} | {"view": in_view(connection, attribute, instant)}


def counted(chron: Chronology, filters: Filters, instant: int) -> set[tuple[str | None, int | None]]:
    """Return the values of the parties to an answer that affirm one, as JSON texts, each with its number of origins."""
    connection, texts = chron._session.connection, Texts(chron._session.connection)
    found = shortcuts.holdings(connection, filters, instant, texts=texts)
    return {
        (None if party.value is None else json.dumps(party.value), party.supported_by)
        for holding in shortcuts.counted(connection, filters, instant, found, texts=texts)
        for party in holding.candidates
        if party.role == "affirms"
    }


@given(seed=st.integers(0, 10**9))
def test_every_way_gives_the_answer_of_the_rule(stores: Stores, seed: int) -> None:
    """Of random histories, long and short: what is stored, what is near, what a scan tells, and what the view shows."""
    history = History(seed)
    history.kept = 2
    history.years = history.rng.choice([0, 0, 1, 8])
    if history.rng.random() < 0.5:
        # Each holds until the next one starts, or nearly so.
        history.forms, history.opposing, history.momentary = ("{day}", "{day}", "{day}T10:00:00Z"), 0, 0
    with stores.of([]) as chron:
        for count in history.rng.choices([1, 2, 5, 70], [4, 4, 4, 1], k=3):
            chron.append_many(history.event() for _ in range(count))
        for attribute in ("status", "place"):
            filters = Filters(subject=SUBJECT, attribute=attribute)
            live = [said.claim for said in said_of(chron._session.connection, filters).live]
            if not live:
                continue
            borders = [border for one in live for border in (one.start_min, one.start_max, one.end_min, one.extent_end)]
            inside = [border for border in borders if abs(border) < FOREVER // 2]
            for instant in (history.rng.choice(inside) + history.rng.choice([-1, 0, 2 * DAY]) for _ in range(8)):
                right = resolve(live, instant)
                for name, found in ways(chron, attribute, instant).items():
                    assert found == expected(right), (name, attribute, instant)
                assert counted(chron, filters, instant) <= rule.support(live, instant).items(), (attribute, instant)


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
            connection.execute(SCHEMA["claim"])
            connection.execute(SCHEMA["claim_broad"])
            numbers = {str(group): group for group in range(len(groups))} | {"p": ord("p"), "q": ord("q")}
            rows_of = [row_of(one, group) for group, claims in enumerate(groups) for one in claims]
            insert(connection, rows_of, numbers)
            texts = Counter({number: str(number) for number in range(len(groups))})
            rows, _, doubtful = shortcuts.scan(connection, Filters(), instant, texts, texts)
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
