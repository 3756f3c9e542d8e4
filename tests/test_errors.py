"""Tests of the errors: what their messages say, and the suggestion of near names."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chronology
from chronology import errors
from chronology.errors import (
    CanonicalError,
    ChronologyError,
    DateError,
    DuplicateIdError,
    HeadMovedError,
    IntegrityError,
    InvalidEventError,
    UnknownNameError,
    did_you_mean,
    nearest,
    or_perhaps,
)

WORDS = st.text("abc", max_size=5)


def edits(word: str) -> set[str]:
    """Return every word one edit away, over the letters of WORDS."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    return {
        *(a + b[1:] for a, b in splits if b),
        *(a + c + b for a, b in splits for c in "abc"),
        *(a + c + b[1:] for a, b in splits if b for c in "abc"),
        *(a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1),
    }


@pytest.mark.parametrize(
    ("typed", "known", "suggested"),
    [
        ("operation.staled", ["operation.stalled", "person.died"], ["operation.stalled"]),
        ("reasno", ["season", "reason"], ["reason", "season"]),
        ("stauts", ["status"], ["status"]),
        ("plac", ["place", "placed", "palace"], ["place"]),
        ("x", ["y", "z", "a", "b"], ["a", "b", "y"]),
        ("status", ["location", "members"], []),
        ("anything", [], []),
        ("", ["a"], ["a"]),
        ("Status", ["status"], ["status"]),
    ],
)
def test_near_names_are_suggested(typed: str, known: list[str], suggested: list[str]) -> None:
    """The nearest names come first, ties in alphabetical order, three at most, far ones not at all."""
    assert nearest(typed, known) == suggested


def test_a_nearer_name_comes_before_one_that_is_first_in_the_alphabet() -> None:
    """Distance rules, the alphabet breaks ties."""
    assert nearest("abcdef", ["abcdxx", "zbcdef", "abcdeg"]) == ["abcdeg", "zbcdef", "abcdxx"]


def test_the_largest_distance_can_be_given() -> None:
    """`edits` is the last distance that still counts."""
    assert nearest("persn", ["person", "parson"], edits=1) == ["person"]
    assert nearest("persn", ["person", "parson"], edits=2) == ["person", "parson"]


def test_the_order_of_what_is_known_changes_nothing() -> None:
    """A set may be given: its order never reaches the suggestion."""
    known = ["bat", "cat", "hat", "mat", "rat"]
    assert nearest("at", known) == nearest("at", reversed(known)) == nearest("at", set(known)) == known[:3]


@given(WORDS, st.frozensets(WORDS, max_size=6))
def test_one_edit_is_a_letter_added_dropped_changed_or_swapped(word: str, known: frozenset[str]) -> None:
    """With edits=1, exactly the word itself and the words one edit away are near."""
    near = sorted(known & (edits(word) | {word}), key=lambda other: (other != word, other))
    assert nearest(word, known, edits=1) == near[:3]


def test_a_distance_of_one_is_one_edit_for_every_pair_of_short_words() -> None:
    """Exhaustively, so that no place in a word is forgotten: swaps at its beginning and its end too."""
    words = ["".join(letters) for length in range(5) for letters in product("ab", repeat=length)]
    for left, right in product(words, repeat=2):
        assert (errors._distance(left, right) <= 1) == (left == right or right in edits(left))


@given(WORDS, WORDS)
def test_distance_is_symmetric_and_bounded_by_the_longer_word(left: str, right: str) -> None:
    """A distance is the same both ways, 0 for equal words only, and never above the longer length."""
    distance = errors._distance(left, right)
    assert distance == errors._distance(right, left)
    assert (distance == 0) == (left == right)
    assert abs(len(left) - len(right)) <= distance <= max(len(left), len(right))


def test_suggestions_become_the_hint() -> None:
    """An unknown name carries the nearest ones as facts and in its hint, before what the caller hints."""
    error = UnknownNameError("event type", "a.bb", ["a.b", "a.bc", "zz"], hint="look it up")
    assert str(error) == "unknown event type 'a.bb'"
    assert error.nearest == ["a.b", "a.bc"]
    assert error.hint == "did you mean a.b or a.bc? look it up"
    assert UnknownNameError("event", "x", (), hint="look it up").hint == "look it up"
    assert UnknownNameError("event", "x", ()).hint is None


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DateError("2018-13", "no month 13"), "date '2018-13': no month 13"),
        (CanonicalError("a.b", "is a set"), "a.b: is a set"),
        (CanonicalError("", "is not JSON"), "body: is not JSON"),
        (InvalidEventError(["a: x", "b: y"]), "a: x; b: y"),
        (DuplicateIdError("u", 7), "event u is already in the log, at position 7, with other content"),
        (HeadMovedError(3, 9), "the log is at position 9, not at the expected 3"),
        (IntegrityError("is missing", position=4), "position 4: is missing"),
        (IntegrityError("is missing"), "is missing"),
    ],
)
def test_messages_state_what_was_found_and_what_was_wanted(error: ChronologyError, message: str) -> None:
    """The class builds the message from facts, and every number is in its place."""
    assert str(error) == message


def test_every_error_is_of_the_one_family() -> None:
    """Whatever errors.py defines derives from ChronologyError, so one `except` is enough."""
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, BaseException)]
    assert len(classes) > 8
    assert all(issubclass(c, ChronologyError) for c in classes)


@pytest.mark.parametrize(
    ("names", "question"), [([], ""), (["a"], "did you mean a?"), (["a", "b", "c"], "did you mean a, b or c?")]
)
def test_names_are_suggested_in_one_way(names: list[str], question: str) -> None:
    """One question, wherever a name is not known; none where nothing is like it."""
    assert did_you_mean(names) == question
    assert or_perhaps(names) == (f" ({question})" if question else "")


def test_only_one_function_asks_what_was_meant() -> None:
    """Whoever suggests names asks with the words of `did_you_mean`."""
    package = Path(chronology.__file__).parent
    asking = [path.name for path in package.rglob("*.py") if "did you mean" in path.read_text("utf-8")]
    assert asking == ["errors.py"]
