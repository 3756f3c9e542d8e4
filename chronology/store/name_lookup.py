"""Taking a name for the subject that bears it, and finding those that a mistyped one may mean.

Decides only where one subject alone can be meant.
"""

import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Final

from chronology.errors import AmbiguousNameError, ChronologyError, did_you_mean, nearest
from chronology.events.patterns import is_subject
from chronology.events.slugs import consonants, slug_of, spelling
from chronology.projections import merges, name_index, references

_NUMBER: Final = re.compile("[0-9]+")

_MOST: Final = 5
"""The most similar names: nobody reads more than a handful."""

_LONGEST: Final = 200
"""The length of the longest text that is looked at, in characters; no name is longer."""

_ROWS: Final = 1_000
"""The most subjects or names that one pass reads."""

_BESIDE: Final = 20
"""How many neighbours in alphabetical order are looked at on either side."""

_COMPARED: Final = 50
"""The most slugs whose distance is computed: those that share most pairs of letters, which are faster to count."""

_SHORTEST: Final = 3
"""The fewest letters of a word that counts as shared."""

_FEWEST: Final = 2
"""The fewest consonants by which another transcription is known."""

_Named = list[tuple[str, str]]
"""Subjects, each with one of its names, as names are compared."""


def subjects_named(connection: sqlite3.Connection, text: str, *, kinds: Collection[str] = ()) -> list[str]:
    """Return the subjects that a text names, in order; those with that slug only where none has that name."""
    if len(text) > _LONGEST or not text.isprintable():
        return []
    kind, name = divided(text, references.kinds(connection))
    wanted = [kind] if kind else kinds
    if kind and kinds and kind not in kinds:
        return []
    slug = slug_of(name)
    same = merges.known(connection)
    named = map(same.of, name_index.bearers(connection, name))
    return of_kinds(named, wanted) or of_kinds(
        map(same.of, name_index.with_slug(connection, slug) if slug else ()), wanted
    )


def spoken_of(subjects: Sequence[str]) -> Sequence[str]:
    """Return those of some subjects that are not sources; all of them if they all are."""
    return [subject for subject in subjects if not subject.startswith("source/")] or subjects


def resolve(connection: sqlite3.Connection, text: str, *, kinds: Collection[str] = (), parties: bool = False) -> str:
    """Return the one subject that a text names.

    A report may have the name of a place or a person as its title; it gives way to what bears the name otherwise.

    Raises:
        AmbiguousNameError: several subjects bear the name.
        ChronologyError: none does; the hint names those that are similar.
    """
    found = subjects_named(connection, text, kinds=kinds)
    found = list(spoken_of(found))
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousNameError(text, found)
    close = similar(connection, text, parties=parties)
    hint = did_you_mean(close) or None
    raise ChronologyError(
        f"subject {text!r} is not kind/slug, and no subject has that name",
        hint=hint or "write it as operation/al-jazeera-storm",
    )


def similar_to_new(connection: sqlite3.Connection, subject: str) -> list[str]:
    """Return the subjects of its kind to which one is similar: by slug, or by a name of which its slug is made."""
    kind, _, slug = subject.partition("/")
    same = merges.known(connection)
    given = map(same.of, name_index.bearers(connection, slug.replace("-", " ")))
    found = [*of_kinds(given, [kind]), *similar(connection, subject, kinds=[kind])]
    series = _NUMBER.sub("0", subject)
    return [one for one in dict.fromkeys(found) if one != same.of(subject) and _NUMBER.sub("0", one) != series][:_MOST]


def similar(
    connection: sqlite3.Connection, text: str, *, kinds: Collection[str] = (), parties: bool = False
) -> list[str]:
    """Return the subjects that a text may mean, nearest first, at most five.

    These are the subjects whose slug or name equals it apart from case, marks and punctuation. If there are none, they
    are those a few letters away, then those that have all of its words, or only words that it has.

    Args:
        connection: of the projections.
        text: what was typed: a name, a slug, or kind/slug.
        kinds: only subjects of these; of any if not given.
        parties: if no subject is similar, look among sources and origins; events need not be about these.
    """
    if not text.strip() or not text.isprintable() or len(text) > _LONGEST:
        return []
    kind, name = divided(text, references.kinds(connection))
    slug = slug_of(name)
    named = list(name_index.like(connection, [spelling(name)], _ROWS)) if spelling(name) else []
    same = {subject for subject, spelt in named if spelt == spelling(name)}
    if slug:
        same.update(name_index.with_slug(connection, slug))
    wanted = [kind] if kind else kinds
    # A slug that exists under another kind than the typed one may be meant too.
    exact = of_kinds(same, wanted) or of_kinds(same, kinds)
    same_as = merges.known(connection).of
    if exact or not slug:
        return list(dict.fromkeys(map(same_as, exact)))[:_MOST]
    parts = _parts(slug)
    others = name_index.holding(connection, parts, _ROWS)
    # In place of a k stands a q or a c as well.
    if letters := consonants(slug).replace("k", ""):
        others += name_index.with_letters(connection, kind, letters, _ROWS)
    for beginning in [kind] if kind else references.kinds(connection):
        others += name_index.beside(connection, f"{beginning}/{slug}", _BESIDE)
    found = _ranked(slug, of_kinds(others, wanted), [pair for pair in named if of_kinds(pair[:1], wanted)])
    if parties and not found:
        found = _ranked(slug, of_kinds(name_index.parties_holding(connection, parts, _ROWS), wanted), [])
    return list(dict.fromkeys(map(same_as, found)))[:_MOST]


def divided(text: str, known: Collection[str]) -> tuple[str, str]:
    """Return the kind that a text begins with, empty if there is none, and the rest."""
    kind, mark, rest = text.partition("/")
    kind = kind.strip().lower()
    return (kind, rest.strip()) if mark and (kind in known or is_subject(text)) else ("", text)


def _slug(subject: str) -> str:
    return subject.partition("/")[2]


def of_kinds(subjects: Iterable[str], kinds: Collection[str]) -> list[str]:
    """Return those of some subjects that are of some kinds, of any where none is given, in order."""
    return sorted({subject for subject in subjects if not kinds or subject.partition("/")[0] in kinds})


def _parts(slug: str) -> list[str]:
    """Return texts, one of which is in every slug that is one letter away or has all words of this one."""
    # If one letter of a slug is changed, one half is still intact.
    middle = (len(slug) + 1) // 2
    parts = {slug[:middle], slug[middle:], max(slug.split("-"), key=len)}
    return sorted(part for part in parts if len(part) > 1) or [slug]


def _ranked(slug: str, subjects: list[str], named: _Named) -> list[str]:
    return list(
        dict.fromkeys([*_transcribed(slug, subjects), *_near(slug, subjects), *_with_words(slug, subjects, named)])
    )


def _transcribed(slug: str, subjects: Iterable[str]) -> list[str]:
    """Return the subjects whose slugs are other transcriptions of the same name, in order."""
    wanted = consonants(slug)
    if not wanted.isalpha() or len(wanted) < _FEWEST:
        return []
    same = sorted({subject for subject in subjects if consonants(_slug(subject)) == wanted})
    if len(wanted) > _FEWEST:
        return same
    # So few consonants do not make a name: Susah is not Sis.
    close = nearest(slug, map(_slug, same), edits=max(_SHORTEST, len(slug) // 2))
    return [subject for subject in same if _slug(subject) in close]


def _near(slug: str, subjects: Iterable[str]) -> list[str]:
    """Return the subjects whose slugs are a few letters away, nearest first."""
    slugs: dict[str, list[str]] = {}
    for subject in subjects:
        slugs.setdefault(_slug(subject), []).append(subject)
    pairs = _pairs(slug)
    likely = sorted(slugs, key=lambda other: (-len(pairs & _pairs(other)), abs(len(other) - len(slug)), other))
    return [subject for close in nearest(slug, likely[:_COMPARED]) for subject in slugs[close]]


def _pairs(slug: str) -> set[str]:
    return {slug[index : index + 2] for index in range(len(slug))}


def _with_words(slug: str, subjects: list[str], named: _Named) -> list[str]:
    """Return the subjects that have all words of a slug, or only its words; fewest other words first."""
    typed = set(slug.split("-"))
    ranked = set()
    spelt = ((subject, slug_of(name)) for subject, name in named)
    for subject, other in chain(((subject, _slug(subject)) for subject in subjects), spelt):
        words = set(other.split("-"))
        shared = typed & words
        if shared in (typed, words) and max(map(len, shared), default=0) >= _SHORTEST:
            ranked.add((len(typed ^ words), subject))
    return [subject for _, subject in sorted(ranked)]
