"""The page answers as the store does, whatever the history: asked in a real browser of what is embedded."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock
from hypothesis import given, settings
from mirror import Stores, second_of
from strategies import MOMENTS, QUESTIONS

from chronology import Chronology, Event
from chronology.events import canonical
from chronology.events.json_values import thaw
from chronology.report.contents import contents
from chronology.report.selection import Limits, select
from tests.browsers import Page, asked
from tests.test_invariants import upgraded_histories

WHEN = (*QUESTIONS, *MOMENTS)

ANSWERS = """
([data, instants, positions]) => {
    const chronicle = new Chronicle(data);
    const party = ({ claim, standing }) => {
        if (!claim) return [standing, null];
        const event = chronicle.eventOf(claim);
        const { position, id, valid, from, grade } = event;
        return [standing, claim.value, position, id, valid, claim.origin, from, grade || null];
    };
    return positions.map((known) => instants.map((at) => chronicle.answers(at, known).map(({ group, answer }) =>
        [group.subject, group.attribute, answer.certain, answer.contested, answer.parties.map(party)])));
}
"""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("histories"))


def embedded(chron: Chronology, **limits: Any) -> dict[str, Any]:
    """Return what a page would embed."""
    about = {"about": {"known": chron.head(), "at": None}}
    return contents(select(chron, Limits(**limits)), names={}, titles={}) | about


def answers(chron: Chronology, question: Any, known: int) -> list[Any]:
    """Return a state in the form that `ANSWERS` gives."""
    return [
        [
            found.subject,
            found.attribute,
            found.certainty == "certain",
            found.contested,
            [_party(one) for one in found.candidates],
        ]
        for found in chron.state(valid_at=question, known_at=known)
    ]


def _party(one: Any) -> list[Any]:
    if one.event is None:
        return [one.standing, None]
    value = thaw(one.value)
    # A bare dispute has no value of its own; what it disputes is told by both.
    text = None if value is None else canonical.encode(value).decode()
    return [one.standing, text, one.position, one.event, one.valid, one.origin, one.source, one.grade]


@settings(max_examples=settings.default.max_examples // 3)
@given(drawn=upgraded_histories())
def test_the_page_tells_the_state_of_a_store_at_any_two_dates(resolver: Page, stores: Stores, drawn: list[Any]) -> None:
    """Subjects, attributes, values, parties, standings and evidence are those of `Reader.state`."""
    with stores.of(drawn) as chron:
        positions = range(stores.base, chron.head() + 1)
        found = asked(resolver, ANSWERS, [embedded(chron), list(map(second_of, WHEN)), list(positions)])
        assert found == [[answers(chron, question, known) for question in WHEN] for known in positions]


@settings(max_examples=settings.default.max_examples // 4)
@given(drawn=upgraded_histories())
def test_a_page_of_an_earlier_log_is_the_page_of_a_shorter_one(stores: Stores, drawn: list[Any]) -> None:
    """With known_at, nothing of what came later is embedded: it is as if it had not been recorded."""
    whole = [event for batch in drawn for event in batch]
    cut = len(whole) // 2
    with stores.of([whole]) as chron, stores.of([whole[:cut]]) as shorter:
        assert embedded(chron, restrictions={"known_at": stores.base + cut}) | {"about": 0} == embedded(shorter) | {
            "about": 0
        }


def test_a_page_of_merged_logs_gives_equal_starts_to_what_was_recorded_later(resolver: Page, tmp_path: Path) -> None:
    """Whichever log took in the other, pages tell the state of their stores, which is the same."""
    clock = Clock()
    found = []
    with ExitStack() as stack:
        ours, theirs = (
            stack.enter_context(Chronology.open(tmp_path / f"{name}.db", create=True, clock=clock)) for name in "ab"
        )
        for chron, value in ((ours, "first"), (theirs, "second"), (ours, "third"), (theirs, "fourth")):
            clock.advance(hours=1)
            data = {"attribute": "status", "value": value}
            said = {"valid": "2018-05-01", "source": f"source/{value}"}
            chron.append(Event(type="fact.asserted", subject="place/x", data=data, **said))
        for one, other in ((theirs, "a"), (ours, "b")):
            one.sharing.merge_log(tmp_path / f"{other}.db")
            head = one.head()
            (page,) = asked(resolver, ANSWERS, [embedded(one), [second_of("2018-05-02")], [head]])
            assert page == [answers(one, "2018-05-02", head)]
            found.append([party[1] for party in page[0][0][4]])
    assert found[0] == found[1]
    assert found[0][0] == '"fourth"'
