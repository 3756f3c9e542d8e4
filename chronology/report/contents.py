"""What a report embeds, as JSON: assertions with their bounds, and what their events say. Reads and writes nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from chronology.events import canonical
from chronology.events.json_values import Json, thaw
from chronology.events.patterns import format_instant
from chronology.events.records import RecordedEvent
from chronology.questions.assertions import Entry
from chronology.report.selection import Selection
from chronology.vocabulary.event_types import DEFINED, RETRACTED

CLAIM: Final = (
    "subject", "attribute", "event", "start_min", "start_max", "end_min", "end_max", "extent_end", "value", "role",
    "origin", "known_from", "known_until", "reading", "disputes",
)  # fmt: skip
"""What the numbers of an embedded claim are. Subject, attribute, value, origin and reading are places in the list of
texts, the event is a place in that of events, the role one among affirms, denies and disputes. A value of -1 means that
nothing holds any more, a known_until of 0 that the claim is live; disputes are positions."""

_ROLES: Final = {"affirms": 0, "denies": 1, "disputes": 2}
_DESCRIBING: Final = ("title", "author", "publisher", "published", "url", "archive_url")
_OF_A_FACT: Final = ("attribute", "value")


class Texts:
    """Texts that occur often, each embedded once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """Return the place of a text in the list."""
        return self._places.setdefault(text, len(self._places))

    def listed(self) -> list[str]:
        """Return all texts, in order of their places."""
        return list(self._places)


def contents(selection: Selection, *, names: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, Json]:
    """Return what is embedded of a selection.

    Args:
        selection: what may be shown.
        names: the names to show, by subject; only those of shown subjects are kept.
        titles: the titles of event types, by type; only those of shown events are kept.
    """
    texts = Texts()
    positions = selection.positions()
    places = {position: place for place, position in enumerate(positions)}
    claims = [_claim(entry, places, selection, texts) for entry in selection.entries]
    subjects = {entry.subject for entry in selection.entries}
    types = {selection.events[position].event.type for position in positions}
    return {
        "claim": list(CLAIM),
        "claims": claims,
        "events": list(_events(selection)),
        "ranks": _ranks(selection, places),
        "recorded": _recorded(selection),
        "withdrawals": _withdrawals(selection),
        "names": {subject: names[subject] for subject in sorted(subjects) if subject in names},
        "sources": _sources(selection),
        "titles": {name: titles[name] for name in sorted(types) if name in titles},
        "texts": texts.listed(),
    }


def _claim(entry: Entry, places: Mapping[int, int], selection: Selection, texts: Texts) -> list[Json]:
    assertion, claim, pseudonyms = entry.assertion, entry.assertion.claim, selection.pseudonyms
    value = None if assertion.value is None else _text(pseudonyms.within(thaw(assertion.value)))
    row: list[Json] = [
        texts.place(entry.subject),
        texts.place(entry.attribute),
        places[assertion.position],
        claim.start_min,
        claim.start_max,
        claim.end_min,
        claim.end_max,
        claim.extent_end,
        -1 if value is None else texts.place(value),
        _ROLES[assertion.role],
        texts.place(pseudonyms.of(assertion.origin)),
        assertion.known_from,
        entry.known_until or 0,
        texts.place(assertion.reading),
    ]
    return [*row, sorted(claim.disputes)] if claim.disputes else row


def _ranks(selection: Selection, places: Mapping[int, int]) -> list[Json]:
    """Return the place of each shown event in the order of first recording; nothing where that is the log's order."""
    ranked = {entry.assertion.position: entry.assertion.claim.rank for entry in selection.entries}
    if all(rank == position for position, rank in ranked.items()):
        return []
    ranks: list[Json] = [0] * len(places)
    for place, position in enumerate(sorted(ranked, key=ranked.__getitem__), start=1):
        ranks[places[position]] = place
    return ranks


def _text(value: Json) -> str:
    return canonical.encode(value).decode()


def _events(selection: Selection) -> Iterator[dict[str, Json]]:
    """Yield what the shown events say, without what is empty or withheld."""
    asserted: defaultdict[int, set[str]] = defaultdict(set)
    stated: dict[int, str] = {}
    for entry in (*selection.entries, *selection.hidden):
        position = entry.assertion.position
        asserted[position].add(_text(thaw(entry.assertion.value)))
        stated[position] = entry.assertion.stated
    for position in selection.positions():
        recorded = selection.events[position]
        record = _origin(recorded, selection, stated[position])
        # What an event about another subject says here is only that it disputes something of this one.
        if selection.limits.admit(recorded.event.subject):
            record |= _words(recorded) | {"details": _details(recorded, asserted[position])}
        yield {
            name: selection.pseudonyms.within(value)
            for name, value in record.items()
            if value and not selection.limits.hide(name)
        }


def _origin(recorded: RecordedEvent, selection: Selection, stated: str) -> dict[str, Json]:
    """Return which event it is, who said it, and when."""
    event, pseudonyms = recorded.event, selection.pseudonyms
    return {
        "position": recorded.position,
        "id": recorded.id,
        "type": event.type,
        "valid": event.valid,
        # What is withheld is still distinguished, because one origin does not contest itself.
        "from": pseudonyms.of(event.source or ""),
        "by": [pseudonyms.of(name) for name in event.said_by],
        "stated": stated,
        "grade": event.grade,
        "at": format_instant(recorded.recorded_at),
        "recorded_by": event.recorded_by,
    }


def _words(recorded: RecordedEvent) -> dict[str, Json]:
    """Return what stands in the document, and what was remarked on it."""
    event = recorded.event
    return {"quote": event.quote, "locator": event.locator, "note": event.note}


def _details(recorded: RecordedEvent, asserted: set[str]) -> dict[str, Json]:
    """Return of a payload what is not among the values that it asserts."""
    data = thaw(recorded.event.data)
    if recorded.event.type.startswith("fact."):
        data = {name: value for name, value in data.items() if name not in _OF_A_FACT}
    return {name: value for name, value in data.items() if _text(value) not in asserted}


def _recorded(selection: Selection) -> list[list[Json]]:
    """Return when the log learnt what is shown, and when it withdrew it: the steps of known time."""
    changes = {0}
    for entry in selection.entries:
        changes |= {entry.assertion.known_from, entry.known_until or 0}
    positions = sorted(changes - {0})
    return [[position, format_instant(selection.events[position].recorded_at)] for position in positions]


def _withdrawals(selection: Selection) -> dict[str, Json]:
    """Return what withdrew what is shown, by position; to be read anew by a newer type is no withdrawal."""
    withdrawals: dict[str, Json] = {}
    shown = set(selection.positions())
    for by in sorted({entry.known_until for entry in selection.entries if entry.known_until}):
        recorded = selection.events[by]
        event, hide = recorded.event, selection.limits.hide
        if recorded.is_redacted:
            withdrawals[str(by)] = {"how": "withdrawn"}
        elif event.type == RETRACTED:
            reason = None if hide("details") else event.data.get("reason")
            withdrawals[str(by)] = {"how": "retracted", "reason": selection.pseudonyms.within(reason)}
        elif event.type != DEFINED:
            # What filters leave out tells nothing of its own, but that it came in place of what is shown.
            shows_note = not hide("note") and (by in shown or not selection.limits.in_words())
            withdrawals[str(by)] = {"how": "replaced", "reason": event.note if shows_note else None}
    return withdrawals


def _sources(selection: Selection) -> dict[str, dict[str, Json]]:
    """Return what is known of the documents that are cited, so that a note can name them."""
    if selection.limits.hide("source"):
        return {}
    cited: set[str] = set()
    for position in selection.positions():
        event = selection.events[position].event
        # Who passed a claim on may be a document too; withheld names are not described.
        passed_on = [] if selection.limits.hide("said_by") else event.said_by
        cited.update(filter(None, (event.source, *passed_on)))
    sources: dict[str, dict[str, Json]] = {}
    for entry in selection.documents:
        assertion = entry.assertion
        fits = entry.subject in cited and entry.attribute in _DESCRIBING and assertion.role == "affirms"
        if fits and entry.known_until is None and isinstance(assertion.value, str):
            if entry.attribute in ("url", "archive_url") and selection.limits.hide("url"):
                continue
            sources.setdefault(entry.subject, {})[entry.attribute] = assertion.value
    return sources
