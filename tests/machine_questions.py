"""The rules of the state machine that ask an analyst's questions; each answer is compared with the model's."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from conftest import Clock
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from mirror import Stores, second_of
from model import AFFIRMS, Answer, Claim, Model, TooManyWorldsError, answer_at, clashes, date_clashes, text_of
from model import Event as Told
from strategies import ATTRIBUTES, MOMENTS, QUESTIONS, SUBJECTS, scopes

from chronology import Chronology
from chronology.errors import ChronologyError, InvalidEventError, NotLiveError, UnknownNameError
from chronology.events.json_values import thaw

TEMPEST = "operation/tempest"
"""Another name of the first subject, perhaps."""

TITLES = ("Storm over the River", "The Leader")

PAIRS = [
    pair
    for one, other in (
        (SUBJECTS[0], TEMPEST),
        ("source/p", "source/q"),
        (SUBJECTS[1], "person/spokesman"),
    )
    for pair in ((one, other), (other, one))
]
"""Names that may turn out to be one."""

WHICH = st.integers(0, 1)
NAMED = st.sampled_from([*SUBJECTS, TEMPEST])
ATTRIBUTE = st.sampled_from(ATTRIBUTES)
WHEN = st.sampled_from([*QUESTIONS, *MOMENTS])
NUMBER = st.integers(0, 99)

Short = tuple[str, str, bool] | None
"""An answer, as far as two are compared: value, certainty, contested."""


def short(found: Any) -> Short:
    """Return an outcome, a holding or the model's answer in short."""
    return None if found is None else (text_of(thaw(found.value)), found.certainty, found.contested)


def unless_too_many(ask: Callable[..., None]) -> Callable[..., None]:
    """Give a comparison up where the model cannot walk through all worlds."""

    def asked(*args: Any, **given: Any) -> None:
        try:
            ask(*args, **given)
        except TooManyWorldsError:
            return

    asked.__name__ = ask.__name__
    return asked


class Asked:
    """Questions to both, and what is done by verbs of their own."""

    stores: Stores
    model: Model
    clock: Clock
    connections: Sequence[Chronology]
    known_at: Callable[[], st.SearchStrategy[Any]]
    model_position: Callable[[Any], int | None]
    head: Callable[[], int]

    # What is done -------------------------------------------------------------------------------------------

    def recorded_at(self) -> Any:
        """Return when the log records what comes next."""
        last = [event.recorded_at for event in self.model.events[-1:]]
        return max([*last, self.clock.now])

    def note(self, subject: str, event_id: str, **rest: Any) -> None:
        """Tell the model what the store has just appended."""
        self.model.append(Told(id=event_id, subject=subject, recorded_at=self.recorded_at(), **rest))

    @rule(pair=st.sampled_from(PAIRS), which=WHICH)
    def merge(self, pair: tuple[str, str], which: int) -> None:
        """Merge two subjects, if the log knows both and they are not one yet."""
        kept, other = pair
        chron = self.connections[which]
        spoken_of = {name for e in self.model.events for name in (e.subject, e.source, e.merges, *e.said_by[:1])}
        if not {kept, other} <= spoken_of:
            with pytest.raises(UnknownNameError):
                chron.merge(kept, other, reason="example")
        elif other in self.model.one_subject(kept):
            with pytest.raises(InvalidEventError):
                chron.merge(kept, other, reason="example")
        else:
            self.note(kept, chron.merge(kept, other, reason="example").id, merges=other)

    @rule(pair=st.sampled_from(PAIRS), which=WHICH)
    def unmerge(self, pair: tuple[str, str], which: int) -> None:
        """Take the merge of two subjects back, if they are one."""
        chron = self.connections[which]
        if pair[1] not in self.model.one_subject(pair[0]):
            with pytest.raises(ChronologyError, match="are not merged"):
                chron.unmerge(*pair, reason="example")
            return
        live = self.model.live_ids()
        (target,) = (e for e in self.model.events if e.id in live and e.merges and {e.subject, e.merges} == {*pair})
        self.note(target.subject, chron.unmerge(*pair, reason="example").id, retracts=target.id)

    @rule(number=NUMBER, newest=st.booleans(), which=WHICH)
    @precondition(lambda self: self.model.events)
    def undo(self, number: int, newest: bool, which: int) -> None:
        """Take back the newest event or any other, if it is live and no retraction."""
        target = self.model.events[-1 if newest else -1 - number % len(self.model.events)]
        position = None if newest else self.stores.base + self.model.events.index(target) + 1
        chron = self.connections[which]
        if target.id not in self.model.live_ids():
            with pytest.raises(NotLiveError):
                chron.undo(position, reason="example")
            return
        undone = chron.undo(position, reason="example")
        assert undone.target.id == target.id
        assert (undone.stays_withdrawn is None) is (target.replaces is None)
        self.note(target.subject, undone.retraction.id, retracts=target.id)

    # What is asked ------------------------------------------------------------------------------------------

    @rule(subject=NAMED, attribute=ATTRIBUTE, moment=WHEN, scope=scopes(), which=WHICH, data=st.data())
    @unless_too_many
    def why(self, subject: str, attribute: str, moment: Any, scope: Any, which: int, data: st.DataObject) -> None:
        """Ask why: the answer, what was considered, hidden and withdrawn, and what would hold without the winner."""
        known_at = data.draw(self.known_at())
        known = self.model_position(known_at)
        found = self.connections[which].why(subject, attribute, moment, known_at=known_at, **scope)
        second, group = second_of(moment), (self.model.kept_names(known).get(subject, subject), attribute)
        admitted = self.model.claims(known, **scope).get(group, [])
        live = self.model.claims(known).get(group, [])
        assert (found.subject, short(found.outcome)) == (group[0], short(answer_at(admitted, second)))
        base = self.stores.base
        told = [one.assertion.position - base for one in found.considered]
        assert sorted(told) == sorted(claim.position for claim in admitted)
        hidden = {claim.position for claim in live} - {claim.position for claim in admitted}
        assert {one.assertion.position - base for one in found.hidden} == hidden
        assert {(one.assertion.position - base, one.by - base) for one in found.withdrawn} == self.gone(group, known)
        if found.leading:
            leading = found.leading.assertion.position - base
            assert leading == told[0]
            rest = [claim for claim in admitted if claim.position != leading]
            assert short(found.without) == short(answer_at(rest, second))

    def gone(self, group: tuple[str, str], known: int | None) -> set[tuple[int, int]]:
        """Return the positions of what was said of an attribute and withdrawn by then, with those of who did that."""
        log = self.model.under_kept_names(known)
        by = {
            name: position
            for position, event in enumerate(log.events[: log.head() if known is None else known], start=1)
            for name in (event.retracts, event.replaces)
            if name
        }
        return {
            (position, by[event.id])
            for position, event in enumerate(log.events, start=1)
            if event.id in by and group in {key for key, _ in log.rows(event)}
        }

    @rule(subject=NAMED, scope=scopes(), which=WHICH, data=st.data())
    @unless_too_many
    def history(self, subject: str, scope: Any, which: int, data: st.DataObject) -> None:
        """Ask for the history: at every moment, the period tells the answer and its parties."""
        known_at = data.draw(self.known_at())
        known = self.model_position(known_at)
        found = self.connections[which].history(subject, known_at=known_at, **scope)
        claims = self.model.claims(known, **scope)
        kept = self.model.kept_names(known).get(subject, subject)
        for second in data.draw(st.lists(WHEN.map(second_of), min_size=3, max_size=3)):
            for attribute in ATTRIBUTES:
                period = [one for one in found if one.attribute == attribute and one.starts <= second < one.ends]
                answer = answer_at(claims.get((kept, attribute), []), second)
                assert [short(one) for one in period] == ([short(answer)] if answer else [])
                if answer:
                    parties = {
                        (one.position and one.position - self.stores.base, one.standing) for one in period[0].parties
                    }
                    assert parties == answer.candidates

    @rule(moment=WHEN, scope=scopes(), subject=st.none() | NAMED, which=WHICH, data=st.data())
    @unless_too_many
    def changes(self, moment: Any, scope: Any, subject: str | None, which: int, data: st.DataObject) -> None:
        """Ask what changed between two known times: every answer that differs, with events of that time."""
        later = data.draw(st.integers(0, self.model.head()))
        earlier = data.draw(st.integers(0, later))
        base = self.stores.base
        found = self.connections[which].changes(
            subject, since=base + earlier, until=base + later, valid_at=moment, **scope
        )
        old, new = (self.model.state(second_of(moment), known, **scope) for known in (earlier, later))
        wanted = None
        if subject is not None:
            wanted = {self.model.kept_names(known).get(subject, subject) for known in (earlier, later)}
        told = {}
        for one in found:
            told[one.subject, one.attribute] = short(one.before), short(one.after)
            assert one.events
            assert all(base + earlier < position <= base + later for position in one.events)
        assert told == self.differing(old, new, wanted)

    def differing(
        self, old: dict[tuple[str, str], Answer], new: dict[tuple[str, str], Answer], wanted: set[str] | None
    ) -> dict[tuple[str, str], tuple[Short, Short]]:
        """Return the answers that differ, as before and after."""
        pairs = {group: (short(old.get(group)), short(new.get(group))) for group in {*old, *new}}
        return {
            group: pair
            for group, pair in pairs.items()
            if pair[0] != pair[1] and (wanted is None or group[0] in wanted)
        }

    @rule(first=WHEN, second=WHEN, scope=scopes(), subject=st.none() | NAMED, which=WHICH, data=st.data())
    @unless_too_many
    def diff(self, first: Any, second: Any, scope: Any, subject: str | None, which: int, data: st.DataObject) -> None:
        """Ask what differs between two dates."""
        known_at = data.draw(self.known_at())
        known = self.model_position(known_at)
        found = self.connections[which].diff(first, second, subject, known_at=known_at, **scope)
        old, new = (self.model.state(second_of(moment), known, **scope) for moment in (first, second))
        wanted = None if subject is None else {self.model.kept_names(known).get(subject, subject)}
        told = {(one.subject, one.attribute): (short(one.before), short(one.after)) for one in found}
        assert told == self.differing(old, new, wanted)

    @rule(scope=scopes(), subject=st.none() | NAMED, which=WHICH, data=st.data())
    def conflicts(self, scope: Any, subject: str | None, which: int, data: st.DataObject) -> None:
        """Ask who disagrees: every pair, and who speaks against nobody, as pair by pair comparison finds them."""
        known_at = data.draw(self.known_at())
        known = self.model_position(known_at)
        base = self.stores.base
        found: set[tuple[Any, ...]] = set()
        for one in self.connections[which].conflicts(subject, known_at=known_at, **scope):
            first = one.first and one.first.position - base
            for differs in one.differ or ("",):
                found.add((one.subject, one.attribute, one.clash, first, one.second.position - base, differs))
        log = self.model.under_kept_names(known)
        sources = {position: str(event.source) for position, event in enumerate(log.events, start=1)}
        kept = None if subject is None else self.model.kept_names(known).get(subject, subject)
        expected: set[tuple[Any, ...]] = set()
        for group, claims in self.model.claims(known, **scope).items():
            if kept in (None, group[0]):
                expected |= {(*group, *pair, "") for pair in clashes(claims, sources)}
                expected |= {(*group, "dates", a, b, differs) for a, b, differs in date_clashes(claims, sources)}
        assert found == expected

    @rule(scope=scopes(), until=st.sampled_from(QUESTIONS), which=WHICH, data=st.data())
    def gaps(self, scope: Any, until: str, which: int, data: st.DataObject) -> None:
        """Ask for gaps: every moment after the first claim that none can cover is in one, and no other is."""
        known_at = data.draw(self.known_at())
        found = self.connections[which].gaps(until=until, known_at=known_at, **scope)
        known = self.model_position(known_at)
        followed = {
            group: [claim for claim in claims if claim.stance == AFFIRMS]
            for group, claims in self.model.claims(known, **scope).items()
        }
        for second in {second_of(moment) for moment in (*QUESTIONS, *MOMENTS)}:
            told = {
                (gap.subject, gap.attribute)
                for gap in found
                if second_of(f"{gap.since}Z") <= second <= second_of(f"{gap.until}Z")
            }
            expected = {
                group
                for group, claims in followed.items()
                if second <= second_of(until) and self.lasts(claims) and is_open(claims, second)
            }
            assert told == expected

    def lasts(self, claims: Sequence[Claim]) -> bool:
        """Tell whether some claim speaks of what goes on until it ends."""
        return any(self.model.events[claim.position - 1].persists for claim in claims)

    @rule(which=WHICH, data=st.data())
    def subjects(self, which: int, data: st.DataObject) -> None:
        """Ask for the subjects: each once, with its reports and names; and whom a name means."""
        chron = self.connections[which]
        known_at = data.draw(self.known_at())
        known = self.model_position(known_at)
        log, live = self.model.under_kept_names(known), self.model.live_ids(known)
        found = {one.subject: one for one in chron.names.subject_list(known_at=known_at) if one.events or one.name}
        reports = [event.subject for event in log.events if event.id in live and event.is_report]
        named: dict[str, list[str]] = {}
        for event in log.events:
            if event.id in live and event.named:
                named.setdefault(event.subject, []).insert(0, event.named)
        assert {name: one.events for name, one in found.items() if one.events} == {
            name: reports.count(name) for name in reports
        }
        assert {name: [n.text for n in one.names] for name, one in found.items() if one.names} == {
            name: list(dict.fromkeys(texts)) for name, texts in named.items()
        }
        for name, one in found.items():
            assert {name, *one.merged} == self.model.one_subject(name, known)
        now, alive = self.model.under_kept_names(), self.model.live_ids()
        for title in TITLES:
            bearers = {event.subject for event in now.events if event.id in alive and event.named == title}
            assert chron.names.subjects_named(title) == sorted(bearers)


def is_open(claims: Sequence[Claim], second: int) -> bool:
    """Tell whether no claim can cover a second after the start of the first one."""
    return any(claim.start_min <= second for claim in claims) and not any(claim.may_cover(second) for claim in claims)
