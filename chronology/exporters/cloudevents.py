"""The export format `cloudevents`: CloudEvents 1.0 in JSON, one a line, each with the whole body of an event."""

from typing import BinaryIO, Final

import msgspec

from chronology.events.patterns import format_instant
from chronology.exporters.interface import Exporter, Selection
from chronology.store.reader import Reader

_encode: Final = msgspec.json.Encoder().encode


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> None:
    source = None
    for recorded in selection.events(reader):
        # The log's origin: the id of its first event can never be redacted.
        source = source or f"chronology/{reader.event(1).id}"
        event = recorded.event
        record = {
            "specversion": "1.0",
            "id": recorded.id,
            "source": source,
            "type": event.type,
            "subject": event.subject,
            "time": format_instant(recorded.recorded_at),
            "datacontenttype": "application/json",
            "dataschema": f"urn:chronology:{event.type}:{event.type_version}",
            # An extension: the event's place in the log.
            "position": recorded.position,
            "data": msgspec.Raw(recorded.body),
        }
        stream.write(_encode(record) + b"\n")


CLOUDEVENTS = Exporter(
    name="cloudevents",
    title="CloudEvents 1.0 for message brokers and pipelines, one JSON object a line",
    suffix=".jsonl",
    loses=(
        "Retractions, redactions, definitions of types, and other events without a valid time.",
        "That `time` is when the event was recorded, not when it was so: that is `data.valid`, an EDTF text.",
    ),
    write=_write,
)
