"""What is suspicious: each rule fires on its case and is silent beside it, only live events count."""

from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.errors import UnknownNameError
from chronology.questions.lint import RULES


def event(valid: str = "2018-05-13", **rest: Any) -> Event:
    """Return a graded report about a town."""
    given = {"type": "control.changed", "subject": "place/x", "data": {"by": "group/sdf"}}
    return Event(**given | {"source": "source/a", "grade": "B2", "stated": "2018-05-14", "valid": valid} | rest)


def described(published: str, **rest: Any) -> Event:
    """Return the description of source/a."""
    data = {"published": published}
    return Event(type="source.described", subject="source/a", source="source/a", data=data, valid="2018-05-14", **rest)


FIRING: dict[str, list[Event]] = {
    "sentinel-date": [event(stated="1753-01-01", valid="1750")],
    "far-future": [event(stated="2109-03-01")],
    "stated-before": [event(stated="2018-05-01")],
    "published-before": [described("2018-05-01"), event()],
    "ungraded": [event(grade=None)],
    "near-duplicate": [event(said_by="person/y"), event("2018-05", source="source/b", said_by="person/y")],
    "unconfirmed": [event(grade="B1"), event(grade="B2", source="source/b", said_by="source/a", valid="2018-06-01")],
    "similar-name": [
        event(subject="place/baguz"),
        event("2018-06-01", subject="place/baguz"),
        event(subject="place/baghuz"),
    ],
}
SILENT: dict[str, list[Event]] = {
    "sentinel-date": [event(stated="1753-01-02", valid="1750")],
    "far-future": [event(stated="2018-05-16")],
    "stated-before": [event(stated="2018-05-13")],
    "published-before": [described("2018-05-13"), event(stated="2018-05-01")],
    "ungraded": [event(), described("2018-05-14")],
    "near-duplicate": [
        event(said_by="person/y"),
        event("2018-05-14", said_by="person/y"),
        event(said_by="person/z"),
        event(said_by="person/y", data={"by": "group/is"}),
        event(said_by="person/y", subject="place/y"),
        event(said_by="person/y", type="control.reported"),
        event(said_by="person/y", stance="denies"),
    ],
    "unconfirmed": [event(grade="B1"), event(grade="B2", source="source/b", valid="2018-05-14")],
    "similar-name": [
        event(subject="place/baguz"),
        event("2018-06-01", subject="place/baguz"),
        event(subject="place/baghuz"),
        event("2018-06-01", subject="place/baghuz"),
    ],
}


def test_every_rule_is_tested() -> None:
    """A rule without a case of its own, either way, would not count."""
    assert list(FIRING) == list(SILENT) == list(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fires(chron: Chronology, rule: str) -> None:
    """One finding, of the newest event, with its id and subject."""
    chron.append_many(FIRING[rule])
    (found,) = chron.lint([rule])
    newest = chron.event(chron.head() if rule != "unconfirmed" else chron.head() - 1)
    assert (found.rule, found.position, found.event) == (rule, newest.position, newest.id)
    assert found.subject == newest.event.subject
    assert found in list(chron.lint())


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_silent_beside_its_case(chron: Chronology, rule: str) -> None:
    """What differs in what the rule is about is not found."""
    chron.append_many(SILENT[rule])
    assert list(chron.lint([rule])) == []


@pytest.mark.parametrize("rule", RULES)
def test_only_live_events_count(chron: Chronology, rule: str) -> None:
    """Once everything is retracted, nothing is found."""
    chron.append_many(FIRING[rule])
    for recorded in list(chron.read(after=chron.head() - len(FIRING[rule]))):
        chron.retract(recorded.id, reason="wrong")
    assert list(chron.lint([rule])) == []


def test_a_denial_confirms_nothing(chron: Chronology) -> None:
    """Who says that it is not so is no second origin."""
    chron.append_many([event(grade="B1"), event(source="source/b", stance="denies")])
    assert [found.position for found in chron.lint(["unconfirmed"])] == [chron.head() - 1]


def test_of_three_that_repeat_each_other_two_are_found(chron: Chronology) -> None:
    """The first is no repetition; a long period reaches over those between."""
    chron.append_many([event("2018"), event("2018-02-01"), event("2018-09-01"), event("2019")])
    first = chron.head() - 3
    assert [(found.position, found.message.split(":")[0]) for found in chron.lint(["near-duplicate"])] == [
        (first + 1, f"says the same as #{first}"),
        (first + 2, f"says the same as #{first}"),
    ]


@pytest.mark.parametrize(("end", "count"), [("2018-05-14T00:00:00", 1), ("2018-05-13T23:59:59", 0)])
def test_dates_that_share_one_second_overlap(chron: Chronology, end: str, count: int) -> None:
    """An account until midnight repeats one of the next day; an account until the second before does not."""
    chron.append_many([event(f"2018-05-13T12:00:00/{end}"), event("2018-05-14")])
    assert len(list(chron.lint(["near-duplicate"]))) == count


def test_of_two_rare_similar_names_the_later_is_found(chron: Chronology) -> None:
    """One pair, one finding."""
    chron.append_many([event(subject="place/baghuz"), event(subject="place/baguz")])
    (found,) = chron.lint(["similar-name"])
    assert found.subject == "place/baguz"
    assert found.message == "is used only here, and is similar to place/baghuz"


def test_a_corrected_day_of_publication_counts_at_once(chron: Chronology) -> None:
    """Nothing of an earlier run is remembered."""
    chron.append_many([described("2018-05-01"), event()])
    assert len(list(chron.lint(["published-before"]))) == 1
    chron.append(described("2018-05-14", note="the first was misread"))
    assert list(chron.lint(["published-before"])) == []


def test_a_merged_source_was_published_when_the_kept_one_was(chron: Chronology) -> None:
    """What is known of a source is known of it under each of its names."""
    chron.append_many([described("2018-05-01"), event(source="source/b")])
    assert list(chron.lint(["published-before"])) == []
    chron.merge("source/a", "source/b", reason="one gazette")
    assert len(list(chron.lint(["published-before"]))) == 1


def test_an_unknown_rule_is_refused_before_anything_is_read(chron: Chronology) -> None:
    """The nearest rule is suggested."""
    with pytest.raises(UnknownNameError, match="unknown rule 'far-futur'") as refusal:
        chron.lint(["far-futur"])
    assert "far-future" in (refusal.value.hint or "")


def test_progress_is_told(chron: Chronology) -> None:
    """At the end, all events are done."""
    heard: list[tuple[int, int]] = []
    list(chron.lint(progress=lambda done, total: heard.append((done, total))))
    assert heard[-1] == (chron.head(), chron.head())
