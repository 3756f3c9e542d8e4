"""What a date that a person wrote may mean, as EDTF: `June 5, 2023` is `2023-06-05`. Pure; only a refusal loads it.

It guesses nothing: a year must have four digits, and dates that do not exist are left out. If a text has several
readings, it gives all of them.
"""

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from chronology.dates.calendar import month_length

_LONGEST: Final = 60
"""Characters of the longest text that is tried: one date with words around it."""

_NAMES: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SEASONS: Final = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}

_WEEKDAYS: Final = "(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|satur|sat|sun)(?:day)?[.,]? )?"
_MONTH: Final = "(?P<name>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _NAMES) + r"|sept)\.?"
_DAY: Final = "(?P<day>[0-9]{1,2})(?:st|nd|rd|th|[.])?"
_YEAR: Final = "(?P<year>[0-9]{4})"
_GAP: Final = "(?:[ ,/-]|, )?"
_SEPARATOR: Final = r"(?P<separator>[-/.]| |\. )"
_TIME: Final = "(?:(?:,? (?:at )?|t)(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?)"
_ZONE: Final = "(?: ?(?P<zone>z|utc))?"

_DAYS: Final = (
    # 5 May 2018, 5th of May 2018, 5-May-2018; May 5, 2018; 2018 May 5
    f"{_WEEKDAYS}(?:the )?{_DAY}(?: of)?{_GAP}{_MONTH}{_GAP}{_YEAR}",
    f"{_WEEKDAYS}{_MONTH}{_GAP}(?:the )?{_DAY}(?:[ /-]|, ?){_YEAR}",
    f"{_YEAR}{_GAP}{_MONTH}{_GAP}{_DAY}",
    # 2018-5-1, 2018/05/01, 20180501
    f"{_YEAR}{_SEPARATOR}(?P<month>[0-9]{{1,2}})(?P=separator)(?P<day>[0-9]{{1,2}})",
    f"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})",
    # 13/05/2018, 5.10.2018
    f"{_WEEKDAYS}(?P<first>[0-9]{{1,2}}){_SEPARATOR}(?P<other>[0-9]{{1,2}})(?P=separator){_YEAR}",
)  # fmt: skip
_PERIODS: Final = (
    # May 2018, 2018 May
    f"{_MONTH}(?: of)?{_GAP}{_YEAR}",
    f"{_YEAR}{_GAP}{_MONTH}",
    # 2018-5, 2018/05, 05/2018
    f"{_YEAR}[-/. ](?P<month>[0-9]{{1,2}})",
    f"(?P<month>[0-9]{{1,2}})[-/. ]{_YEAR}",
    # spring 2018, winter 2018/2019, Q1 2018, the 1990s, 2018
    f"(?P<season>{'|'.join(_SEASONS)})(?: of)?{_GAP}{_YEAR}(?:[/-](?P<next>[0-9]{{4}}))?",
    f"{_YEAR}{_GAP}(?P<season>{'|'.join(_SEASONS)})",
    f"q(?P<quarter>[1-4])[ /-]?{_YEAR}",
    f"{_YEAR}[ /-]?q(?P<quarter>[1-4])",
    "(?P<decade>[0-9]{3})0'?s",
    _YEAR,
)

_PART: Final = r"(?P<part>(?:early|mid|late|beginning of|start of|middle of|end of)[ -](?:the )?)?"
_APPROXIMATE: Final = r"(?P<about>(?:c|ca|approx)\. ?|(?:ca?|circa|about|around|approx|approximately) |c(?=[0-9])|~ ?)?"
_FORMS: Final = (
    *(f"(?:on )?{_APPROXIMATE}{form}(?:{_TIME}{_ZONE})?(?P<doubt> ?[?])?" for form in _DAYS),
    *(f"(?:in )?{_APPROXIMATE}(?:the )?{_PART}{form}(?P<doubt> ?[?])?" for form in _PERIODS),
)


@frozen
class Suggestion:
    """What a text may mean.

    Attributes:
        forms: EDTF texts, one for each reading; may be empty.
        remark: what the forms alone do not show; may be empty.
        exists: false if the text is certainly a date, but there is no such day or month.
    """

    forms: tuple[str, ...]
    remark: str = ""
    exists: bool = True

    def __str__(self) -> str:
        return f"write {' or '.join(self.forms)}" + (f" ({self.remark})" if self.remark else "")


def suggest(text: str) -> Suggestion:
    """Return the EDTF forms of a date that a person wrote, in numbers or with English names of months and seasons.

    If day and month can change places, the reading with the day first comes first.
    """
    if len(text) > _LONGEST:
        return Suggestion(())
    plain = " ".join(text.lower().split())
    for form in _FORMS:
        match = re.fullmatch(form, plain, re.ASCII)
        if match:
            given = {name: value for name, value in match.groupdict().items() if value}
            mark = _mark(given)
            # A time of day takes no qualifier, so a text that has one gets the day alone.
            forms = dict.fromkeys(form + mark for form in _forms(given) if not (mark and "T" in form))
            # Eight digits that are not a day may be in another order, so this says nothing about them.
            exists = bool(forms) or not ("name" in given or "separator" in given)
            return Suggestion(tuple(forms), _remark(given, mark), exists)
    return Suggestion(())


def _forms(given: dict[str, str]) -> Iterator[str]:
    """Yield every existing date among the readings of a match."""
    year = given.get("year", "")
    if "decade" in given:
        yield f"{given['decade']}X"
        if given["decade"].endswith("0"):
            yield f"{given['decade'][:2]}XX"
    elif "season" in given:
        yield from _seasons(given)
    elif "quarter" in given:
        yield f"{year}-{32 + int(given['quarter'])}"
    elif "other" in given:
        yield from _days(given, day=given["first"], month=given["other"])
        yield from _days(given, day=given["other"], month=given["first"])
    elif "name" in given:
        month = next(place for place, name in enumerate(_NAMES, start=1) if name.startswith(given["name"][:3]))
        yield from _days(given, day=given.get("day"), month=str(month))
    elif "month" in given:
        yield from _days(given, day=given.get("day"), month=given["month"])
    else:
        yield year


def _days(given: dict[str, str], *, day: str | None, month: str) -> Iterator[str]:
    """Yield a month, a day or a time of day, if it exists."""
    year = given["year"]
    if not 1 <= int(month) <= 12 or (day and not 1 <= int(day) <= month_length(int(year), int(month))):
        return
    found = f"{year}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")
    if "hour" in given:
        zone = "Z" if "zone" in given else ""
        yield f"{found}T{int(given['hour']):02d}:{given['minute']}:{given.get('second', '00')}{zone}"
    if "second" not in given or "about" in given or "doubt" in given:
        yield found


def _seasons(given: dict[str, str]) -> Iterator[str]:
    """Yield a season. EDTF names a winter by the year in which it begins; people use either year."""
    season, year = given["season"], int(given["year"])
    number = _SEASONS[season]
    if "next" in given:
        if season == "winter" and int(given["next"]) == year + 1:
            yield f"{year:04d}-{number}"
        return
    yield f"{year:04d}-{number}"
    if season == "winter" and year > 0:
        yield f"{year - 1:04d}-{number}"


def _mark(given: dict[str, str]) -> str:
    """Return the qualifier that the text has."""
    if "about" in given:
        return "%" if "doubt" in given else "~"
    return "?" if "doubt" in given else ""


def _remark(given: dict[str, str], mark: str) -> str:
    if "part" in given:
        return "EDTF has no early, middle or late part: keep the words in a quote"
    if given.get("season") == "winter" and "next" not in given:
        return "a winter is named by the year in which it begins"
    if "hour" in given and mark:
        return "a time of day takes no qualifier"
    if "hour" in given and "second" not in given:
        return "times of day have seconds; give the day alone if they are not known"
    return ""
