"""Sources: what is known of each, and how what they said fared."""

from typing import Any

from chronology import Chronology, Event
from chronology.questions.source_records import Source


def say(chron: Chronology, source: str, value: str = "group/a", **rest: Any) -> str:
    """Append what a source says of who controls a town, and return its id."""
    data = {"attribute": "controlled_by", "value": value}
    given = {"type": "fact.asserted", "subject": "place/x", "valid": "2018-01-01/2018-02-01", "data": data}
    return chron.append(Event(**given | {"source": source} | rest)).id


def listed(chron: Chronology) -> dict[str, Source]:
    """Return the sources by name, which are in order."""
    found = chron.sources.records()
    assert [source.source for source in found] == sorted(source.source for source in found)
    return {source.source: source for source in found}


def test_a_source_is_told_as_last_described(chron: Chronology) -> None:
    """The newest live description of each attribute counts; what was retracted does not."""
    chron.sources.add("source/a", {"title": "Old", "publisher": "The Gazette", "published": "2018-01-02"})
    chron.sources.add("source/a", {"title": "New", "url": "https://gazette.example/1", "reliability": "B"})
    chron.retract(chron.sources.add("source/a", {"title": "Wrong"}).id, reason="another paper")
    found = listed(chron)["source/a"]
    assert (found.title, found.publisher, found.published, found.url) == (
        "New", "The Gazette", "2018-01-02", "https://gazette.example/1",
    )  # fmt: skip
    assert (found.reliability, found.rated_by) == ("B", "description")
    assert (found.assertions, found.contested, found.retracted, found.replaced) == (0, 0, 0, 0)


def test_sources_are_listed_whether_described_or_only_named(chron: Chronology) -> None:
    """One that nobody described, and one that says nothing; one whose description is gone has none."""
    say(chron, "source/a")
    chron.sources.add("source/b", {"title": "B"})
    assert list(listed(chron)) == ["source/a", "source/b"]
    assert listed(chron)["source/a"].title is None
    chron.retract(chron.sources.add("source/c", {"title": "C"}).id, reason="x")
    assert listed(chron)["source/c"].title is None


def test_without_a_description_the_commonest_letter_counts(chron: Chronology) -> None:
    """Of letters that are equally common, the less reliable one; grades of what was withdrawn do not count."""
    for grade in ("A1", "B2", "B3", "C1"):
        say(chron, "source/a", grade=grade)
    assert (listed(chron)["source/a"].reliability, listed(chron)["source/a"].rated_by) == ("B", "grades")
    say(chron, "source/a", grade="C2")
    assert listed(chron)["source/a"].reliability == "C"
    chron.retract(say(chron, "source/b", grade="D4"), reason="x")
    assert (listed(chron)["source/b"].reliability, listed(chron)["source/b"].rated_by) == (None, None)


def test_what_became_of_assertions_is_counted(chron: Chronology) -> None:
    """Live, retracted and replaced events, each once however many attributes it asserts."""
    chron.retract(say(chron, "source/a"), reason="wrong")
    say(chron, "source/a", replaces=say(chron, "source/a"))
    event = Event(
        type="crossing.closed", subject="crossing/x", valid="2018", source="source/a", data={"reason": "snow"}
    )
    chron.append(event)
    found = listed(chron)["source/a"]
    assert (found.assertions, found.retracted, found.replaced) == (2, 1, 1)


def test_a_retraction_that_was_redacted_still_counts(chron: Chronology) -> None:
    """What it withdrew stays withdrawn."""
    withdrawal = chron.retract(say(chron, "source/a"), reason="names a witness")
    chron.redact(withdrawal.id, reason="x")
    assert listed(chron)["source/a"].retracted == 1


def test_contested_are_the_parties_of_contested_answers(chron: Chronology) -> None:
    """The leading claim, the rival and the denial; not a claim of the same source about another time."""
    say(chron, "source/a", "group/a")
    say(chron, "source/a", "group/a", valid="2010-01-01/2010-02-01")
    say(chron, "source/b", "group/b")
    denied = say(chron, "source/c", "group/b", stance="denies", valid="2018-01-15")
    found = listed(chron)
    assert {name: found[name].contested for name in found} == {"source/a": 1, "source/b": 1, "source/c": 1}
    assert found["source/a"].assertions == 2
    chron.retract(denied, reason="x")
    assert listed(chron)["source/c"].contested == 0


def test_what_a_newer_version_reads_anew_is_live(chron: Chronology) -> None:
    """It was not withdrawn, and counts once."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:chronology:town.taken:1",
        "title": "Town taken",
        "type": "object",
        "properties": {"by": {"type": "string"}},
        "x-asserts": {"controlled_by": {"data": "by"}},
    }
    chron.define(schema)
    chron.append(Event(type="town.taken", subject="place/x", valid="2018", data={"by": "group/a"}, source="source/a"))
    chron.define(schema | {"$id": "urn:chronology:town.taken:2", "x-persists": False, "x-upcast": []})
    found = listed(chron)["source/a"]
    assert (found.assertions, found.retracted, found.replaced) == (1, 0, 0)
