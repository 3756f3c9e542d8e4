"""Tests of the list of subjects: what it counts, from when to when, and what it leaves out."""

import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError


def report(chron: Chronology, valid: str, subject: str = "place/hajin", **data: str) -> str:
    """Append a report and return its id."""
    given = {"part": "east"} | data
    event = Event(type="place.described", subject=subject, valid=valid, source="source/s", data=given)
    return chron.append(event).id


def test_a_subject_is_counted_and_dated_by_its_reports(chron: Chronology) -> None:
    """Those about it and those that refer to it; open ends, names and what was withdrawn give no day."""
    base = chron.head()
    report(chron, "2018-05-XX")
    report(chron, "../2016-03-01", subject="place/x", located_in="place/hajin")
    withdrawn = report(chron, "1999")
    report(chron, "2017-02-03/..")
    chron.describe("place/hajin", names=["Hajin"])
    chron.retract(withdrawn, reason="r")
    found = chron.names.subject_list(kind="place")
    assert [one.subject for one in found] == ["place/hajin", "place/x"]
    one = found[0]
    assert (one.kind, one.name, one.aliases, one.events) == ("place", "Hajin", (), 3)
    assert (one.first_position, one.last_position) == (base + 1, base + 6)
    assert (one.first, one.last) == ("2016-03-01", "2018-05-31")
    then = chron.names.subject_list(kind="place", known_at=base + 3)[0]
    assert (then.name, then.events, then.last_position, then.first) == (None, 3, base + 3, "1999-01-01")


def test_a_subject_that_is_spoken_of_no_more_is_left_out(chron: Chronology) -> None:
    """Its retractions alone do not make a subject; one that only has a name is listed."""
    chron.retract(report(chron, "2018"), reason="r")
    chron.describe("place/named", aliases=["N"])
    (one,) = chron.names.subject_list(kind="place")
    assert (one.subject, one.name, one.aliases, one.events, one.first, one.last) == (
        "place/named", None, ("N",), 0, None, None,
    )  # fmt: skip


def test_what_only_bookkeeping_is_about_is_listed_where_asked_for(chron: Chronology) -> None:
    """An empty store lists nothing; its types are listed as subjects of the kind `type`."""
    assert chron.names.subject_list() == []
    listed = [one.subject for one in chron.names.subject_list(kind="type")]
    assert "type/subject.named" in listed


def test_a_text_finds_subjects_by_slug_and_by_name(chron: Chronology) -> None:
    """Part of either is enough, whatever its case and marks; a limit counts what is found."""
    chron.append_many(
        Event(type="subject.named", subject=f"place/p{number:04}", data={"name": f"Tówn {number} of Hajin"})
        for number in range(1_100)
    )
    report(chron, "2018", subject="place/zz-town-7")
    assert [one.subject for one in chron.names.subject_list(text="TOWN 10")] == [
        f"place/p{number:04}" for number in (10, *range(100, 110), *range(1_000, 1_100))
    ]
    assert [one.subject for one in chron.names.subject_list(text="Town 7", limit=2)] == ["place/p0007", "place/p0070"]
    assert chron.names.subject_list(text="town 7")[-1].subject == "place/zz-town-7"
    assert [one.subject for one in chron.names.subject_list(text="P0011")] == ["place/p0011"]
    assert len(chron.names.subject_list()) == 1_101
    assert chron.names.subject_list(text="%") == chron.names.subject_list(text="x", kind="person") == []
    assert chron.names.subject_list(limit=0) == []
    with pytest.raises(ChronologyError, match="limit is -1"):
        chron.names.subject_list(limit=-1)


def test_who_wants_the_first_few_gets_the_first_of_all(chron: Chronology) -> None:
    """Whatever the limit, the kind, the text and the time: names of sources and attributes among them do not count."""
    for number in range(130):
        data = {"attribute": f"a{number}", "value": f"place/zz{number}"}
        kind = ("place", "person")[number % 2]
        said = {"source": f"source/s{number}", "said_by": (f"person/q{number}",)}
        chron.append(Event(type="fact.asserted", subject=f"{kind}/s{number:03}", valid="2018", data=data, **said))
    for known_at in (None, chron.head() - 60):
        for narrowed in ({}, {"kind": "person"}, {"text": "s01"}, {"kind": "nothing"}):
            everything = chron.names.subject_list(known_at=known_at, **narrowed)
            for limit in (0, 1, 49, 50, 51, 999):
                assert chron.names.subject_list(known_at=known_at, limit=limit, **narrowed) == everything[:limit]
