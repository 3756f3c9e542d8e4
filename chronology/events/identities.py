"""Which subjects are one: what merges make of names, and of the bodies of events that use them. Pure."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from chronology.events.json_values import Json

if TYPE_CHECKING:
    from chronology.events.records import Body


class Merge(NamedTuple):
    """That two subjects are one: the name that is kept, the one merged into it, and the position that says so."""

    position: int
    kept: str
    merged: str


class Identities:
    """Sets of names that mean one subject; each set goes by the name that its latest merge kept.

    Never changed once it is made; `joined` returns a larger one.
    """

    def __init__(self, merges: Iterable[Merge] = ()) -> None:
        """Take merges in the order of the log."""
        self.merges: tuple[Merge, ...] = ()
        self._kept: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        for merge in merges:
            self._add(merge)

    def __bool__(self) -> bool:
        return bool(self.merges)

    def _add(self, merge: Merge) -> None:
        kept, other = self.of(merge.kept), self.of(merge.merged)
        self.merges += (merge,)
        if kept == other:
            return
        members = self.names_of(kept) + self.names_of(other)
        self._members.pop(other, None)
        self._members[kept] = members
        self._kept.update(dict.fromkeys(members, kept))

    def joined(self, merge: Merge) -> "Identities":
        """Return these with one more merge, later than all others."""
        found = Identities()
        found.merges, found._kept, found._members = self.merges, dict(self._kept), dict(self._members)
        found._add(merge)
        return found

    def of(self, name: str) -> str:
        """Return the name under which answers about a subject stand: its own where it was not merged."""
        return self._kept.get(name, name)

    def names_of(self, name: str) -> tuple[str, ...]:
        """Return all names that mean the same subject, the kept one first, then in the order of the merges."""
        kept = self.of(name)
        return self._members.get(kept, (kept,))

    def replaced(self) -> dict[str, str]:
        """Return, for each name that is not kept, the one that is."""
        return {name: kept for name, kept in self._kept.items() if name != kept}

    def differing(self, other: "Identities") -> list[str]:
        """Return the names that are not kept under the same name by others, in order."""
        return sorted(name for name in {*self._kept, *other._kept} if self.of(name) != other.of(name))

    def merges_of(self, name: str) -> list[Merge]:
        """Return the merges that made one subject of all its names, in order."""
        kept = self.of(name)
        return [merge for merge in self.merges if self.of(merge.kept) == kept]

    def path(self, one: str, other: str) -> list[Merge]:
        """Return the shortest chain of merges by which two names became one, from the first; none where they are not.

        Walks outward from the first name, so that of several chains the one with the fewest links is returned.
        """
        reached: dict[str, list[Merge]] = {one: []}
        waiting = [one]
        merges = self.merges_of(one)
        for name in waiting:
            for merge in merges:
                for near, far in ((merge.kept, merge.merged), (merge.merged, merge.kept)):
                    if near == name and far not in reached:
                        reached[far] = [*reached[name], merge]
                        waiting.append(far)
        return reached.get(other, [])

    def renamed(self, body: "Body") -> "Body":
        """Return a body as if it had been written under the names that are kept: who, whom, and by whom.

        In the payload, a text is a name where it is nothing but that name, so that a value is the same whether its type
        says that it refers to a subject or, as `fact.asserted`, does not.
        """
        if not self._kept:
            return body
        of = self.of
        return msgspec.structs.replace(
            body,
            subject=of(body.subject),
            source=None if body.source is None else of(body.source),
            said_by=tuple(map(of, body.said_by)),
            data=self._renamed(body.data),
        )

    def _renamed(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.of(value)
        if isinstance(value, Mapping):
            return {key: self._renamed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._renamed(item) for item in value]
        return value


NO_MERGES: Final = Identities()
"""Where every name is a subject of its own."""
