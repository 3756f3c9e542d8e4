"""Tests of dates in words: right, and never more precise than what was entered."""

import re

import pytest
from hypothesis import given
from strategies import edtf_texts

from chronology.dates import edtf
from chronology.errors import DateError
from chronology.exporters.wording import in_words
from tests.exporters.exported import DATES

WORDS = {
    "2018-05-01": "1 May 2018",
    "2018-05": "May 2018",
    "2018": "2018",
    "2018-21": "spring 2018",
    "2018-32": "winter (southern) 2018",
    "2018-33": "first quarter of 2018",
    "2018-39": "last third of 2018",
    "2018-41": "second half of 2018",
    "2018-05-XX": "some day in May 2018",
    "2018-XX": "some day in 2018",
    "2018-XX-XX": "some day in 2018",
    "2018-XX-15": "2018-XX-15",
    "201X": "201X",
    "-0044-03-15": "-0044-03-15",
    "2018-05-13?": "13 May 2018 (uncertain)",
    "2018-05~": "about May 2018",
    "2018%": "about 2018 (uncertain)",
    "2018-?05-13": "13 May 2018 (uncertain)",
    "2018-01/2018-04~": "January 2018 to about April 2018",
    "2018-05-01/2018-05-14": "1 to 14 May 2018",
    "2018-05-01/2018-05-01": "1 May 2018",
    "2018-05-01/2018-06-14": "1 May to 14 June 2018",
    "2017-05-01/2018-05-14": "1 May 2017 to 14 May 2018",
    "2018-05-01?/2018-05-14": "1 May 2018 (uncertain) to 14 May 2018",
    "2018-05-XX/2018-05-14": "some day in May 2018 to 14 May 2018",
    "2018-05-01/..": "since 1 May 2018",
    "2018-05-01/": "1 May 2018 to an unknown day",
    "../2018-05-13": "until 13 May 2018",
    "/2018-05-13": "from an unknown day to 13 May 2018",
    "../..": "always",
    "/..": "since an unknown day",
    "../": "from the beginning to an unknown day",
    "[2018-01-06..2018-01-08]": "some day from 6 to 8 January 2018",
    "[2018-01..2018-03]": "some time from January 2018 to March 2018",
    "[2018-01,2018-03]": "January 2018 or March 2018",
    "[2018-01-06,2018-01-07,2018-01-09]": "6 January 2018, 7 January 2018 or 9 January 2018",
    "[2018-01-02,2018-01-06..2018-01-08]": "2 January 2018 or some day from 6 to 8 January 2018",
    "[..2018-03-01]": "1 March 2018 or earlier",
    "[2018-03-01..]": "1 March 2018 or later",
    "2018-03-01T10:00:00Z": "1 March 2018, 10:00 UTC",
    "2018-03-01T10:00:05": "1 March 2018, 10:00:05",
    "2018-03-01T23:30:00-05:00": "1 March 2018, 23:30 UTC-05:00",
}


@pytest.mark.parametrize("valid", WORDS)
def test_a_date_is_told_in_words(valid: str) -> None:
    """Words that people use, or the text as it was entered where there are none."""
    edtf.parse(valid)
    assert in_words(valid) == WORDS[valid]


@given(valid=edtf_texts())
def test_no_date_is_made_precise(valid: str) -> None:
    """Words that read as one whole day stand only for a text that names one whole day; a date keeps its civil day."""
    exact = re.fullmatch(r"(\d{1,2}) [A-Z][a-z]+ (\d{4})(, .*)?", in_words(valid))
    assert bool(exact) == bool(re.fullmatch(r"(\d{4}-\d\d-\d\d)(T.*|/\1)?", valid))
    if exact:
        assert f"{int(exact[1]):02}" == valid[8:10]


@pytest.mark.parametrize("valid", DATES)
def test_every_shape_has_words(valid: str) -> None:
    """None fails."""
    assert in_words(valid)


def test_what_is_no_date_is_refused() -> None:
    """As everywhere."""
    with pytest.raises(DateError):
        in_words("yesterday")
