"""Rows that would become one subject though their texts differ: found by the row that had it first."""

from collections.abc import Iterator
from typing import Final

from attrs import define

from chronology.importers.comparing import Held
from chronology.importers.identities import prefix
from chronology.importers.namings import Naming, Rule, same_name
from chronology.importers.row_events import Stated
from chronology.importers.rows import BadRow
from chronology.importers.seen_rows import SeenRows
from chronology.store.reader import Reader

_REMEMBERED: Final = 20_000
"""Names that are known to be the same as before, so that nobody has to be asked."""

_SHOWN: Final = 60


@define
class Clashes:
    """The subjects that one run over a file has named."""

    seen: SeenRows
    unit: str

    def of(self, said: Stated) -> list[BadRow]:
        """Note the subjects that a row names; return what is wrong with it if another row had one by another text."""
        found: dict[tuple[str, str], None] = {}
        for naming in said.namings:
            place = naming.place
            first = self._first(naming, said.key, said.line)
            if first is not None:
                found[place.column, self._told(naming, said.key, *first)] = None
            elif place.rule is not Rule.KEY:
                if len(place.known) >= _REMEMBERED:
                    place.known.clear()
                place.known.add(naming.text)
        return [BadRow(said.line, column, reason, said.cells) for column, reason in found]

    def _first(self, naming: Naming, key: str, line: int) -> tuple[str, int] | None:
        """Return the text, or the key, and the line that had the subject first, None if they are the same."""
        place, subject, text = naming
        rule = place.rule
        if rule is Rule.KEY:
            return self.seen.other(subject, key, key, line)
        # Subjects have no space, so the two do not mix.
        return self.seen.other(f"{rule.value} {subject}", same_name(text) if rule is Rule.NAME else text, text, line)

    def _told(self, naming: Naming, key: str, other: str, line: int) -> str:
        where = f"as {brief(other)} on {self.unit} {line:,} does"
        if naming.place.rule is Rule.KEY:
            return f"has the key {brief(key)} and becomes {naming.subject}, {where}"
        return f"{brief(naming.text)} becomes {naming.subject}, {where}"


@define
class EarlierSubjects:
    """The subjects that rows of earlier releases of a dataset have.

    Only those that are made of the whole key: the log does not keep the texts of others.

    Attributes:
        until: the last position of the log that is an earlier release's.
    """

    chron: Reader
    source: str
    until: int = 0

    def taken(self, rows: Iterator[tuple[Stated, list[Held]]]) -> set[str]:
        """Return those subjects of new rows that rows of an earlier release may have; asks the store once for all."""
        new = {
            subject
            for said, held in rows
            for place, subject, _ in said.namings
            if place.rule is Rule.KEY and not any(one.event.event.subject == subject for one in held)
        }
        return self.chron.names.subjects_of(self.source, new) if new else new

    def clashes(self, said: Stated, taken: set[str]) -> list[BadRow]:
        """Return what is wrong with a row if a subject of it is that of another row, which the store holds."""
        for place, subject, _ in said.namings if taken else ():
            if place.rule is not Rule.KEY or subject not in taken:
                continue
            for one in self.chron.timeline(subject):
                key = one.event.locator or ""
                # Other names of a merged subject were made one by somebody who knows what they are.
                is_other = key != said.key and one.event.subject == subject and one.position <= self.until
                # What an import did not bring has no id of its kind.
                if is_other and one.id.startswith(prefix(self.source, key)):
                    told = f"has the key {brief(said.key)} and becomes {subject}, as {brief(key)} in the store does"
                    return [BadRow(said.line, place.column, told, said.cells)]
        return []


def brief(text: str) -> str:
    """Return a text in quotation marks, in which marks that nobody sees can be seen."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")
