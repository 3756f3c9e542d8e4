"""Words as search compares them: one folding for all scripts, and questions in which nothing is an error of syntax."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.errors import ChronologyError
from chronology.projections.search_index import Term, expression, fold, hits, terms, words_of

SAME = [
    ("Al-Baghūz Fawqānī", "al baghuz fawqani"),
    ("الباغُوز", "الباغوز"),
    ("أَبو بكر", "ابو بكر"),
    ("مـديـنة", "مدينه"),
    ("على", "علي"),
    ("می‌خواهم", "ميخواهم"),
    ("כָּתוּב", "כתוב"),
    ("ΣΊΣΥΦΟΣ", "σισυφος"),
    ("Ёлка", "елка"),
    ("İSTANBUL", "istanbul"),
    ("Straße", "STRASSE"),
    ("ﬁre", "fire"),
    ("ＡＢＣ", "abc"),
    ("north_gate", "north-gate"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_word_are_one_word(one: str, other: str) -> None:
    """Case, accents, vowel points, tatweel, joiners and exchanged letters make no difference."""
    assert fold(one).split() == fold(other).split()


@pytest.mark.parametrize(("one", "other"), [("हिन्दी", "हनद"), ("か", "が"), ("ka", "qa"), ("ไม่", "มา")])
def test_signs_that_make_another_word_stay(one: str, other: str) -> None:
    """Vowel signs of Indic scripts and voicing marks of kana are letters."""
    assert fold(one).split() != fold(other).split()


def test_a_word_of_an_indic_script_stays_whole() -> None:
    """Its signs part nothing."""
    assert fold("हिन्दी में").split() == ["हिन्दी", "में"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("closed gate", [Term(("closed",), False), Term(("gate",), False)]),
        ('"north gate" bag*', [Term(("north", "gate"), False), Term(("bag",), True)]),
        ('"north ga"*', [Term(("north", "ga"), True)]),
        ("crossing/north-gate", [Term(("crossing", "north", "gate"), False)]),
        ('he said "no', [Term(("he",), False), Term(("said",), False), Term(("no",), False)]),
        ("a AND NOT b OR (c) NEAR", [Term((w,), False) for w in ("a", "and", "not", "b", "or", "c", "near")]),
        ("subject:x ^y -z +w", [Term(("subject", "x"), False), Term(("y",), False), Term(("z",), False),
                                Term(("w",), False)]),
        ("北京", [Term(("北", "京"), False)]),
        ('"" * x', [Term(("x",), False)]),
    ],
)  # fmt: skip
def test_questions_are_words_phrases_and_beginnings(question: str, found: list[Term]) -> None:
    """Quotation marks make a phrase, a star a beginning; everything else is only a word or parts words."""
    assert terms(question) == found


@pytest.mark.parametrize("question", ["", " ", "***", '""', "-/-", "\x00", "\ud800", "..."])
def test_a_question_without_words_is_refused(question: str) -> None:
    """With what to write."""
    with pytest.raises(ChronologyError, match="no word to search for") as refusal:
        terms(question)
    assert "bag*" in str(refusal.value.hint)


def test_a_question_has_a_limit() -> None:
    """More words than FTS5 could take are refused here, with the number."""
    assert len(terms("x " * 100)) == 100
    with pytest.raises(ChronologyError, match="100 words at most"):
        terms("x " * 101)


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    """Give an empty index."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE search USING fts5(text, content='', tokenize='ascii')")
        yield connection


@given(question=st.text() | st.text(alphabet="\"*ab -^:(){}+,'\\ NEARORANDNOT", max_size=40))
def test_no_question_is_an_error_of_syntax(index: sqlite3.Connection, question: str) -> None:
    """Whatever a person types is refused for having no word, or is a question that FTS5 takes."""
    try:
        found = terms(question)
    except ChronologyError:
        return
    index.execute("SELECT rowid FROM search WHERE search MATCH ?", (expression(found),)).fetchall()


@given(text=st.text(max_size=40))
def test_words_stand_where_they_are_said_to_stand(text: str) -> None:
    """The words with their places are those of the folded text; each lies in the text, after the one before."""
    words = words_of(text)
    assert [word.folded for word in words] == fold(text).split()
    for word in words:
        assert word.folded in fold(text[word.start : word.end]).split()
    assert [word.start for word in words] == sorted(word.start for word in words)


@given(text=st.text(min_size=1, max_size=40), other=st.text(max_size=40), data=st.data())
def test_hits_are_shown_exactly_where_fts5_finds(text: str, other: str, data: st.DataObject) -> None:
    """FTS5 matches a text if and only if every term of the question has a hit in it."""
    pick = data.draw(st.integers(0, len(text) - 1))
    source = data.draw(st.sampled_from([text[pick:], other, f'"{text[:pick]}"', text[:pick] + "*"]))
    try:
        question = terms(source)
    except ChronologyError:
        return
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE search USING fts5(text, content='', tokenize='ascii')")
        connection.execute("INSERT INTO search (rowid, text) VALUES (1, ?)", (fold(text),))
        matched = connection.execute("SELECT 1 FROM search WHERE search MATCH ?", (expression(question),)).fetchone()
    assert (matched is not None) == all(hits(text, [term]) for term in question)


def test_hits_that_touch_are_one() -> None:
    """A phrase, or words with one character between, make one mark."""
    assert hits("The north-gate closed; North Gate.", terms("north gat*")) == [(4, 14), (23, 33)]
    assert hits("他住在北京市", terms("北京")) == [(3, 5)]
    assert hits("Al-Baghūz", terms("baghuz")) == [(3, 9)]
