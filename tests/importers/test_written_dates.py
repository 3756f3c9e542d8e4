"""Dates are read by declared forms only."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.dates import edtf
from chronology.importers.written_dates import DateFault, Forms, form_faults, from_words


@pytest.mark.parametrize(
    ("form", "text", "found"),
    [
        ("YYYY-MM-DD", "2018-05-10", "2018-05-10"),
        ("D/M/YYYY", "10/05/2018", "2018-05-10"),
        ("M/D/YYYY", "10/05/2018", "2018-10-05"),
        ("D MMMM YYYY", "5 May 2018", "2018-05-05"),
        ("D-MMM-YYYY", "05-Sept-2018", "2018-09-05"),
        ("MMM-YY", "Mar-22", "2022-03"),
        ("M/YYYY", "5/2018", "2018-05"),
        ("YYYY", "2018", "2018"),
        ("YYYYMMDD", "20180501", "2018-05-01"),
        ("YYYY-MM-DD hh:mm:ss", "2018-05-01 18:30:00", "2018-05-01T18:30:00"),
        ("YYYY-MM-DDThh:mm:ssZ", "2018-05-01T18:30:00+0200", "2018-05-01T18:30:00+02:00"),
        ("edtf", "2018-01/2018-04~", "2018-01/2018-04~"),
        ("words", "early May 2018", "[2018-05-01..2018-05-10]"),
    ],
)
def test_a_declared_form_is_read(form: str, text: str, found: str) -> None:
    """The result is EDTF, as precise as the text."""
    assert Forms(forms=(form,)).read(text) == found
    edtf.parse(found)


@pytest.mark.parametrize(
    ("form", "text", "reason"),
    [
        ("D/M/YYYY", "2018-05-10", "is not a date of the form D/M/YYYY"),
        ("D/M/YYYY", "31/02/2018", "is not a day that exists"),
        ("D/M/YYYY", "05/13/2018", "is not a day that exists"),
        ("D MMMM YYYY", "5 Mai 2018", "is not a date of the form"),
        ("edtf", "May 2018", "2018-05"),
        ("words", "10/05/2018", "is not a date of the form words"),
        ("words", "winter 2018", "is not a date of the form words"),
        ("words", "soon", "is not a date of the form words"),
    ],
)
def test_nothing_else_is_guessed(form: str, text: str, reason: str) -> None:
    """A date in another form, one that does not exist, and one with a choice are refused."""
    with pytest.raises(DateFault) as caught:
        Forms(forms=(form,)).read(text)
    assert not caught.value.is_sentinel
    assert reason in str(caught.value) or reason in str(caught.value.__cause__) or form == "edtf"


@pytest.mark.parametrize("text", ["1753-01-01", "1900-01-01", "1970-01-01", "9999-12-31", "0000-00-00", "2100-01-01"])
def test_a_sentinel_is_refused_as_one(text: str) -> None:
    """Days by which programs mean that there is none, and days that are far away."""
    with pytest.raises(DateFault) as caught:
        Forms(forms=("YYYY-MM-DD",)).read(text)
    assert caught.value.is_sentinel


def test_a_mapping_may_know_its_own_sentinels() -> None:
    """1 January 1970 is a day like any other in a file that says so."""
    assert Forms(forms=("YYYY-MM-DD",), sentinels=frozenset()).read("1970-01-01") == "1970-01-01"
    with pytest.raises(DateFault, match="is before 1989-01-01, so it is a mistake"):
        Forms(forms=("YYYY-MM-DD",), earliest="1989-01-01").read("1988-12-31")


def test_midnight_is_no_time() -> None:
    """A time of 00:00 is one that nobody gave, unless the mapping says that it is one."""
    forms = ("YYYY-MM-DD hh:mm:ss",)
    assert Forms(forms=forms).read("2018-05-01 00:00:00") == "2018-05-01"
    assert Forms(forms=forms, midnight=True).read("2018-05-01 00:00:00") == "2018-05-01T00:00:00"


def test_months_have_the_names_that_the_mapping_gives() -> None:
    """Other languages are declared, not guessed."""
    french = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
              "novembre", "décembre")  # fmt: skip
    assert Forms(forms=("D MMMM YYYY",), months=french).read("5 août 2018") == "2018-08-05"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("mid-May 2018", "[2018-05-11..2018-05-20]"),
        ("late February 2016", "[2016-02-21..2016-02-29]"),
        ("the end of May 2018", "[2018-05-21..2018-05-31]"),
        ("early 2018", "[2018-01..2018-04]"),
        ("late 2018", "[2018-09..2018-12]"),
        ("spring 2018", "2018-21"),
        ("about May 2018", "2018-05~"),
        ("the 1990s", "199X"),
        ("2018", "2018"),
        ("early spring 2018", None),
        ("in 5 or 6 May 2018", None),
    ],
)
def test_words_mean_thirds(words: str, found: str | None) -> None:
    """Early, mid and late are one unknown day of a third of the month or year."""
    assert from_words(words) == found


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("DD/MM", "has no year"),
        ("YYYY-MM-M", "names a part of a date twice"),
        ("DD YYYY", "has a day but no month"),
        ("D/M/YYYY or M/D/YYYY", "leaves a choice"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused(form: str, fault: str) -> None:
    """Faults of a mapping are told before any row is read."""
    assert fault in " ".join(form_faults(form))


@given(day=st.dates(date(1990, 1, 1), date(2099, 12, 31)), form=st.sampled_from(["D/M/YYYY", "M/D/YYYY", "D.M.YYYY"]))
def test_what_a_form_writes_it_reads(day: date, form: str) -> None:
    """Reading is the inverse of writing, for every day and form."""
    text = form.replace("YYYY", f"{day.year:04d}").replace("D", str(day.day)).replace("M", str(day.month))
    assert Forms(forms=(form,)).read(text) == day.isoformat()


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    """What is read is EDTF; there is no other end."""
    try:
        found = Forms(forms=("YYYY-MM-DD", "D/M/YY", "D MMM YYYY hh:mm", "words", "edtf")).read(text)
    except DateFault:
        return
    edtf.parse(found)
