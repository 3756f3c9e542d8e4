"""The built-in vocabulary and the running example: data files, held to the forms that design.md promises."""

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMA_FILES = sorted((ROOT / "schemas").glob("*.json"))
DEMO_FILE = ROOT / "chronology" / "data" / "al-jazeera-storm.jsonl"

KEY_ORDER = (
    "$schema", "$id", "title", "description", "type", "properties", "required", "dependentRequired",
    "additionalProperties", "x-subject", "x-asserts", "x-ends", "x-persists", "x-begins", "x-upcast", "examples",
)  # fmt: skip
EVENT_KEYS = (
    "id", "type", "subject", "valid", "stance", "data", "source", "said_by", "stated", "grade", "quote",
    "locator", "note", "disputes", "replaces", "retracts", "recorded_at", "recorded_by",
)  # fmt: skip
CORE_TYPES = {
    "fact.asserted", "fact.ended", "assertion.retracted", "event.redacted", "subject.named", "subject.merged",
    "type.defined", "recording.noted",
}  # fmt: skip
KINDS = {
    "alliance", "crossing", "event", "group", "incident", "log", "log-checkpoint", "operation", "organization",
    "person", "place", "presence", "source", "type",
}  # fmt: skip
TYPE_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]*")
SUBJECT = re.compile(r"[a-z][a-z0-9_-]*/[a-z0-9][a-z0-9_.-]*")
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
FORMATS = {
    "subject": lambda text: len(text) <= 128 and SUBJECT.fullmatch(text) is not None,
    "decimal": lambda text: DECIMAL.fullmatch(text) is not None,
}
LARGEST_INTEGER = 2**53 - 1


def read_strictly(text: str) -> Any:
    """Parse JSON of the event domain: no floats, no NaN, no key twice."""

    def refuse(number: str) -> None:
        raise ValueError(f"{number} is outside the domain")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError(f"a key stands twice in {[key for key, _ in pairs]}")
        return dict(pairs)

    return json.loads(text, parse_float=refuse, parse_constant=refuse, object_pairs_hook=unique)


def faults(value: Any, path: str = "") -> list[str]:
    """List what is outside the JSON domain of event bodies, each with its path."""
    match value:
        case dict():
            return [f for k, v in value.items() for f in faults(k, f"{path}/{k}") + faults(v, f"{path}/{k}")]
        case list():
            return [f for index, item in enumerate(value) for f in faults(item, f"{path}/{index}")]
        case str():
            return [f"{path}: {c!r}" for c in value if (c < " " and c not in "\n\t") or "\ud800" <= c <= "\udfff"]
        case float():
            return [f"{path}: a float"]
        case int() if abs(value) > LARGEST_INTEGER:
            return [f"{path}: too large"]
        case _:
            return []


def kinds_of(schema: dict[str, Any]) -> list[str]:
    """Return the kinds of subject that a type is for; empty means any."""
    wanted = schema.get("x-subject", [])
    return [wanted] if isinstance(wanted, str) else wanted


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Return a validator that knows the two formats of the project."""
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats=FORMATS)


SCHEMAS = {path.name.rsplit(".", 2)[0]: read_strictly(path.read_text(encoding="utf-8")) for path in SCHEMA_FILES}
"""The newest version of each type."""
DEMO = [read_strictly(line) for line in DEMO_FILE.read_text(encoding="utf-8").splitlines()]

every_schema = pytest.mark.parametrize(("name", "schema"), SCHEMAS.items(), ids=SCHEMAS)
every_event = pytest.mark.parametrize("event", DEMO, ids=[f"{n}-{e['type']}" for n, e in enumerate(DEMO, start=1)])


class TestSchemas:
    """One JSON Schema a type."""

    def test_core_types_are_there(self) -> None:
        """The types that the code itself knows are part of the vocabulary."""
        assert set(SCHEMAS) >= CORE_TYPES

    @pytest.mark.parametrize("path", SCHEMA_FILES, ids=lambda path: path.name)
    def test_layout(self, path: Path) -> None:
        """A file is indented by two spaces, ends in a newline, and has its keys in the design's order."""
        text = path.read_text(encoding="utf-8")
        schema = read_strictly(text)
        assert text == json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        assert list(schema) == [key for key in KEY_ORDER if key in schema]
        assert faults(schema) == []

    @every_schema
    def test_is_valid_2020_12(self, name: str, schema: dict[str, Any]) -> None:
        """A schema is valid under the 2020-12 metaschema and says that it is one."""
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        jsonschema_rs.meta.validate(schema)

    @pytest.mark.parametrize("path", SCHEMA_FILES, ids=lambda path: path.name)
    def test_id_matches_file_name(self, path: Path) -> None:
        """The type's name is well formed, and file and $id agree on it and on the version."""
        name, version, _ = path.name.rsplit(".", 2)
        assert TYPE_NAME.fullmatch(name)
        assert read_strictly(path.read_text(encoding="utf-8"))["$id"] == f"urn:chronology:{name}:{version}"

    def test_a_later_version_keeps_what_an_earlier_one_asserts(self) -> None:
        """Whoever asks for an attribute of a source still finds it, whichever version described it."""
        for path in SCHEMA_FILES:
            older = read_strictly(path.read_text(encoding="utf-8"))
            newest = SCHEMAS[path.name.rsplit(".", 2)[0]]
            assert older["x-asserts"].items() <= newest["x-asserts"].items() if "x-asserts" in older else True

    @every_schema
    def test_is_a_closed_object(self, name: str, schema: dict[str, Any]) -> None:
        """A payload is an object that takes no property the schema does not name."""
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert set(schema.get("required", [])) <= set(schema["properties"])

    @every_schema
    def test_everything_is_described(self, name: str, schema: dict[str, Any]) -> None:
        """The type and each of its properties has a description, which is a sentence."""
        described = [schema, *schema["properties"].values()]
        assert all(re.fullmatch(r"[A-Z].*\.", part["description"], flags=re.DOTALL) for part in described)

    def test_titles_differ(self) -> None:
        """No two types have one title or one description."""
        for key in ("title", "description"):
            assert len({schema[key].casefold() for schema in SCHEMAS.values()}) == len(SCHEMAS)

    @every_schema
    def test_kinds_are_known(self, name: str, schema: dict[str, Any]) -> None:
        """x-subject names kinds of the small common set."""
        assert set(kinds_of(schema)) <= KINDS
        assert schema.get("x-subject") != []

    def test_no_kind_is_idle(self) -> None:
        """Every kind of the common set is the subject of some type."""
        assert {kind for schema in SCHEMAS.values() for kind in kinds_of(schema)} == KINDS

    @every_schema
    def test_assertions_refer_to_properties(self, name: str, schema: dict[str, Any]) -> None:
        """x-asserts maps attributes to a constant or to a property that exists."""
        for attribute, rule in schema.get("x-asserts", {}).items():
            assert ATTRIBUTE.fullmatch(attribute)
            assert list(rule) in (["const"], ["data"])
            if "data" in rule:
                assert rule["data"] in schema["properties"]

    @every_schema
    def test_required_properties_are_asserted_or_core(self, name: str, schema: dict[str, Any]) -> None:
        """What a type requires is what it asserts; only the code's own types differ."""
        asserted = {rule.get("data") for rule in schema.get("x-asserts", {}).values()}
        assert name in CORE_TYPES or set(schema.get("required", [])) <= asserted

    @every_schema
    def test_core_types_assert_in_code(self, name: str, schema: dict[str, Any]) -> None:
        """Only the code's own types leave out x-asserts."""
        assert ("x-asserts" in schema) == (name not in CORE_TYPES)

    @every_schema
    def test_ended_attributes_exist(self, name: str, schema: dict[str, Any]) -> None:
        """x-ends names attributes that some type asserts of the same kind of subject, and not this one."""
        for attribute in schema.get("x-ends", []):
            assert attribute not in schema["x-asserts"]
            for kind in kinds_of(schema):
                others = [s for s in SCHEMAS.values() if kind in kinds_of(s)]
                assert any(attribute in other.get("x-asserts", {}) for other in others)

    @every_schema
    def test_persistence_is_said_only_where_it_is_refused(self, name: str, schema: dict[str, Any]) -> None:
        """x-persists and x-begins are present only if they are false."""
        assert schema.get("x-persists", False) is False
        assert schema.get("x-begins", False) is False

    def test_an_attribute_means_one_thing(self) -> None:
        """Types that assert one attribute of one kind of subject take it from properties of one form."""
        forms: dict[tuple[str, str], dict[str, str]] = {}
        for name, schema in SCHEMAS.items():
            for attribute, rule in schema.get("x-asserts", {}).items():
                prop = schema["properties"].get(rule.get("data"), {"type": "const"})
                form = {key: value for key, value in prop.items() if key != "description"}
                for kind in kinds_of(schema):
                    forms.setdefault((kind, attribute), {})[name] = json.dumps(form, sort_keys=True)
        clashes = {key: by_type for key, by_type in forms.items() if len(set(by_type.values())) > 1}
        assert clashes == {}

    @every_schema
    def test_formats_go_with_text(self, name: str, schema: dict[str, Any]) -> None:
        """A format is one of the project's two, and that of a string; the only numbers are integers."""
        for prop in schema["properties"].values():
            for part in (prop, prop.get("items", {})):
                assert part.get("format", "subject") in FORMATS
                assert "format" not in part or part["type"] == "string"
                assert part.get("type") != "number"

    @every_schema
    def test_examples_validate(self, name: str, schema: dict[str, Any]) -> None:
        """Every type has an example, and every example is valid under it."""
        assert schema["examples"]
        for example in schema["examples"]:
            validator(schema).validate(example)

    @every_schema
    def test_unknown_properties_are_refused(self, name: str, schema: dict[str, Any]) -> None:
        """A misspelt property is refused, so nothing is lost in silence."""
        assert not validator(schema).is_valid({**schema["examples"][0], "misspelt": "x"})

    @pytest.mark.parametrize("name", sorted(n for n, s in SCHEMAS.items() if s.get("required")))
    def test_required_properties_are_missed(self, name: str) -> None:
        """A payload without a required property is refused."""
        for prop in SCHEMAS[name]["required"]:
            example = {key: value for key, value in SCHEMAS[name]["examples"][0].items() if key != prop}
            assert not validator(SCHEMAS[name]).is_valid(example)

    def test_a_defined_type_is_itself_a_schema(self) -> None:
        """The example of type.defined is a schema that the vocabulary could take."""
        example = SCHEMAS["type.defined"]["examples"][0]["schema"]
        jsonschema_rs.meta.validate(example)
        validator(example).validate(example["examples"][0])

    @every_schema
    def test_wording_is_neutral(self, name: str, schema: dict[str, Any]) -> None:
        """The vocabulary takes nobody's side."""
        loaded = re.compile(r"liberat|terroris|martyr|regime|rebel|militant|jihad|heroic|neutrali[sz]ed", re.IGNORECASE)
        assert loaded.search(json.dumps(schema)) is None


# What section 9 of the design asks for: item, type, subject, valid time, what the payload must hold.
ITEMS: list[tuple[int, str, str, str, dict[str, Any]]] = [
    (1, "operation.launched", "operation/al-jazeera-storm", "2017-09-09", {}),
    (1, "operation.stalled", "operation/al-jazeera-storm", "2018-01/2018-04~", {}),
    (1, "presence.reported", "presence/sdf-afrin", "2018-01/2018-04~", {"place": "place/afrin"}),
    (1, "operation.resumed", "operation/al-jazeera-storm", "2018-05-01", {}),
    (2, "alliance.formed", "alliance/global-coalition-sdf", "2016/..", {}),
    (2, "operation.announced", "operation/al-jazeera-storm-final-push", "[2018-05-01..2018-05-14]", {}),
    (2, "intention.stated", "operation/al-jazeera-storm", "[2018-05-01..2018-05-14]", {}),
    (
        3,
        "pledge.made",
        "group/islamic-state",
        "[2018-05-01..2018-05-14]",
        {"pledge": "to fight to the death"},
    ),
    (3, "pledge.made", "group/islamic-state", "2016-10~/2017-07~", {"place": "place/mosul"}),
    (3, "pledge.made", "group/islamic-state", "2017-06~/2017-10~", {"place": "place/raqqa"}),
    (3, "order.given", "group/islamic-state", "[2018-05-01..2018-05-14]", {}),
    (4, "person.disappeared", "person/abu-bakr-al-baghdadi", "[2014-07-05..2018-05-14]", {}),
    (4, "group.divided", "group/islamic-state", "[2014-07-05..2018-05-14]", {}),
    (5, "attack.reported", "incident/is-attacks-deir-ez-zor-2018", "2018-02~/2018-05-14", {"repeated": True}),
    (5, "capability.assessed", "group/islamic-state", "2018-05-14", {}),
    (6, "control.changed", "place/baguz", "2018-05-13", {"by": "group/sdf"}),
    (6, "crossing.closed", "crossing/baguz", "2018-05-13", {"closed_to": "group/islamic-state"}),
    (
        7,
        "person.located",
        "person/abu-bakr-al-baghdadi",
        "[2018-05-06..2018-05-12]",
        {"place": "place/hajin"},
    ),
    (
        7,
        "person.located",
        "person/abu-bakr-al-baghdadi",
        "[2018-05-06..2018-05-14]",
        {"place": "place/al-shaer"},
    ),
    (
        7,
        "place.described",
        "place/al-shaer",
        "2018-05-14",
        {"located_in": "place/al-hasakah", "part": "southern"},
    ),
    (
        8,
        "place.described",
        "place/hajin",
        "2018-05-14",
        {"border_distance": "18", "border_distance_unit": "mile"},
    ),
    (
        9,
        "person.crossed_border",
        "group/is-leaders-captured-2018-05",
        "[2018-05-06..2018-05-12]",
        {"number": 5},
    ),
    (9, "person.captured", "group/is-leaders-captured-2018-05", "[2018-05-06..2018-05-12]", {"number": 5}),
    (10, "control.reported", "place/al-shafah", "2018-05-14", {"by": "group/islamic-state"}),
    (10, "control.reported", "place/hajin", "2018-05-14", {"by": "group/islamic-state"}),
    (
        10,
        "control.reported",
        "place/euphrates-east-bank-deir-ez-zor",
        "2018-05-14",
        {"by": "group/islamic-state"},
    ),
    (10, "presence.reported", "presence/sdf-euphrates-east-bank", "2018-05-14", {"group": "group/sdf"}),
]


def instant(event: dict[str, Any]) -> datetime:
    """Return when an event of the example was recorded."""
    return datetime.strptime(event["recorded_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class TestDemo:
    """The running example, one event a line."""

    def test_holds_enough(self) -> None:
        """The example holds at least 25 events and stays small enough to read."""
        assert 25 <= len(DEMO) <= 40

    def test_lines_are_compact(self) -> None:
        """Each line is the shortest JSON of its event, in UTF-8."""
        lines = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in DEMO]
        assert DEMO_FILE.read_bytes() == "".join(f"{line}\n" for line in lines).encode()

    @every_event
    def test_event_is_in_the_domain(self, event: dict[str, Any]) -> None:
        """An event has the client's keys in the design's order, none empty but its data, and no floats."""
        assert list(event) == [key for key in EVENT_KEYS if key in event]
        assert all(value or key == "data" for key, value in event.items())
        assert faults(event) == []

    @every_event
    def test_data_is_valid_under_its_type(self, event: dict[str, Any]) -> None:
        """An event has a known type, suits its subject's kind and its schema."""
        schema = SCHEMAS[event["type"]]
        kind = event["subject"].partition("/")[0]
        assert kind in KINDS
        assert kind in (kinds_of(schema) or KINDS)
        validator(schema).validate(event["data"])

    @every_event
    def test_names_are_well_formed(self, event: dict[str, Any]) -> None:
        """Subjects, sources, speakers, days and grades have the forms of the design."""
        for name in [event["subject"], *event.get("said_by", []), event.get("source", event["subject"])]:
            assert FORMATS["subject"](name)
        assert event.get("source", "source/").startswith("source/")
        assert re.fullmatch(r"[A-F][1-6]", event.get("grade", "A1"))
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", event.get("stated", "2018-05-14"))
        assert event.get("stance", "denies") == "denies"

    @every_event
    def test_assertions_are_attributed(self, event: dict[str, Any]) -> None:
        """What asserts something has a valid time and a source; a retraction has a target and a reason."""
        if event["type"] == "assertion.retracted":
            assert {"retracts", "data"} <= set(event)
            assert not {"valid", "source"} & set(event)
        else:
            assert {"valid", "source", "stated"} <= set(event)
            assert "retracts" not in event

    def test_sources_are_described_first(self) -> None:
        """A source is described before an event rests on it, and nothing is stated before its publication."""
        published: dict[str, str] = {}
        for event in DEMO:
            if event["type"] == "source.described":
                published[event["subject"]] = event["data"].get("published", "")
            if "source" in event:
                assert event["source"] in published
                assert event["stated"] >= published[event["source"]]

    def test_ids_are_unique_and_carry_their_time(self) -> None:
        """Ids are distinct UUIDs of version 7, whose milliseconds are those of the recorded time."""
        ids = [UUID(event["id"]) for event in DEMO]
        assert len(set(ids)) == len(DEMO)
        assert [str(i) for i in ids] == [event["id"] for event in DEMO]
        assert {i.version for i in ids} == {7}
        assert [i.int >> 80 for i in ids] == [int(instant(event).timestamp() * 1000) for event in DEMO]

    def test_recorded_at_strictly_increases(self) -> None:
        """No two events were recorded at once, and the whole was recorded in May and June 2018."""
        instants = [instant(event) for event in DEMO]
        assert all(earlier < later for earlier, later in pairwise(instants))
        assert datetime(2018, 5, 14, tzinfo=UTC) <= instants[0] < instants[-1] < datetime(2018, 7, 1, tzinfo=UTC)

    def test_references_resolve_to_earlier_events(self) -> None:
        """References point back to live events about the same subject."""
        seen: dict[str, str] = {}
        withdrawn: set[str] = set()
        for event in DEMO:
            targets = [event[key] for key in ("replaces", "retracts") if key in event]
            for target in [*targets, *event.get("disputes", [])]:
                assert seen[target] == event["subject"]
                assert target not in withdrawn
            withdrawn.update(targets)
            seen[event["id"]] = event["subject"]
        assert len(withdrawn) == 2

    @pytest.mark.parametrize(
        ("item", "type_", "subject", "valid", "data"),
        ITEMS,
        ids=[f"{i[0]}-{i[1]}-{n}" for n, i in enumerate(ITEMS)],
    )
    def test_every_item_is_told(self, item: int, type_: str, subject: str, valid: str, data: dict[str, Any]) -> None:
        """Each item of the design's section 9 is in the example, once, and is not withdrawn."""
        withdrawn = {event.get(key) for event in DEMO for key in ("replaces", "retracts")}
        told = [
            event
            for event in DEMO
            if (event["type"], event["subject"], event.get("valid")) == (type_, subject, valid)
            and data.items() <= event["data"].items()
            and event["id"] not in withdrawn
            and "stance" not in event
        ]
        assert len(told) == 1

    def test_all_items_are_listed(self) -> None:
        """The table above covers items 1 to 10; the eleventh has its own tests."""
        assert {item[0] for item in ITEMS} == set(range(1, 11))

    def test_location_is_disputed(self) -> None:
        """The chief of Iraqi intelligence says Hajin; the journalist denies it and names another place."""
        located = [event for event in DEMO if event["type"] == "person.located"]
        claim, *answers = located
        assert claim["said_by"][0] == "person/iraqi-intelligence-chief"
        assert claim["data"]["place"] == "place/hajin"
        assert [answer["said_by"][0] for answer in answers] == ["person/suhaib-jaber"] * 2
        assert [answer["disputes"] for answer in answers] == [[claim["id"]]] * 2
        assert [(answer.get("stance"), answer["data"]["place"]) for answer in answers] == [
            ("denies", "place/hajin"),
            (None, "place/al-shaer"),
        ]

    def test_intention_comes_from_the_spokesperson(self) -> None:
        """The campaign's aims are its spokesperson's words, not the state of a place."""
        (event,) = [event for event in DEMO if event["type"] == "intention.stated"]
        assert event["said_by"] == ["person/leilwa-abdullah"]
        assert "status" not in SCHEMAS["intention.stated"]["x-asserts"]

    def test_examples_are_marked(self) -> None:
        """Corrections, retractions and all that rests on an invented source are marked as examples."""
        for event in DEMO:
            invented = "source/example-" in json.dumps([event["subject"], event.get("source")])
            marked = event.get("note", "").startswith("Example")
            assert marked == (invented or "replaces" in event or "retracts" in event)

    def test_correction_moves_a_date(self) -> None:
        """The correction restates the day on which the crossing closed."""
        by_id = {event["id"]: event for event in DEMO}
        (correction,) = [event for event in DEMO if "replaces" in event]
        replaced = by_id[correction["replaces"]]
        assert (replaced["subject"], replaced["valid"]) == ("crossing/baguz", "2018-05-14")
        assert (correction["valid"], correction["data"]) == ("2018-05-13", replaced["data"])
        assert instant(replaced) < datetime(2018, 5, 21, tzinfo=UTC) < instant(correction)

    def test_late_discovery_is_late(self) -> None:
        """The last event was recorded in June, about a day in February."""
        assert (DEMO[-1]["valid"], instant(DEMO[-1]).month) == ("2018-02-20", 6)
