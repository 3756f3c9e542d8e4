"""Names that mean one subject: which name is kept, how they are connected, and bodies written anew."""

from chronology.events.identities import NO_MERGES, Identities, Merge
from chronology.events.records import Body


def merged(*pairs: str) -> Identities:
    """Return the identities after some merges, each written as `kept other`."""
    return Identities(Merge(position, *pair.split()) for position, pair in enumerate(pairs, start=1))


def test_the_first_name_of_a_merge_is_kept() -> None:
    """The other one stands for it; a name that was never merged stands for itself."""
    same = merged("p/a p/b")
    assert (same.of("p/a"), same.of("p/b"), same.of("p/c")) == ("p/a", "p/a", "p/c")
    assert same.names_of("p/b") == ("p/a", "p/b")
    assert same.names_of("p/c") == ("p/c",)
    assert same.replaced() == {"p/b": "p/a"}


def test_a_later_merge_decides_the_name_of_all() -> None:
    """Whoever is kept last is kept for those that were merged before."""
    same = merged("p/a p/b", "p/c p/b")
    assert {same.of(name) for name in ("p/a", "p/b", "p/c")} == {"p/c"}
    assert same.names_of("p/a") == ("p/c", "p/a", "p/b")


def test_joining_leaves_what_was_joined_as_it_is() -> None:
    """A reader that still holds the earlier identities sees no change."""
    before = merged("p/a p/b")
    after = before.joined(Merge(2, "p/c", "p/a"))
    assert (before.of("p/b"), after.of("p/b")) == ("p/a", "p/c")
    assert before.differing(after) == ["p/a", "p/b"]
    assert not NO_MERGES
    assert NO_MERGES.joined(Merge(1, "p/a", "p/b"))


def test_the_path_between_two_names_goes_through_the_merges_that_join_them() -> None:
    """In order from the first name, and none where the two are not one."""
    same = merged("p/a p/b", "p/c p/b", "p/x p/y")
    assert [merge.position for merge in same.path("p/a", "p/c")] == [1, 2]
    assert [merge.position for merge in same.path("p/b", "p/c")] == [2]
    assert same.path("p/a", "p/x") == same.path("p/a", "p/a") == []
    assert [merge.position for merge in same.merges_of("p/c")] == [1, 2]


def test_a_body_is_written_anew_under_the_kept_names() -> None:
    """Subject, source, speakers, and values that are nothing but a name; other texts and the rest stay."""
    same = merged("p/a p/b", "source/p source/q")
    body = Body(
        type="fact.asserted",
        subject="p/b",
        data={"value": "p/b", "list": ["p/b", {"deep": "p/b"}], "text": "p/b was there", "number": 1},
        source="source/q",
        said_by=("p/b", "p/z"),
        quote="p/b",
        format=1,
        nonce="0",
        recorded_at="2018-05-15T09:30:00.000000Z",
    )
    found = same.renamed(body)
    assert (found.subject, found.source, found.said_by, found.quote) == ("p/a", "source/p", ("p/a", "p/z"), "p/b")
    assert found.data == {"value": "p/a", "list": ["p/a", {"deep": "p/a"}], "text": "p/b was there", "number": 1}
    assert NO_MERGES.renamed(body) is body
