"""What is left out of a report is nowhere in its bytes, and the page says that it is limited."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError, UnknownNameError
from chronology.report.page import Report, ReportOptions, report
from chronology.report.selection import FIELDS, Limits
from tests.browsers import Browser, opened
from tests.command_line import done, nth, refused, run

SECRET = "zq7-secret"
"""Stands in everything that is to be withheld."""


def made(chron: Chronology, **limits: Any) -> Report:
    """Make a page."""
    options = ReportOptions(title="Limits", store="storm.db", limits=Limits(**limits))
    return report(chron, options, now=chron._session.now())


def embedded(page: Report) -> dict[str, Any]:
    """Return the data in a page."""
    (text,) = re.findall(rb'<script type="application/json" id="data">(.*?)</script>', page.html, re.DOTALL)
    data: dict[str, Any] = json.loads(text)
    return data


def leaked(page: Report, *words: str) -> list[str]:
    """Return the words that stand in the bytes of a page, in any case, plain or escaped."""
    found = page.html.decode().casefold()
    return [word for word in words if word.casefold() in found or json.dumps(word)[1:-1].casefold() in found]


def tell(chron: Chronology, *events: dict[str, Any]) -> None:
    """Append some events, most of which have the same source and date."""
    rest = {"type": "fact.asserted", "valid": "2018-05-01", "source": "source/paper"}
    chron.append_many(Event(**(rest | event)) for event in events)


@pytest.fixture
def full(chron: Chronology) -> Chronology:
    """Give a store in which every field of an event holds something, once about a shown and once about another one."""
    said = {"attribute": "status", "value": "open"}
    tell(
        chron,
        {"type": "source.described", "subject": "source/paper", "data": {
            "title": "The Paper", "publisher": "Press", "url": "https://example.org/a", "published": "2018-05-01"}},
        {"type": "crossing.closed", "subject": "crossing/north", "data": {"reason": "reason one"}, "grade": "F6",
         "quote": "quote one", "locator": "locator one", "note": "note one", "stated": "2018-05-09",
         "said_by": ("person/witness-one", "person/relay-one"), "recorded_by": "analyst one"},
        {"type": "person.employed", "subject": "person/witness-one", "data": {"role": "guard"}},
        {"subject": "crossing/north", "data": {"attribute": "keeper", "value": "person/witness-one"}},
        {"subject": "crossing/south", "data": said | {"value": f"value {SECRET}"}, "quote": f"quote {SECRET}",
         "note": f"note {SECRET}", "said_by": (f"person/{SECRET}",), "source": f"source/{SECRET}"},
        {"type": "source.described", "subject": f"source/{SECRET}", "data": {"title": f"Title {SECRET}"}},
    )  # fmt: skip
    return chron


def test_every_field_is_in_a_page_without_limits(full: Chronology) -> None:
    """What the next tests look for is found where nothing is withheld, so that they can fail."""
    page = made(full)
    words = ("quote one", "locator one", "note one", "reason one", "person/witness-one", "person/relay-one",
             "analyst one", "source/paper", "The Paper", "example.org", "2018-05-09", '"F6"', SECRET)  # fmt: skip
    assert leaked(page, *words) == list(words)
    assert embedded(page)["about"]["limited"] == {
        "known": None, "subjects": [], "filters": [], "withheld": [], "left_out": 0, "later": 0,
    }  # fmt: skip


def test_other_subjects_are_nowhere(full: Chronology) -> None:
    """Of a subject that was not asked for, no value, quote, note, name or document is in the file."""
    page = made(full, subjects=("crossing/north",))
    assert leaked(page, SECRET, "crossing/south", "guard") == []
    assert leaked(page, "The Paper") == ["The Paper"]
    limited = embedded(page)["about"]["limited"]
    assert (limited["subjects"], limited["left_out"]) == (["crossing/north"], 4)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("quote", ["quote one"]),
        ("locator", ["locator one"]),
        ("note", ["note one"]),
        ("details", ["reason one"]),
        ("grade", ['"F6"']),
        ("recorded_by", ["analyst one"]),
        ("stated", ["2018-05-09"]),
        ("url", ["example.org"]),
        ("said_by", ["witness-one", "relay-one", "guard", f"person/{SECRET}"]),
        ("source", ["source/paper", "The Paper", "Press\"", "example.org", f"source/{SECRET}"]),
    ],
)  # fmt: skip
def test_a_withheld_field_is_nowhere(full: Chronology, field: str, words: list[str]) -> None:
    """Neither in its own place nor wherever else the same name stands; the page says what is withheld."""
    page = made(full, withheld=frozenset([field]))
    assert leaked(page, *words) == []
    assert embedded(page)["about"]["limited"]["withheld"] == [field]


def test_the_cases_cover_every_field() -> None:
    """A new field needs a case above."""
    (mark,) = (m for m in test_a_withheld_field_is_nowhere.pytestmark if m.name == "parametrize")  # type: ignore[attr-defined]
    assert {field for field, _ in mark.args[1]} == set(FIELDS)


def test_withheld_names_are_still_told_apart(full: Chronology) -> None:
    """Answers stay the same, because one origin does not contest itself and two do."""
    for valid, who in (("2018-06-01/2018-06-30", "person/a"), ("2018-06-01/2018-06-20", "person/b")):
        tell(
            full,
            {"subject": "place/x", "valid": valid, "said_by": (who,), "data": {"attribute": "held", "value": who[-1]}},
        )
    plain, hidden = (embedded(made(full, subjects=("place/x",), withheld=frozenset(f))) for f in ((), ("said_by",)))
    origin = plain["claim"].index("origin")
    names = [[data["texts"][row[origin]] for row in data["claims"]] for data in (plain, hidden)]
    assert names == [["person/a", "person/b"], ["withheld/1", "withheld/2"]]


def test_a_name_left_in_a_text_is_pointed_out(full: Chronology) -> None:
    """What people wrote cannot be rewritten, so the command names the events whose text still has the name."""
    tell(full, {"subject": "place/y", "said_by": ("person/witness-one",), "note": "as Witness One told us",
                "data": {"attribute": "held", "value": "a"}})  # fmt: skip
    assert made(full, withheld=frozenset(["said_by"])).named == (full.head(),)
    assert made(full, withheld=frozenset(["said_by", "note"])).named == ()
    tell(full, {"subject": "place/y", "data": {"attribute": "told", "value": "by witness one"}})
    assert made(full, withheld=frozenset(["said_by", "note"])).named == (full.head(),)


def test_what_was_learnt_later_is_nowhere(full: Chronology) -> None:
    """With known_at, no byte of later events is in the file: not a correction's note, nor a retraction's reason."""
    early = full.head()
    target = full.event(early - 3)
    data = {"attribute": "status", "value": "late value"}
    tell(full, {"subject": "crossing/north", "valid": "2018-05-02", "data": data, "note": "late note"})
    full.append(Event(type="assertion.retracted", retracts=target.id, data={"reason": "late reason"}))
    tell(full, {"type": "subject.named", "subject": "crossing/north", "valid": None, "data": {"name": "Late Name"}})
    words = ("late value", "late note", "late reason", "late name")
    assert leaked(made(full), *words) == list(words)
    page = made(full, restrictions={"known_at": early})
    assert leaked(page, *words) == []
    limited = embedded(page)["about"]["limited"]
    assert (limited["known"], limited["later"]) == (early, 3)


def test_a_redacted_event_is_nowhere_and_counted(full: Chronology) -> None:
    """What the log has erased cannot be shown; the page says how many entries were."""
    target = full.event(full.head() - 1)
    full.redact(target.id, reason="names a witness")
    page = made(full)
    assert leaked(page, f"value {SECRET}") == []
    assert embedded(page)["about"]["erased"] == 1


def test_a_dispute_from_elsewhere_brings_nothing_of_its_own_subject(full: Chronology) -> None:
    """An event about another subject that disputes one of this stands here with who said so, and no more."""
    disputed = next(event for event in full.read() if event.event.type == "crossing.closed")
    said = {"data": {"attribute": "held", "value": f"value {SECRET}"}, "note": f"note {SECRET}"}
    who = {"subject": f"place/{SECRET}", "said_by": ("person/other",)}
    tell(full, said | who | {"disputes": (disputed.id,)})
    page = made(full, subjects=("crossing/north",))
    assert leaked(page, SECRET) == []
    assert leaked(page, "person/other") == ["person/other"]


def leaves(value: Any) -> Iterator[str]:
    """Yield every text in a value, but for the names of keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from leaves(item)


@pytest.mark.parametrize(
    "limits",
    [
        {"subjects": ("crossing/baguz",)},
        {"subjects": ("person/abu-bakr-al-baghdadi", "place/hajin")},
        {"restrictions": {"known_at": nth(20)}},
        {"subjects": ("group/islamic-state",), "restrictions": {"known_at": nth(34)}},
    ],
)
def test_no_text_of_an_event_that_is_left_out_is_in_the_data(example: Path, limits: dict[str, Any]) -> None:
    """Not a name, a source, an id, a value, a quote or a note, unless something that is shown says the same."""
    with Chronology.open(example, read_only=True) as chron:
        page = embedded(made(chron, **limits))
        known = limits.get("restrictions", {}).get("known_at", chron.head())
        told = [recorded for recorded in chron.read() if not recorded.event.type.startswith("type.")]
        shown = {event["id"] for event in page["events"]}
        withdrawals = {int(position) for position in page["withdrawals"]}
        cited = set(page["sources"]) | set(page["names"])
        kept = [
            recorded for recorded in told
            if recorded.event.id in shown or recorded.position in withdrawals
            or (recorded.event.subject in cited and recorded.position <= known)
        ]  # fmt: skip
        wanted, left_out = (
            {text for one in some for text in leaves(attrs.asdict(one.event))}
            for some in (kept, [one for one in told if one not in kept])
        )
    secret = {text for text in left_out - wanted if len(text) > 3}
    assert len(secret) > 60
    data = {*leaves(page), *page["names"], *page["sources"], *page["titles"]}
    long = "\n".join(data).casefold()
    assert secret & data == set()
    assert [text for text in secret if len(text) > 12 and text.casefold() in long] == []


def test_limits_are_checked() -> None:
    """A field that cannot be withheld and a position below 0 are refused."""
    with pytest.raises(UnknownNameError, match="unknown field 'quotes'") as refusal:
        Limits(withheld=frozenset(["quotes"]))
    assert "did you mean quote?" in str(refusal.value.hint)
    with pytest.raises(ChronologyError, match="position -1 is below 0"):
        Limits(restrictions={"known_at": -1})


def test_nothing_to_show_is_refused(chron: Chronology) -> None:
    """A page about nothing is no page."""
    with pytest.raises(ChronologyError, match="there is nothing to show"):
        made(chron)


def test_the_page_says_that_it_is_limited(chromium: Browser, example: Path, tmp_path: Path) -> None:
    """On top of the page, in words, stands what is left out."""
    path = tmp_path / "limited.html"
    limits = ("--subjects", "crossing/baguz", "--redact-fields", "note,recorded-by", "--known-at", "2018-05-20")
    said = done("--db", example, "report", "-o", path, *limits).out
    assert "limited: 34 reports of the log are not in it" in said
    with opened(chromium, path) as page:
        text = page.inner_text("#limits")
    known = f"known at entry {nth(36)}"
    parts = ("This page is limited.", "It shows only crossing/baguz.", known, "4 later", "Withheld: note, recorded by.")
    for part in parts:
        assert part in text


def _commands(example: Path, out: Path) -> Iterable[tuple[list[str], str, str]]:
    base = ["--db", str(example), "report", "-o", str(out)]
    yield [*base, "--subjects", "crossing/bagus"], "nothing is known of crossing/bagus", "did you mean crossing/baguz?"
    yield [*base, "--redact-fields", "quotes"], "unknown field 'quotes'", "did you mean quote?"
    yield [*base, "--known-at", "3"], "there is nothing to show", "chronology subjects"
    yield [*base, "--at", "soon"], "'soon' is not a date", "hint"
    yield [*base, "--basemap", str(example)], "is not GeoJSON", "RFC 7946"
    yield ["--db", str(example), "report", "-o", str(example)], "already exists", "--overwrite"
    yield ["--db", str(example), "report", "-o", str(out / "x" / "y.html")], "there is no directory", "make it first"


def test_bad_input_is_one_error_and_writes_nothing(example: Path, tmp_path: Path) -> None:
    """Each refusal says what was found and what to do, and leaves no file."""
    for command, error, hint in _commands(example, tmp_path / "out.html"):
        refused(run(*command), error, hint)
    assert list(tmp_path.iterdir()) == []
