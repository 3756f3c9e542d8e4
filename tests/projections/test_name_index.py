"""The table of names: it leads from a spelling to the subjects that bear it, now and as known earlier."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror import Stores

from chronology import Chronology, Event
from chronology.events.identities import NO_MERGES
from chronology.events.slugs import spelling
from chronology.projections import name_index
from chronology.questions import subject_names
from chronology.vocabulary.definitions import DIALECT

SPELLINGS = ("Baghuz", "al-Baghuz", "BÁGHUZ", "الباغوز", "Hajin", "?!")
PLACES = ("place/a", "place/b")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("called"))


def naming(subject: str, text: str, way: str, **rest: Any) -> Event:
    """Return an event that gives a name: as a name, as an alias, or as a fact, of which the source tells one or two."""
    if way in ("name", "alias"):
        return Event(type="subject.named", subject=subject, data={"name": text, "role": way}, **rest)
    attribute, value = ("aliases", [text, text.upper(), 7]) if way == "aliases" else (way, text)
    fact = {"attribute": "name" if way == "denied" else attribute, "value": value}
    stance = {"stance": "denies"} if way == "denied" else {}
    return Event(type="fact.asserted", subject=subject, data=fact, valid="2018", source="source/s", **stance, **rest)


def told(chron: Chronology, known_at: int | None) -> dict[str, set[str]]:
    """Return by spelling who bears it, from all names of all subjects."""
    found: dict[str, set[str]] = {}
    for subject, names in subject_names.names(
        chron._session.log, chron._session.connection, NO_MERGES, known_at=known_at
    ).items():
        for name in names:
            found.setdefault(spelling(name.text), set()).add(subject)
    return found


COMMANDS = st.lists(
    st.tuples(
        st.sampled_from(["give", "give", "give", "retract", "replace"]),
        st.sampled_from(PLACES),
        st.sampled_from(SPELLINGS),
        st.sampled_from(["name", "alias", "title", "aliases", "denied"]),
        st.integers(0, 9),
    ),
    max_size=9,
)


@given(COMMANDS, st.booleans())
def test_who_bears_a_name_is_who_has_it_among_all_names(stores: Stores, commands: Any, together: bool) -> None:
    """For every spelling and every earlier position, however names were given, withdrawn and replaced, and batched."""
    with stores.new() as chron:
        before = chron.head()
        given_names: list[str] = []
        batch: list[Event] = []
        for number, (what, subject, text, way, index) in enumerate(commands):
            identity = f"018f0000-0000-7000-8000-{number:012d}"
            if what == "retract" and given_names:
                target = given_names.pop(index % len(given_names))
                batch.append(Event(type="assertion.retracted", retracts=target, data={"reason": "an error"}))
            elif what == "replace" and given_names:
                old = given_names.pop(index % len(given_names))
                batch.append(naming(subject, text, way, id=identity, replaces=old))
                given_names.append(identity)
            else:
                batch.append(naming(subject, text, way, id=identity))
                given_names.append(identity)
        if together:
            chron.append_many(batch)
        else:
            for event in batch:
                chron.append(event)
        for known_at in (None, *range(before, chron.head() + 1)):
            wanted = told(chron, known_at)
            for text in SPELLINGS:
                expected = wanted.get(spelling(text), set()) if spelling(text) else set()
                assert name_index.bearers(chron._session.connection, text, known_at=known_at) == expected
                if spelling(text):
                    within = {one for spelt, some in wanted.items() if spelling(text) in spelt for one in some}
                    assert name_index.bearers(chron._session.connection, text, within=True, known_at=known_at) == within
        assert chron.replay().changed == ()


def test_a_newer_version_of_a_type_renames_from_then_on(chron: Chronology) -> None:
    """What a type newly reads as a name counts as one from the definition on, and no earlier."""
    first = {
        "$schema": DIALECT,
        "$id": "urn:chronology:well.found:1",
        "title": "Well found",
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "x-subject": "well",
        "x-asserts": {"name": {"data": "word"}},
        "examples": [{"word": "Bir"}],
    }
    chron.define(first)
    chron.append(Event(type="well.found", subject="well/a", valid="2018", source="source/s", data={"word": "Bir"}))
    head = chron.head()
    second = {
        "$id": "urn:chronology:well.found:2",
        "properties": {"remark": {"type": "string"}},
        "x-asserts": {"remark": {"data": "remark"}},
        "x-upcast": [{"op": "move", "from": "/word", "path": "/remark"}],
        "examples": [{"remark": "Bir"}],
    }
    chron.define(first | second)
    assert chron.names.subjects_named("bir") == []
    assert name_index.bearers(chron._session.connection, "bir", known_at=head) == {"well/a"}
    assert chron.replay().changed == ()
    assert chron.verify().faults == ()


def test_most_events_do_not_touch_it(chron: Chronology) -> None:
    """Only what gives a name has a row: whoever appends anything else pays nothing for it."""
    before = chron._session.connection.execute("SELECT count(*) FROM called").fetchone()
    fact = {"attribute": "status", "value": "Baghuz"}
    chron.append(Event(type="fact.asserted", subject="place/a", valid="2018", source="source/s", data=fact))
    assert chron._session.connection.execute("SELECT count(*) FROM called").fetchone() == before
