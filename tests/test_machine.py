"""The tenth invariant at length: model and store in lock step, with two connections, refusals, reopening and replay."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from conftest import Clock
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from machine_questions import PAIRS, TEMPEST, TITLES, Asked
from mirror import RANKS, Stores, as_event, in_order, later_counting, retold, second_of, tables
from model import AFFIRMS, DENIES, Model, RefusedError, TooManyWorldsError, text_of
from model import Event as Told
from strategies import ATTRIBUTES, EPOCH, MOMENTS, QUESTIONS, SUBJECTS, event_id, reports, scopes

from chronology import Chronology, Event
from chronology.answers.holding import Holding
from chronology.dates import edtf
from chronology.errors import (
    ChronologyError,
    DuplicateIdError,
    HeadMovedError,
    InvalidEventError,
    NotLiveError,
    UnknownNameError,
)
from chronology.events.json_values import thaw

NOBODY = event_id(10**6)
"""The id of an event that no history holds."""

DOINGS = ("append", "append", "append", "append", "deny", "dispute", "replace", "retract", "merge", "name")

DRAWN = st.lists(
    st.tuples(st.sampled_from(DOINGS), reports(max_assertions=2), st.integers(0, 99)), min_size=1, max_size=3
)
"""What to do, what is said, and a number that picks the target."""

NARROWED = st.fixed_dictionaries(
    {},
    optional={
        "subject": st.sampled_from([*SUBJECTS, TEMPEST]),
        "attribute": st.sampled_from(ATTRIBUTES),
        "kind": st.sampled_from(["person", "operation", "perso"]),
    },
)


class LockStep(Asked, RuleBasedStateMachine):
    """Does the same to a model and to a store, and compares all that they answer."""

    def __init__(self, stores: Stores) -> None:
        super().__init__()
        self.stores = stores
        self.path = stores.path()
        self.clock = Clock(EPOCH)
        self.randomness = later_counting()
        self.model = Model()
        self.number = 0
        self.connections = [self.connection(), self.connection()]

    def connection(self) -> Chronology:
        """Open the file once more."""
        return Chronology.open(self.path, clock=self.clock, randomness=self.randomness)

    def teardown(self) -> None:
        """Check the whole file, and put it away."""
        try:
            first, second = self.connections
            kept = tables(second)
            assert first.verify().faults == ()
            assert first.replay().changed == ()
            assert tables(second) == kept
            read = list(second.read(after=self.stores.base))
            assert [one.position - self.stores.base for one in read] == [*range(1, self.model.head() + 1)]
            assert [(one.id, one.recorded_at) for one in read] == [(e.id, e.recorded_at) for e in self.model.events]
        finally:
            for chron in self.connections:
                chron.close()
            self.path.unlink()

    # What is done -------------------------------------------------------------------------------------------

    @rule(drawn=DRAWN, through=st.integers(0, 1))
    def append_many(self, drawn: list[Any], through: int) -> None:
        """Append a batch, whose events may speak of each other: it is taken whole."""
        told, model = self.drawn(drawn)
        result = self.connections[through].append_many(
            (as_event(event) for event in told), expected_head=self.head() if through else None
        )
        assert (result.appended, result.unchanged) == (len(told), 0)
        assert result.first == self.head() + 1
        self.model = model
        assert result.head == self.head()

    @rule(drawn=DRAWN, through=st.integers(0, 1), named=st.booleans())
    def append(self, drawn: list[Any], through: int, named: bool) -> None:
        """Append one event, with the id that its client or the log chose."""
        (event,), _ = self.drawn(drawn[:1])
        submitted = as_event(event)
        recorded = self.connections[through].append(submitted if named else attrs.evolve(submitted, id=None))
        assert self.model.append(attrs.evolve(event, id=recorded.id)) == recorded.position - self.stores.base
        assert (recorded.id == event.id) is named
        assert recorded.recorded_at == event.recorded_at

    @rule(drawn=DRAWN, picks=st.lists(st.integers(0, 99), min_size=1, max_size=3), through=st.integers(0, 1))
    @precondition(lambda self: self.model.events)
    def resend(self, drawn: list[Any], picks: list[int], through: int) -> None:
        """Send old events again: they are unchanged, and what is new beside them, even twice, is appended once."""
        (new,), model = self.drawn(drawn[:1])
        old = [pick(self.model.events, number) for number in picks]
        chron = self.connections[through]
        alone = chron.append_many(as_event(event) for event in old)
        assert (alone.appended, alone.unchanged, alone.first, alone.head) == (0, len(old), None, self.head())
        assert chron.append(as_event(old[0])).position == self.position(old[0].id)
        mixed = chron.append_many(as_event(event) for event in [*old, new, old[0], new])
        assert (mixed.appended, mixed.unchanged) == (1, len(old) + 2)
        self.model = model

    @rule(drawn=DRAWN, number=st.integers(0, 99), through=st.integers(0, 1))
    @precondition(lambda self: any(event.is_report for event in self.model.events))
    def refuse(self, drawn: list[Any], number: int, through: int) -> None:
        """Send a bad event: it is refused with all that came with it, and nothing changes."""
        told, model = self.drawn(drawn)
        bad, kinds = pick(self.bad_events(model), number)
        with pytest.raises(RefusedError) if isinstance(bad, Told) else pytest.raises(ChronologyError):
            model.append(bad) if isinstance(bad, Told) else self.connections[through].append(bad)
        submitted = as_event(bad) if isinstance(bad, Told) else bad
        before = tables(self.connections[0])
        with pytest.raises(kinds) as caught:
            self.connections[through].append_many([*(as_event(event) for event in told), submitted])
        assert caught.value.index == len(told)
        with pytest.raises(kinds):
            self.connections[through].append(submitted)
        with pytest.raises(HeadMovedError):
            self.connections[through].append(as_event(told[0]), expected_head=self.head() - 1)
        assert tables(self.connections[0]) == before

    def bad_events(self, after: Model) -> list[tuple[Told | Event, type[ChronologyError]]]:
        """Return events that may not enter the log now, nor after others that the model was told, and why."""
        known = next(event for event in self.model.events if event.is_report)
        fresh = attrs.evolve(known, id=event_id(10**6 + 1), disputes=(), replaces=None)
        retraction = Told(id=fresh.id, subject=known.subject, recorded_at=known.recorded_at)
        dead = [event.id for event in self.model.events if event.id not in self.model.live_ids()]
        found: list[tuple[Told | Event, type[ChronologyError]]] = [
            (attrs.evolve(known, valid="1999"), DuplicateIdError),
            (attrs.evolve(known, grade="F6"), DuplicateIdError),
            (attrs.evolve(fresh, disputes=(NOBODY,)), UnknownNameError),
            (attrs.evolve(fresh, replaces=NOBODY), UnknownNameError),
            (attrs.evolve(retraction, retracts=NOBODY), UnknownNameError),
            (attrs.evolve(as_event(fresh), valid="2018-02-30"), InvalidEventError),
            (attrs.evolve(as_event(fresh), source=None), InvalidEventError),
            (attrs.evolve(as_event(fresh), type="fact.asertet"), UnknownNameError),
        ]
        for kept, other in PAIRS:
            # What comes before may take a merge back.
            if other in self.model.one_subject(kept) and other in after.one_subject(kept):
                merge = Told(id=fresh.id, subject=kept, merges=other, recorded_at=known.recorded_at)
                found.append((merge, InvalidEventError))
        for target in dead:
            found.append((attrs.evolve(fresh, replaces=target), NotLiveError))
            found.append((attrs.evolve(retraction, retracts=target), NotLiveError))
        return found

    @rule(drawn=DRAWN, through=st.integers(0, 1))
    def try_out(self, drawn: list[Any], through: int) -> None:
        """Make a dry run: it writes nothing."""
        told, _ = self.drawn(drawn)
        before = tables(self.connections[0])
        self.connections[through].append_many((as_event(event) for event in told), dry_run=True)
        assert tables(self.connections[0]) == before

    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        """Close the store and open it again."""
        self.connections[which].close()
        self.connections[which] = self.connection()

    @rule(through=st.integers(0, 1))
    def replay(self, through: int) -> None:
        """Replay the log: nothing changes."""
        before = tables(self.connections[0])
        report = self.connections[through].replay()
        assert report.changed == ()
        assert report.events == self.head()
        assert tables(self.connections[0]) == before

    @rule(hours=st.sampled_from([1, 7, 30, -9, -40]))
    def turn_the_clock(self, hours: int) -> None:
        """Move the clock on, or let it run backwards."""
        self.clock.advance(hours=hours)

    # What is asked ------------------------------------------------------------------------------------------

    @rule(
        moment=st.sampled_from([*QUESTIONS, *MOMENTS]) | st.none(),
        scope=scopes(),
        narrowed=NARROWED,
        through=st.integers(0, 1),
        data=st.data(),
    )
    def ask(
        self, moment: Any, scope: dict[str, Any], narrowed: dict[str, str], through: int, data: st.DataObject
    ) -> None:
        """Ask about any date, with any filters, for any earlier position or instant: the model says the same."""
        known_at = data.draw(self.known_at())
        found = self.connections[through].state(valid_at=moment, known_at=known_at, **scope, **narrowed)
        second = second_of(moment or self.clock.now)
        self.compare(found, second, self.model_position(known_at), scope, narrowed)

    def known_at(self) -> st.SearchStrategy[Any]:
        """Draw a position, an instant or a date around what has been recorded."""
        instants = sorted({EPOCH, *(event.recorded_at for event in self.model.events)})
        moment = st.sampled_from(instants)
        return st.one_of(
            st.none(),
            st.integers(self.stores.base, self.head() + 1),
            st.integers(self.stores.base, self.head()),
            st.builds(lambda at, step: at + timedelta(microseconds=step), moment, st.integers(-1, 1)),
            moment.map(lambda at: at.date().isoformat()),
            moment.map(lambda at: (at - timedelta(days=1)).date()),
            moment.map(datetime.isoformat),
        )

    def model_position(self, known_at: Any) -> int | None:
        """Return the model's position for one of the store's, or for an instant."""
        if known_at is None:
            return None
        if isinstance(known_at, int):
            return known_at - self.stores.base
        last = known_at if isinstance(known_at, datetime) else datetime.fromisoformat(str(known_at))
        if len(str(known_at)) == len("2018-06-01"):
            last = last.replace(hour=23, minute=59, second=59, microsecond=999_999, tzinfo=UTC)
        return sum(event.recorded_at <= last for event in self.model.events)

    @rule(which=st.integers(0, 1), subject=st.sampled_from([*SUBJECTS, TEMPEST]), withdrawn=st.booleans())
    def search(self, which: int, subject: str, withdrawn: bool) -> None:
        """Search for a subject, as written and by every name: the events about it are found, live or withdrawn."""
        chron = self.connections[which]
        for as_written in (True, False):
            hits = chron.search(f'"{subject}"', withdrawn=withdrawn, as_written=as_written)
            names = {subject} if as_written else {subject, *self.model.one_subject(subject)}
            about = [event for event in chron.read() if event.event.subject in names]
            live = [one for one in about if one.event.retracts is None and chron.log.withdrawn_by(one) is None]
            wanted = {event.position for event in (about if withdrawn else live)}
            assert {hit.event.position for hit in hits if hit.event.event.subject in names} == wanted

    @rule(which=st.integers(0, 1))
    def list_in_order(self, which: int) -> None:
        """List the timeline: it holds the live events and no others, in order of valid time."""
        live = self.model.live_ids()
        extents = {event.id: edtf.parse(event.valid).extent for event in self.model.events if event.valid}
        expected = sorted(
            (extents[event.id].start_min, extents[event.id].end_max, position, event.id)
            for position, event in enumerate(self.model.events, start=1)
            if event.id in live and event.valid
        )
        assert [one.id for one in self.connections[which].timeline()] == [row[-1] for row in expected]

    @invariant()
    def agree(self) -> None:
        """Compare head and present state, seen through either connection."""
        for chron, moment in zip(self.connections, ("2018-03-02", "2019-06-01"), strict=True):
            assert chron.head() == self.head()
            self.compare(chron.state(valid_at=moment), second_of(moment), None, {}, {})

    def compare(
        self,
        found: list[Holding],
        second: int,
        known_at: int | None,
        scope: dict[str, Any],
        narrowed: dict[str, str],
    ) -> None:
        """Assert that an answer is the model's, in order, with the evidence that was submitted."""
        try:
            expected = self.model.state(second, known_at, **scope)
        except TooManyWorldsError:
            return
        names = self.model.kept_names(known_at)
        wanted = narrowed.get("subject")
        kept = {
            (subject, attribute): answer
            for (subject, attribute), answer in expected.items()
            if (wanted is None or names.get(wanted, wanted) == subject)
            and narrowed.get("attribute", attribute) == attribute
            and narrowed.get("kind", subject.partition("/")[0]) == subject.partition("/")[0]
        }
        assert retold(found, self.stores.base) == kept
        assert [(one.subject, one.attribute) for one in found] == sorted(kept)
        events = self.model.under_kept_names(known_at).events
        for holding in found:
            self.check_parties(holding, events)

    def check_parties(self, holding: Holding, events: Sequence[Told]) -> None:
        """Assert that each party is listed in order and with what its event says."""
        listed = [(party.position, party.standing) for party in holding.candidates]
        assert listed == in_order(listed)
        assert {standing for _, standing in listed} <= set(RANKS)
        for party in holding.candidates:
            if party.position is None:
                assert (party.value, party.event, party.valid, party.source) == (None, None, None, None)
                continue
            event = events[party.position - self.stores.base - 1]
            shown = (party.event, party.valid, party.origin, party.source, party.grade)
            assert shown == (event.id, event.valid, event.origin, event.source, event.grade)
            said = dict(event.assertions) if event.subject == holding.subject else {}
            if holding.attribute in said:
                assert text_of(thaw(party.value)) == text_of(said[holding.attribute])
            else:
                assert party.standing == "denial"
        leading = holding.candidates[0]
        assert holding.since == (edtf.parse(leading.valid).since if leading.valid else None)

    # Helpers ------------------------------------------------------------------------------------------------

    def head(self) -> int:
        """Return what the store's head must be."""
        return self.stores.base + self.model.head()

    def position(self, name: str) -> int:
        """Return the position that the store must have given an event."""
        return self.stores.base + next(n for n, event in enumerate(self.model.events, start=1) if event.id == name)

    def drawn(self, drawn: list[Any]) -> tuple[list[Told], Model]:
        """Return what was drawn as events that the model accepts, and the model that holds them."""
        model = Model(list(self.model.events))
        last = model.events[-1].recorded_at if model.events else EPOCH
        recorded_at = max(last, self.clock.now)
        told = []
        for doing, report, number in drawn:
            self.number += 1
            event = self.made(doing, report, number, model, recorded_at=recorded_at)
            model.append(event)
            told.append(event)
        return told, model

    def made(self, doing: str, report: dict[str, Any], number: int, model: Model, *, recorded_at: datetime) -> Told:
        """Make one event; one that needs a live target becomes a plain assertion if there is none."""
        alive = model.live_ids()
        live = [event for event in model.events if event.id in alive]
        common = {"id": event_id(self.number), "recorded_at": recorded_at}
        if doing == "retract" and live:
            target = pick(live, number)
            return Told(subject=target.subject, retracts=target.id, **common)
        kept, other = pick(PAIRS, number)
        if doing == "merge" and other not in model.one_subject(kept):
            return Told(subject=kept, merges=other, **common)
        subject = TEMPEST if report["subject"] == SUBJECTS[0] and number % 2 else report["subject"]
        if doing == "name":
            return Told(subject=subject, named=pick(TITLES, number), **common)
        disputable = [event for event in model.events if event.retracts is None]
        return Told(
            **common,
            subject=subject,
            **{name: report[name] for name in ("valid", "persists", "source", "stated", "grade")},
            assertions=tuple((attribute, value) for attribute, value in report["assertions"]),
            said_by=tuple(report["said_by"]),
            stance=DENIES if doing == "deny" else AFFIRMS,
            disputes=(pick(disputable, number).id,) if doing == "dispute" and disputable else (),
            replaces=pick(live, number).id if doing == "replace" and live else None,
        )


def pick(things: Sequence[Any], number: int) -> Any:
    """Return one of some things: the last for 0, so that a shrunk example speaks of what is near."""
    return things[-1 - number % len(things)]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("machine"))


def machine(stores: Stores) -> Callable[[], LockStep]:
    """Return what makes a machine on a new store."""
    return lambda: LockStep(stores)


def test_model_and_store_in_lock_step(stores):
    """Whatever is done to both, in any order, the store answers as the model does."""
    run_state_machine_as_test(machine(stores), settings=settings(stateful_step_count=30))


@pytest.mark.slow
def test_model_and_store_in_lock_step_for_longer(stores):
    """The same with more and longer histories."""
    run_state_machine_as_test(machine(stores), settings=settings(max_examples=1_000, stateful_step_count=25))
