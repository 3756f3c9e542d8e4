"""Which subjects were merged: by which event, when, and why. Reads the log, never writes."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from chronology.errors import IntegrityError
from chronology.events.identities import Identities, Merge
from chronology.events.records import decode
from chronology.log.event_table import Log


@frozen(kw_only=True)
class MergeTold:
    """That two subjects are one, and who says so.

    Attributes:
        event: its id; `position` is its place in the log, and `at` when it was recorded.
        kept: the subject that the event is about, whose name is kept.
        merged: the other one.
        reason: the one that the event gives.
        source: the document that tells it; None where it is a decision of the store's keeper.
    """

    event: str
    position: int
    at: str
    kept: str
    merged: str
    reason: str
    source: str | None


def merges_of(log: Log, identities: Identities, subject: str | None = None) -> Iterator[MergeTold]:
    """Yield the merges that made one of several names of a subject, in order; of every subject if none is given."""
    return told(log, identities.merges if subject is None else identities.merges_of(subject))


def told(log: Log, merges: Iterable[Merge]) -> Iterator[MergeTold]:
    """Yield merges with what their events say."""
    for merge in merges:
        row = log.by_position(merge.position)
        if row is None or not row.body:
            raise IntegrityError("is missing, and the projections hold a merge of it", position=merge.position)
        body = decode(row.body)
        yield MergeTold(
            event=row.id,
            position=row.position,
            at=row.recorded_at,
            kept=merge.kept,
            merged=merge.merged,
            reason=str(body.data.get("reason", "")),
            source=body.source,
        )
