"""Slugs: the short name in `kind/slug`, made from a name as people write it. Pure."""

import re
import unicodedata
from typing import Final

from chronology.events.patterns import SUBJECT_LENGTH

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_OTHER: Final = re.compile(r"[^a-z0-9]+")

_APOSTROPHES: Final = "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u2018\u2019\u2032"
"""Apostrophes, which stand inside a word in transcribed names: Sha'fah."""

_LETTERS: Final = str.maketrans(
    {
        "\u00e6": "ae", "\u0153": "oe", "\u00f8": "o", "\u0111": "d", "\u00f0": "d", "\u0142": "l", "\u00fe": "th",
        "\u0131": "i", "\u0127": "h", **dict.fromkeys(_APOSTROPHES),
    }
)  # fmt: skip
"""Latin letters that Unicode does not decompose into an ASCII letter and a mark; apostrophes are dropped."""


def folded(text: str) -> str:
    """Return a text as spellings of a name are compared: without case, marks and apostrophes."""
    # Decomposing can produce capitals (from a mathematical A), and case folding can produce letters that decompose.
    apart = unicodedata.normalize("NFKD", text).casefold()
    apart = unicodedata.normalize("NFKD", apart).translate(_LETTERS)
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


class _Spellings(dict[int, str]):
    """What becomes of each character in `spelling`, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        apart = folded(chr(code))
        if not apart and chr(code).isspace():
            apart = " "
        self[code] = "".join(" " if unicodedata.category(one)[0] in "PSZC" else one for one in apart)
        return self[code]


_spellings: Final = _Spellings()


def spelling(text: str) -> str:
    """Return the form in which a name is looked up: folded, with a space for each run of punctuation and symbols.

    Letters and vowel signs of every script stay. Empty where nothing else is in the text.
    """
    # Taking letters apart and folding case look at one character at a time, so each is worked out once, which is ten
    # times as fast.
    return " ".join(text.translate(_spellings).split())


def slug_of(text: str, *, kind: str = "") -> str:
    """Return the slug for a name: folded to ASCII (NFKD), in lower case, a hyphen for each run of other characters.

    A text that is already a slug apart from capital letters only becomes lower case. The slug is empty if the name has
    letters, but none that ASCII can write, as in Arabic.

    Args:
        text: the name, as people write it.
        kind: the kind that will stand before the slug; the slug is cut so that both fit into a subject.
    """
    room = SUBJECT_LENGTH - len(kind) - 1
    if _SLUG.fullmatch(text.lower()):
        return text.lower()[:room]
    ascii_text = folded(text).encode("ascii", "ignore").decode()
    if any(map(str.isalpha, text)) and not any(map(str.isalpha, ascii_text)):
        return ""
    # Letters that ASCII cannot write are already dropped, so they leave no hyphen.
    return _OTHER.sub("-", ascii_text).strip("-")[:room].rstrip("-")


_ARTICLE: Final = re.compile(r"(?:al|el|ad|adh|an|ar|as|ash|at|ath|az)-")
_DOUBLED: Final = re.compile(r"([a-z])\1+")
_TWO_LETTERS: Final = re.compile("([dgkst])h")
_VOWELS: Final = re.compile("[aeiouwy-]|(?<!^)h")


def consonants(slug: str) -> str:
    """Return what the usual transcriptions of an Arabic name share: its consonants, without the article.

    Baghuz, Baguz and al-Baghouz have the same ones, as have Raqqa, ar-Raqqah and Rakka. Digits stay.
    """
    bare = _TWO_LETTERS.sub(r"\1", _ARTICLE.sub("", slug, count=1) if _ARTICLE.match(slug) else slug)
    return _VOWELS.sub("", _DOUBLED.sub(r"\1", bare.replace("q", "k").replace("c", "k")))
