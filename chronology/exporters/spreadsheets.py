"""Texts that a spreadsheet would take for something else: formulas, and dates with a day that nobody gave. Pure."""

import re
import unicodedata
from typing import Final

_SIGNS: Final = frozenset("=+-@＝＋－＠﹦﹢﹣﹫")
"""What starts a formula, in its narrow, wide and small forms."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Cn"})
"""Categories of characters that programs drop or do not show, so that a sign after them may still come first."""

_ALSO_UNSEEN: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters without a shape: Hangul fillers."""

_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"

_DATE: Final = re.compile(
    rf"\s*(?:\d{{1,4}}([-/])\d{{1,4}}(?:\1\d{{1,4}})?(?:[T ].*)?|\d{{1,2}}\.\d{{1,2}}\.\d{{0,4}}"
    rf"|(?:\d{{1,2}}[ -])?{_MONTH}[ -]\d{{1,4}}(?:, \d.*)?|\d{{1,2}}[ -]{_MONTH}|\d{{1,2}}:\d\d(?::\d\d)?)\s*",
    re.IGNORECASE,
)
"""Dates as people write them, whole or partial, with hyphens, slashes, dots or the name of a month; times of day."""


def is_formula(text: str) -> bool:
    """Tell whether some spreadsheet may take a text for a formula."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    for char in text:
        if char in _SIGNS:
            return True
        if char not in _ALSO_UNSEEN and unicodedata.category(char) not in _UNSEEN:
            return False
    return False


def is_date(text: str) -> bool:
    """Tell whether some spreadsheet may take a text for a date: it makes 1 May 2018 of "2018-05" and of "May 2018"."""
    return _DATE.fullmatch(text) is not None


def harmless(text: str) -> str:
    """Return a text with an apostrophe before what could be taken for a formula or a date; this alters it."""
    return f"'{text}" if is_formula(text) or is_date(text) else text
