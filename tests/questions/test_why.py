"""Why an answer is what it is: the parties, the rule, what is withdrawn and what a filter hides."""

from conftest import Clock

from chronology import Chronology, Event
from chronology.answers.explanation import Part
from chronology.answers.resolve import Rule


def say(chron: Chronology, value: str, valid: str, **rest: object) -> int:
    """Append what a source says of who controls a town, and return its position."""
    given = {"source": "source/a", "grade": "B2"} | rest
    data = {"attribute": "controlled_by", "value": value}
    return chron.append(Event(type="fact.asserted", subject="place/x", valid=valid, data=data, **given)).position


def test_the_latest_start_decides_and_the_earlier_assertion_is_outdone(chron: Chronology) -> None:
    """The leading assertion is named with its rule, and the one that it beats is among those considered."""
    first, second = say(chron, "group/a", "2018-01-01"), say(chron, "group/b", "2018-02-01", quote="They left.")
    found = chron.why("place/x", "controlled_by", "2018-03")
    assert found.outcome is not None
    assert (found.outcome.value, found.outcome.certainty, found.outcome.contested) == ("group/b", "certain", False)
    leading, outdone = found.considered
    assert (leading.assertion.position, leading.part, leading.rule) == (second, Part.LEADING, Rule.LATEST_START)
    assert leading.against == first
    assert leading.quote == "They left."
    assert (outdone.part, outdone.rule, outdone.against) == (Part.OUTDONE, Rule.LATEST_START, second)
    assert found.without is not None
    assert found.without.value == "group/a"


def test_of_two_that_start_together_the_one_recorded_later_decides(chron: Chronology) -> None:
    """The rule says so, and without it the other holds."""
    first = say(chron, "group/a", "2018-01-01")
    say(chron, "group/b", "2018-01-01")
    leading = chron.why("place/x", "controlled_by", "2018-03").leading
    assert leading is not None
    assert (leading.rule, leading.against) == (Rule.RECORDED_LATER, first)


def test_what_was_withdrawn_is_told_with_who_and_why(chron: Chronology, clock: Clock) -> None:
    """A retraction and a replacement are named, but not at a known_at before them."""
    wrong, vague = say(chron, "group/a", "2018-01-01"), say(chron, "group/b", "2018-02")
    clock.advance(days=1)
    target = chron.event(wrong).id
    retraction = chron.retract(target, reason="another town").position
    exact = say(chron, "group/b", "2018-02-03", replaces=chron.event(vague).id, note="a second film")
    withdrawn = {one.assertion.position: one for one in chron.why("place/x", "controlled_by", "2018-03").withdrawn}
    assert (withdrawn[wrong].by, withdrawn[wrong].how, withdrawn[wrong].reason) == (
        retraction,
        "retracted",
        "another town",
    )
    assert (withdrawn[vague].by, withdrawn[vague].how, withdrawn[vague].reason) == (exact, "replaced", "a second film")
    assert chron.why("place/x", "controlled_by", "2018-03", known_at=vague).withdrawn == ()


def test_what_filters_hide_is_told_with_their_names(chron: Chronology) -> None:
    """An assertion that two filters leave out names both, and does not count."""
    kept = say(chron, "group/a", "2018-01-01")
    hidden = say(chron, "group/b", "2018-02-01", source="source/b", grade="E5")
    found = chron.why("place/x", "controlled_by", "2018-03", sources=["source/a"], min_grade="C3")
    assert [one.assertion.position for one in found.considered] == [kept]
    assert [(one.assertion.position, one.filters) for one in found.hidden] == [(hidden, ("sources", "min_grade"))]


def test_what_a_newer_version_of_its_type_reads_anew_was_not_withdrawn(chron: Chronology) -> None:
    """The old reading of a live event is not a withdrawal."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:chronology:town.taken:1",
        "title": "Town taken",
        "type": "object",
        "properties": {"by": {"type": "string"}},
        "x-asserts": {"controlled_by": {"data": "by"}},
    }
    chron.define(schema)
    chron.append(
        Event(type="town.taken", subject="place/x", valid="2018-01-01", data={"by": "group/a"}, source="source/a")
    )
    chron.define(schema | {"$id": "urn:chronology:town.taken:2", "x-persists": False, "x-upcast": []})
    found = chron.why("place/x", "controlled_by", "2018-01-01")
    assert found.withdrawn == ()
    assert len(found.considered) == 1


def test_history_agrees_with_the_state_at_every_border(chron: Chronology) -> None:
    """Each period has the value of the state at its first and its last second; in the gaps, nothing is known."""
    for value, valid in (("group/a", "2018-01/2018-04~"), ("group/b", "2018-06"), ("group/c", "2018-07-01/2018-08-01")):
        say(chron, value, valid)
    periods = chron.history("place/x", "controlled_by")
    assert len(periods) > 5
    for period in periods:
        for border in filter(None, (period.since, period.until)):
            (holding,) = chron.state("place/x", "controlled_by", valid_at=f"{border}Z")
            assert (holding.value, holding.certainty) == (period.value, period.certainty)
            assert [c.position for c in holding.candidates] == [party.position for party in period.parties]
    assert chron.state("place/x", "controlled_by", valid_at="2017-12-31") == []
