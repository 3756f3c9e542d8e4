"""Holdings: what they keep, and what they read from it when asked, without anything else."""

import copy
import gc
import pickle
from types import MappingProxyType

import msgspec
import pytest
from strategies import SUBJECTS

from chronology import Candidate, Chronology, Event, Holding
from chronology.errors import IntegrityError

FIELDS = {"type": "fact.asserted", "subject": SUBJECTS[0]}


@pytest.fixture
def told(chron: Chronology) -> list[Holding]:
    """Give a plain holding and a contested one, from a store that is closed by now."""
    chron.append_many(
        [
            Event(
                **FIELDS, valid="2018-03-01", source="source/a", grade="B2", data={"attribute": "one", "value": [{}]}
            ),
            Event(**FIELDS, valid="2018-03-01/..", source="source/b", data={"attribute": "two", "value": 1}),
            Event(**FIELDS, valid="2018-03/2018-04", source="source/c", data={"attribute": "two", "value": True}),
        ]
    )
    found = chron.state(valid_at="2018-03-01")
    assert found == chron.state(valid_at="2018-03-01", known_at=chron.head())
    chron.close()
    return found


def test_everything_is_read_without_the_store(told: list[Holding]) -> None:
    """All that an answer says came with it."""
    plain, contested = told
    assert (plain.subject, plain.attribute, plain.value) == (SUBJECTS[0], "one", (MappingProxyType({}),))
    assert (plain.certainty, plain.contested, plain.since) == ("certain", False, "2018-03-01")
    (said,) = plain.candidates
    position = said.position
    assert said == Candidate(
        value=plain.value, standing="leading", event=said.event, position=position, valid="2018-03-01",
        origin="source/a", source="source/a", grade="B2", role="affirms",
    )  # fmt: skip
    assert (contested.value, contested.certainty, contested.contested, contested.since) == (
        1,
        "possible",
        False,
        "2018-03-01",
    )
    assert [(one.value, one.standing, one.position) for one in contested.candidates] == [
        (1, "leading", position + 1), (True, "possible", position + 2),
    ]  # fmt: skip


def test_holdings_are_values(told: list[Holding]) -> None:
    """They cannot be changed, are equal if they say the same, and can be copied, kept and printed."""
    plain, contested = told
    for name in ("subject", "value", "candidates", "_leading"):
        with pytest.raises(AttributeError):
            setattr(plain, name, None)
    assert plain != contested
    for other in (copy.deepcopy(told), pickle.loads(pickle.dumps(told))):
        assert other == told
        assert {*other, *told} == set(told)
    assert repr(contested).startswith(
        f"Holding(subject='{SUBJECTS[0]}', attribute='two', value=1, certainty='possible', contested=False, "
        "since='2018-03-01', candidates=(Candidate(value=1, standing='leading', event='"
    )


def test_the_collector_does_not_look_at_holdings(told: list[Holding]) -> None:
    """A whole state of a large store has so many that looking at each took half of the time of the question."""
    gc.collect()
    assert not any(map(gc.is_tracked, told))
    assert not gc.is_tracked(told[0]._leading)


@pytest.mark.parametrize(("field", "names"), [("value", ("value", "candidates")), ("valid", ("since",))])
def test_what_cannot_be_read_is_told_as_damage(told: list[Holding], field: str, names: tuple[str, ...]) -> None:
    """A ruined text raises when it is asked for, with the hint that a replay mends it."""
    leading = told[0]._leading
    assert leading
    ruined = Holding("place/x", "status", msgspec.structs.replace(leading, **{field: "{bad"}))
    assert ruined.certainty == "certain"
    for name in names:
        with pytest.raises(IntegrityError) as caught:
            getattr(ruined, name)
        assert "chronology replay" in str(caught.value.hint)
