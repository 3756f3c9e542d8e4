"""Long histories: what is read of them for one day, and remade for one event, gives what reading all of them gives."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

import pytest
from mirror import SAID, SAID_2, SEEN, Stores, tables, without_positions
from strategies import SUBJECTS, event_id

from chronology import Candidate, Chronology, ChronologyError, Event

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
    """Return a random day."""
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
        self.live: list[str] = []
        self.disputed: list[str] = []
        self.number = 0

    def event(self) -> Event:
        """Return the next event."""
        self.number += 1
        name = event_id(self.number)
        rng = self.rng
        if len(self.live) > 60 and rng.random() < self.withdrawing:
            opposed = [target for target in self.disputed if target in self.live]
            target = rng.choice(opposed or self.live)
            self.live.remove(target)
            return Event(type="assertion.retracted", id=name, retracts=target, data={"reason": "example"})
        value = rng.choice(["a", "b", "c", "d", None])
        momentary = rng.random() < 0.2
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
