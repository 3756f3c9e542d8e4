"""The resolver in the page gives the answers of the one in Python, in a real browser."""

import json
from typing import Any

import mirror
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from chronology.answers import explanation, resolve, segments
from chronology.dates import calendar
from chronology.dates.calendar import BEGINNING, DAY, FOREVER
from tests.browsers import Page, asked

LINE = range(-1, strategies.LINE + 2)
LONG_LINE = (*LINE, BEGINNING, BEGINNING + 1, FOREVER - 2, FOREVER - 1)


def in_javascript(claim: resolve.Claim) -> dict[str, Any]:
    """Return a claim as the page has it."""
    return {
        "key": claim.key,
        "position": claim.position,
        "startMin": claim.start_min,
        "startMax": claim.start_max,
        "endMin": claim.end_min,
        "endMax": claim.end_max,
        "extentEnd": claim.extent_end,
        "value": claim.value,
        "role": str(claim.role),
        "origin": claim.origin,
        "disputes": sorted(claim.disputes),
    }


def told(answer: resolve.Answer | None) -> Any:
    """Return an answer of Python as `TOLD` returns one of the page."""
    if answer is None:
        return None
    parties = [[claim and claim.position, str(standing)] for claim, standing in answer.candidates]
    return [parties, answer.certain, answer.contested]


TOLD = """
    const told = (answer) => answer && [
        answer.parties.map(({ claim, standing }) => [claim && claim.position, standing]),
        answer.certain, answer.contested,
    ];
"""


@given(claims=strategies.claims(max_size=6))
def test_the_page_resolves_as_python_does(resolver: Page, claims: list[Any]) -> None:
    """Parties in order, certainty and contest are the same at every instant of the line, and far outside of it."""
    mine = mirror.as_claims(claims)
    found = asked(
        resolver,
        f"([claims, instants]) => {{ {TOLD} return instants.map((at) => told(Resolve.resolve(claims, at))); }}",
        [list(map(in_javascript, mine)), list(LONG_LINE)],
    )
    assert found == [told(resolve.resolve(mine, at)) for at in LONG_LINE]


def test_the_page_resolves_many_small_cases_as_python_does(resolver: Page) -> None:
    """Ten thousand cases, cheaper than Hypothesis makes them."""
    cases = [(mirror.as_claims(claims), at) for claims, at in strategies.random_cases(10_000, most=5, seed=12)]
    found = asked(
        resolver,
        f"(cases) => {{ {TOLD} return cases.map(([claims, at]) => told(Resolve.resolve(claims, at))); }}",
        [[list(map(in_javascript, claims)), at] for claims, at in cases],
    )
    assert found == [told(resolve.resolve(claims, at)) for claims, at in cases]


@given(claims=strategies.claims(max_size=6))
def test_the_page_explains_as_python_does(resolver: Page, claims: list[Any]) -> None:
    """The part of each claim, the rule, what it won over or lost to, and what would hold otherwise are the same."""
    mine = mirror.as_claims(claims)
    found = asked(
        resolver,
        f"""([claims, instants]) => {{ {TOLD} return instants.map((at) => {{
            const {{ judgements, without }} = Explain.explain(claims, at);
            const judged = judgements.map(({{ claim, part, rule, against }}) =>
                [claim.position, part, rule, against && against.position]);
            return [judged, told(without)];
        }}); }}""",
        [list(map(in_javascript, mine)), list(LINE)],
    )
    assert found == [_explained(explanation.explain(mine, at)) for at in LINE]


def _explained(found: explanation.Explanation) -> Any:
    rules = {resolve.Rule.ALONE: "alone", None: None}
    judged = [
        [j.claim.position, str(j.part), rules.get(j.rule, str(j.rule)), j.against and j.against.position]
        for j in found.judgements
    ]
    return [judged, told(found.without)]


@given(claims=strategies.claims(max_size=6))
def test_the_page_counts_origins_as_python_does(resolver: Page, claims: list[Any]) -> None:
    """As many independent origins stand behind each value."""
    mine = mirror.as_claims(claims)
    found = asked(
        resolver,
        "([claims, instants]) => instants.map((at) => [...Explain.support(claims, at)])",
        [list(map(in_javascript, mine)), list(LINE)],
    )
    assert [dict(map(tuple, one)) for one in found] == [resolve.support(mine, at) for at in LINE]


@given(claims=strategies.claims(max_size=5))
def test_the_periods_of_the_page_are_those_of_python(resolver: Page, claims: list[Any]) -> None:
    """What held over all of valid time falls into the same periods with the same answers."""
    mine = mirror.as_claims(claims)
    found = asked(
        resolver,
        f"""(claims) => {{ {TOLD} return Periods.ofValidTime(claims).map(
            ({{ since, until, answer }}) => [since, until, told(answer)]); }}""",
        list(map(in_javascript, mine)),
    )
    assert found == [[since, until, told(answer)] for since, until, answer in segments.segments(mine)]


@given(claims=strategies.claims(max_size=5))
def test_bars_are_solid_exactly_where_a_value_is_certain(resolver: Page, claims: list[Any]) -> None:
    """A bar covers an instant if its value may hold, solidly if it surely does, and marks what is contested."""
    mine = mirror.as_claims(claims)
    found = asked(
        resolver,
        """([claims, instants]) => {
            const bars = Lanes.ofClaims(claims).flat();
            const within = (spans, at) => spans.some(([since, until]) => since <= at && at < until);
            return instants.map((at) => bars.filter(({ since, until }) => since <= at && at < until).map((bar) => [
                bar.value,
                bar.solidSince !== null && bar.solidSince <= at && at < bar.solidUntil && !within(bar.unsure, at),
                within(bar.contested, at),
            ]).sort());
        }""",
        [list(map(in_javascript, mine)), list(LINE)],
    )
    assert found == [_bars(resolve.resolve(mine, at)) for at in LINE]


def _bars(answer: resolve.Answer | None) -> list[Any]:
    if answer is None:
        return []
    wins = (resolve.Standing.LEADING, resolve.Standing.POSSIBLE)
    values = {claim.value for claim, standing in answer.candidates if claim and claim.value and standing in wins}
    return [[value, answer.certain, answer.contested] for value in sorted(values)]


@given(days=st.lists(st.integers(calendar.LINE_START // DAY, calendar.LINE_END // DAY - 1), min_size=1, max_size=50))
def test_the_page_names_days_as_python_does(resolver: Page, days: list[int]) -> None:
    """A day of any year is written the same, and its text, typed in, means its last second."""
    instants = [day * DAY for day in days]
    written, closes = asked(
        resolver,
        "(instants) => { const days = instants.map(Calendar.isoDay); return [days, days.map(Calendar.closeOf)]; }",
        instants,
    )
    assert written == [calendar.format_day(at) for at in instants]
    assert closes == [at + DAY - 1 for at in instants]


@pytest.mark.parametrize("text", ["", "2018-13", "2018-02-29", "2018-1-1", "-0000", "May 2018", "2018-05-01/.."])
def test_the_page_takes_nothing_else_for_a_date(resolver: Page, text: str) -> None:
    """What is typed and is no date is refused."""
    assert asked(resolver, "(text) => Calendar.closeOf(text)", text) is None


def test_numbers_of_the_line_survive_the_way_into_the_page() -> None:
    """Every bound is an integer that JavaScript holds exactly, also when two are added."""
    assert 2 * FOREVER < 2**53
    assert json.loads(json.dumps(FOREVER)) == FOREVER
