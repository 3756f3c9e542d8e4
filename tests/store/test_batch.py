"""Tests of taking events in: what is refused and in which words, what the log fills in, batches, and dry runs."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from conftest import Clock, counting

from chronology import Chronology, ChronologyError, Event
from chronology.errors import DuplicateIdError, HeadMovedError, InvalidEventError, NotLiveError, UnknownNameError
from chronology.events import canonical
from chronology.store import batch as batches
from chronology.transparency.merkle import leaf_hash
from chronology.vocabulary import builtin

VOA: Final = "source/voa"
ID: Final = "01636322-91c0-7cde-9af5-2638c05341bb"
OTHER: Final = "01636324-0ca8-7db2-b326-ab0cd5f0a974"


def stalled(**rest: Any) -> Event:
    """Make an assertion about the campaign; None takes a key away."""
    keys = {"type": "operation.stalled", "subject": "operation/storm", "valid": "2018-01", "source": VOA} | rest
    return Event(**{key: value for key, value in keys.items() if value is not None})


def retraction(target: str, **rest: Any) -> Event:
    """Make a retraction."""
    return Event(**{"type": "assertion.retracted", "retracts": target, "data": {"reason": "film of 2014"}} | rest)


def described(published: str | None, **rest: Any) -> Event:
    """Make a description of the source."""
    data = {"title": "Report"} if published is None else {"published": published}
    return stalled(**{"type": "source.described", "subject": VOA, "data": data} | rest)


def refusal(chron: Chronology, *events: Event, **how: Any) -> ChronologyError:
    """Return the error with which a batch is refused; nothing may have been written."""
    before = chron.head(), chron.names.subjects(), chron.state(valid_at="2018-06")
    with pytest.raises(ChronologyError) as caught:
        chron.append_many(events, **how)
    assert (chron.head(), chron.names.subjects(), chron.state(valid_at="2018-06")) == before
    return caught.value


def faults(chron: Chronology, event: Event) -> list[str]:
    """Return the faults with which one event is refused."""
    error = refusal(chron, event)
    assert isinstance(error, InvalidEventError)
    return list(error.faults)


# What an event must have ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest", "fault"),
    [
        ({"type": 5}, "type: must be text, not 5"),
        ({"subject": ["operation/storm"]}, "subject: must be text, not ['operation/storm']"),
        ({"valid": date(2018, 1, 1)}, "valid: must be text, not datetime.date(2018, 1, 1)"),
        ({"source": [VOA]}, f"source: must be text, not ['{VOA}']"),
        ({"id": {"id": ID}}, f"id: must be text, not {{'id': '{ID}'}}"),
        ({"said_by": 5}, "said_by: must be text, not 5"),
        ({"disputes": [5]}, "disputes: must be text, not 5"),
        ({"type_version": "1"}, "type_version: must be an integer, not '1'"),
        ({"type_version": True}, "type_version: must be an integer, not True"),
        ({"data": "storm"}, "data: must be an object, not 'storm'"),
    ],
)
def test_values_of_the_wrong_kind_are_refused(chron: Chronology, rest: dict[str, Any], fault: str) -> None:
    """What Python lets into an event, the log names with its path, whichever part of it reads that first."""
    assert faults(chron, stalled(**rest)) == [fault]


class Text(str):
    """Text of another library, which looks like any text."""


def test_text_that_cannot_be_written_is_refused_with_its_type(chron: Chronology) -> None:
    """The library that writes JSON takes strings alone, and enumerations of them; what it does not take has a path."""
    assert faults(chron, stalled(note=Text("see page 3"))) == ["note: is a Text, which is not JSON (make it a str)"]
    assert faults(chron, stalled(data={"reason": Text("fighters moved")})) == [
        "data.reason: is a Text, which is not JSON (make it a str)"
    ]
    assert "Text" in str(refusal(chron, stalled(locator="3", source=Text(VOA))))
    assert faults(chron, stalled(data={Text("reason"): "fighters moved"})) == [
        "data: has the key 'reason', which is not a string but a Text"
    ]


def test_an_event_of_none_is_refused_with_what_was_given(chron: Chronology) -> None:
    """A missing subject is reported as such, and so is something that is not an event."""
    assert faults(chron, Event(type="operation.stalled", subject=None)) == ["subject: must be text, not None"]  # type: ignore[arg-type]
    assert faults(chron, {"type": "operation.stalled"}) == ["must be an Event, not {'type': 'operation.stalled'}"]  # type: ignore[arg-type]


def test_an_assertion_needs_subject_valid_time_and_source(chron: Chronology) -> None:
    """All that is missing is reported at once, with what to write."""
    assert faults(chron, Event(type="operation.stalled")) == [
        "subject: is missing",
        "valid: is missing: when it was so, an EDTF date",
        "source: is missing: the document in hand",
    ]
    error = refusal(chron, stalled(source=None))
    assert error.hint == "name the document that says so, as in --source source/voa-2018-05-14"


def test_form_and_payload_are_told_together(chron: Chronology) -> None:
    """Faults of the form and three of the payload are in one list, each with its path."""
    bad = Event(
        type="alliance.formed",
        subject="person/x",
        valid="soon",
        source="voa",
        grade="Z9",
        data={"members": ["A", "group/b"], "purpose": 5, "purpos": 1},
    )
    paths = [fault.partition(":")[0] for fault in faults(chron, bad)]
    assert sorted(paths) == sorted(["valid", "source", "grade", "subject", "data", "data.members[0]", "data.purpose"])


def test_a_payload_outside_the_domain_is_told_once(chron: Chronology) -> None:
    """A float is reported as a float; the schema is not asked about a payload that is not JSON."""
    assert faults(chron, stalled(data={"reason": 1.5})) == [
        "data.reason: is the float 1.5 (write decimals as strings: they keep their digits)"
    ]


@pytest.mark.parametrize(
    ("event", "message", "hint"),
    [
        (stalled(type="operation.staled"), "unknown event type 'operation.staled'", "did you mean operation.stalled"),
        (stalled(type="zzz"), "unknown event type 'zzz'", "`chronology types` lists them"),
        (stalled(type="operation.\ud800"), "unknown event type", "`chronology types` lists them"),
        (stalled(type_version=2), "unknown version of operation.stalled '2'", "the newest is 1"),
        (stalled(subject="operaton/x"), "did you mean operation?", None),
        (stalled(data={"reasn": "x"}), "did you mean reason?", "`chronology types show operation.stalled` shows"),
        (stalled(valid="soon"), "valid: 'soon' is not a date", "`chronology date TEXT` explains how a date is read"),
        (
            stalled(type="fact.asserted", subject="operatoin/x", data={"attribute": "a", "value": 1}),
            "subject: unknown kind 'operatoin' (did you mean operation?)",
            None,
        ),
        (stalled(type="fact.asserted", data={"attribute": "Status", "value": 1}), "data.attribute: ", None),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(
    chron: Chronology, event: Event, message: str, hint: str | None
) -> None:
    """Types, versions, kinds, properties and attributes that do not exist are refused with what helps."""
    error = refusal(chron, event)
    assert message in str(error)
    if hint:
        assert hint in (error.hint or "")


def test_a_new_kind_is_welcome_where_the_type_takes_any(chron: Chronology) -> None:
    """Only a kind that looks like a misspelling is refused; once used, it is known."""
    fact = {"type": "fact.asserted", "data": {"attribute": "a", "value": 1}}
    chron.append(stalled(subject="zebra/x", **fact))
    assert "did you mean zebra?" in str(refusal(chron, stalled(subject="zebar/x", **fact)))


@pytest.mark.parametrize(
    "rest",
    [
        {"note": "\x1b[2J"},
        {"quote": "a\x00b"},
        {"data": {"reason": "\ud800"}},
        {"subject": "operation/\u202estorm"},
        {"subject": "operation/x\n"},
        {"valid": "2018\x00"},
        {"valid": "9" * 100_000},
        {"source": "source/\udcff"},
        {"said_by": ["person/\ud800"]},
        {"stated": "2018-05-14\n"},
        {"id": "\ud800"},
        {"id": f"{ID}\n"},
        {"replaces": "\ud800"},
        {"disputes": ["\ud800"]},
        {"recorded_by": "\x7f"},
        {"data": {"reason": [[[]] * 3] * 3}},
    ],
)
def test_hostile_text_is_refused(chron: Chronology, rest: dict[str, Any]) -> None:
    """Controls, surrogates and what reorders lines get into no key of an event."""
    refusal(chron, stalled(**rest))


def test_hostile_retractions_are_refused(chron: Chronology) -> None:
    """A target that is not an id is refused like one that does not exist."""
    for target in ("\ud800", "", "x", ID.upper()):
        refusal(chron, retraction(target))


def test_text_of_any_script_is_stored_verbatim(chron: Chronology) -> None:
    """Everything but control characters is kept exactly, including emoji and direction marks."""
    text = "لا تفاوض \u200f\n\t😀 ß ẞ e\u0301"
    assert chron.append(stalled(quote=text, data={"reason": text})).event.quote == text
    assert chron.event(chron.head()).event.data["reason"] == text


# What the log fills in --------------------------------------------------------------------------------------


def test_the_log_adds_id_version_nonce_and_instant(chron: Chronology, clock: Clock) -> None:
    """What is returned is what is stored, with its place, its time and its leaf."""
    head = chron.head()
    found = chron.append(stalled(stated="2018-05-14"))
    assert (found.position, found.recorded_at) == (head + 1, clock.now)
    assert (found.event.type_version, found.event.stated) == (1, "2018-05-14")
    assert found.leaf == leaf_hash(found.body)
    assert chron.event(found.id) == chron.event(found.position) == found
    body = canonical.parse(found.body)
    assert (body["format"], body["recorded_at"]) == (1, "2018-05-15T09:30:00.000000Z")
    assert len(bytes.fromhex(body["nonce"])) == 16


def test_the_same_randomness_gives_the_same_bodies(tmp_path: Path) -> None:
    """Clock and randomness are all that is not given, so two stores can be equal byte for byte."""
    bodies = []
    for name in ("a.db", "b.db"):
        with Chronology.open(tmp_path / name, create=True, clock=Clock(), randomness=counting()) as chron:
            chron.append_many([stalled(), stalled(subject="operation/other")])
            bodies.append([found.body for found in chron.read()])
    assert bodies[0] == bodies[1]


def test_no_two_events_share_a_nonce_or_an_id(chron: Chronology) -> None:
    """Equal events have different bodies, so that a published hash gives nothing away."""
    chron.append_many([stalled()] * 20)
    found = list(chron.read())
    for key in ("nonce", "id"):
        assert len({canonical.parse(each.body)[key] for each in found}) == len(found)


def test_stated_is_filled_in_from_the_source(chron: Chronology) -> None:
    """If no day is given and the source's day of publication is known, that day counts."""
    assert chron.append(stalled()).event.stated is None
    chron.append(described("2018-05-14"))
    assert chron.append(stalled()).event.stated == "2018-05-14"
    assert chron.append(stalled(stated="2018-05-01")).event.stated == "2018-05-01"
    assert chron.append(stalled(source="source/other")).event.stated is None


def test_stated_is_filled_in_from_earlier_in_the_batch(chron: Chronology) -> None:
    """A batch reads like its events one by one: before, after, and after a correction of the description."""
    chron.append_many(
        [
            stalled(),
            described("2018-05-14", id=ID),
            stalled(),
            described("2018-05-13", replaces=ID),
            stalled(),
            described(None),
            stalled(),
        ]
    )
    found = [each.event.stated for each in chron.read() if each.event.type == "operation.stalled"]
    assert found == [None, "2018-05-14", "2018-05-13", "2018-05-13"]


@pytest.mark.parametrize(
    "withdrawal",
    [
        retraction(ID),
        stalled(replaces=ID, subject="operation/elsewhere"),
    ],
    ids=["retracted", "replaced across subjects"],
)
@pytest.mark.parametrize("batched", [False, True])
def test_a_withdrawn_day_of_publication_is_not_filled_in(chron: Chronology, withdrawal: Event, batched: bool) -> None:
    """Once the description is withdrawn its day is not used, whether in one batch or in several."""
    events = [described("2018-05-14", id=ID), stalled(), withdrawal, stalled()]
    for batch in [events] if batched else [[event] for event in events]:
        chron.append_many(batch)
    found = [each.event.stated for each in chron.read() if each.event.subject == "operation/storm"]
    assert found == ["2018-05-14", None]


def test_a_day_of_publication_that_is_none_is_not_filled_in(chron: Chronology) -> None:
    """The schema holds the form of a day only; a day that does not exist states nothing."""
    chron.append(described("2018-02-30"))
    assert chron.append(stalled()).event.stated is None


# Clock ------------------------------------------------------------------------------------------------------


def test_a_clock_that_ran_backwards_is_noted_and_never_fatal(chron: Chronology, clock: Clock) -> None:
    """recorded_at stays where it was until the clock has caught up, and the result tells by how much it lags."""
    first = chron.append(stalled()).recorded_at
    clock.advance(seconds=-90)
    assert chron.append_many([stalled()]).clock_behind == 90.0
    assert chron.event(chron.head()).recorded_at == first
    clock.advance(seconds=100)
    assert chron.append_many([stalled()]).clock_behind == 0.0
    assert chron.event(chron.head()).recorded_at == clock.now


def test_a_batch_has_one_instant(chron: Chronology) -> None:
    """All events of a batch are recorded at once."""
    chron.append_many([stalled()] * 3)
    assert len({found.recorded_at for found in chron.read(after=chron.head() - 3)}) == 1


@pytest.mark.parametrize(
    "text", ["0999-01-01T00:00:00+00:00", "1950-06-01T00:00:00+05:30", "9998-01-01T00:00:00+00:00"]
)
def test_any_year_can_be_recorded(tmp_path: Path, text: str) -> None:
    """A clock that is centuries off breaks neither ids nor the order of texts."""
    clock = Clock()
    clock.set(text)
    with Chronology.open(tmp_path / "x.db", create=True, clock=clock) as chron:
        assert chron.append(stalled()).recorded_at == clock.now
        assert chron.verify().ok


# Ids --------------------------------------------------------------------------------------------------------


def test_an_id_of_the_client_is_kept(chron: Chronology) -> None:
    """The client may choose the id, and finds the event by it."""
    assert chron.append(stalled(id=ID)).id == ID
    assert chron.event(ID).position == chron.head()


@pytest.mark.parametrize("text", [ID.upper(), ID.replace("-", ""), "1", ""])
def test_an_id_that_is_no_uuid_in_lower_case_is_refused(chron: Chronology, text: str) -> None:
    """An id in another spelling would be another id to the database."""
    chron.append(stalled(id=ID))
    assert faults(chron, stalled(id=text)) == [f"id: {text!r} is not a UUID in lower case with hyphens"]


def test_the_same_event_again_changes_nothing(chron: Chronology, clock: Clock) -> None:
    """An id with the same content is a no-op that returns the stored event, whoever sends it and when."""
    chron.append(described("2018-05-14"))
    first = chron.append(stalled(id=ID, recorded_by="ann", data={"reason": "x"}))
    clock.advance(days=1)
    assert chron.append(stalled(id=ID, recorded_by="bob", data={"reason": "x"})) == first
    result = chron.append_many([stalled(id=ID, data={"reason": "x"}), stalled(id=OTHER), stalled(id=OTHER)])
    assert (result.appended, result.unchanged, result.first) == (1, 2, first.position + 1)
    result = chron.append_many([stalled(id=OTHER)])
    assert (result.appended, result.unchanged, result.first, result.head) == (0, 1, None, first.position + 1)


@pytest.mark.parametrize(
    "rest",
    [
        {"data": {"reason": "y"}}, {"valid": "2018-02"}, {"subject": "operation/y"}, {"stance": "denies"},
        {"source": "source/y"}, {"said_by": ["person/y"]}, {"stated": "2018-01-02"}, {"grade": "A1"}, {"quote": "q"},
        {"note": "n"}, {"locator": "l"}, {"type": "operation.resumed"}, {"disputes": [OTHER]}, {"type_version": 9},
    ],
)  # fmt: skip
def test_a_taken_id_with_other_content_is_refused(chron: Chronology, rest: dict[str, Any]) -> None:
    """Whatever differs, the log keeps what it has and names its position."""
    first = chron.append(stalled(id=ID))
    error = refusal(chron, stalled(id=ID, **rest))
    assert isinstance(error, DuplicateIdError)
    assert (error.event_id, error.position) == (ID, first.position)


def test_a_retraction_again_changes_nothing(chron: Chronology) -> None:
    """Sending a retraction twice under one id is harmless, though its target is withdrawn by then."""
    chron.append(stalled(id=ID))
    first = chron.append(retraction(ID, id=OTHER))
    assert chron.append(retraction(ID, id=OTHER)) == first


# Descriptions of sources ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", [{}, {"stance": "denies"}, {"said_by": ["person/x"]}, {"valid": "2018-05/.."}])
def test_a_description_of_a_source_is_its_own_source(tmp_path: Path, rest: dict[str, Any]) -> None:
    """If no source is named, the stored body is, byte for byte, that of the same event with its subject as source."""
    bodies = []
    for name, source in (("named", VOA), ("unnamed", None)):
        with Chronology.open(tmp_path / name, create=True, clock=Clock(), randomness=counting()) as chron:
            chron.append_many([described("2018-05-14", source=source, **rest), described(None, source=source, **rest)])
            bodies.append([event.body for event in chron.read(after=chron.head() - 2)])
            assert chron.event(chron.head()).event.source == VOA
            assert chron.verify().ok
    assert bodies[0] == bodies[1]


def test_a_description_may_name_another_source(chron: Chronology) -> None:
    """What another document says of a source has that document as its source."""
    assert chron.append(described("2018-05-14", source="source/index")).event.source == "source/index"


def test_a_description_again_changes_nothing(chron: Chronology) -> None:
    """The source that the log filled in does not count as a difference; another named one does."""
    first = chron.append(described("2018-05-14", source=None, id=ID))
    for source in (None, VOA):
        assert chron.append(described("2018-05-14", source=source, id=ID)) == first
    assert isinstance(refusal(chron, described("2018-05-14", source="source/index", id=ID)), DuplicateIdError)
    chron.append(described("2018-05-14", source="source/index", id=OTHER))
    assert isinstance(refusal(chron, described("2018-05-14", source=None, id=OTHER)), DuplicateIdError)


def test_only_a_description_of_a_source_does_without_one(chron: Chronology) -> None:
    """Other events about sources name theirs; a description needs a date, and a subject that is a source."""
    fact = {"type": "fact.asserted", "data": {"attribute": "a", "value": 1}}
    assert faults(chron, stalled(subject=VOA, source=None, **fact)) == ["source: is missing: the document in hand"]
    assert faults(chron, described(None, source=None, valid=None)) == [
        "valid: is missing: when it was so, an EDTF date"
    ]
    (fault,) = faults(chron, described(None, source=None, subject="voa"))
    assert fault.startswith("subject: 'voa' is not kind/slug")
    (fault,) = faults(chron, described(None, source=None, subject="person/voa"))
    assert fault.startswith("subject: source.described is about source/...")
    assert "source: '' is not kind/slug" in "".join(faults(chron, described(None, source="")))


# Batches ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1, 5, 1_500])
def test_a_batch_is_all_or_nothing(chron: Chronology, place: int) -> None:
    """One bad event rolls the whole batch back, including what was flushed, and the error has its index."""
    good = [stalled() for _ in range(place)]
    assert refusal(chron, *good, stalled(grade="Z9"), stalled()).index == place
    assert chron.verify().ok


def test_a_stream_that_breaks_off_writes_nothing(chron: Chronology) -> None:
    """An exception out of the stream of events takes the batch back too."""
    head = chron.head()

    def stream() -> Any:
        yield stalled()
        raise OSError("the file ended")

    with pytest.raises(OSError, match="the file ended"):
        chron.append_many(stream())
    assert chron.head() == head


def test_a_fault_is_told_before_the_break_of_the_stream_that_follows_it(chron: Chronology) -> None:
    """Events are read some ahead, but those that came before a break are judged first."""

    def stream() -> Any:
        yield stalled()
        yield stalled(grade="Z9")
        raise OSError("the file ended")

    with pytest.raises(InvalidEventError) as caught:
        chron.append_many(stream())
    assert caught.value.index == 1


@pytest.mark.parametrize("apart", [0, 1, 199, 200, 201, 999, 1_000, 1_001])
def test_a_batch_that_repeats_an_event_takes_it_once(chron: Chronology, apart: int) -> None:
    """Wherever the second one comes: read ahead together, or after the first was written."""
    chron.append(stalled(id=OTHER))
    events = [stalled(id=ID), *(stalled() for _ in range(apart)), stalled(id=OTHER), stalled(id=ID)]
    result = chron.append_many(events)
    assert (result.appended, result.unchanged) == (apart + 1, 2)
    assert isinstance(refusal(chron, *events[1:], stalled(id=ID, grade="A1")), DuplicateIdError)
    assert chron.verify().ok


def test_an_empty_batch_is_no_change(chron: Chronology) -> None:
    """Nothing in, nothing out."""
    result = chron.append_many([])
    assert (result.appended, result.unchanged, result.first, result.head) == (0, 0, None, chron.head())


def test_expected_head_refuses_a_log_that_has_moved(chron: Chronology) -> None:
    """A caller who decided on an older log learns it, and decides again."""
    head = chron.head()
    chron.append(stalled(), expected_head=head)
    error = refusal(chron, stalled(), expected_head=head)
    assert isinstance(error, HeadMovedError)
    assert (error.expected, error.head) == (head, head + 1)
    assert isinstance(refusal(chron, stalled(), expected_head=0), HeadMovedError)


def test_a_dry_run_checks_everything_and_writes_nothing(chron: Chronology, tmp_path: Path) -> None:
    """It tells what would be appended, refuses what would be refused, and leaves the file's bytes alone."""
    before = (tmp_path / "storm.db").read_bytes()
    result = chron.append_many([stalled(), described("2018-05-14")], dry_run=True)
    assert (result.appended, result.head) == (2, chron.head() + 2)
    assert refusal(chron, stalled(), stalled(grade="Z9"), dry_run=True).index == 1
    assert (tmp_path / "storm.db").read_bytes() == before


def test_a_dry_run_of_a_definition_leaves_no_type_behind(chron: Chronology) -> None:
    """The vocabulary is that of the log, not of what was tried."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:chronology:well.closed:1",
        "title": "t",
        "type": "object",
    }
    chron.append_many([builtin.definition(schema), stalled(type="well.closed")], dry_run=True)
    assert "well.closed" not in chron.vocabulary
    assert isinstance(refusal(chron, stalled(type="well.closed")), UnknownNameError)


# Size -------------------------------------------------------------------------------------------------------


def test_a_body_ends_at_65535_bytes(chron: Chronology) -> None:
    """The longest body is taken, one byte more is refused with both numbers, and bytes count, not characters."""
    spare = canonical.MAX_BYTES - len(chron.append(stalled(note="x")).body) + 1
    assert len(chron.append(stalled(note="x" * spare)).body) == canonical.MAX_BYTES
    error = refusal(chron, stalled(note="x" * (spare + 1)))
    assert str(error) == "the body is 65,536 bytes long, and the maximum is 65,535"
    assert "keep long texts in a file" in error.hint
    refusal(chron, stalled(note="é" * (spare // 2 + 1)))


# Retracting, replacing, disputing ---------------------------------------------------------------------------


def test_a_retraction_carries_the_subject_of_its_target(chron: Chronology) -> None:
    """It needs neither valid time nor source, and may not be about something else."""
    chron.append(stalled(id=ID))
    error = refusal(chron, retraction(ID, subject="operation/other"))
    assert str(error) == "subject: a retraction must have its target's subject, 'operation/storm'"
    found = chron.retract(ID, reason="film of 2014", recorded_by="ann").event
    assert (found.subject, found.valid, found.source, found.recorded_by) == ("operation/storm", None, None, "ann")


@pytest.mark.parametrize("event", [retraction(OTHER), stalled(replaces=OTHER), stalled(disputes=[OTHER])])
def test_what_does_not_exist_cannot_be_named(chron: Chronology, event: Event) -> None:
    """Retracted, replaced and disputed events must be in the log, or earlier in the batch."""
    error = refusal(chron, event)
    assert isinstance(error, UnknownNameError)
    assert "`chronology log` lists the events" in error.hint
    refusal(chron, event, stalled(id=OTHER))


@pytest.mark.parametrize("event", [stalled(id=ID, disputes=[ID]), stalled(id=ID, replaces=ID)])
def test_an_event_cannot_name_itself(chron: Chronology, event: Event) -> None:
    """Its id is not in the log when it is checked."""
    assert isinstance(refusal(chron, event), UnknownNameError)


@pytest.mark.parametrize("again", [retraction(ID), stalled(replaces=ID)])
@pytest.mark.parametrize(
    "first",
    [
        retraction(ID),
        stalled(replaces=ID),
        stalled(replaces=ID, subject="operation/y"),
        described("2018-05-14", replaces=ID),
    ],
)
def test_what_is_withdrawn_cannot_be_withdrawn_again(chron: Chronology, first: Event, again: Event) -> None:
    """By another event, or within one batch, however it was withdrawn."""
    chron.append(stalled(id=ID))
    error = refusal(chron, first, again)
    assert isinstance(error, NotLiveError)
    assert str(error).endswith("was already withdrawn by an earlier event of this batch")
    by = chron.append(first).position
    error = refusal(chron, again)
    assert str(error).endswith(f"was already withdrawn by the event at position {by}")
    assert error.hint == f"`chronology show {by}` shows it"


def test_an_event_can_come_and_go_within_one_batch(chron: Chronology) -> None:
    """Appended, replaced and retracted in one transaction, once each."""
    chron.append_many([stalled(id=ID), stalled(id=OTHER, replaces=ID), retraction(OTHER)])
    assert chron.state(subject="operation/storm", valid_at="2018-06") == []
    assert isinstance(refusal(chron, stalled(id=ID.replace("0", "1")), retraction(ID)), NotLiveError)


def test_a_retraction_cannot_be_retracted(chron: Chronology) -> None:
    """Nor replaced: the assertion is appended again."""
    chron.append(stalled(id=ID))
    chron.append(retraction(ID, id=OTHER))
    for event in (retraction(OTHER), stalled(replaces=OTHER)):
        error = refusal(chron, event)
        assert isinstance(error, NotLiveError)
        assert error.hint == "append the assertion again"


def test_a_definition_cannot_be_withdrawn(chron: Chronology) -> None:
    """Types grow by versions."""
    for event in (retraction(chron.event(1).id), stalled(replaces=chron.event(2).id)):
        error = refusal(chron, event)
        assert "of type type.defined, which cannot be withdrawn" in str(error)
        assert error.hint == "define a new version instead"


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (retraction("", data={"reason": "x"}), "retracts: is missing: the id of the event that is withdrawn"),
        (retraction(ID, valid="2018"), "valid: a retraction does not take it"),
        (retraction(ID, replaces=ID), "replaces: a retraction does not take it"),
        (retraction(ID, data={}), "data: assertion.retracted needs the key 'reason'"),
        (retraction(ID, data={"reason": ""}), "data.reason: "),
        (stalled(retracts=ID), "retracts: only an event of type assertion.retracted retracts"),
    ],
)
def test_a_retraction_has_its_own_form(chron: Chronology, event: Event, fault: str) -> None:
    """It names its target and a reason, and nothing else can retract."""
    chron.append(stalled(id=ID))
    assert any(found.startswith(fault) for found in faults(chron, event))


def test_a_replacement_withdraws_and_restates_across_subjects(chron: Chronology) -> None:
    """What was said of the wrong subject is said of the right one, in one event."""
    chron.append(stalled(id=ID, subject="operation/wrong"))
    chron.append(stalled(replaces=ID))
    assert [found.subject for found in chron.state(kind="operation", valid_at="2018-06")] == ["operation/storm"]


def test_disputing_a_withdrawn_event_is_allowed(chron: Chronology) -> None:
    """Saying that something was wrong is not a withdrawal, and may be said late."""
    chron.append(stalled(id=ID))
    chron.append(retraction(ID))
    assert chron.append(stalled(type="operation.resumed", disputes=[ID, ID])).event.disputes == (ID, ID)
    assert chron.verify().ok


# Definitions ------------------------------------------------------------------------------------------------


def test_a_definition_is_about_its_type(chron: Chronology) -> None:
    """Its subject names the type, so that a type's history is that of its subject."""
    schema = {**builtin.schemas()[0], "$id": "urn:chronology:well.closed:1"}
    wrong = Event(type="type.defined", subject="type/other", data={"schema": schema})
    assert faults(chron, wrong) == [
        "subject: the definition of well.closed is about type/well.closed, not 'type/other'"
    ]
    assert chron.define(schema).event.subject == "type/well.closed"
    assert (
        str(refusal(chron, builtin.definition(schema)))
        == "urn:chronology:well.closed:1 is already defined with this content"
    )


@pytest.mark.parametrize("key", ["valid", "replaces", "disputes"])
def test_a_definition_has_no_claims(chron: Chronology, key: str) -> None:
    """Neither valid time nor replacement nor dispute."""
    schema = {**builtin.schemas()[0], "$id": "urn:chronology:well.closed:1"}
    value: Any = {"valid": "2018", "replaces": ID, "disputes": [ID]}[key]
    event = Event(type="type.defined", subject="type/well.closed", data={"schema": schema}, **{key: value})
    assert f"{key}: a definition does not take it" in faults(chron, event)


def test_a_type_can_be_used_in_the_batch_that_defines_it(chron: Chronology) -> None:
    """Definition and first use travel together, as from another log."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:chronology:well.closed:1",
        "title": "Well closed",
        "type": "object",
        "x-asserts": {"status": {"const": "closed"}},
    }
    chron.append_many([builtin.definition(schema), stalled(type="well.closed", subject="well/x")])
    (found,) = chron.state("well/x", valid_at="2018-06")
    assert found.value == "closed"


def test_a_batch_knows_what_it_withdrew_however_long_ago(chron: Chronology, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was withdrawn is kept in mind for some thousand events only; then the projections tell it."""
    monkeypatch.setattr(batches, "_FLUSH_ROWS", 3)
    said = [stalled(subject=f"operation/p{number}") for number in range(12)]
    first = chron.append_many(said).first
    assert first is not None
    ids = [chron.event(first + number).id for number in range(12)]
    gone = [
        Event(type="assertion.retracted", subject=f"operation/p{number}", retracts=ids[number], data={"reason": "x"})
        for number in range(12)
    ]
    for again in range(12):
        with pytest.raises(NotLiveError, match="already withdrawn by an earlier event of this batch"):
            chron.append_many([*gone, gone[again]])
    assert chron.append_many(gone).appended == 12
