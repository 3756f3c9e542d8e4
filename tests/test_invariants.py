"""The invariants of design section 10, each against the real store; the ninth is in `test_edtf.py`."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from unittest.mock import patch

import attrs
import model
import pytest
from conftest import Clock
from hypothesis import given
from hypothesis import strategies as st
from mirror import (
    SAID_2,
    Stores,
    as_claims,
    as_event,
    as_text,
    batches,
    events,
    path_of,
    possible_texts,
    retold,
    second_of,
    tables,
    told,
    without_positions,
)
from model import text_of
from strategies import (
    ATTRIBUTES,
    DAYS,
    EPOCH,
    MOMENTS,
    QUESTIONS,
    SUBJECTS,
    event_id,
    histories,
    json_objects,
    json_values,
    model_events,
    random_cases,
    reports,
    scopes,
    subjects,
    texts,
)

from chronology import Chronology, Event
from chronology.answers.holding import Holding
from chronology.answers.resolve import resolve
from chronology.events import canonical
from chronology.events.json_values import thaw
from chronology.projections import fold, rebuild
from chronology.store import batch
from chronology.vocabulary.builtin import definition

WHEN = (*QUESTIONS, *MOMENTS)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("invariants"))


def states(chron: Chronology, **scope: object) -> list[list[Holding]]:
    """Return the state at every moment worth asking about."""
    return [chron.state(valid_at=moment, **scope) for moment in WHEN]


@st.composite
def upgraded_histories(draw: st.DrawFn) -> list[list[Event]]:
    """Draw the batches of a history, in some of which a new version of a type is defined."""
    drawn = batches(draw(histories(max_size=10, max_assertions=2)))
    if drawn and draw(st.booleans()):
        batch = draw(st.sampled_from(drawn))
        upgrade = attrs.evolve(definition(SAID_2), id=event_id(900))
        batch.insert(draw(st.integers(0, len(batch))), upgrade)
    return drawn


def flat(drawn: Sequence[Sequence[Event]]) -> list[Event]:
    """Return the events of some batches."""
    return [event for batch in drawn for event in batch]


# 1 ----------------------------------------------------------------------------------------------------------


@given(upgraded_histories())
def test_1_replay_equals_the_projections_kept_while_appending(stores, drawn):
    """However a history is cut into batches, the projections are those that a replay from nothing makes."""
    whole = flat(drawn)
    with stores.of(drawn) as chron, stores.of([event] for event in whole) as one_by_one, stores.of([whole]) as at_once:
        kept = tables(chron)
        assert tables(one_by_one) == kept
        assert tables(at_once) == kept
        assert chron.replay().changed == ()
        assert tables(chron) == kept
        assert chron.verify().faults == ()


@given(upgraded_histories(), st.integers(0, 4))
def test_1_a_batch_that_changes_more_than_is_kept_in_mind_is_folded_as_well(stores, drawn, most):
    """State is the same whether it is updated in the middle of a batch or rebuilt at its end."""
    with (
        patch.object(batch, "_FLUSH_ROWS", 2),
        patch.object(fold, "_MOST_ROWS", 6),
        patch.object(fold, "_CHANGES_IN_MIND", most),
        stores.of([flat(drawn)]) as chron,
    ):
        assert chron.verify().faults == ()


@pytest.mark.parametrize("table", rebuild.PROJECTIONS)
def test_1_replay_starts_from_nothing(stores, tmp_path, table):
    """Whatever happened to a projection, a replay rebuilds it from the log alone, and says that it differed."""
    merge = Event(type="subject.merged", subject=SUBJECTS[0], data={"with": "operation/x", "reason": "x"})
    name = Event(type="subject.named", subject=SUBJECTS[0], data={"name": "Storm"})
    with stores.of([[said(1, "2018-03-01"), said(2, "2018-05"), merge, name]]) as chron:
        # Another log recorded one of these events before this one did.
        earlier = Clock(EPOCH - timedelta(days=1))
        with Chronology.open(tmp_path / "other.db", create=True, clock=earlier) as other:
            other.append(said(1, "2018-03-01"))
            chron.sharing.merge_log(path_of(other))
        kept = tables(chron)
        with closing(sqlite3.connect(path_of(chron))) as connection, connection:
            connection.execute(f"DELETE FROM {table}")
        assert tables(chron) != kept
        assert chron.verify().faults
        assert chron.replay().changed == (table,)
        assert tables(chron) == kept


def test_1_a_batch_longer_than_any_buffer(stores):
    """A batch of which only a part fits into memory is folded like many short ones."""
    whole = [said(number, f"2018-{number % 12 + 1:02d}-{number % 27 + 1:02d}") for number in range(1_060)]
    for number in range(1_000, 1_060, 3):
        whole[number] = Event(type="assertion.retracted", retracts=event_id(500 + number - 999), data={"reason": "x"})
        whole[number + 1] = attrs.evolve(whole[number + 1], replaces=event_id(500 + number - 970))
        whole[number + 2] = attrs.evolve(
            whole[number + 2], disputes=(event_id(500 + number - 3),), said_by=("person/x",)
        )
    whole = [attrs.evolve(event, id=event_id(500 + number)) for number, event in enumerate(whole)]
    disputed = [event.disputes for event in whole if event.disputes]
    withdrawn = [event.retracts or event.replaces for event in whole if event.retracts or event.replaces]
    assert len(disputed) == len(set(withdrawn)) / 2 == 20
    with stores.of([whole]) as chron, stores.of(whole[n : n + 53] for n in range(0, len(whole), 53)) as other:
        assert tables(chron) == tables(other)
        assert chron.replay().changed == ()
        assert states(chron) == states(other)


def said(number: int, valid: str, **rest: object) -> Event:
    """Make an assertion of the campaign's status."""
    defaults = {"value": f"value-{number}", "source": "source/p"} | rest
    data = {"attribute": "status", "value": defaults.pop("value")}
    return Event(
        type="fact.asserted", subject=SUBJECTS[0], valid=valid, data=data, id=event_id(500 + number), **defaults
    )


# 2 ----------------------------------------------------------------------------------------------------------


@given(upgraded_histories(), scopes(), st.data())
def test_2_an_earlier_position_is_a_shorter_log(stores, drawn, scope, data):
    """The state known at a position is that of a store with only the events up to it."""
    whole = flat(drawn)
    cut = data.draw(st.integers(0, len(whole)))
    with stores.of([whole]) as chron, stores.of([whole[:cut]]) as shorter:
        known_at = stores.base + cut
        assert states(chron, known_at=known_at) == states(shorter)
        assert states(chron, known_at=known_at, **scope) == states(shorter, **scope)


# 3 ----------------------------------------------------------------------------------------------------------


@given(upgraded_histories(), st.data())
def test_3_appending_never_changes_an_earlier_answer(stores, drawn, data):
    """What was answered for a position, or an instant of recording, is answered so for ever."""
    cut = data.draw(st.integers(0, len(drawn)))
    clock = Clock(EPOCH)
    with stores.new(clock) as chron:
        for batch in drawn[:cut]:
            clock.advance(hours=5)
            chron.append_many(batch)
        positions = range(stores.base, chron.head() + 1)
        yesterday = (clock.now - timedelta(days=1)).date()
        asked = [0, *positions, clock.now, clock.now - timedelta(hours=5), yesterday, yesterday.isoformat()]
        before = [states(chron, known_at=known_at) for known_at in asked]
        for batch in drawn[cut:]:
            clock.advance(hours=5)
            chron.append_many(batch)
        assert [states(chron, known_at=known_at) for known_at in asked] == before


# 4 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [6_000, pytest.param(72_000, marks=pytest.mark.slow)])
def test_4_the_closed_form_equals_enumeration_of_possible_worlds(count):
    """Random claims on a small line are answered as by a walk through every world."""
    for found, instant in random_cases(count, most=3, seed=count):
        assert told(resolve(as_claims(found), instant)) == as_text(model.resolve(found, instant)), (found, instant)


# 5 ----------------------------------------------------------------------------------------------------------

ENDS = ("", "", "/..", "/", "/2018-05-20", "/2018-05", "/2018-06~")


@st.composite
def reports_apart(draw: st.DrawFn) -> list[model.Event]:
    """Draw assertions and denials that all start on different days."""
    days = draw(st.lists(st.integers(1, 20), min_size=2, max_size=7, unique=True))
    found = []
    for index, day in enumerate(days):
        valid = f"2018-05-{day:02d}{draw(st.sampled_from(ENDS))}"
        report = draw(reports(max_assertions=2, dates=st.just(valid)))
        stance = draw(st.sampled_from(["affirms", "affirms", "denies"]))
        found.append(made(index, report | {"stance": stance}))
    return found


def made(index: int, report: dict[str, object], **rest: object) -> model.Event:
    """Make an event of the model from what it says."""
    pairs = tuple((attribute, value) for attribute, value in report["assertions"])
    said_by = tuple(report["said_by"])
    kept = report | {"assertions": pairs, "said_by": said_by, "id": event_id(index), "recorded_at": EPOCH}
    return model.Event(**kept | rest)


@given(reports_apart(), st.randoms(use_true_random=False))
def test_5_the_order_of_recording_does_not_matter(stores, drawn, rng):
    """Assertions that start apart give one state, in whatever order they arrive."""
    shuffled = list(drawn)
    rng.shuffle(shuffled)
    dates = [*WHEN, *(f"2018-05-{day:02d}" for day in range(1, 22))]
    with (
        stores.of([[as_event(event) for event in drawn]]) as chron,
        stores.of([[as_event(event) for event in shuffled]]) as other,
    ):
        for date in dates:
            assert without_positions(chron.state(valid_at=date)) == without_positions(other.state(valid_at=date)), date


# 6 ----------------------------------------------------------------------------------------------------------

EXACT = st.sampled_from(DAYS) | st.builds(
    lambda ends, form: form.format(*sorted(ends)),
    st.lists(st.sampled_from(DAYS), min_size=2, max_size=2),
    st.sampled_from(["{}/..", "{}/{}", "../{}", "{}/{}"]),
)


def lasting(commands: list[dict[str, object]]) -> list[dict[str, object]]:
    """Let what is said to go on persist: of what does not last, `a/..` says that it ended, nobody knows when."""
    return [
        command | {"persists": command["persists"] or command["valid"].endswith("/..")}
        if "valid" in command
        else command
        for command in commands
    ]


@given(histories(max_assertions=2, dates=EXACT).map(lasting))
def test_6_exact_dates_give_only_certain_answers(stores, commands):
    """If every date is a day, or an interval of days, there is one world."""
    with stores.of(batches(commands)) as chron:
        for moment in WHEN:
            assert all(found.certainty == "certain" for found in chron.state(valid_at=moment)), moment


@given(histories(dates=EXACT, max_size=6).map(lasting), st.data())
def test_6_less_precision_loses_no_possible_value(stores, commands, data):
    """With days made months or years, each value possible before is still so, and what is certain was so before."""
    vague = [
        command | {"valid": coarser(command["valid"], data)} if "valid" in command else command for command in commands
    ]
    with stores.of(batches(commands)) as chron, stores.of(batches(vague)) as other:
        for moment in WHEN:
            before, after = (possible_texts(store.state(valid_at=moment)) for store in (chron, other))
            for group in ((subject, attribute) for subject in SUBJECTS for attribute in ATTRIBUTES):
                assert before(group) <= after(group), (moment, group)
                assert len(after(group)) > 1 or after(group) == before(group)


def coarser(valid: str, data: st.DataObject) -> str:
    """Return a valid time with some of its days made less precise."""
    length = st.sampled_from([10, 7, 4])
    return "/".join(part if part == ".." else part[: data.draw(length)] for part in valid.split("/"))


# 7 ----------------------------------------------------------------------------------------------------------


@given(histories(max_assertions=2), reports(max_assertions=2), st.sampled_from(["affirms", "denies"]), st.data())
def test_7_a_retracted_assertion_leaves_no_trace(stores, commands, report, stance, data):
    """Only answers with an earlier `known_at` tell of an assertion that was recorded and retracted."""
    others = events(commands)
    start = data.draw(st.integers(0, len(others)))
    end = data.draw(st.integers(start, len(others)))
    extra = as_event(made(90, report | {"stance": stance}))
    disputes = data.draw(st.sampled_from([(), tuple(event.id for event in others[:start][:1])]))
    extra = attrs.evolve(extra, disputes=disputes)
    retraction = as_event(model.Event(id=event_id(91), subject="", recorded_at=EPOCH, retracts=extra.id))
    told_once = [*others[:start], extra, *others[start:end]]
    with (
        stores.of([others]) as chron,
        stores.of([told_once, [retraction, *others[end:]]]) as other,
        stores.of([told_once]) as unretracted,
    ):
        for moment in WHEN:
            assert without_positions(other.state(valid_at=moment)) == without_positions(chron.state(valid_at=moment))
        assert states(other, known_at=stores.base + len(told_once)) == states(unretracted)
        assert [one.id for one in other.timeline()] == [one.id for one in chron.timeline()]


# 8 ----------------------------------------------------------------------------------------------------------

OPTIONAL_TEXTS = st.fixed_dictionaries(
    {}, optional={name: texts.filter(bool) for name in ("quote", "locator", "note", "recorded_by")}
)


@pytest.fixture(scope="module")
def growing(stores: Stores) -> Iterator[Chronology]:
    """Give one store to which every example appends."""
    with stores.new() as chron:
        yield chron


@given(json_values | json_objects, subjects(), OPTIONAL_TEXTS, st.lists(subjects(), max_size=3))
def test_8_any_body_survives(growing, value, subject, free_texts, said_by):
    """What was submitted is read back, from bytes that are canonical and hashed as they stand."""
    subject = f"person/{subject.partition('/')[2]}"
    event = Event(
        type="fact.asserted",
        subject=subject,
        valid="2018-05-13?",
        data={"attribute": "status", "value": value},
        source="source/p",
        said_by=said_by,
        **free_texts,
    )
    appended = growing.append(event)
    read = growing.event(appended.position)
    assert read == appended
    assert attrs.evolve(read.event, id=None, type_version=None) == event
    assert canonical.encode({"": thaw(read.event.data["value"])}) == canonical.encode({"": value})
    assert canonical.encode(canonical.parse(read.body)) == read.body
    (found,) = growing.state(subject=subject, valid_at="2018-05-13") or [None]
    assert value is None or canonical.encode({"": thaw(found.value)}) == canonical.encode({"": value})


# 10 ---------------------------------------------------------------------------------------------------------


@given(histories(max_size=10, max_assertions=2), scopes(), st.data())
def test_10_the_model_and_the_store_agree(stores, commands, scope, data):
    """At every moment, for any filters and earlier positions, the store answers as the model does."""
    oracle = model.Model()
    for event in model_events(commands):
        oracle.append(event)
    cut = data.draw(st.integers(0, oracle.head()))
    moments = data.draw(st.lists(st.sampled_from(WHEN), min_size=6, max_size=6, unique=True))
    with stores.of(batches(commands)) as chron:
        for moment in moments:
            second = second_of(moment)
            whole = chron.state(valid_at=moment)
            assert retold(whole, stores.base) == oracle.state(second)
            for subject in SUBJECTS:
                assert chron.state(subject, valid_at=moment) == [one for one in whole if one.subject == subject]
            found = chron.state(valid_at=moment, known_at=stores.base + cut, **scope)
            assert retold(found, stores.base) == oracle.state(second, cut, **scope)


@given(upgraded_histories(), st.lists(st.sampled_from(WHEN), min_size=6, max_size=6, unique=True))
def test_10_the_view_of_states_tells_what_a_question_does(stores, drawn, moments):
    """Whether its rows are stored or told from the claims: a person at a SQL prompt reads the answer at any instant."""
    with stores.of(drawn) as chron, closing(sqlite3.connect(path_of(chron))) as connection:
        for moment in moments:
            asked = [
                (
                    *(one.subject, one.attribute, text_of(thaw(one.value)), one.certainty, one.contested),
                    [(party.position, party.standing) for party in one.candidates],
                )
                for one in chron.state(valid_at=moment)
            ]
            assert viewed(connection, second_of(moment)) == asked


def viewed(connection: sqlite3.Connection, second: int) -> list[tuple[object, ...]]:
    """Return what the view of states says of an instant, by subject and attribute."""
    positions = {None: None} | dict(connection.execute("SELECT key, position FROM assertion"))
    rows = connection.execute(
        """
        SELECT subject, attribute, ifnull(value, 'null'), certainty, contested, leading, others
        FROM state
        WHERE valid_from <= :second AND valid_to > :second
        ORDER BY subject, attribute
        """,
        {"second": second},
    )
    return [
        (*told, bool(contested), [(positions[key], standing) for key, standing in [(leading, "leading"), *others]])
        for *told, contested, leading, others in ((*row[:-1], json.loads(row[-1] or "[]")) for row in rows)
    ]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({}, "value-4"),
        ({"stated_by": "2018-05-21"}, "value-3"),
        ({"stated_by": "2018-05-20"}, "value-2"),
        ({"stated_by": "2018-05-01"}, "value-1"),
        ({"stated_by": "2018-04-30"}, None),
        ({"min_grade": "B2"}, "value-2"),
        ({"min_grade": "B4"}, "value-3"),
        ({"min_grade": "C1"}, "value-4"),
        ({"min_grade": "B1"}, None),
        ({"sources": ["source/p"]}, "value-3"),
        ({"sources": ["source/q"]}, "value-4"),
        ({"sources": []}, None),
        ({"sources": None}, "value-4"),
        ({"origins": []}, None),
        ({"origins": ["source/p"]}, "value-2"),
        ({"origins": ["person/x"]}, "value-3"),
        ({"origins": ["source/z"]}, None),
        ({"without_sources": ["source/q"]}, "value-3"),
        ({"without_sources": ["source/p", "source/q"]}, None),
        ({"without_sources": []}, "value-4"),
        ({"without_origins": ["source/q", "person/x"]}, "value-2"),
        ({"without_origins": ["source/p"]}, "value-4"),
        ({"without_origins": ["source/z"]}, "value-4"),
    ],
)
def test_10_each_filter_includes_its_bound(stores, scope, expected):
    """Stated day, grade in both its parts, source and origin each narrow the answer, the bound itself included."""
    by_x = {"said_by": ["person/x"], "stated": "2018-05-21", "grade": "B4"}
    with stores.new() as chron:
        chron.append(said(1, "2018-03-01", stated="2018-05-01"))
        chron.append(said(2, "2018-03-02", stated="2018-05-02", grade="B2"))
        chron.append(said(3, "2018-03-03", **by_x))
        chron.append(said(4, "2018-03-04", source="source/q", stated="2018-05-22", grade="C1"))
        found = chron.state(SUBJECTS[0], "status", valid_at="2018-05-31", **scope)
    assert [one.value for one in found] == ([] if expected is None else [expected])
