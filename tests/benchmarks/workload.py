"""The synthetic history that every benchmark measures: deterministic, in a busy project's proportions."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from chronology import Event

ATTRIBUTES = ("controlled_by", "status", "access", "population", "commander")
VALUES = tuple(f"group/g{number}" for number in range(12))
SOURCES = tuple(f"source/report-{number}" for number in range(200))
SUBJECTS = 100_000
HOT = ("place/hot", "controlled_by")
HOT_SHARE = 0.02
FIRST_DAY = date(2012, 1, 1)
DAYS = 3_000
RECORDED_FROM = datetime(2020, 1, 1, tzinfo=UTC)


def event_id(number: int) -> str:
    """Return a UUID of version 7 whose order is the order of recording."""
    return str(UUID(int=(1_577_836_800_000 + number) << 80 | 7 << 76 | 2 << 62 | number))


def events(count: int, *, subjects: int = SUBJECTS, seed: int = 1) -> Iterator[Event]:
    """Yield events: 5 % corrections and retractions, 20 % imprecise dates, late arrivals, one hot attribute."""
    rng = random.Random(seed)
    live: list[tuple[str, str, str]] = []
    for number in range(count):
        draw = rng.random()
        if draw < 0.025 and live:
            target, _, _ = live.pop(rng.randrange(len(live)))
            yield Event(type="assertion.retracted", retracts=target, data={"reason": "an error"}, id=event_id(number))
            continue
        if rng.random() < HOT_SHARE:
            subject, attribute = HOT
        else:
            subject = f"place/p{rng.randrange(subjects):06}"
            attribute = rng.choice(ATTRIBUTES)
        replaces = None
        if draw < 0.05 and live:
            replaces, subject, attribute = live.pop(rng.randrange(len(live)))
        identity = event_id(number)
        yield Event(
            type="fact.asserted",
            subject=subject,
            valid=_valid(rng, number, count),
            data={"attribute": attribute, "value": rng.choice(VALUES)},
            source=rng.choice(SOURCES),
            said_by=(f"person/p{rng.randrange(50)}",) if rng.random() < 0.3 else (),
            grade=rng.choice(("A1", "B2", "C3", "D4")),
            replaces=replaces,
            id=identity,
        )
        if rng.random() < 0.3:
            live.append((identity, subject, attribute))


def _valid(rng: random.Random, number: int, count: int) -> str:
    """Return a valid time near the place in the history, or, for a late arrival, anywhere before it."""
    day = DAYS * number // count
    if rng.random() < 0.1:
        day = rng.randrange(day + 1)
    when = FIRST_DAY + timedelta(days=day + rng.randrange(30))
    shape = rng.random()
    if shape < 0.12:
        return f"{when:%Y-%m}"
    if shape < 0.17:
        return f"{when:%Y-%m}/{when + timedelta(days=90):%Y-%m}"
    if shape < 0.20:
        return f"[{when}..{when + timedelta(days=6)}]"
    return f"{when}/.." if shape < 0.25 else str(when)
