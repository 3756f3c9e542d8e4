"""Tests of FollowTheMoney entities: ids, dates and references by its rules, and by its own package if it is there."""

import json
import re
from typing import Any

import pytest

from chronology import Chronology
from chronology.exporters.ftm import _dates, entity_id
from tests.exporters.exported import export, said, sample

__all__ = ["sample"]


def entities(data: bytes) -> list[dict[str, Any]]:
    """Return the entities."""
    return [json.loads(line) for line in data.splitlines()]


def test_every_reference_leads_to_an_entity_before_it(sample: Chronology) -> None:
    """Parties, places and documents come once, in front of the first event that names them."""
    known = set()
    for entity in entities(export("ftm", sample)):
        for name in ("involved", "addressEntity", "proof"):
            assert set(entity["properties"].get(name, ())) <= known
        assert entity["id"] not in known
        assert re.fullmatch(r"[0-9a-zA-Z]([0-9a-zA-Z.-]*[0-9a-zA-Z])?", entity["id"])
        assert all(
            values and all(isinstance(value, str) for value in values) for values in entity["properties"].values()
        )
        known.add(entity["id"])
    assert {event.id for event in sample.timeline() if event.event.type != "source.described"} <= known


@pytest.mark.parametrize(
    ("valid", "dates"),
    [
        ("2018-05-01", {"date": "2018-05-01"}),
        ("2018-05", {"date": "2018-05"}),
        ("2018", {"date": "2018"}),
        ("2018-01/2018-04", {"startDate": "2018-01", "endDate": "2018-04"}),
        ("2018-01/2018-04~", {"startDate": "2018-01", "endDate": None}),
        ("2018-05-01/..", {"startDate": "2018-05-01", "endDate": None}),
        ("../2018-05-13", {"startDate": None, "endDate": "2018-05-13"}),
        *(
            (valid, {"date": None})
            for valid in ("2018~", "2018-21", "201X", "[2018-01,2018-03]", "-0044", "0000", "9999")
        ),
    ],
)
def test_a_date_is_given_only_as_it_is(valid: str, dates: dict[str, str | None]) -> None:
    """Prefixes of a date are its own; what is approximate, uncertain or one of several has none."""
    assert _dates(valid) == dates


def test_kinds_become_schemas(chron: Chronology) -> None:
    """Who is named is an entity: a person, an organization, an address with its coordinates, a document."""
    chron.append(
        said(
            "source.described",
            "source/paper",
            "2018",
            title="A report",
            url="https://x.example/",
            published="2018-05-14",
        )
    )
    chron.append(said("place.described", "place/far", "2018", latitude="1.50", longitude="2"))
    chron.append(
        said("attack.reported", "incident/x", "2018", attacker="group/a", place="place/far", said_by=["person/p"])
    )
    found = {entity["id"]: entity for entity in entities(export("ftm", chron))}
    assert {entity["schema"] for entity in found.values()} == {"Person", "Organization", "Address", "Document", "Event"}
    assert found[entity_id("place/far")]["properties"]["latitude"] == ["1.50"]
    paper = found[entity_id("source/paper")]["properties"]
    assert (paper["title"], paper["sourceUrl"], paper["publishedAt"]) == (
        ["A report"],
        ["https://x.example/"],
        ["2018-05-14"],
    )
    (event,) = [one for one in found.values() if one["properties"].get("name") == ["Attack reported: x"]]
    assert event["properties"]["involved"] == [entity_id("group/a")]
    assert event["properties"]["addressEntity"] == [entity_id("place/far")]


@pytest.mark.slow
def test_its_own_package_takes_every_value(sample: Chronology) -> None:
    """Every entity passes its schema, and nothing is dropped as invalid."""
    followthemoney = pytest.importorskip("followthemoney")
    for entity in entities(export("ftm", sample)):
        followthemoney.model.get(entity["schema"]).validate(entity)
        proxy = followthemoney.model.get_proxy(entity, cleaned=False)
        taken = {(prop.name, value) for prop, value in proxy.itervalues()}
        assert taken == {(name, value) for name, values in entity["properties"].items() for value in values}
