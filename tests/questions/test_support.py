"""Answers with the number of origins behind each value, and those kept that have enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror import Stores, batches
from strategies import QUESTIONS, histories

from chronology import Chronology, ChronologyError, Event


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("corroboration"))


def say(chron: Chronology, value: str, valid: str, source: str, **rest: object) -> None:
    """Append what a source says of who controls a town."""
    data = {"attribute": "controlled_by", "value": value}
    chron.append(Event(type="fact.asserted", subject="place/x", valid=valid, data=data, source=source, **rest))


def numbers(chron: Chronology, **scope: object) -> list[tuple[object, str, int | None]]:
    """Return value, standing and support of every candidate at the end of 2018."""
    (holding,) = chron.state("place/x", valid_at="2018", origins_counted=True, **scope)
    return [(one.value, one.standing, one.supported_by) for one in holding.candidates]


def test_only_who_asks_is_told_the_number_of_origins(chron: Chronology) -> None:
    """It takes a second look at what was said, which a plain question need not pay for."""
    say(chron, "group/a", "2018-01-01", "source/p")
    (plain,) = chron.state("place/x", valid_at="2018")
    assert plain.candidates[0].supported_by is None
    assert numbers(chron) == [("group/a", "leading", 1)]


def test_origins_are_counted_within_the_filters(chron: Chronology) -> None:
    """Two papers quote one spokesman, a third speaks for itself; what a filter leaves out supports nothing."""
    for source, origin in (("source/p", "person/s"), ("source/q", "person/s"), ("source/r", None)):
        say(chron, "group/a", "2018-02-01/2018-12-31", source, said_by=(origin,) if origin else ())
    say(chron, "group/b", "2018-03-01/2018-12-31", "source/t", grade="B2")
    say(chron, "group/b", "2018-03-01/2018-12-31", "source/u", stance="denies")
    standing = [(value, standing, number) for value, standing, number in numbers(chron) if standing != "rival"]
    assert standing == [("group/b", "leading", 1), ("group/b", "denial", None)]
    assert {one for one in numbers(chron) if one[1] == "rival"} == {("group/a", "rival", 2)}
    assert numbers(chron, sources=["source/p", "source/q"])[0] == ("group/a", "leading", 1)
    assert numbers(chron, origins=["person/s", "source/r"])[0] == ("group/a", "leading", 2)
    assert numbers(chron, min_grade="B2") == [("group/b", "leading", 1)]


def test_what_the_log_did_not_know_yet_supports_nothing(chron: Chronology) -> None:
    """A known_at counts the origins of then, and a retraction takes its origin away."""
    say(chron, "group/a", "2018-01-01", "source/p")
    head = chron.head()
    say(chron, "group/a", "2018-02-01", "source/q")
    assert numbers(chron)[0][2] == 2
    assert numbers(chron, known_at=head)[0][2] == 1
    chron.retract(chron.event(head).id, reason="an error")
    assert numbers(chron)[0][2] == 1


def test_fuzz_widens_before_origins_are_counted(chron: Chronology) -> None:
    """A claim that only its widened start lets begin by then counts."""
    say(chron, "group/a", "2018-12-01", "source/p")
    say(chron, "group/a", "2019-01-03~", "source/q")
    assert numbers(chron)[0][2] == 1
    assert numbers(chron, fuzz=7 * 86_400)[0][2] == 2


def test_nothing_known_is_supported_by_nobody(chron: Chronology) -> None:
    """Where nothing may hold, there is nobody to count; who says that it ended counts."""
    say(chron, "group/a", "2018", "source/p")
    (holding,) = chron.state("place/x", valid_at="2018-03", origins_counted=True)
    assert {(one.value, one.supported_by) for one in holding.candidates} == {(None, None), ("group/a", 1)}
    assert chron.state("place/x", valid_at="2018-03", min_origins=2) == []


def test_least_numbers_are_those_of_the_leading_value(chron: Chronology) -> None:
    """An answer whose leading value has enough origins stays whole, with its rivals."""
    for source in ("source/p", "source/q"):
        say(chron, "group/a", "2018-02-01/2018-12-31", source)
    assert len(chron.state("place/x", valid_at="2018", min_origins=2)) == 1
    assert chron.state("place/x", valid_at="2018", min_origins=3) == []
    say(chron, "group/b", "2018-01-01/2018-12-31", "source/t")
    (holding,) = chron.state("place/x", valid_at="2018", min_origins=2)
    assert {one.value for one in holding.candidates} == {"group/a", "group/b"}
    say(chron, "group/c", "2018-06-01/2018-12-31", "source/t")
    assert chron.state("place/x", valid_at="2018", min_origins=2) == []


def test_a_number_below_0_is_refused(chron: Chronology) -> None:
    """It would keep everything without saying so."""
    with pytest.raises(ChronologyError, match="min_origins is -1, and cannot be below 0"):
        chron.state(min_origins=-1)


@given(commands=histories(), question=st.sampled_from(QUESTIONS))
def test_counting_changes_no_answer(stores: Stores, commands, question) -> None:
    """Answers are the same with and without numbers, and every affirming candidate has an origin."""
    with stores.of(batches(commands)) as chron:
        plain = chron.state(valid_at=question)
        counted = chron.state(valid_at=question, origins_counted=True)
    assert list(map(repr, plain)) == [repr(one.supported({})) for one in counted]
    for one in (party for holding in counted for party in holding.candidates):
        assert (one.supported_by or 0) >= (one.role == "affirms")
        assert (one.supported_by is None) is (one.role != "affirms")
