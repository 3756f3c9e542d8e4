"""Taking events of another log in with what they say of themselves and where they come from, in a batch."""

from collections.abc import Mapping
from typing import Final

import msgspec

from chronology.errors import DuplicateIdError, InvalidEventError
from chronology.events import canonical, recordings
from chronology.events.identities import NO_MERGES
from chronology.events.json_values import Json
from chronology.events.recordings import FirstRecording
from chronology.events.records import Body, Provenance, as_dict, decode, event_of
from chronology.log.event_table import Row
from chronology.projections import recordings as noted
from chronology.projections import references
from chronology.store.intake.foreign_batch import ForeignBatch
from chronology.vocabulary.event_types import NOTED

_FILLED_IN: Final = ("type_version", "stated")
"""What a log may have filled in, so that it is no difference where the other lacks it."""


class MergedBatch(ForeignBatch):
    """A batch of events that another log recorded first, each sound there.

    Nothing is filled in for them: what the other log did not know when it recorded them is unknown here too.
    """

    def merge(self, body: Body, found: Provenance) -> Row:
        """Take in an event whose id the log does not hold.

        Args:
            body: as another log holds it.
            found: where it was recorded first.

        Raises:
            InvalidEventError: it does not fit the vocabulary, or its leaf hash is not what it should be.
            UnknownNameError: an event that it names does not exist.
            NotLiveError: an event that it names cannot be withdrawn.
        """
        merged = msgspec.structs.replace(body, recorded_at=self._recorded_at, merged_from=found)
        if faults := list(recordings.provenance_faults(merged)):
            raise InvalidEventError(faults)
        return self._enter(merged)

    def check_same(self, body: Body, known: Row) -> Body:
        """Return the event that the log holds under the id of another, which says the same.

        Raises:
            DuplicateIdError: it says something else.
        """
        old = decode(known.body)
        one, other = _content(body), _content(old)
        for name in _FILLED_IN:
            if not one.get(name) or not other.get(name):
                one.pop(name, None)
                other.pop(name, None)
        if canonical.encode(one) != canonical.encode(other):
            raise DuplicateIdError(known.id, known.position)
        return old

    def first_recording(self, body: Body, found: Provenance) -> FirstRecording:
        """Return the earliest recording of an event that the log knows of; it has a place."""
        return noted.of(self._connection, body.id or "") or recordings.own(body, found)

    def note(self, earlier: Mapping[str, FirstRecording]) -> None:
        """Note that other logs recorded some events first, given by id.

        Requires no more than one event can note.
        """
        origins = sorted({one.origin for one in earlier.values()})
        for origin in origins:
            told = {event_id: one for event_id, one in earlier.items() if one.origin == origin}
            self._admit(recordings.note(NOTED, origin, told))
        # Another recording of the same events is compared with what is noted.
        self.flush()

    def withdrawn_here(self, body: Body) -> Row | None:
        """Return the event that another withdraws, if this log has withdrawn it already."""
        target = self._find(body.retracts or body.replaces or "")
        if target is None or not target.body:
            return None
        if target.position in self._withdrawn:
            return target
        if target.id in self._pending:
            return None
        valid = decode(target.body).valid
        by = references.withdrawn_by(self._connection, target.subject, target.position, valid=valid)
        return None if by is None else target

    def _check(self, body: Body) -> None:
        faults = self.vocabulary.event_faults(body)
        version = self.vocabulary.newest(body.type)
        if not faults and body.type_version != version.version:
            faults = version.faults(self.vocabulary.upcast(body.type, body.type_version or 1, body.data))
        if faults:
            raise InvalidEventError(faults)
        # Both logs can have merged the same subjects.
        self._check_in_log(body, NO_MERGES)

    def _check_live(self, target: Row, body: Body) -> None:
        """Let an event be withdrawn again: that both logs withdrew it is a fact like others."""


def _content(body: Body) -> dict[str, Json]:
    return {name: value for name, value in as_dict(event_of(body)).items() if name != "recorded_by"}
