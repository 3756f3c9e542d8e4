"""What a definition or a merge must be, beyond its form and its type's schema, to enter the log. Pure."""

from typing import Final

from chronology.errors import InvalidEventError
from chronology.events.identities import Identities
from chronology.events.records import Body
from chronology.vocabulary.definitions import check_definition
from chronology.vocabulary.registry import Vocabulary

_OF_THE_LOG: Final = ("event", "log", "type")
"""Kinds whose subjects are names that the log itself gives."""


def check_defined(event: Body, vocabulary: Vocabulary) -> None:
    """Refuse the definition of a type that does not fit the vocabulary.

    Raises:
        InvalidEventError: what is wrong with it.
    """
    schema = event.data["schema"]
    check_definition(schema)
    name = str(schema["$id"]).split(":")[2]
    if event.subject != f"type/{name}":
        raise InvalidEventError([f"subject: the definition of {name} is about type/{name}, not {event.subject!r}"])
    if vocabulary.with_type(schema) is vocabulary:
        raise InvalidEventError([f"{schema['$id']} is already defined with this content"])


def check_merged(event: Body, identities: Identities) -> None:
    """Refuse a merge of what cannot be one subject, or already is.

    Raises:
        InvalidEventError: what is wrong with it.
    """
    kept, merged = event.subject, event.data["with"]
    kind, other = kept.partition("/")[0], merged.partition("/")[0]
    if kept == merged:
        raise InvalidEventError([f"data.with: {kept} cannot be merged with itself"])
    if kind != other:
        raise InvalidEventError(
            [f"data.with: {merged} and {kept} are of two kinds, so they cannot be one subject"],
            hint="retract what was recorded under the wrong kind, and append it again about the right subject",
        )
    if kind in _OF_THE_LOG:
        raise InvalidEventError([f"subject: {kept} is a name that the log gives, which cannot be merged"])
    if path := identities.path(kept, merged):
        positions = " and ".join(f"#{merge.position}" for merge in path)
        raise InvalidEventError(
            [f"data.with: {kept} and {merged} are one subject already, by {positions}"],
            hint=f"`chronology show {path[0].position}` shows why",
        )
