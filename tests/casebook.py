"""Reading the cases in `cases/answers`, and answering them with the pure functions: dates, bounds, the rule.

The life of an event (what was retracted, replaced, withdrawn, ruled, and who speaks in a source) is followed here in
the plainest way, so that the cases bind every implementation of it alike. `cases/README.md` documents the format.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from chronology.answers.edition3.claims import Claim, Role, merit
from chronology.answers.edition3.outcomes import Party, Verdict
from chronology.answers.edition3.parties import last_said, parties
from chronology.answers.edition3.verdicts import verdict
from chronology.dates import edtf
from chronology.dates.calendar import DAY, format_day
from chronology.dates.extents import extent
from chronology.events import canonical
from chronology.vocabulary import builtin
from chronology.vocabulary.registry import Vocabulary

FOLDER = Path(__file__).parent / "cases" / "answers"

FIRST_RECORDED = datetime(2026, 1, 1, tzinfo=UTC)

BOOKKEEPING = {"assertion.retracted", "claim.withdrawn", "ruling.made", "source.described"}


class Case(NamedTuple):
    """One question of a file, with its answer."""

    file: str
    book: Mapping[str, Any]
    says: str
    ask: Mapping[str, Any]
    answer: Mapping[str, Any] | None


def cases() -> Iterator[Case]:
    """Yield every case of every file."""
    for path in sorted(FOLDER.glob("*.json")):
        book = json.loads(path.read_text("utf-8"))
        for case in book["cases"]:
            yield Case(path.stem, book, case["says"], book.get("ask", {}) | case["ask"], case["answer"])


def event_id(number: int) -> str:
    """Return the id of an event of a file, counted from 1."""
    return f"00000000-0000-4000-8000-{number:012d}"


@cache
def vocabulary() -> Vocabulary:
    """Return the built-in types."""
    found = Vocabulary()
    for schema in builtin.schemas():
        found = found.with_type(schema, trusted=True)
    return found


def recorded_at(book: Mapping[str, Any], number: int) -> datetime:
    """Return when an event was recorded."""
    given = book.get("recorded_at", {}).get(str(number))
    return datetime.fromisoformat(given) if given else FIRST_RECORDED + timedelta(minutes=number)


def answered(case: Case) -> dict[str, Any] | None:
    """Return the answer to a case, in the form in which it is written."""
    claims = claims_of(case)
    instant = edtf.close_of(case.ask["at"])
    carry = case.ask.get("carry")
    limit = None if carry is None else 0 if carry == "none" else int(carry.removesuffix("d")) * DAY
    found = verdict(claims, instant, carry=limit)
    if found is None:
        return None
    answer = as_answer(found, parties(claims, instant, carry=limit))
    if found.unknown_since is not None:
        answer["last_said"] = [claim.position for claim in last_said(claims, instant)]
    return answer


def as_answer(found: Verdict, listed: Sequence[Party]) -> dict[str, Any]:
    """Return an answer as JSON."""
    return {
        "value": value_of(found.value),
        "undecided": found.undecided,
        "certainty": "certain" if found.certain else "possible",
        "contested": found.contested,
        "decided_by": found.decided_by and found.decided_by.value,
        "carried": found.carried,
        "last_claimed": None if found.last_claimed is None else format_day(found.last_claimed),
        "unknown_since": None if found.unknown_since is None else format_day(found.unknown_since),
        "candidates": [
            {
                "event": party.claim.position if party.claim else None,
                "value": value_of(party.value),
                "standing": party.standing.value,
            }
            for party in listed
        ],
    }


def value_of(text: str | None) -> Any:
    """Return a value from its canonical text."""
    return None if text is None else json.loads(text)


def claims_of(case: Case) -> list[Claim]:
    """Return the live claims in scope of a case."""
    ask, events = case.ask, case.book["events"]
    known = events[: ask.get("known_at", len(events))]
    number = {event_id(index): index for index in range(1, len(known) + 1)}
    gone: dict[int, int | None] = {}
    place = {index: index for index in number.values()}
    follows: dict[int, int] = {}
    for index, event in enumerate(known, start=1):
        target = number.get(event.get("retracts") or event.get("replaces") or "")
        if target is None:
            continue
        if event["type"] != "claim.withdrawn":
            gone[target] = None
        elif gone.get(target, "alive") is not None:
            gone[target] = edtf.opening_of(event["stated"])
        if "replaces" in event:
            place[index] = place[target]
            follows[target] = index

    def now(identifier: str) -> int:
        index = number.get(identifier, 0)
        while index in follows:
            index = follows[index]
        return index

    by = edtf.opening_of(ask["stated_by"]) if "stated_by" in ask else None
    live = {
        index
        for index in number.values()
        if index not in gone or ((since := gone[index]) is not None and by is not None and by < since)
    }
    ruled = set(ruled_out(known, live, now)) if not ask.get("without_rulings") else set()
    found: list[Claim] = []
    for index in sorted(live):
        event = known[index - 1]
        if event["type"] not in BOOKKEEPING and in_scope(event, known, ask):
            found += said_by(case, index, place[index], known, ruled, now)
    return found


def ruled_out(known: Sequence[Mapping[str, Any]], live: set[int], now: Any) -> Iterator[int]:
    """Yield the events that a live ruling sets aside, unless what it favours is gone."""
    for index in live:
        event = known[index - 1]
        if event["type"] == "ruling.made":
            favoured = event["data"].get("in_favour_of")
            if favoured is None or now(favoured) in live:
                yield from (now(identifier) for identifier in event["data"]["set_aside"])


def origin_of(event: Mapping[str, Any], known: Sequence[Mapping[str, Any]]) -> str:
    """Return who a claim comes from."""
    if event.get("said_by"):
        return str(event["said_by"][0])
    speaker = None
    for other in known:
        if other["type"] == "source.described" and other["subject"] == event["source"]:
            speaker = other["data"].get("speaker", speaker)
    return speaker or str(event["source"])


def published(index: int, known: Sequence[Mapping[str, Any]]) -> str | None:
    """Return when an event's source was published, as described before the event was appended."""
    found = None
    for other in known[: index - 1]:
        if other["type"] == "source.described" and other["subject"] == known[index - 1].get("source"):
            found = other["data"].get("published", found)
    return found


def in_scope(event: Mapping[str, Any], known: Sequence[Mapping[str, Any]], ask: Mapping[str, Any]) -> bool:
    """Say whether the filters of a question let an event in."""
    least, grade = ask.get("min_grade"), event.get("grade")
    return (
        ("sources" not in ask or event["source"] in ask["sources"])
        and ("origins" not in ask or origin_of(event, known) in ask["origins"])
        and (least is None or (grade is not None and grade[0] <= least[0] and grade[1] <= least[1]))
        and ("stated_by" not in ask or event.get("stated", "") <= ask["stated_by"])
    )


def said_by(
    case: Case, index: int, place: int, known: Sequence[Mapping[str, Any]], ruled: set[int], now: Any
) -> Iterator[Claim]:
    """Yield what an event claims about the attribute asked for, on the subject asked for."""
    event, ask = known[index - 1], case.ask
    kind = vocabulary().newest(event["type"])
    stated = event.get("stated") or published(index, known)
    day = stated or recorded_at(case.book, place).date().isoformat()
    opening = edtf.opening_of(stated) if stated else None
    read = extent(edtf.parse(event["valid"]), lasts=kind.persists, reports=not kind.begins, stated=opening)
    disputes = frozenset(now(identifier) for identifier in event.get("disputes", ()))
    said = {}
    if event["subject"] == ask["subject"]:
        said = dict(kind.asserted(canonical.parse(json.dumps(event.get("data", {})).encode())))
    role = Role.DENIES if event.get("stance") == "denies" else Role.AFFIRMS
    if ask["attribute"] not in said:
        if not disputes or event["subject"] != ask["subject"]:
            return
        said, role = {ask["attribute"]: None}, Role.DISPUTES
    bounds = read.bounds
    yield Claim(
        key=index,
        position=index,
        start_min=bounds.start_min,
        start_max=bounds.start_max,
        end_min=bounds.end_min,
        end_max=bounds.end_max,
        value=said[ask["attribute"]],
        role=role,
        origin=origin_of(event, known),
        merit=merit(event.get("grade")),
        stated=edtf.opening_of(day),
        dated=stated is not None,
        place=place,
        unit=read.unit,
        lasts=read.is_carried,
        tells_end=read.tells_end,
        begins=kind.begins,
        fixed=kind.persists and event["type"] == "fact.asserted" and event["subject"].startswith("incident/"),
        set_aside=index in ruled,
        disputes=disputes,
    )
