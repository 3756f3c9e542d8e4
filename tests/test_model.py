"""The model itself: hand-worked answers of design section 4, and the laws that any correct resolver obeys."""

from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model import (
    BEGINNING,
    DENIES,
    DISPUTES,
    FOREVER,
    Answer,
    Claim,
    Event,
    Model,
    RefusedError,
    TooManyWorldsError,
    answer_at,
    certain,
    conflicts,
    critical_winners,
    leading,
    middle,
    possible_values,
    possible_winners,
    resolve,
    text_of,
    worlds,
)
from strategies import (
    EPOCH,
    QUESTIONS,
    SUBJECTS,
    bounds,
    claims,
    edtf_texts,
    event_id,
    histories,
    instants,
    json_values,
    model_batches,
    model_events,
    random_cases,
    subjects,
)

from chronology.dates import edtf

STORM = "operation/al-jazeera-storm"


def claim(position: int, start: object, end: object, value: object = "a", **rest: object) -> Claim:
    """Make a claim from a start and an end, each a place or a pair; its extent is until it surely ends."""
    first, last = (place if isinstance(place, tuple) else (place, place) for place in (start, end))
    rest = {"extent_end": last[0], "origin": f"source/{position}"} | rest
    return Claim(
        position=position,
        start_min=first[0],
        start_max=first[1],
        end_min=last[0],
        end_max=last[1],
        value=value,
        **rest,
    )


def event(number: int, **rest: object) -> Event:
    """Make an event about the campaign."""
    defaults = {
        "id": event_id(number),
        "subject": STORM,
        "recorded_at": EPOCH,
        "source": "source/voa-2018-05-14",
    }
    return Event(**defaults | rest)


def status_at(model: Model, day: str, **scope: object) -> Answer | None:
    """Return what the model says of the campaign's status at the close of a date."""
    return model.state(edtf.close_of(day), **scope).get((STORM, "status"))


def closed_form(found: Sequence[Claim], instant: int) -> set[int | None]:
    """Return the possible winners by the closed form of section 4, for affirming claims."""
    sure = [c for c in found if c.start_max <= instant < c.end_min]
    possible: set[int | None] = set() if sure else {None}
    for one in found:
        if one.start_min <= instant < one.end_max:
            best = (min(one.start_max, instant), one.position)
            if all(best >= (other.start_min, other.position) for other in sure):
                possible.add(one.position)
    return possible


# Possible worlds --------------------------------------------------------------------------------------------


def test_the_closed_form_equals_enumeration():
    """The closed form of section 4 finds the winners that enumeration of all worlds finds."""
    for found, instant in random_cases(6000, most=3, seed=1):
        assert closed_form(found, instant) == set(possible_winners(found, instant)), (found, instant)


def test_the_critical_worlds_equal_the_closed_form_on_larger_cases():
    """The few worlds that the day-level model looks at meet every winner of five claims."""
    for found, instant in random_cases(4000, most=5, seed=2):
        assert set(critical_winners(found, instant)) == closed_form(found, instant), (found, instant)


@given(claims(line=4), instants(line=4))  # three claims on a longer line may have too many worlds
@settings(max_examples=300, deadline=None)
def test_the_critical_worlds_answer_as_all_worlds_do(found, instant):
    """Critical worlds and full enumeration give one answer, with every stance and dispute."""
    assert answer_at(found, instant) == resolve(found, instant)


@given(claims(max_size=4), instants())
@settings(deadline=None)
def test_the_leading_value_is_possible(found, instant):
    """The winner in the middle world, or nothing, wins in some world."""
    leader = leading(found, instant)
    assert (leader and leader.position) in critical_winners(found, instant)


@given(bounds())
def test_the_middle_world_is_possible(made):
    """The middle of a claim lies inside its bounds, and starts before it ends."""
    placed = middle(Claim(position=1, **made))
    assert made["start_min"] <= placed.start <= made["start_max"]
    assert made["end_min"] <= placed.end <= made["end_max"]
    assert placed.start < placed.end


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (3, 5, (3, 5)),
        ((0, 3), (4, 7), (1, 5)),
        ((-4, -1), (4, 7), (-3, 5)),
        (2, (3, FOREVER), (2, 3)),
        (2, FOREVER, (2, FOREVER)),
        ((0, 8), (1, FOREVER), (4, 5)),
        ((BEGINNING, 6), 7, (6, 7)),
        (BEGINNING, 7, (BEGINNING, 7)),
        ((BEGINNING, 7), (2, 8), (4, 5)),
        ((BEGINNING, FOREVER - 1), (4, FOREVER), (BEGINNING, 4)),
        ((BEGINNING, FOREVER - 1), (BEGINNING + 1, FOREVER), (BEGINNING, FOREVER)),
        ((3, FOREVER - 1), (4, FOREVER), (3, 4)),
        ((BEGINNING, 3), (BEGINNING + 1, 4), (3, 4)),
    ],
)
def test_the_middle_of_bounds(start, end, expected):
    """Midpoints round down, an unbounded side yields to the finite one or reaches out, and start stays before end."""
    assert tuple(middle(claim(1, start, end)))[1:] == expected


def test_the_middle_keeps_one_whole_unit():
    """If the end must give way, it is one unit after the start."""
    assert middle(claim(1, (0, 80), (10, FOREVER), unit=10))[1:] == (40, 50)


def test_worlds_are_counted_by_hand():
    """Two starts and two ends make three worlds when one pair would leave nothing between them."""
    places = [world[0][1:] for world in worlds([claim(1, (0, 1), (1, 2))])]
    assert places == [(0, 1), (0, 2), (1, 2)]


def test_too_many_worlds_are_refused():
    """A case too large to enumerate is an error, not a long wait."""
    with pytest.raises(TooManyWorldsError, match="100000000 worlds, at most 200000"):
        list(worlds([claim(n, (0, 9), (10, 19)) for n in range(1, 5)]))


def test_bounds_that_are_not_normal_are_refused():
    """A claim covers at least one unit."""
    with pytest.raises(ValueError, match="not normalised"):
        claim(1, 3, 3)


def test_the_later_start_wins_whatever_was_recorded_first():
    """The latest start wins, and only an equal start lets the position decide."""
    assert possible_values([claim(1, 3, FOREVER, "late"), claim(2, 0, FOREVER, "early")], 5) == ["late"]
    assert possible_values([claim(1, 3, FOREVER, "first"), claim(2, 3, FOREVER, "second")], 5) == ["second"]


def test_nothing_is_possible_where_a_claim_may_have_ended():
    """Null is possible if nothing covers the instant in some world."""
    found = [claim(1, 0, (3, 6))]
    assert possible_values(found, 2) == ["a"]
    assert possible_values(found, 4) == ["a", None]
    assert possible_values(found, 6) == [None]
    assert [certain(found, at) for at in (2, 4, 6)] == [True, False, True]


# Answers ----------------------------------------------------------------------------------------------------


def test_a_certain_value():
    """One exact claim gives one leading candidate, or none if it does not hold."""
    found = [claim(1, 2, 5)]
    assert resolve(found, 4) == Answer("a", "certain", False, frozenset({(1, "leading")}))
    assert resolve(found, 5) is None


def test_a_possible_value_has_null_beside_it():
    """Null is among the candidates, and leads if the middle world is empty."""
    found = [claim(1, 0, (3, 7))]
    assert resolve(found, 4) == Answer("a", "possible", False, frozenset({(1, "leading"), (None, "possible")}))
    assert resolve(found, 6) == Answer(None, "possible", False, frozenset({(1, "possible"), (None, "leading")}))


def test_agreement_is_certain_whoever_wins():
    """A value is certain when every possible winner has it."""
    found = [claim(1, 0, FOREVER), claim(2, (2, 6), FOREVER)]
    assert resolve(found, 4) == Answer("a", "certain", False, frozenset({(1, "possible"), (2, "leading")}))


def test_an_ended_attribute_is_null():
    """A claim whose value is null hides what came before it, and is the null among the candidates."""
    found = [claim(1, 0, FOREVER, extent_end=1), claim(2, (3, 6), FOREVER, None)]
    assert resolve(found, 2).certainty == "certain"
    assert resolve(found, 5) == Answer(None, "possible", False, frozenset({(1, "possible"), (2, "leading")}))
    assert resolve(found, 7) is None


def test_an_ended_claim_among_the_winners_stands_for_null():
    """No second null is listed beside an ended attribute, unless nothing at all holds in the middle world."""
    found = [claim(1, 0, (2, 6)), claim(2, (3, 7), FOREVER, None)]
    parties = {(1, "possible"), (2, "possible"), (None, "leading")}
    assert resolve(found, 4) == Answer(None, "possible", False, frozenset(parties))
    parties = {(1, "possible"), (2, "leading")}
    assert resolve(found, 5) == Answer(None, "possible", False, frozenset(parties))


def test_a_contested_end_is_kept():
    """An answer with only null possible is left out, unless somebody contests it."""
    found = [claim(1, 0, 6), claim(2, 3, 8, None)]
    assert resolve(found, 7) is None
    assert resolve(found, 4) == Answer(None, "certain", True, frozenset({(2, "leading"), (1, "rival")}))


def test_rivals_surely_overlap():
    """Two sources contest each other if their explicit extents surely overlap and their values differ."""
    found = [claim(1, 0, 6), claim(2, 3, 8, "b")]
    assert resolve(found, 4) == Answer("b", "certain", True, frozenset({(2, "leading"), (1, "rival")}))
    assert resolve(found, 2) == Answer("a", "certain", False, frozenset({(1, "leading")}))
    assert resolve(found, 7) == Answer("b", "certain", False, frozenset({(2, "leading")}))


@pytest.mark.parametrize(
    "other",
    [
        claim(2, 3, 8, "a"),
        claim(2, 3, 8, "b", origin="source/1"),
        claim(2, 6, 8, "b"),
        claim(2, (3, 6), 8, "b"),
        claim(2, 3, FOREVER, "b", extent_end=3),
    ],
    ids=["same value", "same origin", "afterwards", "may start afterwards", "no sure extent"],
)
def test_no_conflict(other):
    """Agreement, one origin, or extents that may not overlap are no conflict."""
    assert not conflicts(claim(1, 0, 6), other)


def test_persistence_contests_nothing():
    """What is only inferred from a source beyond its own day does not contradict a later report."""
    found = [claim(1, 0, FOREVER, extent_end=1), claim(2, 3, FOREVER, "b", extent_end=4)]
    assert resolve(found, 5) == Answer("b", "certain", False, frozenset({(2, "leading")}))


def test_two_reports_of_one_day_stay_contested():
    """Two sources that differ about one day contest each other for as long as both may hold."""
    found = [claim(1, 3, FOREVER, extent_end=4), claim(2, 3, FOREVER, "b", extent_end=4)]
    assert resolve(found, 6) == Answer("b", "certain", True, frozenset({(2, "leading"), (1, "rival")}))


def test_two_possible_winners_may_contest_each_other():
    """Winners that conflict keep their standing, and the state is contested."""
    found = [claim(1, (0, 2), 6), claim(2, (1, 3), 6, "b")]
    expected = Answer("b", "possible", True, frozenset({(2, "leading"), (1, "possible")}))
    assert resolve(found, 4) == expected


def test_true_is_not_one():
    """JSON true and 1 are different values, although Python calls them equal."""
    found = [claim(1, 0, (3, 8), True), claim(2, 0, (3, 8), 1)]
    assert resolve(found, 2).contested
    assert len(possible_values(found, 5)) == 3


def test_a_denial_never_wins():
    """A denial contests the value that it denies if it may cover the instant, and is never an answer."""
    found = [claim(1, 0, FOREVER), claim(2, (3, 5), 7, stance=DENIES)]
    contested = Answer("a", "certain", True, frozenset({(1, "leading"), (2, "denial")}))
    assert [resolve(found, at) == contested for at in (2, 3, 6, 7)] == [False, True, True, False]
    assert resolve(found[1:], 6) is None


def test_a_denial_of_another_value_is_no_party():
    """A denial of a value that nobody can win with is left out."""
    assert not resolve([claim(1, 0, 8), claim(2, 0, 8, "b", stance=DENIES)], 4).contested


def test_a_dispute_conflicts_whatever_the_extents_and_origins():
    """A claim that disputes another by id conflicts with it both ways."""
    found = [claim(1, 0, FOREVER, origin="x"), claim(2, 5, 6, "b", origin="x", disputes=frozenset({1}))]
    assert resolve(found, 5) == Answer("b", "certain", True, frozenset({(2, "leading"), (1, "rival")}))
    assert resolve(found, 6) == Answer("a", "certain", False, frozenset({(1, "leading")}))


def test_a_bare_dispute_is_listed_against_the_claim_it_names():
    """A dispute without a value of its own contests what it names, and nothing else."""
    dispute = claim(3, 4, 6, None, stance=DISPUTES, disputes=frozenset({1}))
    assert resolve([claim(1, 0, 8), dispute], 5).candidates == {(1, "leading"), (3, "denial")}
    assert not resolve([claim(1, 0, 8, origin="x"), claim(2, 0, 8, origin="x"), dispute], 5).contested


@given(claims(min_size=2, max_size=4))
def test_conflict_is_symmetric(found):
    """If one contradicts the other, the other contradicts the one."""
    assert all(conflicts(a, b) == conflicts(b, a) for a in found for b in found)


@given(claims(max_size=4), instants())
@settings(deadline=None)
def test_an_answer_is_coherent(found, instant):
    """The leader has the value, a party is listed once, a rival contests, and certain means one value."""
    held = answer_at(found, instant)
    if held is None:
        return
    by_position = {c.position: c for c in found}
    value_of = {p: by_position[p].value if p else None for p, _ in held.candidates}
    leaders = [p for p, standing in held.candidates if standing == "leading"]
    standings = [standing for _, standing in held.candidates]
    winning = [p for p, standing in held.candidates if standing in ("leading", "possible")]
    assert len(held.candidates) == len(value_of)
    assert all(text_of(value_of[p]) == text_of(held.value) for p in leaders)
    assert len(leaders) == 1
    assert (len({text_of(value_of[p]) for p in winning}) == 1) == (held.certainty == "certain")
    assert held.contested or not {"rival", "denial"} & set(standings)


# Invariants 5 and 6 -----------------------------------------------------------------------------------------


@given(claims(max_size=4), instants(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_recording_does_not_matter(found, instant, rng):
    """Claims that start in different places give one answer in any order of recording."""
    used: set[int] = set()
    apart = []
    for one in found:
        exact = attrs.evolve(one, start_max=one.start_min)
        if exact.start_min not in used:
            used.add(exact.start_min)
            apart.append(exact)
    order = list(range(1, len(apart) + 1))
    rng.shuffle(order)
    moved = dict(zip((one.position for one in apart), order, strict=True))
    shuffled = [
        attrs.evolve(
            one,
            position=moved[one.position],
            disputes=frozenset(moved[p] for p in one.disputes if p in moved),
        )
        for one in apart
    ]
    before, after = answer_at(apart, instant), answer_at(sorted(shuffled, key=lambda c: c.position), instant)
    if before is None:
        assert after is None
    else:
        parties = frozenset((moved.get(p), standing) for p, standing in before.candidates)
        assert attrs.evolve(before, candidates=parties) == after


@given(claims(max_size=4), instants())
@settings(deadline=None)
def test_exact_dates_give_certain_answers(found, instant):
    """If every bound is one place, there is one world, and so one value."""
    exact = [attrs.evolve(one, start_max=one.start_min, end_min=one.end_max) for one in found]
    assert len(critical_winners(exact, instant)) == 1
    held = answer_at(exact, instant)
    assert held is None or held.certainty == "certain"


@given(claims(max_size=4), instants(), st.data())
@settings(deadline=None)
def test_less_precision_loses_no_possible_value(found, instant, data):
    """Widening bounds keeps every possible value, and what is still certain was certain before."""
    step = st.integers(0, 3)
    vague = [
        attrs.evolve(
            one,
            start_min=max(BEGINNING, one.start_min - data.draw(step)),
            end_max=min(FOREVER, one.end_max + data.draw(step)),
            start_max=min(one.start_max + data.draw(step), one.end_max - 1),
            end_min=max(one.end_min - data.draw(step), one.start_min + 1),
        )
        for one in found
    ]
    before, after = critical_winners(found, instant), critical_winners(vague, instant)
    assert set(before) <= set(after)
    texts_before = {text_of(c and c.value) for c in before.values()}
    texts_after = {text_of(c and c.value) for c in after.values()}
    assert texts_before <= texts_after
    assert len(texts_after) > 1 or texts_before == texts_after


@pytest.mark.parametrize("finer", ["2018-03-15", "2018-03-XX", "[2018-03-02..2018-03-20]"])
@pytest.mark.parametrize("coarser", ["2018-03", "2018-21", "[2018-03,2018-05]", "2018"])
@pytest.mark.parametrize("persists", [True, False], ids=["persists", "momentary"])
def test_a_coarser_date_loses_no_possible_value(finer, coarser, persists):
    """At day scale too, a coarser date keeps every possible value of a finer one."""

    def at(valid: str, day: str) -> set[str]:
        model = Model()
        model.append(event(0, valid="2018-01-01", assertions=(("status", "a"),)))
        model.append(event(1, valid=valid, persists=persists, assertions=(("status", "b"),)))
        model.append(event(2, valid="2018-03-16", assertions=(("status", "c"),)))
        found = critical_winners(model.claims()[STORM, "status"], edtf.close_of(day))
        return {text_of(c and c.value) for c in found.values()}

    for day in (*QUESTIONS, "2018-03-15", "2018-03-16", "2018-03-20"):
        assert at(finer, day) <= at(coarser, day), day


# The log ----------------------------------------------------------------------------------------------------


@pytest.fixture
def storm() -> Model:
    """Hold the campaign: launched on a day, stalled for vague months, resumed on a day."""
    model = Model()
    for number, (valid, value) in enumerate(
        [("2017-09-09", "launched"), ("2018-01/2018-04", "stalled"), ("2018-05-01", "resumed")]
    ):
        model.append(event(number, valid=valid, assertions=(("status", value),), stated="2018-05-14"))
    return model


def test_the_campaign(storm):
    """Launched holds until stalled may begin; stalled is certain in March, resumed from its first day."""
    assert status_at(storm, "2017-09-08") is None
    assert status_at(storm, "2017-09-09") == Answer("launched", "certain", False, frozenset({(1, "leading")}))
    assert status_at(storm, "2017-12-31").certainty == "certain"
    possible = {(1, "possible"), (2, "leading")}
    assert status_at(storm, "2018-01-20") == Answer("stalled", "possible", False, frozenset(possible))
    assert status_at(storm, "2018-01-10").value == "launched"
    assert status_at(storm, "2018-03") == Answer("stalled", "certain", False, frozenset({(2, "leading")}))
    assert status_at(storm, "2018-04-20") == Answer(
        "launched", "possible", False, frozenset({(1, "leading"), (2, "possible")})
    )
    assert status_at(storm, "2018-05-01") == Answer("resumed", "certain", False, frozenset({(3, "leading")}))
    assert status_at(storm, "2030").value == "resumed"


def test_known_at_cuts_the_log(storm):
    """An earlier position answers with the log as it stood then."""
    assert status_at(storm, "2018-06-01", known_at=2).value == "launched"
    assert status_at(storm, "2018-06-01", known_at=0) is None


def test_retraction_and_replacement(storm):
    """A withdrawn assertion counts only at an earlier position; its replacement takes its place."""
    assert storm.retract(event_id(2), id=event_id(3), recorded_at=EPOCH) == 4
    assert status_at(storm, "2018-06-01").value == "launched"
    assert status_at(storm, "2018-06-01", known_at=3).value == "resumed"
    storm.append(event(4, valid="2017-09-10", assertions=(("status", "begun"),), replaces=event_id(0)))
    assert status_at(storm, "2018-06-01").value == "begun"
    assert status_at(storm, "2017-09-09") is None
    storm.retract(event_id(4), id=event_id(5), recorded_at=EPOCH)
    assert status_at(storm, "2018-06-01") is None


@pytest.mark.parametrize("target", [event_id(2), event_id(3), event_id(9)], ids=["withdrawn", "retraction", "unknown"])
def test_what_cannot_be_withdrawn(storm, target):
    """Only a live assertion can be retracted or replaced."""
    storm.retract(event_id(2), id=event_id(3), recorded_at=EPOCH)
    with pytest.raises(RefusedError):
        storm.retract(target, id=event_id(10), recorded_at=EPOCH)
    with pytest.raises(RefusedError):
        storm.append(event(11, valid="2018", replaces=target))
    assert storm.head() == 4


def test_an_id_is_appended_once(storm):
    """The same content under a known id changes nothing; other content is refused."""
    first = storm.events[0]
    assert storm.append(attrs.evolve(first, recorded_at=EPOCH.replace(year=2020))) == 1
    with pytest.raises(RefusedError, match="other content"):
        storm.append(attrs.evolve(first, valid="2017"))
    assert storm.head() == 3


def test_the_filters(storm):
    """Stated day, source, origin and grade each narrow what is looked at."""
    rest = {"assertions": (("status", "over"),), "valid": "2018-05-20", "source": "source/b", "grade": "B2"}
    storm.append(event(3, **rest, said_by=("person/x", "source/c"), stated="2018-05-21"))
    storm.append(event(4, **rest | {"grade": "C1", "valid": "2018-05-25"}))
    asked = {
        "stated_by": ["2018-05-14", "2018-05-13"],
        "sources": [["source/b"], ["source/voa-2018-05-14"], ["source/c"], [], None],
        "origins": [["person/x"], ["source/b"], ["source/c"], [], None],
        "min_grade": ["B2", "C2", "C1", "B1", "D6"],
    }
    leaders = {
        name: [
            sorted(p for p, standing in found.candidates if standing == "leading") if found else None
            for found in (status_at(storm, "2018-05-31", **{name: value}) for value in values)
        ]
        for name, values in asked.items()
    }
    assert leaders == {
        "stated_by": [[3], None],
        "sources": [[5], [3], None, None, [5]],
        "origins": [[4], [5], None, None, [5]],
        "min_grade": [[4], [5], [5], None, [5]],
    }


def test_a_filtered_replacement_still_withdraws(storm):
    """A filter narrows the assertions, not the withdrawals."""
    storm.append(event(3, valid="2018-05-02", assertions=(("status", "x"),), source="source/b", replaces=event_id(2)))
    assert status_at(storm, "2018-06-01", sources=["source/voa-2018-05-14"]).value == "launched"


def test_a_dispute_without_a_value_reaches_the_disputed_attribute(storm):
    """An event about something else that disputes an assertion contests it, under the disputed subject."""
    storm.append(
        event(
            3,
            subject="person/jaber",
            assertions=(("place", "afrin"),),
            valid="2018-05-03",
            persists=False,
            disputes=(event_id(2),),
        )
    )
    assert status_at(storm, "2018-05-03").candidates == {(3, "leading"), (4, "denial")}
    assert not status_at(storm, "2018-05-04").contested
    assert storm.state(edtf.close_of("2018-05-03"))["person/jaber", "place"].contested is False


def test_a_dispute_with_a_value_is_one_row(storm):
    """A dispute that speaks of the disputed attribute has its claim there, and no second row."""
    storm.append(event(3, valid="2018-05-01", assertions=(("status", "over"),), disputes=(event_id(2),)))
    assert [(row.position, row.stance) for row in storm.claims()[STORM, "status"]][3:] == [(4, "affirms")]
    assert status_at(storm, "2018-05-01").candidates == {(4, "leading"), (3, "rival")}


def test_a_dispute_of_a_dispute_stays_with_what_was_asserted(storm):
    """A dispute of an event about another attribute does not contradict what that event disputed."""
    place = {"assertions": (("place", "afrin"),), "valid": "2018-05-03"}
    storm.append(event(3, **place, disputes=(event_id(2),)))
    storm.append(event(4, valid="2018-05-04", assertions=(("status", "over"),), disputes=(event_id(3),)))
    assert status_at(storm, "2018-05-04") == Answer("over", "certain", False, frozenset({(5, "leading")}))
    found = storm.state(edtf.close_of("2018-05-04"))[STORM, "place"]
    assert found.candidates == {(4, "leading"), (5, "denial")}


def test_a_dispute_names_a_known_event(storm):
    """What is disputed must be in the log."""
    with pytest.raises(RefusedError, match="unknown"):
        storm.append(event(3, valid="2018", disputes=(event_id(9),)))


def test_a_contested_place():
    """Two origins that differ about one day are both listed; two claims of one origin are not at odds."""
    model = Model()
    for number, (origin, value) in enumerate([("a", "hajin"), ("b", "al-shaer"), ("b", "baguz")]):
        model.append(event(number, valid="2018-05-07", assertions=(("status", value),), said_by=(f"person/{origin}",)))
    assert status_at(model, "2018-06-01", known_at=2) == Answer(
        "al-shaer", "certain", True, frozenset({(2, "leading"), (1, "rival")})
    )
    assert status_at(model, "2018-06-01").candidates == {(3, "leading"), (1, "rival")}


@given(histories(max_assertions=2), st.sampled_from(QUESTIONS), st.data())
@settings(deadline=None, max_examples=80)
def test_an_earlier_position_is_a_shorter_log(commands, question, data):
    """The state known at a position is that of a model with only the events up to it."""
    model, second = Model(), edtf.close_of(question)
    for one in model_events(commands):
        model.append(one)
    cut = data.draw(st.integers(0, model.head()))
    assert model.state(second, cut) == Model(model.events[:cut]).state(second)
    assert list(model.state(second)) == sorted(model.state(second))


@given(histories(max_assertions=2), st.sampled_from(QUESTIONS), st.data())
@settings(deadline=None, max_examples=80)
def test_a_retracted_assertion_leaves_no_trace(commands, question, data):
    """Appending an assertion that withdraws nothing, and retracting it, changes no later answer."""
    model, second = Model(), edtf.close_of(question)
    for one in model_events(commands):
        model.append(one)
    before = model.state(second)
    extra = event(90, subject=SUBJECTS[0], assertions=(("status", "z"),), valid=data.draw(edtf_texts()))
    model.append(extra)
    assert model.state(second, model.head() - 1) == before
    model.retract(extra.id, id=event_id(91), recorded_at=EPOCH)
    assert model.state(second) == before


# The strategies ---------------------------------------------------------------------------------------------


@given(edtf_texts(), st.booleans())
def test_drawn_dates_can_be_asserted(text, persists):
    """Every date drawn is read, with bounds that a claim accepts."""
    model = Model([event(0, valid=text, persists=persists, assertions=(("status", "a"),))])
    (row,) = model.claims()[STORM, "status"]
    assert row.start_min < row.extent_end <= row.end_min


@given(histories())
@settings(max_examples=50)
def test_drawn_histories_are_valid(commands):
    """A drawn history is accepted whole, and batches hold its events in order."""
    model = Model()
    positions = [model.append(one) for batch in model_batches(commands) for one in batch]
    assert positions == list(range(1, len(positions) + 1))
    assert model.head() == sum(command["do"] != "commit" for command in commands)


@given(json_values)
def test_drawn_values_are_in_the_domain(value):
    """Drawn JSON values hold no floats, no lone surrogates, and no control characters but newline and tab."""
    flat = [value]
    while flat:
        one = flat.pop()
        assert one is None or type(one) in (bool, int, str, list, dict)
        if isinstance(one, str):
            one.encode()
            assert not any(c < " " and c not in "\n\t" for c in one)
        flat += list(one) if isinstance(one, list) else [*one, *one.values()] if isinstance(one, dict) else []


@given(subjects())
def test_drawn_subjects_are_subjects(subject):
    """Drawn subjects have the form kind/slug, within 128 characters."""
    assert len(subject) <= 128
    kind, slug = subject.split("/")
    assert kind[0].isalpha()
    assert slug[0].isalnum()
