"""Tests of CloudEvents: another library reads them, and nothing of a body is lost."""

import json
import re

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from chronology import Chronology
from tests.exporters.exported import export, sample

__all__ = ["sample"]


def test_each_line_is_an_event_by_the_standard(sample: Chronology) -> None:
    """Required attributes, names of extensions, instants: what the published library checks."""
    lines = export("cloudevents", sample).splitlines()
    events = sample.timeline()
    assert len(lines) == len(events)
    for line, event in zip(lines, events, strict=True):
        found = JSONFormat().read(CloudEvent, line)
        assert (found.get_id(), found.get_type(), found.get_subject()) == (
            event.id,
            event.event.type,
            event.event.subject,
        )
        assert found.get_time() == event.recorded_at
        assert found.get_source() == f"chronology/{sample.event(1).id}"
        assert found.get_extension("position") == event.position
        assert found.get_dataschema() == f"urn:chronology:{event.event.type}:{event.event.type_version}"
        assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in json.loads(line))


def test_the_body_is_there_to_the_byte(sample: Chronology) -> None:
    """So that its leaf hash can still be computed."""
    for line, event in zip(export("cloudevents", sample).splitlines(), sample.timeline(), strict=True):
        assert line.endswith(b',"data":' + event.body + b"}")
