"""Tests of slugs: one clear rule, whose result is always a subject's."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.events.patterns import is_subject
from chronology.events.slugs import folded, slug_of, spelling

SLUGS = {
    "Linda Yaccarino": "linda-yaccarino",
    "Al Sha'fah": "al-shafah",
    "Al Sha\u2019fah": "al-shafah",
    "  Deir ez-Zor, Syria ": "deir-ez-zor-syria",
    "Škoda": "skoda",
    "Łódź": "lodz",
    "Øster Straße": "oster-strasse",
    "J. R. Smith": "j-r-smith",
    "VOA_2018-05.14": "voa_2018-05.14",
    "\uff36\uff2f\uff21": "voa",
    "\U0001d468hmad": "ahmad",
    "2018": "2018",
    "حاجين": "",
    "Хаджин": "",
    "شارع 5": "",
    "محمد Ali": "ali",
    "?!": "",
    "": "",
}


@pytest.mark.parametrize(("name", "slug"), SLUGS.items())
def test_a_name_has_one_slug(name: str, slug: str) -> None:
    """Folded to ASCII in lower case, hyphens between; empty if no ASCII letter is left of a name with letters."""
    assert slug_of(name) == slug


@given(st.text() | st.text("abÀéø'-._ /A9"), st.sampled_from(["", "person", "k" * 100]))
def test_a_slug_is_empty_or_makes_a_subject(name: str, kind: str) -> None:
    """Whatever is typed, kind and slug together are a subject's name, and the slug of a slug is itself."""
    slug = slug_of(name, kind=kind)
    assert slug == "" or is_subject(f"{kind or 'k'}/{slug}")
    assert slug_of(slug, kind=kind) == slug


@given(st.text())
def test_folding_twice_changes_nothing_more(name: str) -> None:
    """Two spellings of a name that fold to the same text can be compared by it."""
    assert folded(folded(name)) == folded(name)


@given(st.text())
def test_a_spelling_is_its_own_spelling(text: str) -> None:
    """Spelling a second time changes nothing."""
    assert spelling(spelling(text)) == spelling(text)


@given(st.text())
def test_a_spelling_is_the_folded_text_without_punctuation(text: str) -> None:
    """Each character folded by itself gives the letters that the whole text gives."""
    letters = [one for one in folded(text) if unicodedata.category(one)[0] not in "PSZC"]
    assert spelling(text).replace(" ", "") == "".join(letters)


def test_a_spelling_keeps_letters_and_vowel_signs_and_drops_the_rest() -> None:
    """Punctuation and symbols are gaps, apostrophes and marks are nothing."""
    assert spelling(" Al-Sha'fah, (East)! ") == "al shafah east"
    assert spelling("की") != spelling("कू")
    assert spelling("--- …!") == ""
    assert spelling("Ⅳ ﬁn") == "iv fin"
