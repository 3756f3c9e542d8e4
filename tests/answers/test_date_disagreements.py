"""Who gives other dates for the same, against the model, and examples of what is one spell and what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import as_claims
from model import DAY, FOREVER, Claim, date_clashes
from strategies import LINE, ORIGINS

from chronology.answers.disagreements import Disagreement, date_disagreements
from chronology.dates import edtf


@st.composite
def dated(draw: st.DrawFn) -> list[Claim]:
    """Draw affirmations of two values in whole days, with every kind of bounds."""
    found = []
    for position in range(1, draw(st.integers(2, 6)) + 1):
        first, second, third, fourth = (draw(st.integers(0, LINE)) * DAY for _ in range(4))
        start = min(first, second), draw(st.sampled_from([min(first, second), max(first, second)]))
        end = min(third, fourth), draw(st.sampled_from([min(third, fourth), max(third, fourth)]))
        kind = draw(st.sampled_from(["persists", "persists", "interval", "interval", "momentary"]))
        if kind == "persists":
            end = FOREVER, FOREVER
        if kind == "momentary":
            end = start[0] + DAY, start[1] + DAY
        end_max = max(end[1], start[0] + DAY)
        bounds = start[0], min(start[1], end_max - DAY), max(end[0], start[0] + DAY), end_max
        found.append(
            Claim(
                position=position,
                **dict(zip(("start_min", "start_max", "end_min", "end_max"), bounds, strict=True)),
                extent_end=bounds[2],
                value=draw(st.sampled_from(["a", "a", "a", "b", None])),
                origin=draw(st.sampled_from(ORIGINS)),
                unit=DAY,
                begins=draw(st.sampled_from([True, True, False])),
            )
        )
    return found


@given(dated(), st.lists(st.sampled_from(["source/p", "source/q"]), min_size=6, max_size=6))
@settings(max_examples=settings.default.max_examples * 8)
def test_who_gives_other_dates_is_what_the_model_says(found, names):
    """The sweep finds the pairs that looking at all of them finds, each once, with what differs."""
    sources = dict(enumerate(names, start=1))
    listed = date_disagreements(as_claims(found), sources=sources)
    told = [(d.first.position, d.second.position, what) for d in listed if d.first for what in d.differ]
    assert len({(first, second) for first, second, _ in told}) == len(listed)
    assert len(told) == len(set(told))
    assert set(told) == date_clashes(found, sources)


def claims_of(*said: tuple[str, str, str]) -> list[Claim]:
    """Return claims by value, date and origin; single dates persist."""
    found = []
    for position, (value, valid, origin) in enumerate(said, start=1):
        reading = edtf.parse(valid)
        bounds = edtf.bounds(reading, persists=True)
        found.append(
            Claim(
                position=position,
                start_min=bounds.start_min,
                start_max=bounds.start_max,
                end_min=bounds.end_min,
                end_max=bounds.end_max,
                extent_end=reading.extent.end_min,
                value=value,
                origin=origin,
                unit=DAY,
            )
        )
    return found


def listed(*said: tuple[str, str, str]) -> list[Disagreement]:
    """Return the disagreements of claims by value, date and origin, each of its own source."""
    found = claims_of(*said)
    return date_disagreements(as_claims(found), sources={claim.position: f"source/{claim.position}" for claim in found})


def day(text: str) -> int:
    """Return the first second of a day."""
    return edtf.opening_of(text)


def test_two_starts_of_one_thing_disagree_over_the_days_between() -> None:
    """One says that it had begun, the other that it had not yet."""
    (found,) = listed(("closed", "2018-05-03", "person/x"), ("closed", "2018-05-01", "person/y"))
    assert found.first is not None
    assert (found.first.position, found.second.position, found.differ) == (2, 1, ("start",))
    assert found.spans == ((day("2018-05-01"), day("2018-05-03")),)


def test_ends_and_starts_can_both_differ() -> None:
    """A pair is listed once, with both."""
    (found,) = listed(("held", "2018-05-01/2018-05-10", "person/x"), ("held", "2018-05-03/2018-05-08", "person/y"))
    assert found.differ == ("start", "end")
    assert found.spans == ((day("2018-05-01"), day("2018-05-03")), (day("2018-05-09"), day("2018-05-11")))


@pytest.mark.parametrize(
    "said",
    [
        [("closed", "2018-05", "person/x"), ("closed", "2018-05-03", "person/y")],
        [
            ("closed", "2018-05-03", "person/x"),
            ("open", "2018-05-05", "person/x"),
            ("closed", "2018-05-07", "person/y"),
        ],
        [("closed", "2018-05-03", "person/x"), ("open", "2018-05", "person/z"), ("closed", "2018-05-07", "person/y")],
        [("held", "2018-01-01/2018-02-01", "person/x"), ("held", "2018-03-01/2018-04-01", "person/y")],
        [("held", "../2018-05-10", "person/x"), ("held", "2018-05-03", "person/y")],
        [("held", "2018-05-01/..", "person/x"), ("held", "2018-05-01/2018-05-10", "person/y")],
        [("held", "2018-05-01/2018-05", "person/x"), ("held", "2018-05-01/2018-05-20", "person/y")],
    ],
    ids=[
        "imprecise",
        "two spells",
        "perhaps two spells",
        "apart",
        "open beginning",
        "open end",
        "imprecise end",
    ],
)
def test_dates_that_can_both_be_right_do_not_disagree(said: list[tuple[str, str, str]]) -> None:
    """Not knowing when is no disagreement, and what held twice began twice."""
    assert listed(*said) == []


def test_only_the_first_report_of_a_voice_dates_the_beginning() -> None:
    """Who says the same every week gives no new date of its beginning."""
    weekly = [("held", f"2018-05-{number:02}", "person/x") for number in (1, 8, 15)]
    found = date_disagreements(
        as_claims(claims_of(*weekly, ("held", "2018-05-10", "person/y"))),
        sources={1: "source/w", 2: "source/w", 3: "source/w", 4: "source/d"},
    )
    assert [(one.first.position, one.second.position) for one in found if one.first] == [(1, 4)]
