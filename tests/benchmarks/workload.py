"""The histories that benchmarks measure: deterministic; one drawn in a busy project's proportions, one from a CSV."""

import csv
import gzip
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import StringIO
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple
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


class Workload(NamedTuple):
    """A history, and whom to ask about.

    Attributes:
        events: gives so many events, the same ones each time.
        subject: draws a subject that may have something said of it.
        hot: the subject and attribute of which most is said.
        years: to ask about, the last one excluded.
        date: at which most has been said already.
    """

    events: Callable[[int], Iterator[Event]]
    subject: Callable[[random.Random], str]
    hot: tuple[str, str]
    years: tuple[int, int]
    date: str


def drawn() -> Workload:
    """Return the synthetic history."""
    return Workload(
        events=events,
        subject=lambda rng: f"place/p{rng.randrange(SUBJECTS):06}",
        hot=HOT,
        years=(FIRST_DAY.year, FIRST_DAY.year + DAYS // 365),
        date="2018-06-01",
    )


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


def published(path: Path) -> Workload:
    """Return the history of a table of incidents in the form of the UCDP Georeferenced Event Dataset.

    Each row says two things, of a place and of those who fight; where more events are wanted than that, the same is
    said again of other places and others who fight.
    """
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = list(csv.DictReader(StringIO(text.decode())))
    told = Counter(_place(row) for row in rows)
    years = [int(row["date_start"][:4]) for row in rows]
    return Workload(
        events=partial(_replicated, rows),
        subject=lambda rng: _place(rng.choice(rows)),
        hot=(told.most_common(1)[0][0], "fighting"),
        years=(min(years), max(years) + 1),
        date=f"{max(years)}-01-01",
    )


def _replicated(rows: list[dict[str, str]], wanted: int) -> Iterator[Event]:
    rng = random.Random(2)
    told = ((row, f"-{copy}" if copy else "") for copy in count() for row in rows)
    pairs = (_said(row, suffix, rng) for row, suffix in told)
    return islice((event for pair in pairs for event in pair), wanted)


def _said(row: dict[str, str], suffix: str, rng: random.Random) -> Iterator[Event]:
    start, end = row["date_start"][:10], row["date_end"][:10]
    valid = start if start == end else f"[{start}..{end}]" if row["event_clarity"] == "1" else f"{start}/{end}"
    day = row["source_date"].split(";")[0]
    said: dict[str, object] = {
        "valid": valid,
        "source": f"source/{_slug(row['source_office'].split(';')[0])}",
        "said_by": [f"person/{_slug(row['source_original'])}"] if row["source_original"].strip() else [],
        "stated": day if re.fullmatch(r"20[012]\d-\d\d-\d\d", day) else None,
        "note": row["source_headline"][:200].replace("\r", " ") or None,
    }
    deaths = {"by": row["dyad_name"], "deaths": int(row["best"]), "between": [int(row["low"]), int(row["high"])]}
    yield _fact(_place(row) + suffix, "fighting", deaths, said, rng)
    yield _fact(f"dyad/d{row['dyad_new_id']}{suffix}", "last_fought_at", _place(row) + suffix, said, rng)


def _fact(subject: str, attribute: str, value: object, said: dict[str, object], rng: random.Random) -> Event:
    identity = str(UUID(int=rng.getrandbits(128), version=4))
    data = {"attribute": attribute, "value": value}
    return Event(type="fact.asserted", subject=subject, data=data, id=identity, **said)  # type: ignore[arg-type]


def _place(row: dict[str, str]) -> str:
    return f"place/{_slug(row['where_coordinates'])}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80] or "unknown"
