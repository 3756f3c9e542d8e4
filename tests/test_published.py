"""Published bitemporal examples, with the answers that their authors give; facts only, retold in our terms."""

import pytest
from conftest import Clock, counting

from chronology import Chronology, Event


@pytest.fixture
def chron(tmp_path, clock: Clock):
    """Give a new store whose clock starts before all of the examples."""
    clock.set("1970-01-01T00:00:00+00:00")
    with Chronology.open(tmp_path / "published.db", create=True, clock=clock, randomness=counting()) as store:
        yield store


def value(chron: Chronology, subject: str, attribute: str, valid_at: str, known_at: object = None) -> object:
    """Return the one certain value of an attribute at a date, None if nothing is known to hold."""
    found = chron.state(subject, attribute, valid_at=valid_at, known_at=known_at)
    if not found:
        return None
    (holding,) = found
    assert holding.certainty == "certain"
    assert not holding.contested
    return holding.value


# Persons in the country -------------------------------------------------------------------------------------
#
# B. C. Ooi and others, "Indexing temporal data using existing B+-trees" (1995), section 7, which the Crux (XTDB)
# tutorial on bitemporality retells with day 0 as 2018-12-31: immigration officers record who arrived where and who
# left, sometimes late or wrongly.


class Border:
    """The immigration log of the example: what became known on which day."""

    def __init__(self, chron: Chronology, clock: Clock) -> None:
        self.chron = chron
        self.clock = clock

    def learn(self, day: int, *events: Event) -> list[str]:
        """Record what one day brought, at noon of that day."""
        self.clock.set(f"{date(day)}T12:00:00+00:00")
        head = self.chron.append_many(events).head
        return [one.id for one in self.chron.read(after=head - len(events))]

    def present(self, valid_at: int, known_at: int | None = None) -> dict[str, object]:
        """Return who is in the country and where they came in, at a day, as known at the close of another."""
        found = self.chron.state(
            kind="person",
            attribute="entry_point",
            valid_at=date(valid_at),
            known_at=None if known_at is None else date(known_at),
        )
        assert all(one.certainty == "certain" and not one.contested for one in found)
        return {one.subject.removeprefix("person/"): one.value for one in found}


def date(day: int) -> str:
    """Return a day of the example; day 0 is the last day of 2018."""
    return f"2019-01-{day:02d}" if day else "2018-12-31"


def arrival(person: str, place: str, day: int) -> Event:
    """Make a report that a person entered the country at a place."""
    data = {"attribute": "entry_point", "value": place}
    return Event(
        type="fact.asserted", subject=f"person/{person}", valid=date(day), source="source/immigration", data=data
    )


def departure(person: str, day: int, **rest: str) -> Event:
    """Make a report that a person left the country."""
    return Event(
        type="fact.ended",
        subject=f"person/{person}",
        valid=date(day),
        source="source/immigration",
        data={"attribute": "entry_point"},
        **rest,
    )


@pytest.fixture
def border(chron: Chronology, clock: Clock) -> Border:
    """Give the log of all twelve days."""
    made = Border(chron, clock)
    made.learn(0, arrival("p2", "SFO", 0), arrival("p3", "LA", 0))
    made.learn(2, arrival("p4", "NY", 2))
    made.learn(3, departure("p4", 3))
    # The first trip of p1 was missed, and is told on the second arrival; p3 is taken to have left.
    *_, wrong = made.learn(4, arrival("p1", "NY", 0), departure("p1", 3), arrival("p1", "LA", 4), departure("p3", 4))
    made.learn(5, departure("p2", 5))
    made.learn(7, departure("p3", 7, replaces=wrong))
    made.learn(8, arrival("p3", "SFO", 8), arrival("p4", "LA", 8))
    made.learn(9, departure("p3", 9))
    made.learn(10, arrival("p5", "LA", 10))
    made.learn(11, arrival("p7", "NY", 11))
    made.learn(12, arrival("p6", "NY", 12))
    return made


def test_the_published_question(border):
    """On day 2, as known on day 3, three persons were in the country: that is the answer the example gives."""
    assert border.present(2, known_at=3) == {"p2": "SFO", "p3": "LA", "p4": "NY"}


@pytest.mark.parametrize(
    ("valid_at", "known_at", "expected"),
    [
        (0, 0, {"p2": "SFO", "p3": "LA"}),
        (2, 1, {"p2": "SFO", "p3": "LA"}),
        (2, 4, {"p1": "NY", "p2": "SFO", "p3": "LA", "p4": "NY"}),
        (3, 2, {"p2": "SFO", "p3": "LA", "p4": "NY"}),
        (3, 3, {"p2": "SFO", "p3": "LA"}),
        (3, None, {"p2": "SFO", "p3": "LA"}),
        (4, 3, {"p2": "SFO", "p3": "LA"}),
        (4, 4, {"p1": "LA", "p2": "SFO"}),
        (4, 6, {"p1": "LA", "p2": "SFO"}),
        (4, 7, {"p1": "LA", "p2": "SFO", "p3": "LA"}),
        (6, 6, {"p1": "LA"}),
        (6, 7, {"p1": "LA", "p3": "LA"}),
        (7, None, {"p1": "LA"}),
        (8, 8, {"p1": "LA", "p3": "SFO", "p4": "LA"}),
        (9, None, {"p1": "LA", "p4": "LA"}),
        (12, None, {"p1": "LA", "p4": "LA", "p5": "LA", "p6": "NY", "p7": "NY"}),
        (12, 11, {"p1": "LA", "p4": "LA", "p5": "LA", "p7": "NY"}),
    ],
)
def test_who_was_in_the_country(border, valid_at, known_at, expected):
    """The missed trip of p1, and the departure of p3 that was none, change what a day looks like from later days."""
    assert border.present(valid_at, known_at) == expected


def test_before_anybody_came(border):
    """Before day 0 nobody is known to be there, whenever one asks."""
    assert border.chron.state(kind="person", valid_at="2018-12-30") == []
    assert border.chron.state(kind="person", known_at="2018-12-30") == []


# A salary that was corrected twice --------------------------------------------------------------------------
#
# Martin Fowler, "Bitemporal History" (2021): Sally is paid 6000 when payroll runs on 25 February; a letter of 15
# March says that she got 6500 from 15 February. A further letter corrects the amount, here on 5 April.

SALLY = "person/sally"


@pytest.fixture
def payroll(chron: Chronology, clock: Clock) -> Chronology:
    """Give the payroll's log: a salary, a rise told late, and a correction of the rise."""
    clock.set("2021-01-01T09:00:00+00:00")
    chron.append(pay("6000", "2021-01-01"))
    clock.set("2021-03-15T09:00:00+00:00")
    rise = chron.append(pay("6500", "2021-02-15"))
    clock.set("2021-04-05T09:00:00+00:00")
    chron.append(pay("6400", "2021-02-15", replaces=rise.id))
    return chron


def pay(amount: str, valid: str, **rest: str) -> Event:
    """Make a report of a salary."""
    data = {"role": "clerk", "salary": amount, "currency": "USD", "per": "month"}
    return Event(type="person.employed", subject=SALLY, valid=valid, source="source/hr", data=data, **rest)


@pytest.mark.parametrize(
    ("recorded", "actual", "expected"),
    [
        ("2021-01-25", "2021-01-25", "6000"),
        ("2021-02-25", "2021-01-25", "6000"),
        ("2021-03-25", "2021-01-25", "6000"),
        ("2021-02-25", "2021-02-25", "6000"),
        ("2021-03-14", "2021-02-25", "6000"),
        ("2021-03-15", "2021-02-25", "6500"),
        ("2021-03-25", "2021-02-14", "6000"),
        ("2021-03-25", "2021-02-15", "6500"),
        ("2021-03-25", "2021-02-25", "6500"),
        ("2021-03-25", "2021-03-25", "6500"),
        ("2021-04-04", "2021-02-25", "6500"),
        ("2021-04-25", "2021-01-25", "6000"),
        ("2021-04-25", "2021-02-14", "6000"),
        ("2021-04-25", "2021-02-25", "6400"),
        ("2021-04-25", "2021-04-25", "6400"),
        ("2020-12-31", "2021-02-25", None),
        ("2021-04-25", "2020-12-31", None),
    ],
)
def test_a_salary_by_record_date_and_actual_date(payroll, recorded, actual, expected):
    """The record history answers each payroll run with what was known when it ran."""
    assert value(payroll, SALLY, "salary", actual, recorded) == expected


def test_the_instant_of_a_letter_includes_it(payroll):
    """A letter is known from the microsecond at which it was recorded."""
    assert value(payroll, SALLY, "salary", "2021-02-25", "2021-03-15T09:00:00Z") == "6500"
    assert value(payroll, SALLY, "salary", "2021-02-25", "2021-03-15T08:59:59.999999Z") == "6000"


def test_a_correction_withdrawn_brings_nothing_back(payroll, clock):
    """Once the correction is retracted too, neither rise is left, and the first salary still holds."""
    clock.set("2021-05-03T09:00:00+00:00")
    correction = payroll.event(payroll.head())
    payroll.retract(correction.id, reason="the letter was about another Sally")
    assert value(payroll, SALLY, "salary", "2021-02-25") == "6000"
    assert value(payroll, SALLY, "salary", "2021-02-25", "2021-05-02") == "6400"


# The man who moved and died ---------------------------------------------------------------------------------
#
# The biography of John Doe in Wikipedia's article "Temporal database": registered in Smallville, moved and told it
# months later, in fact lived somewhere else for years, which was found out afterwards, and died.

JOHN = "person/john-doe"


@pytest.fixture
def registry(chron: Chronology, clock: Clock) -> Chronology:
    """Give the registry's log of a life."""
    clock.set("1975-04-04T10:00:00+00:00")
    chron.append(residence("smallville", "1975-04-03"))
    clock.set("1994-12-27T10:00:00+00:00")
    chron.append(residence("bigtown", "1994-08-26"))
    clock.set("2001-02-02T10:00:00+00:00")
    # When the years in Beachy end, what was known before holds on: he is back in Bigtown.
    chron.append(residence("beachy", "1995-06-01/2000-09-03"))
    clock.set("2001-04-01T10:00:00+00:00")
    chron.append(
        Event(
            type="person.died",
            subject=JOHN,
            valid="2001-04-01",
            source="source/coroner",
            data={"manner": "accident"},
        )
    )
    return chron


def residence(place: str, valid: str) -> Event:
    """Make a report of where John lives."""
    data = {"to": f"place/{place}"}
    return Event(type="person.moved", subject=JOHN, valid=valid, source="source/registry", data=data)


@pytest.mark.parametrize(
    ("valid_at", "known_at", "expected"),
    [
        ("1975-04-03", "1975-04-03", None),
        ("1975-04-03", "1975-04-04", "smallville"),
        ("1975-04-02", None, None),
        ("1994-08-25", None, "smallville"),
        ("1994-12-26", "1994-12-26", "smallville"),
        ("1994-12-26", "1994-12-27", "bigtown"),
        ("1994-08-26", None, "bigtown"),
        ("1994-12-28", "1994-12-28", "bigtown"),
        ("1995-05-31", None, "bigtown"),
        ("1995-06-01", None, "beachy"),
        ("1999-01-01", "1999-01-01", "bigtown"),
        ("1999-01-01", "2001-02-01", "bigtown"),
        ("1999-01-01", "2001-02-02", "beachy"),
        ("2000-09-03", None, "beachy"),
        ("2000-09-04", None, "bigtown"),
        ("2001-03-31", None, "bigtown"),
        ("2001-04-01", "2001-03-31", "bigtown"),
        ("2001-04-01", None, None),
        ("2010", None, None),
    ],
)
def test_where_john_lived(registry, valid_at, known_at, expected):
    """The registry tells where he lived, and where it thought that he did."""
    found = value(registry, JOHN, "residence", valid_at, known_at)
    assert found == (None if expected is None else f"place/{expected}")


def test_how_john_died(registry):
    """His death is known from the day on which the coroner reported it."""
    assert value(registry, JOHN, "status", "2001-03-31") is None
    assert value(registry, JOHN, "status", "2001-04-01") == "dead"
    assert value(registry, JOHN, "status", "2001-04-01", "2001-03-31") is None
    assert value(registry, JOHN, "manner_of_death", "2018") == "accident"


@pytest.mark.parametrize("source", ["source/registry", "source/tax-office"])
def test_two_offices_that_overlap_are_contested(registry, clock, source):
    """Had another office claimed Bigtown for those years, the two would contest each other; one office does not."""
    clock.set("2001-05-01T10:00:00+00:00")
    interval = residence("bigtown", "1994-08-26/2000-12-31")
    registry.append(
        Event(type=interval.type, subject=JOHN, valid=interval.valid, source=source, data=dict(interval.data))
    )
    (found,) = registry.state(JOHN, "residence", valid_at="1999-01-01")
    assert found.value == "place/beachy"
    assert found.contested is (source == "source/tax-office")
    standings = [(one.value, one.standing) for one in found.candidates]
    rival = [("place/bigtown", "rival")] if found.contested else []
    assert standings == [("place/beachy", "leading"), *rival]
