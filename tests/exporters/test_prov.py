"""Tests of provenance: the W3C's model as another library reads it."""

from hashlib import sha256

from prov.model import ProvAssociation, ProvAttribution, ProvDerivation, ProvDocument, ProvEntity

from chronology import Chronology, Event
from tests.exporters.exported import export, said, sample

__all__ = ["sample"]


def read(data: bytes) -> ProvDocument:
    """Return the document."""
    return ProvDocument.deserialize(content=data.decode(), format="json")


def pairs(document: ProvDocument, kind: type) -> set[tuple[str, str]]:
    """Return the relations of a kind: what is related to what."""
    return {tuple(str(value) for _, value in record.formal_attributes[:2]) for record in document.get_records(kind)}  # type: ignore[misc]


def test_another_library_reads_the_same_document(sample: Chronology) -> None:
    """It writes what it read, and reads that as the same."""
    document = read(export("prov", sample))
    assert read(document.serialize(format="json").encode()) == document
    found = {str(record.identifier) for record in document.get_records(ProvEntity)}
    assert {f"event:{event.id}" for event in sample.timeline()} <= found


def test_who_says_what_in_which_document(chron: Chronology) -> None:
    """An assertion is derived from its document, attributed to who says so, recorded by whoever did."""
    first = chron.append(said("operation.ended", "operation/x", "2018", said_by=["person/a", "source/other"]))
    second = chron.append(
        Event(
            type="operation.ended",
            subject="operation/x",
            valid="2019",
            source="source/paper",
            replaces=first.id,
            recorded_by="Jane & Co: x",
        )
    )
    document = read(export("prov", chron, restrictions={"known_at": first.position}))
    assert pairs(document, ProvAttribution) == {(f"event:{first.id}", "subject:person/a")}
    document = read(export("prov", chron))
    assert pairs(document, ProvDerivation) == {
        (f"event:{second.id}", "subject:source/paper"),
        (f"event:{second.id}", f"event:{first.id}"),
    }
    assert pairs(document, ProvAssociation) == {(f"recording:{second.id}", "analyst:Jane%20%26%20Co%3A%20x")}


def test_the_leaf_hash_can_be_computed(sample: Chronology) -> None:
    """The body is there to the byte."""
    for record in read(export("prov", sample)).get_records(ProvEntity):
        parts = {str(name): value for name, value in record.attributes}
        if "chronology:body" in parts:
            assert sha256(b"\0" + str(parts["chronology:body"]).encode()).hexdigest() == parts["chronology:leaf"]


def test_a_document_without_events_is_one(chron: Chronology) -> None:
    """Empty sections are left out."""
    assert read(export("prov", chron)).records == []
