"""Tests of what is suggested to somebody who mistyped a subject."""

from collections.abc import Iterable
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.store import name_lookup


def describe(chron: Chronology, subject: str, **data: Any) -> Event:
    """Append a description of a subject."""
    kind = subject.partition("/")[0]
    known = {"place": "place.described", "source": "source.described"}.get(kind, "actor.described")
    event = Event(type=known, subject=subject, valid="2018", source="source/a-report", data=data)
    return chron.append(event).event


@pytest.fixture
def known(chron: Chronology) -> Chronology:
    """Give a store with a few named subjects."""
    describe(chron, "place/hajin", part="eastern")
    describe(chron, "group/sdf", name="Syrian Democratic Forces", aliases=["QSD", "Qasad"])
    describe(chron, "person/abu-bakr-al-baghdadi", name="Abu Bakr al-Baghdadi")
    describe(chron, "person/shoigu", name="Сергей Шойгу", aliases=["Шойгу"])
    describe(chron, "person/p1", name="محمد")
    describe(chron, "person/p2", name="НОВАК")
    describe(chron, "person/skoda", name="Emil Škoda")
    describe(chron, "source/voa-2018-05-14", title="Campaign in the East")
    describe(chron, "person/linda-yaccarino", born="1963")
    chron.append(
        Event(
            type="crossing.closed",
            subject="crossing/baguz",
            valid="2018",
            source="source/radio",
            said_by=["driver/bus-7"],
        )
    )
    return chron


TYPED = {
    "Hajin": ["place/hajin"],
    "HAJIN": ["place/hajin"],
    "place/Hajin": ["place/hajin"],
    "Place / Hajin": ["place/hajin"],
    "person/hajin": ["place/hajin"],
    "hajn": ["place/hajin"],
    "hjain": ["place/hajin"],
    "syrian democratic forces": ["group/sdf"],
    "Syrian  Democratic Forces": ["group/sdf"],
    "qasad": ["group/sdf"],
    "Democratic Forces": ["group/sdf"],
    "Baghdadi": ["person/abu-bakr-al-baghdadi"],
    "Abu Bakr Baghdadi": ["person/abu-bakr-al-baghdadi"],
    "шойгу": ["person/shoigu"],
    "ШОЙГУ": ["person/shoigu"],
    "сергей шойгу": ["person/shoigu"],
    "محمد": ["person/p1"],
    "Новак": ["person/p2"],
    "emil skoda": ["person/skoda"],
    "emil ŠKODA": ["person/skoda"],
    "campaign in the east": ["source/voa-2018-05-14"],
    "voa": ["source/voa-2018-05-14"],
    "Linda Yaccarino": ["person/linda-yaccarino"],
    "Lynda Yacarino": ["person/linda-yaccarino"],
    "Nobody at all": [],
    "حاجين": [],
    "": [],
    " ": [],
    "/": [],
    "%": [],
    "a\x1b[31m": [],
    "\udcff": [],
    "x" * 100_000: [],
}  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), TYPED.items(), ids=[repr(name)[:20] for name in TYPED])
def test_what_may_be_meant_is_found(known: Chronology, typed: str, meant: Iterable[str]) -> None:
    """By slug or name, whatever its case and marks; by a few letters; by its words; else nothing is suggested."""
    assert known.names.similar(typed) == meant


def test_several_are_listed_at_most_five_the_nearest_first(chron: Chronology) -> None:
    """Equals are in alphabetical order; a subject with fewer other words comes first."""
    for number in range(9):
        describe(chron, f"place/p{number}-long-hajin-name", part="eastern")
    describe(chron, "group/hajin-guard", name="Guard")
    found = chron.names.similar("Hajin")
    assert len(found) == 5
    assert found[0] == "group/hajin-guard"
    assert found[1:] == [f"place/p{number}-long-hajin-name" for number in range(4)]
    describe(chron, "place/hajin", part="eastern")
    describe(chron, "group/x", name="Hajin")
    assert chron.names.similar("Hajin") == ["group/x", "place/hajin"]


def test_only_kinds_that_fit_are_suggested(known: Chronology) -> None:
    """If a place takes only some kinds, subjects of others are left out."""
    assert known.names.similar("Hajin", kinds=["person", "group"]) == []
    assert known.names.similar("voa", kinds=["source"]) == ["source/voa-2018-05-14"]


def test_sources_and_origins_are_looked_among_where_asked(known: Chronology) -> None:
    """A party to a claim need not be the subject of any event."""
    assert known.names.similar("Bus 7") == []
    assert known.names.similar("Bus 7", parties=True) == ["driver/bus-7"]
    assert known.names.similar("driver/bus-8", parties=True) == ["driver/bus-7"]
    assert known.names.similar("Radio", parties=True) == ["source/radio"]
    assert known.names.parties() == ["driver/bus-7", "source/a-report", "source/radio"]
    assert all(map(known.names.knows_party, known.names.parties()))
    assert not known.names.knows_party("driver/bus-8")


def test_a_withdrawn_name_is_not_looked_by(known: Chronology) -> None:
    """Only a live event names a subject."""
    event = describe(known, "person/x1", name="Jane Doe")
    assert known.names.similar("Jane Doe") == ["person/x1"]
    known.retract(str(event.id), reason="wrong person")
    assert known.names.similar("Jane Doe") == []


def test_in_a_large_store_the_near_are_found_too(chron: Chronology, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a pass reads fewer subjects than are alike, the neighbours in the alphabet are still compared."""
    monkeypatch.setattr(name_lookup, "_ROWS", 3)
    chron.append_many(
        Event(type="fact.asserted", subject=f"place/hajin-{number:03}", valid="2018", source="source/s",
              data={"attribute": "part", "value": "x"})
        for number in range(100)
    )  # fmt: skip
    assert chron.names.similar("place/hajin-055x")[0] == "place/hajin-055"


def test_a_name_is_found_among_many_that_hold_it(chron: Chronology, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a pass reads fewer names than contain a text, the name that is this text is among them."""
    monkeypatch.setattr(name_lookup, "_ROWS", 3)
    for number in range(9):
        describe(chron, f"person/a{number}", name=f"Guard {number} of Nadia")
    describe(chron, "person/z", name="Nadia")
    assert chron.names.similar("nadia") == ["person/z"]
