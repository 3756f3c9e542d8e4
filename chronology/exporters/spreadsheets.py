"""Texts that a spreadsheet would take for something else: formulas above all. Pure."""

import unicodedata
from typing import Final

_SIGNS: Final = frozenset("=+-@＝＋－＠﹦﹢﹣﹫")
"""What starts a formula, in its narrow, wide and small forms."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Cn"})
"""Categories of characters that programs drop or do not show, so that a sign after them may still come first."""

_ALSO_UNSEEN: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters without a shape: Hangul fillers."""


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


def harmless(text: str) -> str:
    """Return a text with an apostrophe before what could start a formula; this alters it."""
    return f"'{text}" if is_formula(text) else text
