"""What Python verbs are asked is checked: a name that cannot be, a wrong type and an unknown filter are refused."""

from datetime import date, datetime
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError, DateError, UnfittingFilterError, UnknownNameError


@pytest.fixture
def told(chron: Chronology) -> Chronology:
    """Give a store with two accounts, each of one source."""
    for source, value in (("source/a", "open"), ("source/b", "shut")):
        chron.append(
            Event(
                type="fact.asserted", subject="crossing/baguz", valid="2018-05-01", source=source,
                data={"attribute": "status", "value": value},
            )
        )  # fmt: skip
    return chron


VERBS: dict[str, Any] = {
    "state": lambda chron, **given: chron.state(**given),
    "why": lambda chron, **given: chron.why("crossing/baguz", "status", **given),
    "history": lambda chron, **given: chron.history("crossing/baguz", **given),
    "about": lambda chron, **given: chron.about("crossing/baguz", **given),
    "changes": lambda chron, **given: list(chron.changes(**given)),
    "diff": lambda chron, **given: chron.diff("2018-04-01", "2018-06-01", **given),
    "conflicts": lambda chron, **given: list(chron.conflicts(**given)),
    "gaps": lambda chron, **given: chron.gaps(**given),
    "events": lambda chron, **given: list(chron.events(**given)),
    "assertions": lambda chron, **given: list(chron.log.assertions(**given)),
    "timeline": lambda chron, **given: chron.timeline(**given),
    "search": lambda chron, **given: chron.search("baguz", **given),
    "read": lambda chron, **given: list(chron.read(**given)),
}
"""Every verb that takes filters."""

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sources": "source/a"}, "sources is 'source/a', and must be a list of subjects"),
    ({"origins": b"source/a"}, "must be a list of subjects"),
    ({"sources": 5}, "sources is 5, and must be a list of subjects"),
    ({"sources": [5]}, "one of sources, 5 is not kind/slug"),
    ({"without_sources": ["Source/A"]}, "'Source/A' is not kind/slug"),
    ({"origins": ["a"]}, "one of origins, 'a' is not kind/slug"),
    ({"without_origins": [""]}, "'' is not kind/slug"),
    ({"stated_by": 2018}, "stated_by is 2018, and must be a day"),
    ({"stated_by": "2018-05"}, "is not a day"),
    ({"min_grade": 3}, "min_grade is 3, and must be an Admiralty grade"),
    ({"min_grade": "Z9"}, "'Z9' is not an Admiralty grade"),
    ({"sorces": ["source/a"]}, "unknown filter 'sorces'"),
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("given", "words"), WRONG, ids=str)
def test_a_wrong_filter_is_refused_by_every_verb(
    told: Chronology, verb: str, given: dict[str, Any], words: str
) -> None:
    """One clear error of this project, whatever is asked."""
    with pytest.raises(ChronologyError) as refusal:
        VERBS[verb](told, **given)
    assert words in str(refusal.value)
    assert refusal.value.hint


@pytest.mark.parametrize("value", [1.5, True, b"5", ["2018"], 5j], ids=repr)
@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"changes"}))
def test_a_known_time_of_the_wrong_type_is_named(told: Chronology, verb: str, value: object) -> None:
    """A position is a whole number, and truth is none."""
    with pytest.raises(ChronologyError, match=r"known_at is .*, and must be a position, a day or a date-time"):
        VERBS[verb](told, known_at=value)


@pytest.mark.parametrize("value", ["7d", 1.5, True, None], ids=repr)
def test_fuzz_of_the_wrong_type_is_named(told: Chronology, value: Any) -> None:
    """It is a number of seconds; None is as if it were not given."""
    if value is None:
        assert told.state(fuzz=value)
        return
    with pytest.raises(ChronologyError, match=r"fuzz is .*, and must be a number of seconds") as refusal:
        told.state(fuzz=value)
    assert "7 * 86_400" in str(refusal.value.hint)


def test_numbers_that_no_file_holds_are_no_crash(told: Chronology) -> None:
    """A position beyond every log is the head; one beyond 64 bits, or a fuzz beyond every line of time, is refused."""
    assert told.state(known_at=2**63 - 1) == told.state()
    assert told.why("crossing/baguz", "status", known_at=2**62).considered
    with pytest.raises(ChronologyError, match="64 bits"):
        told.state(known_at=2**63)
    with pytest.raises(ChronologyError, match="fuzz is"):
        told.state(fuzz=2**63)


@pytest.mark.parametrize("name", ["Thing/X", "thing", "thing/", "", "thing/x y", 5, "thing/" + "x" * 200], ids=repr)
@pytest.mark.parametrize("verb", ["state", "changes", "conflicts", "gaps", "events", "assertions", "timeline"])
def test_a_malformed_subject_is_refused(told: Chronology, verb: str, name: Any) -> None:
    """What cannot be a subject has no empty answer."""
    with pytest.raises(ChronologyError, match=r"subject .* is not kind/slug"):
        VERBS[verb](told, subject=name)


@pytest.mark.parametrize("ask", [
    lambda chron: chron.why("Thing/X", "status"),
    lambda chron: chron.history("Thing/X"),
    lambda chron: chron.about("Thing/X"),
])  # fmt: skip
def test_a_malformed_subject_is_refused_where_one_must_be_given(told: Chronology, ask: Any) -> None:
    """So it is in questions about one subject."""
    with pytest.raises(ChronologyError, match="subject 'Thing/X' is not kind/slug"):
        ask(told)


def test_a_malformed_attribute_or_kind_is_refused(told: Chronology) -> None:
    """An attribute that is not in the log has an empty answer; one that cannot be is refused, as is a kind."""
    assert told.state(attribute="colour") == told.state(kind="colour") == []
    with pytest.raises(ChronologyError, match="'Status' is not an attribute"):
        told.state(attribute="Status")
    with pytest.raises(ChronologyError, match="'crossing/' is not a kind of subject"):
        told.state(kind="crossing/")


def test_no_names_is_nothing_and_none_is_everything(told: Chronology) -> None:
    """An empty list of sources admits no source; None does not restrict; to leave out nobody leaves out nothing."""
    everything = told.state()
    assert everything
    for verb, ask in VERBS.items():
        if verb not in ("why", "about"):
            assert list(ask(told, sources=[])) == list(ask(told, origins=[])) == [], verb
        assert ask(told, sources=None, origins=None, min_grade=None) == ask(told), verb
        assert ask(told, without_sources=[], without_origins=()) == ask(told), verb
    assert len(told.why("crossing/baguz", "status", sources=[]).hidden) == 2
    assert told.about("crossing/baguz", sources=[]).holdings == ()


def test_names_may_come_as_a_stream(told: Chronology) -> None:
    """A generator is read once, also where a verb asks twice."""
    assert len(list(told.events(valid_at="2018-05-14", sources=(name for name in ["source/a"])))) == 1


def test_a_filter_that_does_not_fit_is_refused_by_name(told: Chronology) -> None:
    """A question that reads no dates takes none that widens them, and says why."""
    for verb, words in (("search", "search"), ("timeline", "timeline"), ("read", "log"), ("events", "export")):
        with pytest.raises(UnfittingFilterError, match=f"{words} takes no fuzz: ") as refusal:
            VERBS[verb](told, fuzz=86_400)
        assert refusal.value.hint == "leave out fuzz"
    assert list(told.events(valid_at="2018-05-14", fuzz=86_400))
    with pytest.raises(UnfittingFilterError, match="changes takes no known_at: it compares two known times"):
        list(told.changes(known_at=3))


def test_the_timeline_and_the_log_take_filters(told: Chronology) -> None:
    """Of the events, those that pass; a limit counts those, in either order."""
    head = told.head()
    assert [event.position for event in told.timeline(sources=["source/b"])] == [head]
    assert [event.position for event in told.timeline(without_sources=["source/b"], limit=1)] == [head - 1]
    assert [event.position for event in told.timeline(without_sources=["source/a"], limit=1)] == [head]
    assert [event.position for event in told.timeline(known_at=head - 1)] == [head - 1]
    assert [event.position for event in told.timeline(origins=["source/a", "source/b"], reverse=True, limit=1)] == [
        head
    ]
    assert [event.position for event in told.read(sources=["source/a"])] == [head - 1]
    assert [event.position for event in told.read(known_at=head - 1, reverse=True, limit=1)] == [head - 1]
    assert [event.position for event in told.read(until=head - 1, known_at=head, reverse=True, limit=1)] == [head - 1]
    assert len(list(told.read(without_sources=["source/a"]))) == head - 1


def test_days_and_times_as_values(told: Chronology) -> None:
    """A day may be a date, and a known time a date or an aware datetime; a naive one is refused."""
    assert told.state(stated_by=date(2018, 5, 16)) == told.state()
    assert told.state(stated_by=datetime(2018, 5, 14)) == []
    with pytest.raises(DateError, match="has no time zone"):
        told.state(known_at=datetime(2018, 5, 14))
    with pytest.raises(ChronologyError, match=r"since is 1.5"):
        list(told.changes(since=1.5))  # type: ignore[arg-type]


def test_an_unknown_filter_is_refused_with_its_neighbour(told: Chronology) -> None:
    """A misspelt keyword must not pass for no filter."""
    with pytest.raises(UnknownNameError) as refusal:
        told.state(without_source=["source/a"])  # type: ignore[call-arg]
    assert "did you mean without_sources?" in str(refusal.value.hint)
