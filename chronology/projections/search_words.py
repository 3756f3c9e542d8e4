"""Words as search compares them: texts and questions, folded and cut in one way for all scripts. Pure.

Folding drops case, accents, vowel points, tatweel and unseen characters, and takes the Arabic letters that writers
exchange for one (as Lucene's ArabicNormalizer does). Where a script puts no spaces between words, each character is a
word, and a run of them in a question is a phrase, so any part of a text is found.
"""

import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

from chronology.errors import ChronologyError

RULES: Final = f"1 {unicodedata.unidata_version}"
"""Version of these rules and of the tables of characters behind them; an index made by others is of no use."""

_MOST_WORDS: Final = 100

_SAME: Final = str.maketrans("ىیکةہھ", "ييكههه")

# Han, kana, Thai, Lao, Tibetan, Myanmar, Khmer: first and last code point.
_UNSPACED: Final = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip

_TATWEEL: Final = 0x640


class Term(NamedTuple):
    """Words that must stand one after the other, the last perhaps only begun.

    Attributes:
        words: folded.
        is_prefix: whether the last one may go on.
        others: words that will do as well, folded, none of them begun only.
    """

    words: tuple[str, ...]
    is_prefix: bool
    others: tuple[tuple[str, ...], ...] = ()

    @property
    def readings(self) -> "list[Term]":
        """The term itself, and each of the others, as terms that have no others."""
        return [self._replace(others=()), *(Term(words, is_prefix=False) for words in self.others)]


class Word(NamedTuple):
    """A word of a text: where it stands, and how it is compared."""

    start: int
    end: int
    folded: str


class _Folding(dict[int, str]):
    """What becomes of each code point: letters and digits, a space, or nothing."""

    def __missing__(self, code: int) -> str:
        # Once more after the change of case, for which decomposition may bring new letters.
        char = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
        self[code] = folded = "".join(map(_folded, char.translate(_SAME)))
        return folded


def _folded(char: str) -> str:
    code, category, joined = ord(char), unicodedata.category(char), unicodedata.combining(char)
    # Points, accents and modifier letters. Signs of Indic scripts are letters of their own, in class 0, 7 or 9.
    if category == "Cf" or 10 <= joined <= 36 or joined >= 200 or 0x2B0 <= code <= 0x2FF or code == _TATWEEL:
        return ""
    if category[0] not in "LMN" and category != "Co":
        return " "
    return f" {char} " if any(first <= code <= last for first, last in _UNSPACED) else char


_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """Return a text as search compares it, its words parted by spaces.

    Character by character, without a look at neighbours, so that what is found can be shown where it stands.
    """
    return text.translate(_FOLDING)


def terms(question: str) -> list[Term]:
    """Read a question: words, "phrases", and beginnings as in bagh*; all of them must be found.

    Nothing that a person types is an error of syntax: a quotation mark that nobody closes ends with the text, and other
    signs part words.

    Raises:
        ChronologyError: it has no word, or too many.
    """
    found = []
    for part in _parts(question):
        is_prefix = part.endswith("*")
        words = fold(part).split()
        if words:
            found.append(Term(tuple(words), is_prefix))
    if not found:
        raise ChronologyError(
            f"{question!r} has no word to search for",
            hint='search for words, "a phrase" or the beginning of a word: bag*',
        )
    if sum(len(term.words) for term in found) > _MOST_WORDS:
        raise ChronologyError(f"a search takes {_MOST_WORDS} words at most", hint="leave out the commonest ones")
    return found


def _parts(question: str) -> Iterator[str]:
    for number, part in enumerate(question.split('"')):
        if number % 2 == 0:
            # The star behind a phrase belongs to it.
            yield from part.removeprefix("*").split() if number else part.split()
        else:
            rest = question.split('"')[number + 1 : number + 2]
            yield part + ("*" if rest and rest[0].startswith("*") else "")


def expression(question: list[Term]) -> str:
    """Return terms in the language of FTS5; every word stands in quotation marks and holds none."""
    return " AND ".join(f"({' OR '.join(map(_quoted, term.readings))})" for term in question)


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.is_prefix else ""}'


def words_of(text: str) -> list[Word]:
    """Return the words of a text with their places."""
    found: list[Word] = []
    start, end, word = 0, 0, ""
    for place, char in enumerate(text):
        folded = _FOLDING[ord(char)]
        for piece in folded:
            if piece != " ":
                start = start if word else place
                end, word = place + 1, word + piece
            elif word:
                found.append(Word(start, end, word))
                word = ""
        if not folded:
            # An accent of its own belongs to the letter before it.
            end = place + 1
    if word:
        found.append(Word(start, end, word))
    return found


def hits(text: str, question: list[Term]) -> list[tuple[int, int]]:
    """Return where terms stand in a text, in order; hits that touch, or that one character parts, are one."""
    words = words_of(text)
    places = sorted(
        (words[at].start, words[at + len(term.words) - 1].end)
        for term in chain.from_iterable(term.readings for term in question)
        for at in range(len(words) - len(term.words) + 1)
        if _stands(words, at, term)
    )
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _stands(words: list[Word], at: int, term: Term) -> bool:
    *first, last = term.words
    if any(words[at + number].folded != word for number, word in enumerate(first)):
        return False
    found = words[at + len(first)].folded
    return found.startswith(last) if term.is_prefix else found == last
