"""Merging subjects and taking it back: what is refused, what questions say of it, and that other stores keep speed."""

import pytest
from conftest import Clock

from chronology import Chronology, Event
from chronology.errors import ChronologyError, InvalidEventError, UnknownNameError


def say(chron: Chronology, subject: str, value: str, valid: str = "2018-05-01", **rest: object) -> int:
    """Append what a source says of a subject's status, and return its position."""
    given = {"source": "source/p", "data": {"attribute": "status", "value": value}} | rest
    return chron.append(Event(type="fact.asserted", subject=subject, valid=valid, **given)).position


def statuses(chron: Chronology, **rest: object) -> dict[str, object]:
    """Return the status of every subject in 2019."""
    return {one.subject: one.value for one in chron.state(attribute="status", valid_at="2019", **rest)}


@pytest.mark.parametrize(
    ("kept", "other", "told"),
    [
        ("place/a", "place/a", "place/a cannot be merged with itself"),
        ("place/a", "source/p", "source/p and place/a are of two kinds"),
        ("place/b", "place/a", "place/b and place/a are one subject already, by #"),
        ("place/a", "place/c", "place/a and place/c are one subject already, by #"),
        ("type/fact.asserted", "type/fact.ended", "is a name that the log gives"),
    ],
)
def test_what_cannot_become_one_is_refused(chron: Chronology, kept: str, other: str, told: str) -> None:
    """Itself, another kind, what is one already, even by way of a third; nothing is written."""
    for name in "abc":
        say(chron, f"place/{name}", name)
    chron.merge("place/a", "place/b", reason="x")
    chron.merge("place/c", "place/b", reason="x")
    head = chron.head()
    with pytest.raises(InvalidEventError, match=told):
        chron.merge(kept, other, reason="y")
    assert chron.head() == head


def test_a_name_that_no_event_uses_is_not_merged(chron: Chronology) -> None:
    """It may be misspelt; a source or a speaker is known, though no event is about it."""
    say(chron, "place/a", "a", source="source/p", said_by=("person/x",))
    say(chron, "place/a", "a", source="source/q", said_by=("person/y",))
    with pytest.raises(UnknownNameError, match="unknown subject 'place/b'"):
        chron.merge("place/a", "place/b", reason="x")
    chron.merge("source/p", "source/q", reason="x")
    chron.merge("person/x", "person/y", reason="x")
    assert [one.merged for one in chron.names.merges()] == ["source/q", "person/y"]


def test_a_misspelt_name_leads_to_the_one_that_is_meant(chron: Chronology) -> None:
    """A merge of a name that no event uses suggests one of its kind."""
    for name in ("place/al-bukamal", "place/al-qaim"):
        say(chron, name, "a")
    with pytest.raises(UnknownNameError) as refusal:
        chron.merge("place/al-bukamal", "place/al-qiam", reason="x")
    assert str(refusal.value.hint).startswith("did you mean place/al-qaim? `chronology subjects`")


def test_a_refused_merge_of_a_batch_knows_the_earlier_ones(chron: Chronology) -> None:
    """Two merges of one pair in a batch are refused as two in the log are."""
    pair = [Event(type="subject.merged", subject="place/a", data={"with": "place/b", "reason": "x"}) for _ in "12"]
    with pytest.raises(InvalidEventError, match="one subject already"):
        chron.append_many(pair)


def test_two_that_are_one_by_way_of_a_third_are_not_separated(chron: Chronology) -> None:
    """The refusal names the third, and the merges; each of those can be taken back, in either order of the names."""
    for name in "abc":
        say(chron, f"place/{name}", name)
    first = chron.merge("place/a", "place/b", reason="x").position
    second = chron.merge("place/b", "place/c", reason="x").position
    with pytest.raises(ChronologyError, match="place/a and place/c are one only by way of place/b") as caught:
        chron.unmerge("place/a", "place/c", reason="y")
    assert f"#{first} merged place/b into place/a, #{second} merged place/c into place/b" in str(caught.value)
    chron.unmerge("place/c", "place/b", reason="y")
    assert chron.names.same_subject("place/c") == ("place/c",)
    assert chron.names.same_subject("place/b") == ("place/a", "place/b")
    with pytest.raises(ChronologyError, match="place/a and place/c are not merged"):
        chron.unmerge("place/a", "place/c", reason="y")


def test_an_earlier_known_time_sees_two_subjects(chron: Chronology, clock: Clock) -> None:
    """Also by the clock; after the merge is taken back, the time between still sees one."""
    say(chron, "place/a", "a")
    before = say(chron, "place/b", "b", "2018-06-01")
    clock.advance(days=2)
    merge = chron.merge("place/a", "place/b", reason="x").position
    later = say(chron, "place/b", "later", "2018-07-01")
    assert statuses(chron) == {"place/a": "later"}
    chron.unmerge("place/a", "place/b", reason="y")
    assert (
        statuses(chron, known_at=before) == statuses(chron, known_at="2018-05-15") == {"place/a": "a", "place/b": "b"}
    )
    assert statuses(chron, known_at=merge) == {"place/a": "b"}
    assert statuses(chron, known_at=later) == {"place/a": "later"}
    assert statuses(chron) == {"place/a": "a", "place/b": "later"}


def test_merged_origins_are_one_voice(chron: Chronology) -> None:
    """Two papers that are one neither contest nor corroborate each other."""
    say(chron, "place/a", "x", "2018-05-01/2018-05-31", source="source/p")
    say(chron, "place/a", "x", "2018-05-01/2018-05-31", source="source/q")
    say(chron, "place/a", "y", "2018-05-01/2018-05-31", source="source/r")
    (found,) = chron.state("place/a", valid_at="2018-05-10", origins_counted=True)
    assert (found.contested, found.value) == (True, "y")
    chron.merge("source/p", "source/r", reason="x")
    (found,) = chron.state("place/a", valid_at="2018-05-10", origins_counted=True)
    assert {one.origin for one in found.candidates} == {"source/p", "source/q"}
    chron.merge("source/q", "source/p", reason="x")
    (found,) = chron.state("place/a", valid_at="2018-05-10", origins_counted=True)
    assert (found.contested, [one.supported_by for one in found.candidates]) == (False, [1])
    why = chron.why("place/a", "status", "2018-05-10")
    assert [(one.kept, one.merged) for one in why.merges] == [("source/p", "source/r"), ("source/q", "source/p")]


def test_values_that_name_a_merged_subject_are_one_value(chron: Chronology) -> None:
    """Whether the type says that they refer to a subject or not; other texts stay as they are."""
    say(chron, "person/x", "place/a")
    say(chron, "place/a", "near place/a")
    located = {"type": "person.located", "valid": "2018-05-02", "source": "source/q"}
    chron.append(Event(subject="person/y", data={"place": "place/b"}, **located))
    chron.merge("place/b", "place/a", reason="x")
    assert statuses(chron) == {"person/x": "place/b", "place/b": "near place/a"}
    assert [one.event.subject for one in chron.timeline("place/a")] == ["place/a", "person/y"]


def test_why_names_the_merge_and_what_was_withdrawn_before_it(chron: Chronology) -> None:
    """With its reason; a retraction under the other name is told, and a reading that the merge ended is none."""
    say(chron, "place/a", "a")
    wrong = say(chron, "place/b", "wrong")
    chron.retract(chron.event(wrong).id, reason="no")
    kept = say(chron, "place/b", "b", "2018-06-01")
    merge = chron.merge("place/a", "place/b", reason="two spellings", source="source/p")
    found = chron.why("place/b", "status", "2019")
    assert (found.subject, found.outcome and found.outcome.value) == ("place/a", "b")
    assert [(one.position, one.merged, one.reason, one.source) for one in found.merges] == [
        (merge.position, "place/b", "two spellings", "source/p")
    ]
    assert [one.assertion.position for one in found.withdrawn] == [wrong]
    later = say(chron, "place/a", "later", "2018-08-01")
    assert [one.position for one in chron.about("place/b").merges] == [merge.position]
    chron.retract(chron.event(kept).id, reason="no")
    assert [one.assertion.position for one in chron.why("place/b", "status", "2019").withdrawn] == [wrong, kept]
    chron.unmerge("place/a", "place/b", reason="not one")
    after = chron.why("place/b", "status", "2019")
    assert ([one.assertion.position for one in after.withdrawn], after.merges) == ([wrong, kept], ())
    assert [one.assertion.position for one in chron.why("place/a", "status", "2019").withdrawn] == []
    assert statuses(chron) == {"place/a": "later"}
    assert chron.event(later).event.subject == "place/a"


def test_names_lists_and_sources_know_one_subject(chron: Chronology) -> None:
    """The names of both lead to the kept one; lists show it once, with what was merged into it."""
    for name in ("place/baguz", "place/baghuz"):
        say(chron, name, "x", source=f"source/{name[6:]}")
    wrong = say(chron, "place/baguz", "y", source="source/baghuz")
    chron.retract(chron.event(wrong).id, reason="x")
    chron.describe("place/baghuz", names=["Baghuz Fawqani"])
    chron.merge("place/baguz", "place/baghuz", reason="x")
    chron.merge("source/baguz", "source/baghuz", reason="x")
    assert chron.names.subjects_named("baghuz fawqani") == ["place/baguz"]
    assert chron.names.subjects_named("baghuz") == ["place/baguz", "source/baguz"]
    assert [one.text for one in chron.names.of("place/baghuz")] == ["Baghuz Fawqani"]
    (found,) = chron.names.subject_list(kind="place")
    assert (found.subject, found.merged, found.name, found.events) == (
        "place/baguz", ("place/baghuz",), "Baghuz Fawqani", 2,
    )  # fmt: skip
    assert [one.subject for one in chron.names.subject_list(text="baghuz")] == ["place/baguz"]
    assert "place/baghuz" not in chron.names.subjects()
    assert [(one.source, one.assertions, one.retracted) for one in chron.sources.records()] == [("source/baguz", 2, 1)]
    assert [finding.subject for finding in chron.lint(["similar-name"])] == []
    assert [hit.event.event.subject for hit in chron.search("x", sources=["source/baguz"])].count("place/baghuz") == 1


def test_a_merged_source_lends_its_day_of_publication(chron: Chronology) -> None:
    """What is appended under either name counts as stated on that day; what was appended before stays as it is."""
    chron.append(
        Event(type="source.described", subject="source/p", valid="2018-03-01", data={"published": "2018-03-01"})
    )
    early = say(chron, "place/a", "a", source="source/q")
    chron.merge("source/p", "source/q", reason="x")
    late = say(chron, "place/a", "b", source="source/q")
    assert (chron.event(early).event.stated, chron.event(late).event.stated) == (None, "2018-03-01")
    chron.unmerge("source/p", "source/q", reason="x")
    assert chron.event(say(chron, "place/a", "c", source="source/q")).event.stated is None


def test_a_redacted_merge_never_was(chron: Chronology) -> None:
    """As all that a redacted event said is gone, for earlier known times too; a redacted unmerge stays in force."""
    say(chron, "place/a", "a")
    say(chron, "place/b", "b", "2018-06-01")
    merge = chron.merge("place/a", "place/b", reason="x")
    head = chron.head()
    chron.redact(merge.id, reason="y")
    assert statuses(chron) == statuses(chron, known_at=head) == {"place/a": "a", "place/b": "b"}
    chron.merge("place/b", "place/a", reason="x")
    undone = chron.unmerge("place/a", "place/b", reason="x")
    chron.redact(undone.id, reason="y")
    assert statuses(chron) == {"place/a": "a", "place/b": "b"}
    assert chron.verify().faults == ()


def test_a_store_without_merges_asks_one_table_more(chron: Chronology) -> None:
    """One look at the empty table, whatever is asked; nothing else of merges is read."""
    say(chron, "place/a", "a")
    asked: list[str] = []
    chron._session.connection.set_trace_callback(asked.append)
    for question in (
        lambda: chron.state("place/a", valid_at="2019"),
        lambda: chron.state(valid_at="2019", known_at=50),
    ):
        asked.clear()
        question()
        assert len([text for text in asked if "merge" in text]) == 1


def test_changes_compares_each_known_time_by_its_own_names(chron: Chronology) -> None:
    """Filtered by a source that was merged meanwhile: what the other one said is new, its own claims are not."""
    say(chron, "place/a", "x", source="source/p")
    before = say(chron, "place/b", "y", source="source/q")
    merge = chron.merge("source/p", "source/q", reason="x").position
    (found,) = chron.changes(since=before, sources=["source/q"])
    assert (found.subject, found.before, found.after and found.after.value) == ("place/a", None, "x")
    assert found.events == (merge,)
    assert list(chron.changes(since=before)) == []


def test_changes_names_what_was_said_rather_than_that_it_was_read_anew(chron: Chronology) -> None:
    """A merge of sources reads what they said anew; what came or went since then is the cause, and not the merge."""
    before = say(chron, "place/a", "x")
    new = say(chron, "place/a", "y", "2018-06-01", source="source/q")
    chron.merge("source/p", "source/q", reason="x")
    (found,) = chron.changes("place/a", since=before)
    assert (found.before and found.before.value, found.after and found.after.value) == ("x", "y")
    assert found.events == (new,)
    gone = chron.retract(chron.event(new).id, reason="x").position
    (found,) = chron.changes("place/a", since=new)
    assert found.events == (gone,)


def test_changes_names_the_merge_that_made_two_values_one(chron: Chronology) -> None:
    """That merge alone, although another one was recorded meanwhile."""
    for name in ("group/a", "group/b", "place/c", "place/d"):
        say(chron, name, "x")
    for name in ("group/a", "group/b"):
        before = say(chron, "place/a", name, source=f"source/{name[-1]}")
    merge = chron.merge("group/a", "group/b", reason="x").position
    chron.merge("place/c", "place/d", reason="x")
    (found,) = chron.changes("place/a", since=before)
    assert (found.before and found.before.contested, found.after and found.after.contested) == (True, False)
    assert found.events == (merge,)
