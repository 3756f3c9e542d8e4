"""The rule as data: every case in `cases/answers`, answered by the pure functions."""

import json

import pytest
from casebook import FOLDER, answered, cases, event_id, vocabulary

from chronology.events.structuring import event_from_json

ALL = list(cases())


@pytest.mark.parametrize("case", ALL, ids=[f"{case.file}-{number}" for number, case in enumerate(ALL)])
def test_a_case_is_answered_as_written(case):
    """The answer is the one in the file."""
    assert answered(case) == case.answer, case.says


def test_there_are_cases_enough():
    """A folder that lost its files would pass otherwise."""
    assert len(ALL) > 150


NOT_DEFINED = {"claim.withdrawn", "ruling.made"}
"""Types that the built-in vocabulary does not have."""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_the_events_are_what_the_command_line_takes(path):
    """Every event is read and passes the vocabulary, so that a store can run the same files; ids count from 1."""
    book = json.loads(path.read_text("utf-8"))
    for number, record in enumerate(book["events"], start=1):
        assert record["id"] == event_id(number)
        if record["type"] not in NOT_DEFINED and "speaker" not in record["data"]:
            assert vocabulary().faults(event_from_json(record)) == []
