"""Tests of suggestions: what a refusal proposes in place of a date that a person wrote, and what it never does."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.dates.edtf import parse
from chronology.dates.suggestions import suggest
from chronology.errors import DateError

ONE_READING = {
    "June 5, 2023": "2023-06-05",
    "june 5th, 2023": "2023-06-05",
    "5 May 2018": "2018-05-05",
    "5. May 2018": "2018-05-05",
    "the 5th of May 2018": "2018-05-05",
    "Sunday, 13 May 2018": "2018-05-13",
    "May 5 2018": "2018-05-05",
    "5-May-2018": "2018-05-05",
    "05May2018": "2018-05-05",
    "2018 May 5": "2018-05-05",
    "29 Feb 2016": "2016-02-29",
    "3 Sept. 2018": "2018-09-03",
    "2018-5-1": "2018-05-01",
    "2018-05-1": "2018-05-01",
    "2018/05/01": "2018-05-01",
    "2018.05.01": "2018-05-01",
    "20180501": "2018-05-01",
    "13/05/2018": "2018-05-13",
    "05/13/2018": "2018-05-13",
    "5/5/2018": "2018-05-05",
    "31.12.2018": "2018-12-31",
    "May 2018": "2018-05",
    "May, 2018": "2018-05",
    "in May of 2018": "2018-05",
    "2018/05": "2018-05",
    "2018-5": "2018-05",
    "05/2018": "2018-05",
    "c. 2018": "2018~",
    "c2018": "2018~",
    "ca. 5 May 2018": "2018-05-05~",
    "circa May 2018": "2018-05~",
    "May 2018?": "2018-05?",
    "circa May 2018?": "2018-05%",
    "spring 2018": "2018-21",
    "Fall of 2018": "2018-23",
    "winter 2018/2019": "2018-24",
    "Q1 2018": "2018-33",
    "2018-Q4": "2018-36",
    "the 1990s": "199X",
    "early May 2018": "2018-05",
    "2018-05-01 14:30:15": "2018-05-01T14:30:15",
    "2018-05-01 9:30:15 UTC": "2018-05-01T09:30:15Z",
    "c. 2018-05-01 14:30": "2018-05-01~",
}

SEVERAL_READINGS = {
    "05/10/2018": ("2018-10-05", "2018-05-10"),
    "05.10.2018": ("2018-10-05", "2018-05-10"),
    "5-10-2018": ("2018-10-05", "2018-05-10"),
    "1900s": ("190X", "19XX"),
    "winter 2018": ("2018-24", "2017-24"),
    "2018-05-01 14:30": ("2018-05-01T14:30:00", "2018-05-01"),
    "2018-05-01T14:30": ("2018-05-01T14:30:00", "2018-05-01"),
}

NOTHING_TO_SUGGEST = [
    "31 February 2018", "29 Feb 2018", "02/30/2018", "13/13/2018", "00/05/2018", "2018/13/05", "2018/2/30", "13/2018",
    "May 18", "5 May 18", "5/5/18", "05-05-18", "'90s", "201805", "01052018", "winter 2018/2020", "yesterday",
    "2018-2019", "May", "", "Maybe 2018", "2018-05-01 25:00", "2018-05-01 14:61:00", "5 Mai 2018",
    "٥ May 2018", "5 May 2018 " + " " * 60,
]  # fmt: skip


@pytest.mark.parametrize(("text", "form"), ONE_READING.items())
def test_one_reading_is_suggested(text: str, form: str) -> None:
    """A date that can mean one thing only is refused with that one to write."""
    assert suggest(text).forms == (form,)
    with pytest.raises(DateError) as caught:
        parse(text)
    assert (caught.value.hint or "").startswith(f"write {form}")


@pytest.mark.parametrize(("text", "forms"), SEVERAL_READINGS.items())
def test_every_reading_is_suggested(text: str, forms: tuple[str, ...]) -> None:
    """A date that can mean two things is refused with both to write."""
    with pytest.raises(DateError) as caught:
        parse(text)
    assert (caught.value.hint or "").startswith(f"write {' or '.join(forms)}")


@pytest.mark.parametrize("text", NOTHING_TO_SUGGEST)
def test_nothing_is_guessed(text: str) -> None:
    """There is no suggestion for a day that does not exist, a year of two digits, or a text that is not a date."""
    assert suggest(text).forms == ()


def test_a_date_that_does_not_exist_is_reported_as_such() -> None:
    """A date that is in no calendar is refused for that, not for its form."""
    with pytest.raises(DateError, match="there is no such date"):
        parse("31 February 2018")


def test_a_part_of_an_expression_has_a_suggestion_of_its_own() -> None:
    """In an interval or a list, the end that is wrong is named with what to write in its place."""
    with pytest.raises(DateError) as caught:
        parse("2018-05-01/6 May 2018")
    assert caught.value.hint == "write 2018-05-06, in place of '6 May 2018'"


def test_what_the_form_cannot_say_is_remarked() -> None:
    """If a suggestion does not say quite the same as the text, a remark says so."""
    assert "keep the words" in str(suggest("early May 2018"))
    assert "in which it begins" in str(suggest("winter 2018"))
    assert "have seconds" in str(suggest("2018-05-01 14:30"))
    assert str(suggest("June 5, 2023")) == "write 2023-06-05"


NUMBERS = st.integers(0, 40).map(str) | st.integers(0, 40).map("{:02d}".format)
YEARS = st.integers(0, 9999).map("{:04d}".format)
MONTHS = st.sampled_from(["Jan", "February", "mar.", "Apr", "May", "JUNE", "July", "Aug", "Sept.", "Oct", "nov", "Dec"])
GAPS = st.sampled_from([" ", ", ", "/", "-", ".", ". ", "", " of ", "th ", "st of "])
BEFORE = st.sampled_from(["", "", "c. ", "circa ", "~", "early ", "the ", "in ", "Sunday, ", "spring ", "winter ", "Q"])
AFTER = st.sampled_from(["", "", "?", "s", " 14:30", "T9:05", " 14:30:15Z", "/2019"])
PARTS = st.lists(NUMBERS | YEARS | MONTHS | GAPS, min_size=1, max_size=6).map("".join)
DATES = st.tuples(NUMBERS, GAPS, MONTHS | NUMBERS, GAPS, YEARS).map("".join)
ISO = st.tuples(YEARS, GAPS, MONTHS | NUMBERS, GAPS, NUMBERS).map("".join)


@given(st.builds("{}{}{}".format, BEFORE, PARTS | DATES | ISO, AFTER))
def test_a_suggestion_is_a_date_of_the_numbers_that_were_written(text: str) -> None:
    """Every suggestion is read without complaint, and its year, day and month are numbers or names of the text."""
    written = {int(digits) for digits in re.findall(r"[0-9]+", text)}
    months = [name for name in re.findall(r"[a-z]{3,}", text.lower()) if name[:3] in ORDER]
    written |= {ORDER.index(name[:3]) + 1 for name in months}
    for form in suggest(text).forms:
        parse(form)
        found = re.match(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", form)
        if found is None or found[2] in ("21", "22", "23", "24", "33", "34", "35", "36"):
            continue
        digits = "".join(filter(None, found.groups()))
        is_compact = digits in text
        assert is_compact or {int(number) for number in found.groups() if number} <= written


ORDER = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@given(st.text(max_size=70))
def test_no_text_breaks_the_search_for_a_suggestion(text: str) -> None:
    """Whatever is refused, looking for what it means raises nothing."""
    assert all(parse(form) for form in suggest(text).forms)


@pytest.mark.parametrize(("text", "loaded"), [("2018-05-01/..", False), ("5 May 2018", True)])
def test_only_a_refusal_loads_the_suggestions(text: str, loaded: bool) -> None:
    """Reading a valid date neither loads nor compiles the code for suggestions."""
    script = f"""
import sys
from chronology.dates.edtf import as_record
as_record({text!r})
print("chronology.dates.suggestions" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert ended.stdout == f"{loaded}\n"
