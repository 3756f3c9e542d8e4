"""Foreign text made safe for terminals. Pure: prints nothing, knows nothing of the rest."""

import re
import unicodedata
from functools import cache
from itertools import groupby

# More marks than this on one letter are not writing: the longest stacks that we know, in Tibetan, have eight.
MAX_MARKS = 8

# Characters that a terminal obeys, that reorder their neighbours, or that cannot be seen: the categories Cc, Cf, Cs, Zl
# and Zp, the noncharacters, and the property Default_Ignorable_Code_Point, without the few of Cf that can be
# seen, such as the Arabic end of ayah. It is a table because `unicodedata` differs from one Python to the next.
_UNSAFE_RANGES = (
    ("\x00", "\x1f"),
    ("\x7f", "\x9f"),
    ("\u00ad", "\u00ad"),  # soft hyphen
    ("\u034f", "\u034f"),  # combining grapheme joiner
    ("\u061c", "\u061c"),  # Arabic letter mark
    ("\u115f", "\u1160"),  # Hangul fillers
    ("\u17b4", "\u17b5"),  # Khmer inherent vowels
    ("\u180b", "\u180f"),  # Mongolian selectors
    ("\u200b", "\u200f"),  # zero-width space and joiners, direction marks
    ("\u2028", "\u202e"),  # separators of lines and paragraphs, embeddings and overrides
    ("\u2060", "\u206f"),  # word joiner, invisible operators, isolates
    ("\u3164", "\u3164"),  # Hangul filler
    ("\ud800", "\udfff"),  # surrogates
    ("\ufdd0", "\ufdef"),  # noncharacters
    ("\ufe00", "\ufe0f"),  # variation selectors
    ("\ufeff", "\ufeff"),  # byte order mark
    ("\uffa0", "\uffa0"),  # Hangul filler
    ("\ufff0", "\ufffb"),  # unassigned but ignorable, interlinear annotation
    ("\ufffe", "\uffff"),
    ("\U00013430", "\U0001343f"),  # Egyptian hieroglyph format controls
    ("\U0001bca0", "\U0001bca3"),  # shorthand format controls
    ("\U0001d173", "\U0001d17a"),  # musical format controls
    ("\U000e0000", "\U000e0fff"),  # tags, more variation selectors
    *((chr(plane + 0xFFFE), chr(plane + 0xFFFF)) for plane in range(0x10000, 0x110000, 0x10000)),
)
_UNSAFE_CLASS = "".join(f"{first}-{last}" for first, last in _UNSAFE_RANGES)
# Most text is ASCII and needs none of these patterns, so they are compiled only when needed.
_compiled = cache(re.compile)
_UNSAFE = f"[{_UNSAFE_CLASS}]"
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ZWNJ, _ZWJ = "\u200c", "\u200d"

# Letters and marks of the scripts in which a joiner or non-joiner is part of the spelling: Arabic to Mandaic,
# Devanagari to Sinhala, Myanmar, Khmer, Mongolian, Balinese to Batak, and those beyond the first plane.
_JOINING = (
    "[\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06ea-\u06ef\u06fa-\u06ff\u0710-\u085f\u0860-\u088e\u0898-\u08e1"
    "\u0900-\u0963\u0971-\u0df4\u1000-\u109f\u1780-\u17b3\u17b6-\u17d3\u1820-\u18aa\u1b00-\u1bff"
    "\ufb50-\ufdcf\ufdf0-\ufdfb\ufe70-\ufefc\U00011000-\U00011fff\U0001e900-\U0001e94b]"
)
_ARABIC = "[\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06ea-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08e1]"
_PICTURE = "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_IDEOGRAPH = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]"

# For `re`, marks are neither words nor spaces, so only such a run can contain too many; `_thinned` counts them.
_FLOOD = rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1},}}"


def escape(text: str, *, multiline: bool = False) -> str:
    r"""Return text in which unseen characters are visible, as `\n`, `\x1b`, `\u202e` or `\U000e0041`.

    The only way by which foreign text reaches a terminal. Zero-width joiners and variation selectors stay
    where the spelling of Persian, of Indic scripts, of ideographs or of emoji needs them. Direction marks do
    not stay: they move digits and punctuation, which a reader who compares two dates must see. Combining
    marks beyond `MAX_MARKS` in a row are counted instead of shown.

    A backslash stays unchanged: the output is for people, `C:\new` is easier to read, and escaping twice does no
    harm. The JSON has the exact text.

    Args:
        text: any string, lone surrogates included.
        multiline: keep newlines and tabs, for text that is shown as a block.
    """
    if text.isascii() and text.isprintable():
        return text

    def visible(match: re.Match[str]) -> str:
        char = match[0]
        if multiline and char in "\n\t":
            return char
        return char if _belongs(char, match.string, match.start()) else _escaped(char)

    return _compiled(_FLOOD).sub(_thinned, _compiled(_UNSAFE).sub(visible, text))


def one_line(text: str, width: int) -> str:
    """Return escaped text cut to at most `width` terminal cells, with an ellipsis in place of what was cut.

    Wide characters count as two cells and marks as none. Requires width >= 1.
    """
    line = escape(text)
    if len(line) <= width and line.isascii():
        return line
    cells = 0
    fits = 0
    for end, char in enumerate(line):
        size = _cells(char)
        # A mark stays with its letter, so the text is only cut in front of something that takes up room.
        if size and cells < width:
            fits = end
        cells += size
        if cells > width:
            return f"{line[:fits]}…"
    return line


def width_of(text: str) -> int:
    """Return how many terminal cells escaped text takes; wide characters count as two and marks as none."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _belongs(char: str, text: str, at: int) -> bool:
    """Tell whether an unseen character is part of the spelling at this place."""
    before = text[at - 1] if at else ""
    after = text[at + 1 : at + 2]
    if not before:
        return False
    if char in (_ZWNJ, _ZWJ):
        return _joins(char, before, after, text[at - 2 : at - 1])
    if char in "\ufe0e\ufe0f":
        # Also the base of a keycap: a digit, number sign or asterisk, the selector, and U+20E3.
        return bool(_compiled(_PICTURE).match(before)) or (before in "0123456789#*" and after == "\u20e3")
    if "\ufe00" <= char <= "\ufe0d" or "\U000e0100" <= char <= "\U000e01ef":
        return bool(_compiled(_IDEOGRAPH).match(before))
    if "\u180b" <= char <= "\u180f":
        return "\u1820" <= before <= "\u18aa"
    return False


def _joins(char: str, before: str, after: str, second_before: str) -> bool:
    """Tell whether a joiner is where RFC 5892 appendix A, Arabic abbreviations or emoji have one."""
    if unicodedata.combining(before) == 9:  # a virama: the joiner chooses the form of the consonant before it
        return True
    if _compiled(_JOINING).match(before) and _compiled(_JOINING).match(after):
        return True
    if char == _ZWNJ:
        return False
    if _compiled(_ARABIC).match(before):  # keeps the initial form if nothing follows, as in the Persian for "AH"
        return True
    if before == "\ufe0f":
        before = second_before
    return bool(_compiled(_PICTURE).match(before) and _compiled(_PICTURE).match(after))


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _thinned(match: re.Match[str]) -> str:
    """Shorten every run of marks that is too long, and say by how many."""
    parts = []
    for stacked, group in groupby(match[0], _is_stacked):
        run = "".join(group)
        if stacked and len(run) > MAX_MARKS:
            # A joiner at the cut would join nothing.
            kept = run[:MAX_MARKS].rstrip(_ZWNJ + _ZWJ)
            run = f"{kept}[+{len(run) - len(kept)} marks]"
        parts.append(run)
    return "".join(parts)


def _is_stacked(char: str) -> bool:
    """Tell whether a character is drawn on the one before it, or is unseen and keeps a stack going."""
    return unicodedata.category(char) in ("Mn", "Me", "Cf")


def _cells(char: str) -> int:
    if _is_stacked(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
