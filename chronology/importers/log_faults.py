"""Why the log would refuse what a row says, so that the whole row is refused, not half of it. Pure."""

from typing import Final

from chronology.errors import UnknownNameError
from chronology.events import canonical
from chronology.events.faults import form_faults
from chronology.events.records import Event, as_dict
from chronology.importers.comparing import Comparison
from chronology.importers.identities import MOST_SLOTS
from chronology.importers.row_events import Stated
from chronology.vocabulary.event_types import shape_faults
from chronology.vocabulary.registry import Vocabulary

_SHORT: Final = 10_000
"""Characters of the cells of a row whose events certainly fit into the log."""


def log_faults(said: Stated, found: Comparison, vocabulary: Vocabulary) -> list[str]:
    """Return why the log would refuse what a row adds or replaces, each reason once."""
    faults: dict[str, None] = {}
    if len(said.events) > MOST_SLOTS:
        return [f"stands for {len(said.events):,} events, and the most are {MOST_SLOTS:,}"]
    for event in (*found.added, *(event for _, event in found.replaced)):
        found_faults = shape_faults(event) + form_faults(event)
        found_faults = found_faults or _payload_faults(vocabulary, event)
        if not found_faults and len(str(event.data)) + len(event.quote or "") + len(event.note or "") > _SHORT:
            size = len(canonical.encode(as_dict(event)))
            if size > canonical.MAX_BYTES - 1_000:
                found_faults = [f"says {size:,} bytes, more than fit into an event"]
        faults |= dict.fromkeys(found_faults)
    return list(faults)


def _payload_faults(vocabulary: Vocabulary, event: Event) -> list[str]:
    try:
        return vocabulary.faults(event)
    except UnknownNameError as exc:
        return [f"{exc} ({exc.hint})" if exc.hint else str(exc)]
