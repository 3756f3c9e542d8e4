"""Tests of taking a name for the subject that bears it."""

from collections.abc import Iterator

import pytest

from chronology import Chronology, Event
from chronology.errors import AmbiguousNameError, ChronologyError


def report(chron: Chronology, subject: str) -> None:
    """Append something about a subject."""
    data = {"attribute": "status", "value": "x"}
    chron.append(Event(type="fact.asserted", subject=subject, valid="2018", source="source/s", data=data))


def test_what_is_typed_in_full_is_returned_untouched(chron: Chronology) -> None:
    """Whether it exists or not, and whatever is called so."""
    chron.describe("place/a", aliases=["place/b"])
    assert chron.names.resolve("place/b") == "place/b"


def test_a_name_stands_before_a_slug(chron: Chronology) -> None:
    """Slugs count only where no subject has the name; two with one slug are told apart by kind."""
    for subject in ("place/baguz", "crossing/baguz"):
        report(chron, subject)
    with pytest.raises(AmbiguousNameError) as refused:
        chron.names.resolve("Baguz")
    assert refused.value.subjects == ("crossing/baguz", "place/baguz")
    assert refused.value.hint == "did you mean crossing/baguz or place/baguz?"
    assert chron.names.resolve("Baguz", kinds=["place"]) == "place/baguz"
    assert chron.names.resolve("Crossing / Baguz") == "crossing/baguz"
    chron.describe("place/baguz", names=["Baguz"])
    assert chron.names.resolve("BAGUZ") == "place/baguz"


def test_two_that_bear_a_name_are_never_taken(chron: Chronology) -> None:
    """Both are listed, until one of the namings is retracted."""
    chron.describe("place/a", aliases=["The Town"])
    chron.describe("place/b", names=["the town"])
    with pytest.raises(AmbiguousNameError):
        chron.names.resolve("The Town")
    chron.retract(chron.event(chron.head()).id, reason="r")
    assert chron.names.resolve("The Town") == "place/a"


@pytest.mark.parametrize("text", ["Bagu", "", " ", "/", "%", "_____", "baguz\n", "\udcff", "person/Baguz", "x" * 999])
def test_what_nothing_is_called_is_refused(chron: Chronology, text: str) -> None:
    """A part of a name is none, nor is a name under another kind."""
    chron.describe("place/baguz", names=["Baguz"])
    with pytest.raises(ChronologyError, match="is not kind/slug"):
        chron.names.resolve(text)


def test_what_is_like_a_new_subject(chron: Chronology) -> None:
    """Of the same kind, by slug or name; slugs that differ in numbers alone are a series, and not alike."""
    report(chron, "place/baguz")
    report(chron, "source/voa-2018-05-14")
    report(chron, "person/witness-9")
    chron.describe("place/hajin", aliases=["Abu Hamam"])
    assert chron.names.similar_to_new("place/baguz2") == ["place/baguz"]
    assert chron.names.similar_to_new("place/abu-hamam") == ["place/hajin"]
    assert chron.names.similar_to_new("crossing/baguz") == []
    assert chron.names.similar_to_new("source/voa-2018-05-15") == []
    assert chron.names.similar_to_new("person/witness-10") == []


KNOWN = [
    "abu-hamam",
    "abu-kamal",
    "al-asharah",
    "al-bahrah",
    "al-kishkiyah",
    "al-mayadin",
    "al-shafah",
    "aleppo",
    "baghuz",
    "damascus",
    "daraa",
    "deir-ez-zor",
    "gharanij",
    "hajin",
    "hama",
    "hawija",
    "homs",
    "idlib",
    "manbij",
    "qalat",
    "raqqa",
    "sur",
    "susah",
    "tabqa",
    "tell-abyad",
]

TRANSCRIBED = {
    "baghuz": "baguz al-baghuz al-baguz baghouz al-baghuz-fawqani",
    "hajin": "hajeen hajjin hejin",
    "al-shafah": "shafah al-shaafa ash-shafah",
    "susah": "al-susah sousa al-sousah",
    "al-mayadin": "mayadeen mayadin al-mayadeen",
    "abu-kamal": "al-bukamal albukamal bukamal abou-kemal",
    "deir-ez-zor": "deir-ezzor dayr-az-zawr deir-al-zour",
    "gharanij": "granij al-gharanij ghranij",
    "raqqa": "ar-raqqah rakka al-raqqah",
    "manbij": "menbij",
    "tabqa": "at-tabqah",
    "tell-abyad": "tal-abyad",
    "al-asharah": "al-ashara asharah",
}

OTHERS = [
    "afrin",
    "al-bab",
    "azaz",
    "fallujah",
    "harim",
    "hasakah",
    "jableh",
    "jarabulus",
    "kafr-zita",
    "khan-shaykhun",
    "latakia",
    "mosul",
    "qaim",
    "quneitra",
    "rawah",
    "salqin",
    "sarmin",
    "shaddadi",
    "sinjar",
    "tal-afar",
    "tartus",
    "tikrit",
]


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chronology]:
    """Give a store that knows some towns."""
    with Chronology.open(tmp_path_factory.mktemp("towns") / "towns.db", create=True) as chron:
        for town in KNOWN:
            report(chron, f"place/{town}")
        yield chron


@pytest.mark.parametrize(
    ("known", "spelt"), [(known, one) for known, some in TRANSCRIBED.items() for one in some.split()]
)
def test_another_transcription_of_a_town_is_like_it(towns: Chronology, known: str, spelt: str) -> None:
    """With or without the article, with long vowels, doubled consonants and gh, kh or q: the town comes first."""
    assert towns.names.similar_to_new(f"place/{spelt}")[:1] == [f"place/{known}"]


@pytest.mark.parametrize("town", OTHERS)
def test_another_town_is_not(towns: Chronology, town: str) -> None:
    """Whoever is warned in vain reads no warning any more."""
    assert towns.names.similar_to_new(f"place/{town}") == []


def test_a_report_gives_way_to_what_it_reports_on(chron: Chronology) -> None:
    """Its title may be the name of a town; where nothing else bears it, the report is meant."""
    chron.sources.add("source/r", {"title": "Abu Kamal", "published": "2017-11-08"})
    assert chron.names.resolve("Abu Kamal") == "source/r"
    chron.describe("place/abu-kamal", names=["Abu Kamal"])
    assert chron.names.resolve("abu kamal") == "place/abu-kamal"
    assert chron.names.resolve("abu kamal", kinds=("source",)) == "source/r"
    chron.describe("person/x", aliases=["Abu Kamal"])
    with pytest.raises(AmbiguousNameError):
        chron.names.resolve("Abu Kamal")
