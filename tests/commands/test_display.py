"""Foreign text on a terminal and in a spreadsheet: nothing unseen gets through, writing stays."""

import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chronology.commands.screen.display import MAX_MARKS, escape, one_line

EVERYTHING = [chr(code) for code in range(sys.maxunicode + 1)]
# Characters of Cf that are seen: number signs, the end of ayah and their like (Prepended_Concatenation_Mark).
SEEN_FORMATS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
JOINERS = "\u200c\u200d"
SELECTORS = "".join(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x180B, 0x180C, 0x180D, 0x180F]))
ANY_TEXT = st.text(st.characters(exclude_categories=[]))
# Text in which the odd characters are frequent enough to meet each other.
ODD_TEXT = st.text(
    st.sampled_from(
        "a1# \n\t\r\x1b\x7f\x85\xad\u0301\u0489\u034f\u061c\u06cc\u0645\u0915\u094d\u09b0"
        "\u200b\u200c\u200d\u200e\u202e\u2066\u2028\u20e3\u2764\ufe0f\ufe00\ufeff\ud83d\u8fbb\U0001f469\U0001f3fd\U000e0041\U000e0101\uffff\\["
    ),
    max_size=30,
)


def is_dangerous(char: str) -> bool:
    """Tell, from this Python's own data, whether a character is obeyed, unseen or no character at all."""
    if char in SEEN_FORMATS:
        return False
    code = ord(char)
    is_noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") or is_noncharacter or char in SELECTORS


def test_every_dangerous_character_is_escaped() -> None:
    """Of all code points, exactly those that are obeyed or unseen are escaped."""
    unseen_letters = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
    for char in EVERYTHING:
        shown = escape(f"a{char}b")
        if is_dangerous(char) or char in unseen_letters:
            assert shown.isascii(), ascii(char)
            assert shown.startswith("a\\"), ascii(char)
            assert shown.encode().decode("unicode_escape") == f"a{char}b", ascii(char)
        elif unicodedata.category(char) != "Cn":
            assert shown == f"a{char}b", ascii(char)


def test_unassigned_ignorable_characters_are_escaped() -> None:
    """Code points that Unicode promises never to show are escaped, though nobody has assigned them."""
    for char in "\u2065\ufff0\ufff8\U000e0000\U000e0002\U000e0fff":
        assert escape(char).startswith("\\"), ascii(char)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("a\x00\x7f\x08", r"a\x00\x7f\x08"),
        ("2018\u202e10-50\u202c", r"2018\u202e10-50\u202c"),
        ("\u2066x\u2069 \u200ex \u200fx \u061cx", r"\u2066x\u2069 \u200ex \u200fx \u061cx"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("\U000e0041\U000e007f", r"\U000e0041\U000e007f"),
        ("\ufeffpay\u200bpal\u2060", r"\ufeffpay\u200bpal\u2060"),
        ("\ud83d\ude00", r"\ud83d\ude00"),
        ("\ufffe\U0010ffff", r"\ufffe\U0010ffff"),
        ("a\u200db\u200cc", r"a\u200db\u200cc"),
        ("\u0645 \u200c\u0645", "\u0645 \\u200c\u0645"),
        ("\u0645\u200c", "\u0645\\u200c"),
        ("\u0645\u200c\u200c\u0645", "\u0645\\u200c\\u200c\u0645"),
        ("я\u200dя 中\u200d中", r"я\u200dя 中\u200d中"),
        ("\u200d", r"\u200d"),
        ("a\ufe0f \ufe0f 1\ufe0f2", r"a\ufe0f \ufe0f 1\ufe0f2"),
        ("❤\ufe0f\ufe0f\ufe0e", "❤\ufe0f\\ufe0f\\ufe0e"),
        ("😀\U000e0101\U000e0102", r"😀\U000e0101\U000e0102"),
    ],
)
def test_what_is_escaped(text: str, shown: str) -> None:
    """Whatever is obeyed or unseen is shown by its number."""
    assert escape(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain ASCII, with \\ and 'quotes'",
        r"C:\new\x1b",
        "Al Jazeera Storm — «عاصفة الجزيرة»",
        "دير الزور، ٢٠١٨/٠٥/١٣",
        "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ۝",
        "او می\u200cخواهد کتاب\u200cها را ببیند",
        "سال ۱۴۰۲ ه\u200d.ش.",
        "भारत में क्\u200dष और र्\u200cय",
        "শ্রী র\u200d্যাব",
        "ශ්\u200dරී ලංකාව",
        "അവന്\u200d വന്നു",
        "ភាសាខ្មែរ မြန်မာ ไทยที่นี่",
        "Tiếng Việt e\u0323\u0302",
        "עִבְרִית",
        "ཧྐྵྨླྺྼྻྂ",
        "辻\U000e0100さん 葛\ufe00",
        "👩\u200d🔬 👨\U0001f3fd\u200d🚒 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 ™\ufe0f ☎\ufe0e",
        "ᠮᠣᠩᠭᠣᠯ\u180b",
        "no-break\u00a0space, thin\u2009space, 全角\u3000空白",
    ],
)
def test_writing_is_left_alone(text: str) -> None:
    """Real writing of many scripts, joiners and selectors included, is unchanged."""
    assert escape(text) == text
    assert escape(text, multiline=True) == text


def test_multiline_keeps_newlines_and_tabs_only() -> None:
    """Text shown as a block keeps its lines and tabs; all else is escaped as ever."""
    assert escape("a\n\tb\r\n\x1bc\u2028é\n", multiline=True) == "a\n\tb\\r\n\\x1bc\\u2028é\n"


def test_floods_of_marks_are_cut_and_counted() -> None:
    """Marks beyond eight in a row are counted instead of shown, even with joiners mixed in."""
    assert escape("e" + "\u0301" * 8) == "e" + "\u0301" * 8
    assert escape("e" + "\u0301" * 9 + "!") == "e" + "\u0301" * 8 + "[+1 marks]!"
    assert escape("Z" + "\u0489\u0316" * 30 + "a\u0301") == "Z" + "\u0489\u0316" * 4 + "[+52 marks]a\u0301"
    assert escape("क" + "\u094d\u200d" * 20) == "क" + "\u094d\u200d" * 3 + "\u094d[+33 marks]"
    assert escape("😀" * 20) == "😀" * 20


def test_marks_are_never_words_to_the_regular_expressions() -> None:
    """No nonspacing or enclosing mark is a word or a space to `re`, which the search for floods relies on."""
    marks = "".join(char for char in EVERYTHING if unicodedata.category(char) in ("Mn", "Me"))
    assert len(marks) > 1800
    assert re.search(r"[\w\s]", marks) is None


def longest_stack(text: str) -> int:
    """Return the length of the longest run of marks, unseen characters not breaking it."""
    longest = run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 0
        longest = max(longest, run)
    return longest


@given(ANY_TEXT | ODD_TEXT)
@example("\ud800")
def test_nothing_dangerous_survives(text: str) -> None:
    """The output can be encoded, and joiners and selectors are all that is left of the unseen."""
    for shown in (escape(text), escape(text, multiline=True).replace("\n", "").replace("\t", "")):
        shown.encode()
        left = {char for char in shown if is_dangerous(char)}
        assert left <= {*JOINERS, *SELECTORS}
        assert longest_stack(shown) <= MAX_MARKS
        assert not re.search(f"(^|[\x00-\x7f])[{JOINERS}{SELECTORS}](?!\u20e3)", shown)
        assert not re.search(f"[{SELECTORS}]{{2}}|[{JOINERS}]{{2}}", shown)


@given(ANY_TEXT | ODD_TEXT)
def test_escaping_twice_does_no_harm(text: str) -> None:
    """Escaped text is plain, and plain text is unchanged."""
    assert escape(escape(text)) == escape(text)


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20)))
def test_plain_ascii_is_unchanged(text: str) -> None:
    """Printable ASCII is returned as the very same object."""
    assert escape(text) is text


# --- One line


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("stalled", 7, "stalled"),
        ("stalled", 6, "stall…"),
        ("stalled", 1, "…"),
        ("s", 1, "s"),
        ("", 1, ""),
        ("two\nlines", 20, r"two\nlines"),
        ("北京条約", 8, "北京条約"),
        ("北京条約", 7, "北京条…"),
        ("北京条約", 6, "北京…"),
        ("cafe\u0301", 4, "cafe\u0301"),
        ("cafe\u0301s", 4, "caf…"),
        ("cafe\u0301ss", 5, "cafe\u0301…"),
    ],
)
def test_lines_are_cut_to_a_width(text: str, width: int, shown: str) -> None:
    """A line too wide ends in an ellipsis after whole letters; wide characters count twice."""
    assert one_line(text, width) == shown


@given(ANY_TEXT | ODD_TEXT, st.integers(1, 30))
def test_lines_fit(text: str, width: int) -> None:
    """The line takes at most `width` cells and is the escaped text, or a start of it and an ellipsis."""
    line = one_line(text, width)
    cells = sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in line
        if unicodedata.category(char) not in ("Mn", "Me", "Cf")
    )
    assert cells <= width
    assert line == escape(text) or (line.endswith("…") and escape(text).startswith(line[:-1]))


# --- Spreadsheets
