"""Taking a name for the subject that bears it. Decides only where one subject alone can be meant."""

import re
import sqlite3
from collections.abc import Collection, Sequence
from typing import Final

from chronology.errors import AmbiguousNameError, ChronologyError, did_you_mean
from chronology.events.slugs import slug_of
from chronology.projections import merges, name_index, references
from chronology.store.similar_names import divided, of_kinds, resembling

_LONGEST: Final = 200
"""Characters of a text that is looked at; no name is longer."""

_NUMBER: Final = re.compile("[0-9]+")

_MOST: Final = 5
"""Suggestions: more than a handful is not read."""


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
        ChronologyError: none does; the hint names those that resemble it.
    """
    found = subjects_named(connection, text, kinds=kinds)
    found = list(spoken_of(found))
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousNameError(text, found)
    close = resembling(connection, text, parties=parties)
    hint = did_you_mean(close) or None
    raise ChronologyError(
        f"subject {text!r} is not kind/slug, and no subject has that name",
        hint=hint or "write it as operation/al-jazeera-storm",
    )


def similar(connection: sqlite3.Connection, subject: str) -> list[str]:
    """Return the subjects of the same kind that one resembles: by slug, or by a name of which its slug is made."""
    kind, _, slug = subject.partition("/")
    same = merges.known(connection)
    given = map(same.of, name_index.bearers(connection, slug.replace("-", " ")))
    found = [*of_kinds(given, [kind]), *resembling(connection, subject, kinds=[kind])]
    series = _NUMBER.sub("0", subject)
    return [one for one in dict.fromkeys(found) if one != same.of(subject) and _NUMBER.sub("0", one) != series][:_MOST]
