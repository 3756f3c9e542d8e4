"""Hypothesis strategies for claims, dates, JSON values, subjects and histories. They check nothing."""

import string
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from model import BEGINNING, DENIES, DISPUTES, FOREVER, Claim, Event

LINE = 8
ORIGINS = ("source/x", "source/y", "source/z")
KINDS = ("interval", "interval", "momentary", "persists", "ended", "open", "unknown", "before", "after")
VALUES = ("a", "b", "c", None)

# Claims on a small line -------------------------------------------------------------------------------------


def normalised(start: tuple[int, int], end: tuple[int, int]) -> dict[str, int]:
    """Return four bounds as the reader of dates would: a claim covers at least one place."""
    start_min, start_max = sorted(start)
    end_min, end_max = sorted(end)
    end_max = max(end_max, start_min + 1)
    return {
        "start_min": start_min,
        "start_max": min(start_max, end_max - 1),
        "end_min": max(end_min, start_min + 1),
        "end_max": end_max,
    }


@st.composite
def bounds(draw: st.DrawFn, *, line: int = LINE) -> dict[str, int]:
    """Draw the bounds of a claim: exact or imprecise ends, an open or unknown side, or one that persists."""
    place = st.integers(0, line - 1)
    later = st.integers(1, line)
    exact_start, exact_end = draw(st.booleans()), draw(st.booleans())
    first, last = draw(place), draw(later)
    start = (first, first if exact_start else draw(place))
    end = (last, last if exact_end else draw(later))
    kind = draw(st.sampled_from(KINDS))
    if kind == "momentary":
        end = (min(start) + 1, max(start) + 1)
    if kind == "persists":
        found = normalised(start, (FOREVER, FOREVER))
        return found | {"extent_end": found["start_min"] + 1}
    if kind == "ended":
        end = (BEGINNING, FOREVER)
    if kind == "after":
        start, end = (first, FOREVER), (BEGINNING, FOREVER)
    if kind == "before":
        start, end = (BEGINNING, last - 1), (BEGINNING, last)
    if kind == "open":
        start = (BEGINNING, BEGINNING)
    if kind == "unknown":
        start = (BEGINNING, FOREVER)
    found = normalised(start, end)
    return found | {"extent_end": found["end_min"]}


@st.composite
def claims(
    draw: st.DrawFn,
    *,
    min_size: int = 1,
    max_size: int = 3,
    stances: Sequence[str] = ("affirms", "affirms", "affirms", DENIES, DISPUTES),
    line: int = LINE,
) -> list[Claim]:
    """Draw claims about one attribute, in log order: position is place in the list, from 1."""
    found = []
    for position in range(1, draw(st.integers(min_size, max_size)) + 1):
        stance = draw(st.sampled_from(stances))
        named: frozenset[int] = frozenset()
        if position > 1 and (stance == DISPUTES or draw(st.sampled_from([False, False, True]))):
            named = draw(st.frozensets(st.sampled_from(range(1, position)), min_size=1, max_size=2))
        found.append(
            Claim(
                position=position,
                value=None if stance == DISPUTES else draw(st.sampled_from(VALUES)),
                stance=stance,
                origin=draw(st.sampled_from(ORIGINS)),
                disputes=named,
                **draw(bounds(line=line)),
            )
        )
    return found


def random_claims(rng: Random, most: int) -> list[Claim]:
    """Make a few affirming claims with bounds of every kind; cheaper than Hypothesis, for volume."""
    found = []
    for position in range(1, rng.randint(1, most) + 1):
        start, end = ([rng.randrange(LINE + 1) for _ in "ab"] for _ in "ab")
        if rng.random() < 0.4:
            start[1] = start[0]
        if rng.random() < 0.4:
            end[1] = end[0]
        if rng.random() < 0.1:
            start[rng.randrange(2)] = BEGINNING
        if rng.random() < 0.3:
            end = [FOREVER, rng.choice([end[0], FOREVER])]
        made = normalised(tuple(start), tuple(end))
        found.append(Claim(position=position, extent_end=made["end_min"], value=rng.choice("abc"), **made))
    return found


def random_cases(count: int, *, most: int, seed: int) -> Iterator[tuple[list[Claim], int]]:
    """Yield claims and an instant to ask about."""
    rng = Random(seed)
    for _ in range(count):
        yield random_claims(rng, most), rng.randint(-1, LINE + 1)


def instants(*, line: int = LINE) -> st.SearchStrategy[int]:
    """Draw a place on the small line, or just outside it."""
    return st.integers(-1, line + 1)


# Dates ------------------------------------------------------------------------------------------------------

DAYS = ("2018-01-15", "2018-03-01", "2018-03-02", "2018-03-31", "2018-05-13")
MONTHS = ("2018-01", "2018-03", "2018-05")
SEASONS = ("2018-21", "2018-22")
VAGUE = ("2018", "2018-XX-15", "2018-03-XX", "2018-XX", "2018-?05-13", "2018-05~-13")
LISTS = ("[2018-03-01,2018-03-02]", "[2018-01-06..2018-01-08]", "[2018-01,2018-03]", "[2018-03-31,2018-05]")
TIMES = ("2018-03-01T10:00:00Z", "2018-03-01T12:00:00+02:00", "2018-03-02T00:00:00")
QUESTIONS = ("2017-12-31", "2018-01", *DAYS, "2018-04", "2018-05", "2019-06-01")
"""Dates worth asking about: before, inside, on and after the days that the histories use."""
MOMENTS = tuple(
    datetime.fromisoformat(f"{day}T{time}+00:00")
    for day, time in [
        *product(("2018-01-01", "2018-01-16", *DAYS[1:4], "2018-05-14"), ("00:00:00", "00:00:01")),
        *product(["2018-03-01"], ["09:59:59", "10:00:00"]),
    ]
)
"""Seconds at which a bound of such a date lies, and those beside them."""


@st.composite
def edtf_texts(draw: st.DrawFn) -> str:
    """Draw an EDTF text within 2018 for an assertion; few dates, so that overlaps and ties are common."""
    day, month = st.sampled_from(DAYS), st.sampled_from(MONTHS)
    single = st.one_of(day, month)
    marked = st.builds("".join, st.tuples(single, st.sampled_from(["", "", "?", "~", "%"])))
    kind = draw(st.sampled_from(["day", "day", "day", "single", "between", "half", "half", "list", "vague", "time"]))
    if kind == "day":
        return draw(day)
    if kind == "single":
        return draw(marked)
    if kind == "between":
        # Text order is time order here; a month and a day inside it may stand in either order.
        first, last = sorted([draw(single), draw(single)], key=lambda text: text.ljust(10, "-"))
        return f"{first}/{last}{draw(st.sampled_from(['', '~']))}"
    if kind == "half":
        return draw(st.sampled_from(["{}/..", "{}/", "../{}", "/{}", "[..{}]", "[{}..]"])).format(draw(marked))
    return draw(st.sampled_from({"list": LISTS, "vague": VAGUE + SEASONS, "time": TIMES}[kind]))


# Bodies -----------------------------------------------------------------------------------------------------

MOST = 2**53 - 1

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"), max_size=12)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-MOST, MOST), texts)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
"""Values of the JSON domain of section 5: no floats, lone surrogates or controls but newline and tab."""

json_objects = st.dictionaries(texts, json_values, max_size=4)


@st.composite
def subjects(draw: st.DrawFn) -> str:
    """Draw a subject `kind/slug` of at most 128 characters."""
    low, digits = string.ascii_lowercase, string.digits
    kind = draw(st.sampled_from(low)) + draw(st.text(low + digits + "_-", max_size=20))
    return f"{kind}/{draw(st.sampled_from(low + digits))}{draw(st.text(low + digits + '_.-', max_size=100))}"


# Histories --------------------------------------------------------------------------------------------------

SUBJECTS = ("operation/storm", "person/leader")
ATTRIBUTES = ("status", "place")
HISTORY_VALUES = ("a", "b", None)
SOURCES = ("source/p", "source/q")
SAID_BY = ((), (), ("person/spokesman",))
"""With SOURCES this makes three origins; the spokesman is quoted by both papers."""
STATED = (None, "2018-03-01", "2018-05-14")
GRADES = (None, "A1", "B2", "B4", "C3")
EPOCH = datetime(2018, 6, 1, 9, tzinfo=UTC)


@st.composite
def histories(
    draw: st.DrawFn,
    *,
    max_size: int = 8,
    max_assertions: int = 1,
    momentary: bool = True,
    dates: st.SearchStrategy[str] | None = None,
) -> list[dict[str, Any]]:
    """Draw a valid history, as plain commands that refer to earlier events by index.

    A command is `{"do": "commit"}` (a batch ends here), `{"do": "retract", "target": n}`, or an assertion:
    "do" is append, deny, dispute or replace, and the rest says what. Events are numbered from 0 in the order
    of the list, commits not counted, so that index + 1 is the position. Targets are live when they are named.

    Args:
        draw: Given by Hypothesis.
        max_size: Commands at most.
        max_assertions: Attributes that one event speaks of at most.
        momentary: Whether some events do not persist.
        dates: What the valid times are drawn from.
    """
    commands: list[dict[str, Any]] = []
    live: list[int] = []
    number = 0
    for _ in range(draw(st.integers(1, max_size))):
        kinds = ["append", "append", "append", "append", "deny", "dispute", "replace", "retract", "commit"]
        do = draw(st.sampled_from(kinds if live else ["append"]))
        if do == "commit":
            commands.append({"do": do})
            continue
        if do == "retract":
            commands.append({"do": do, "target": live.pop(draw(st.integers(0, len(live) - 1)))})
            number += 1
            continue
        command = {"do": do} | draw(reports(max_assertions=max_assertions, momentary=momentary, dates=dates))
        command["stance"] = DENIES if do == "deny" else "affirms"
        command["disputes"] = [draw(st.sampled_from(live))] if do == "dispute" else []
        command["replaces"] = live.pop(draw(st.integers(0, len(live) - 1))) if do == "replace" else None
        commands.append(command)
        live.append(number)
        number += 1
    return commands


def reports(
    *, max_assertions: int = 1, momentary: bool = True, dates: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what one event says, and who says it; the arguments are those of `histories`."""
    return st.fixed_dictionaries(
        {
            "subject": st.sampled_from(SUBJECTS),
            "assertions": assertions(max_assertions),
            "valid": edtf_texts() if dates is None else dates,
            "persists": st.sampled_from([True, True, not momentary]),
            "source": st.sampled_from(SOURCES),
            "said_by": st.sampled_from(SAID_BY).map(list),
            "stated": st.sampled_from(STATED),
            "grade": st.sampled_from(GRADES),
        }
    )


def scopes() -> st.SearchStrategy[dict[str, Any]]:
    """Draw filters of a question; an empty list admits nothing, or leaves out nothing."""
    return st.fixed_dictionaries(
        {
            "stated_by": st.sampled_from([None, None, "2018-02-28", *STATED[1:], "2018-05-31", "2018-06-01"]),
            "sources": st.sampled_from([None, None, [], ["source/p"], ["source/q", "source/p"], ["source/z"]]),
            "origins": st.sampled_from([None, None, [], ["person/spokesman"], ["source/q"], ["source/p", "source/q"]]),
            "without_sources": st.sampled_from([None, None, None, [], ["source/p"], ["source/q", "source/z"]]),
            "without_origins": st.sampled_from([None, None, None, [], ["person/spokesman"], ["source/p", "source/q"]]),
            "min_grade": st.sampled_from([None, None, "A2", "B2", "B3", "C2", "F6"]),
        }
    )


def assertions(most: int) -> st.SearchStrategy[list[list[Any]]]:
    """Draw the [attribute, value] pairs of one event, each attribute once; null means that it ends."""
    pair = st.tuples(st.sampled_from(ATTRIBUTES), st.sampled_from(HISTORY_VALUES)).map(list)
    return st.lists(pair, min_size=1, max_size=most, unique_by=lambda found: found[0])


def event_id(index: int) -> str:
    """Return the id of the event at an index of a history."""
    return str(UUID(int=index + 1, version=4))


def recorded_at(index: int) -> datetime:
    """Return when the event at an index of a history is recorded: one second after the other."""
    return EPOCH + timedelta(seconds=index)


def model_batches(commands: Sequence[dict[str, Any]]) -> Iterator[list[Event]]:
    """Yield the events of a history as the model takes them, a list for each batch that is not empty."""
    subject_of: list[str] = []
    batch: list[Event] = []
    for command in commands:
        if command["do"] == "commit":
            if batch:
                yield batch
            batch = []
            continue
        index = len(subject_of)
        who = {"id": event_id(index), "recorded_at": recorded_at(index)}
        if command["do"] == "retract":
            subject_of.append(subject_of[command["target"]])
            batch.append(Event(subject=subject_of[-1], retracts=event_id(command["target"]), **who))
            continue
        subject_of.append(command["subject"])
        same = ("subject", "valid", "persists", "stance", "source", "stated", "grade")
        batch.append(
            Event(
                **who,
                **{name: command[name] for name in same},
                assertions=tuple((attribute, value) for attribute, value in command["assertions"]),
                said_by=tuple(command["said_by"]),
                disputes=tuple(event_id(target) for target in command["disputes"]),
                replaces=None if command["replaces"] is None else event_id(command["replaces"]),
            )
        )
    if batch:
        yield batch


def model_events(commands: Sequence[dict[str, Any]]) -> list[Event]:
    """Return the events of a history in log order."""
    return [event for batch in model_batches(commands) for event in batch]
