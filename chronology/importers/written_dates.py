"""Dates as files write them, read by declared forms only: a text becomes EDTF, or is refused. Guesses nothing. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from attrs import Factory, field, frozen

from chronology.dates import edtf, suggestions
from chronology.dates.calendar import month_length
from chronology.errors import ChronologyError, DateError

EDTF: Final = "edtf"
WORDS: Final = "words"

SENTINELS: Final = (
    "0000-00-00", "0001-01-01", "1601-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-00", "1900-01-01",
    "1970-01-01", "9999-12-31",
)  # fmt: skip
"""Days by which databases and spreadsheets mean that there is no date."""

LATEST: Final = "2100-01-01"
"""From this day on, a date is a slip of the pen, unless a mapping says otherwise."""

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


_TOLD: Final = 4


class DateFault(ChronologyError):  # noqa: N818 - what is wrong with a cell, collected rather than shown
    """A text that is not a date by the declared forms; `is_sentinel` if it is one that stands for none."""

    def __init__(self, text: str, reason: str, *, is_sentinel: bool = False) -> None:
        super().__init__(f"{text!r} {reason}")
        self.text = text
        self.reason = reason
        self.is_sentinel = is_sentinel


_TOKENS: Final = {
    "YYYY": "(?P<year>[0-9]{4})",
    "YY": "(?P<short>[0-9]{2})",
    "MMMM": "(?P<name>[^\\W\\d_]+)\\.?",
    "MMM": "(?P<name>[^\\W\\d_]+)\\.?",
    "MM": "(?P<month>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})",
    "DD": "(?P<day>[0-9]{2})",
    "D": "(?P<day>[0-9]{1,2})",
    "hh": "(?P<hour>[0-9]{2})",
    "h": "(?P<hour>[0-9]{1,2})",
    "mm": "(?P<minute>[0-9]{2})",
    "ss": "(?P<second>[0-9]{2})",
    "fff": "[0-9]{1,9}",
    "Z": "(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})",
}
_TOKEN: Final = re.compile("|".join(sorted(_TOKENS, key=len, reverse=True)))


def form_faults(form: str) -> Iterator[str]:
    """Yield what is wrong with a declared form."""
    if form in (EDTF, WORDS):
        return
    if " or " in form:
        yield f"{form!r} leaves a choice: keep the one that the file means"
        return
    tokens = _TOKEN.findall(form)
    if not {"YYYY", "YY"} & set(tokens):
        yield f"{form!r} has no year (write YYYY, as in DD/MM/YYYY; or {EDTF!r} or {WORDS!r})"
    kinds = [token[0] + token[0].lower() if token[0] not in "mM" else token[0] for token in tokens]
    if len(kinds) != len(set(kinds)):
        yield f"{form!r} names a part of a date twice"
    if {"DD", "D"} & set(tokens) and not {"MMMM", "MMM", "MM", "M"} & set(tokens):
        yield f"{form!r} has a day but no month"


@lru_cache(maxsize=256)
def _compiled(form: str) -> re.Pattern[str]:
    parts, last = [], 0
    for match in _TOKEN.finditer(form):
        parts += [re.escape(form[last : match.start()]), _TOKENS[match[0]]]
        last = match.end()
    return re.compile("".join([*parts, re.escape(form[last:])]))


@frozen(kw_only=True)
class Forms:
    """The declared ways in which a column writes dates, and what stands for none.

    Attributes:
        forms: tried in order, such as "YYYY-MM-DD", "D MMMM YYYY", "edtf" or "words" (English: "early May 2018").
        sentinels: days that mean that there is no date.
        earliest: days before it are taken for mistakes, if it is given.
        latest: so are this day and those after it.
        months: the names of the months, for forms with MMMM or MMM, whose first three letters also do.
        midnight: whether 00:00 is a time of day; else it means that the time is not known.
    """

    forms: tuple[str, ...]
    sentinels: frozenset[str] = frozenset(SENTINELS)
    earliest: str | None = None
    latest: str = LATEST
    months: tuple[str, ...] = MONTHS
    midnight: bool = False
    _known: dict[str, str | DateFault] = field(default=Factory(dict), eq=False, repr=False, alias="known")

    def read(self, text: str) -> str:
        """Return a date as EDTF.

        Raises:
            DateFault: it is in none of the forms, does not exist, or stands for no date.
        """
        known = self._known.get(text)
        if known is None:
            try:
                known = self._read(text)
            except DateFault as exc:
                known = exc
            if len(self._known) < 50_000:
                self._known[text] = known
        if isinstance(known, DateFault):
            raise DateFault(text, known.reason, is_sentinel=known.is_sentinel)
        return known

    def _read(self, text: str) -> str:
        reasons = []
        for form in self.forms:
            try:
                edtf_date = self._by(form, text)
            except DateError as exc:
                reasons.append(exc.reason)
                continue
            if edtf_date is not None:
                self._check(text, edtf_date)
                return edtf_date
        if text[:10] in self.sentinels:
            raise DateFault(text, "stands for an unknown date", is_sentinel=True)
        raise DateFault(text, reasons[0] if reasons else f"is not a date of the form {self._told()}")

    def _told(self) -> str:
        """Return the forms for people; many are counted, because the mapping lists them."""
        if len(self.forms) <= _TOLD:
            return " or ".join(self.forms)
        return f"{', '.join(self.forms[: _TOLD - 1])} or {len(self.forms) - _TOLD + 1} more of the mapping"

    def _by(self, form: str, text: str) -> str | None:
        if form == EDTF:
            edtf.parse(text)
            return text
        if form == WORDS:
            return from_words(text)
        match = _compiled(form).fullmatch(text)
        return None if match is None else self._put_together(text, match.groupdict())

    def _put_together(self, text: str, given: Mapping[str, str | None]) -> str | None:
        year = given.get("year") or _whole_year(given.get("short") or "")
        month = given.get("month")
        if name := given.get("name"):
            month = self._month(name)
            if month is None:
                return None
        if month is None:
            return year
        day = given.get("day")
        day_text = f"{year}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")
        if text[:10] in self.sentinels or day_text in self.sentinels:
            raise DateFault(text, "stands for an unknown date", is_sentinel=True)
        if not 1 <= int(month) <= 12 or (day and not 1 <= int(day) <= month_length(int(year), int(month))):
            raise DateError(text, "is not a day that exists" if day else "is not a month that exists")
        if not day or given.get("hour") is None:
            return day_text
        hour, minute, second = (int(given.get(name) or 0) for name in ("hour", "minute", "second"))
        if not (self.midnight or hour or minute or second):
            return day_text
        timed = f"{day_text}T{hour:02d}:{minute:02d}:{second:02d}{_zone(given.get('zone') or '')}"
        edtf.parse(timed)
        return timed

    def _month(self, name: str) -> str | None:
        name = name.lower()
        for place, known in enumerate(self.months, start=1):
            if name == known.lower() or name == known.lower()[:3] or (name == "sept" and known == "september"):
                return str(place)
        return None

    def _check(self, text: str, edtf_date: str) -> None:
        if edtf_date in self.sentinels:
            raise DateFault(text, "stands for an unknown date", is_sentinel=True)
        first = edtf_date.lstrip("[")[:10]
        if first >= self.latest and first[:1].isdigit():
            raise DateFault(text, f"is not before {self.latest}, so it is a mistake", is_sentinel=True)
        if self.earliest and first[:1].isdigit() and first < self.earliest[: len(first)]:
            raise DateFault(text, f"is before {self.earliest}, so it is a mistake", is_sentinel=True)


def _whole_year(short: str) -> str:
    """Return the year that two digits mean, as POSIX reads them: 69 to 99 are of the last century."""
    return ("19" if int(short) >= 69 else "20") + short


def _zone(zone: str) -> str:
    return zone if zone in ("", "Z") or ":" in zone else f"{zone[:3]}:{zone[3:]}"


_PART: Final = re.compile(
    r"(?:in |the )*(?P<part>early|mid|late|(?:the )?(?:beginning|start|middle|end) of)[ -](?:the )?"
    r"(?:month of )?(?P<rest>.+)"
)
_THIRDS: Final[Mapping[str, int]] = {
    "early": 0, "beginning of": 0, "start of": 0, "mid": 1, "middle of": 1, "late": 2, "end of": 2,
}  # fmt: skip


def from_words(text: str) -> str | None:
    """Return a date in English words as EDTF, None if it is none, or if its words leave a choice.

    Early, mid and late mean the three thirds of a month (to the 10th, to the 20th, the rest) or of a year (four months
    each): one unknown day of these. A date in numbers alone is not read, because their order is not declared.
    """
    plain = " ".join(text.lower().split())
    if not any(map(str.isalpha, plain)):
        return plain if re.fullmatch("[0-9]{4}", plain) else None
    part = _PART.fullmatch(plain)
    if part is None:
        return _sole(plain)
    whole = _sole(part["rest"])
    return None if whole is None else _third(whole, _THIRDS[part["part"].removeprefix("the ")])


def _sole(plain: str) -> str | None:
    if re.fullmatch("[0-9]{4}", plain):
        return plain
    suggested = suggestions.suggest(plain)
    forms: Sequence[str] = suggested.forms
    return forms[0] if len(forms) == 1 and not re.search("[0-9][/.-][0-9]", plain) else None


def _third(whole: str, third: int) -> str | None:
    if re.fullmatch("[0-9]{4}", whole):
        return f"[{whole}-{4 * third + 1:02d}..{whole}-{4 * third + 4:02d}]"
    if not re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", whole):
        return None
    last = (10, 20, month_length(int(whole[:4]), int(whole[5:])))[third]
    return f"[{whole}-{10 * third + 1:02d}..{whole}-{last:02d}]"
