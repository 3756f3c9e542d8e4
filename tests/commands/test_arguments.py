"""Tests of what people type: pairs, positions, spans."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.commands import options
from chronology.commands.record.append import payload
from chronology.errors import ChronologyError, InvalidEventError

KEYS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1)
PLAIN = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]))
JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | PLAIN, lambda x: st.lists(x) | st.dictionaries(PLAIN, x), max_leaves=5)  # fmt: skip  # noqa: E501


@given(st.dictionaries(KEYS, PLAIN))
def test_text_is_taken_as_it_is(data: dict[str, str]) -> None:
    """key=text gives the text, whatever characters are in it, including equals signs."""
    assert payload([f"{key}={text}" for key, text in data.items()]) == data


@given(st.dictionaries(KEYS, JSON))
def test_json_is_read(data: dict[str, object]) -> None:
    """key:=json gives what the JSON says."""
    assert payload([f"{key}:={json.dumps(value)}" for key, value in data.items()]) == data


def test_text_is_never_guessed_to_be_json() -> None:
    """key=5 is the text 5; only := makes it a number."""
    assert payload(["a=5", "b:=5", "c=true", "d=", 'e:=""', "f=:=x"]) == {
        "a": "5", "b": 5, "c": "true", "d": "", "e": "", "f": ":=x",
    }  # fmt: skip


def test_a_decimal_keeps_its_digits() -> None:
    """A fraction given as JSON becomes text with the digits that were typed."""
    assert payload(["a:=1.50"]) == {"a": "1.50"}


def test_every_wrong_pair_is_told() -> None:
    """All faults are reported at once: what is not a pair, a key given twice, and JSON that cannot be read."""
    with pytest.raises(InvalidEventError) as caught:
        payload(["x", "a=1", "a=2", "b:={", "=y", ":=z"])
    assert [fault.partition(" ")[0] for fault in caught.value.faults] == ["'x'", "data.a:", "data.b:", "'=y'", "':=z'"]
    assert "key=text" in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (None, None),
        ("0", 0),
        ("76", 76),
        ("-3", -3),
        ("2018", 2018),
        ("-2018", "-2018"),
        ("2018-05", "2018-05"),
        ("٣", "٣"),
        ("1" * 21, "1" * 21),
        ("", ""),
    ],
)
def test_known_at_is_a_position_where_it_is_a_number(text: str | None, wanted: int | str | None) -> None:
    """Digits are a position, everything else a date, and a year before the common era is not a negative position."""
    assert options.read_known_at(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("7", 7),
        ("#7", 7),
        ("07", "07"),
        ("0", "0"),
        ("01638701", "01638701"),
        ("12345678901234567890", "12345678901234567890"),
        ("0163870a", "0163870a"),
        ("", ""),
        ("٣", "٣"),
    ],
)
def test_an_event_is_named_by_position_or_id(text: str, wanted: int | str) -> None:
    """Positions never begin with 0, so a leading 0 means the beginning of an id, even if it has only digits."""
    assert options.event_name(text) == wanted


@pytest.mark.parametrize(("text", "days"), [(None, 0), ("0d", 0), ("1d", 1), ("7d", 7), ("2w", 14)])
def test_a_span_is_days_or_weeks(text: str | None, days: int) -> None:
    """A span is given in days or weeks and counted in seconds."""
    assert options.span(text) == days * 86_400


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "7 d", "1.5d", "7m", "100000d", "٣d", "7d\n"])
def test_other_spans_are_refused(text: str) -> None:
    """Anything but a whole number of days or weeks is refused with an example."""
    with pytest.raises(ChronologyError, match="not a span") as caught:
        options.span(text)
    assert caught.value.hint == "write it like 7d or 2w"
