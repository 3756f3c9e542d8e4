"""Who disagrees with whom and when, against the model and against what the resolver calls contested."""

from time import process_time

import model
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import as_claims
from strategies import LINE, claims

from chronology.answers.disagreements import Clash, Disagreement, disagreements
from chronology.answers.resolve import Claim, Role, resolve

SOURCES = st.lists(st.sampled_from(["source/p", "source/q"]), min_size=6, max_size=6)
INSTANTS = range(-2, LINE + 3)
"""All places at which something changes, and those beside them."""


def by_position(names: list[str]) -> dict[int, str]:
    """Return the source of each claim."""
    return dict(enumerate(names, start=1))


def within(found: Disagreement, instant: int) -> bool:
    """Tell whether an instant lies in a span."""
    return any(since <= instant < until for since, until in found.spans)


@given(claims(max_size=5), SOURCES, st.sets(st.integers(1, 5), max_size=2))
@settings(max_examples=settings.default.max_examples * 3)
def test_who_disagrees_is_what_the_model_says(found, names, gone):
    """Every pair is listed once, in order, and so is every denial and dispute whose other side is not in scope."""
    kept = [claim for claim in found if claim.position not in gone]
    listed = disagreements(as_claims(kept), sources=by_position(names))
    told = [(str(d.clash), d.first.position if d.first else None, d.second.position) for d in listed]
    assert len(told) == len(set(told))
    assert set(told) == model.clashes(kept, by_position(names))
    assert told == sorted(told, key=lambda one: (one[1] or 0, one[2]))


@given(claims(max_size=4), SOURCES)
@settings(max_examples=settings.default.max_examples * 3)
def test_a_span_is_where_one_of_a_pair_may_win_and_the_other_may_cover(found, names):
    """At each instant, by walking through every world; two values of one origin never contest each other."""
    listed = disagreements(as_claims(found), sources=by_position(names))
    by = {claim.position: claim for claim in found}
    for instant in INSTANTS:
        won = model.critical_winners(found, instant)
        for one in listed:
            first, second = by.get(one.first.position if one.first else 0), by[one.second.position]
            expected = first is not None and (
                (first.position in won and second.may_cover(instant))
                or (second.position in won and first.may_cover(instant))
            )
            if one.clash is Clash.VALUES and first and first.origin == second.origin:
                expected = False
            assert within(one, instant) is expected, instant


@given(claims(max_size=7), SOURCES)
@settings(max_examples=settings.default.max_examples * 3)
def test_an_answer_is_contested_exactly_where_a_pair_has_a_span(found, names):
    """All pairs together are what makes the state contested; spans are in order and apart."""
    told = as_claims(found)
    listed = disagreements(told, sources=dict(enumerate([*names, "source/r"], start=1)))
    for instant in INSTANTS:
        answer = resolve(told, instant)
        assert any(within(one, instant) for one in listed) is (answer is not None and answer.contested)
    for one in listed:
        flat = [bound for span in one.spans for bound in span]
        assert flat == sorted(set(flat))


def many(count: int, *, days: int) -> list[Claim]:
    """Return claims of as many values, each from its own start for some days."""
    return [
        Claim(n, n, n, n, n + days, n + days, n + days, f'"{n % 9}"', Role.AFFIRMS, f"source/{n}") for n in range(count)
    ]


def test_a_long_history_without_a_conflict_is_swept_in_one_pass() -> None:
    """Ten times as many claims take about ten times as long, not a hundred times."""

    def seconds(count: int) -> float:
        told, sources = many(count, days=1), dict.fromkeys(range(count), "source/x")
        begin = process_time()
        assert disagreements(told, sources=sources) == []
        return process_time() - begin

    assert min(seconds(20_000) for _ in range(3)) < 40 * min(seconds(2_000) for _ in range(3))
