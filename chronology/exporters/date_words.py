"""Dates in words, no more precise than they were entered: "January 2018 to about April 2018". Pure."""

import re
from typing import Final

from chronology.dates import edtf

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_GROUPS: Final = dict(
    enumerate(
        (
            "spring", "summer", "autumn", "winter",
            "spring", "summer", "autumn", "winter",
            "spring (southern)", "summer (southern)", "autumn (southern)", "winter (southern)",
            "first quarter of", "second quarter of", "third quarter of", "fourth quarter of",
            "first third of", "second third of", "last third of",
            "first half of", "second half of",
        ),
        start=21,
    )
)  # fmt: skip

_PLAIN: Final = re.compile(r"(\d{4})(?:-(\d\d|XX)(?:-(\d\d|XX))?)?")
_TIME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)(?::(\d\d))?(Z|[+-]\d\d(?::\d\d)?)?")
_MARKS: Final = str.maketrans("", "", "?~%")


def in_words(valid: str) -> str:
    """Return a valid time in English words; what has no plain words stays as it was entered.

    Raises:
        DateError: the text is not EDTF.
    """
    edtf.parse(valid)
    if "/" in valid:
        return _interval(*valid.split("/"))
    if valid[0] == "[":
        return _list(valid[1:-1].split(","))
    return _date(valid)


def _interval(start: str, end: str) -> str:
    if start == "..":
        return {"..": "always", "": "from the beginning to an unknown day"}.get(end) or f"until {_date(end)}"
    if start == "":
        return "since an unknown day" if end == ".." else f"from an unknown day to {_date(end)}"
    if end == "..":
        return f"since {_date(start)}"
    return f"{_date(start)} to an unknown day" if end == "" else _range(start, end)


def _list(parts: list[str]) -> str:
    if len(parts) == 1 and ".." in parts[0]:
        return _one_of(*parts[0].split(".."))
    *others, last = [_one_of(*part.split("..")) if ".." in part else _date(part) for part in parts]
    return f"{', '.join(others)} or {last}" if others else last


def _one_of(first: str, last: str) -> str:
    if not first:
        return f"{_date(last)} or earlier"
    if not last:
        return f"{_date(first)} or later"
    exact = len(first.translate(_MARKS)) == len("2018-05-01")
    return f"{'some day' if exact else 'some time'} from {_range(first, last)}"


def _range(first: str, last: str) -> str:
    """Return two dates in words; what they share is said once where both are plain days."""
    if first == last:
        return _date(first)
    if len(first) == len(last) == len("2018-05-01") and first[:4] == last[:4] and _is_day(first) and _is_day(last):
        begin = _date(first).removesuffix(f" {first[:4]}")
        if first[:7] == last[:7]:
            begin = begin.partition(" ")[0]
        return f"{begin} to {_date(last)}"
    return f"{_date(first)} to {_date(last)}"


def _is_day(text: str) -> bool:
    return text.replace("-", "").isdigit()


def _date(text: str) -> str:
    marks = {mark for mark in text if mark in "?~%"}
    plain = _plain(text.translate(_MARKS))
    if plain is None:
        return text
    about = "about " if marks & {"~", "%"} else ""
    return f"{about}{plain}{' (uncertain)' if marks & {'?', '%'} else ''}"


def _plain(text: str) -> str | None:
    """Return a date without qualifiers in words, None where it has no plain ones."""
    if match := _TIME.fullmatch(text):
        year, month, day, clock, second, zone = match.groups()
        seconds = f":{second}" if second and second != "00" else ""
        named = "" if zone is None else " UTC" if zone == "Z" else f" UTC{zone}"
        return f"{_day(year, month, day)}, {clock}{seconds}{named}"
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    if month is None or (month == "XX" and day in (None, "XX")):
        # Of an event of which only the year is known, a month or day with X says no more.
        return year if month is None else f"some day in {year}"
    if month == "XX":
        return None
    if int(month) in _GROUPS:
        return f"{_GROUPS[int(month)]} {year}"
    if day is None:
        return f"{_MONTHS[int(month) - 1]} {year}"
    return f"some day in {_MONTHS[int(month) - 1]} {year}" if day == "XX" else _day(year, month, day)


def _day(year: str, month: str, day: str) -> str:
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"
