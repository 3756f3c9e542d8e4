"""What an import remembers of its rows: keys that are taken, missing rows, and names that must stay apart."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology import Chronology, Event
from chronology.importers import registry
from chronology.importers.mappings import read_mapping
from chronology.importers.preview import Preview
from chronology.importers.seen_rows import seen_rows
from tests.importers.sheets import Outcome, take_file


def test_the_first_line_of_a_key_is_remembered() -> None:
    """A second line with the same key is given the first one, however often it comes."""
    with seen_rows() as seen:
        assert [seen.first_line(key, line) for line, key in enumerate("abcab", start=1)] == [1, 2, 3, 1, 2]
        assert (seen.has("a"), seen.has("d")) == (True, False)


@given(st.lists(st.text(max_size=3), min_size=2, max_size=30, unique=True))
def test_keys_are_not_taken_for_one_another(keys: list[str]) -> None:
    """What stands for a key of any length is another for each key."""
    with seen_rows() as seen:
        assert [seen.first_line(key, line) for line, key in enumerate(keys)] == list(range(len(keys)))


def test_missing_keys_come_in_the_order_in_which_they_were_missed_first() -> None:
    """Each is noted once; the order is not that of the texts."""
    with seen_rows() as seen:
        assert [seen.miss(key) for key in ("z", "a", "z", "m")] == [True, True, False, True]
        assert list(seen.missing()) == ["z", "a", "m"]
        assert not seen.has("z")


MAPPING = """
name = "cases"
key = "{case}"

[dataset]
source = "source/cases"

[[event]]
type = "case.told"
subject = "case/{case}"
said_by = "organization/{court}"
on = { column = "day" }

[event.data]
status = "{status}"
town = { text = "{town}", as = "subject", kind = "place" }
judges = { text = "{judges}", as = "subjects", kind = "person", split = ";" }

[[type]]
name = "case.told"
title = "Case told"
"""
COLUMNS = ("case", "day", "court", "status", "town", "judges")


def case(key: str, **cells: str) -> tuple[str, ...]:
    """Return a row about a case."""
    row = {"case": key, "day": "2018-05-14", "court": "High Court", "status": "open", "town": "Hajin", "judges": "A; B"}
    return tuple((row | cells).values())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a place for the file."""
    return tmp_path / "cases.csv"


def _take(chron: Chronology, file: Path, *rows: tuple[str, ...], mapping: str = MAPPING, **wanted: Any) -> Outcome:
    file.write_text("\n".join(map("\t".join, (COLUMNS, *rows))) + "\n", "utf-8")
    return take_file(chron, file, mapping, **wanted)


def _bad(outcome: Outcome) -> list[str]:
    return [row.message() for row in outcome.bad]


@pytest.mark.parametrize("key", ["ab-1", "AB 1", "AB/1", "AB-1\u200f", "ÁB-1", "#AB-1", "A'B-1", "AB -1"], ids=ascii)
def test_rows_whose_keys_become_one_subject_are_bad(chron: Chronology, file: Path, key: str) -> None:
    """The second row names the first, by its line and its key, and marks that nobody sees are shown."""
    outcome = _take(chron, file, case("AB-1"), case(key), case("AB-2"), dry_run=True)
    assert _bad(outcome) == [
        f"line 3, column case: has the key {key!r} and becomes case/ab-1, as 'AB-1' on line 2 does"
    ]
    assert outcome.counts == (2, 0, 0, 0, 1)
    assert "\u200f" not in outcome.bad[0].reason


def test_a_preview_finds_the_same(file: Path) -> None:
    """Without a store."""
    file.write_text("\n".join(map("\t".join, (COLUMNS, case("AB-1"), case("ab-1", town="Ḥajin"), case("C")))), "utf-8")
    found = registry.Format(registry.format_named("csv").importer, read_mapping(MAPPING, "x"))
    opened = registry.open_file(file, found)
    results = Preview(opened.mapped, opened.table).results()
    told = [row.message() for result in results if isinstance(result, list) for row in result]
    assert told == [
        "line 3, column case: has the key 'ab-1' and becomes case/ab-1, as 'AB-1' on line 2 does",
        "line 3, column town: 'Ḥajin' becomes place/hajin, as 'Hajin' on line 2 does",
    ]


@pytest.mark.parametrize("sync", [False, True])
def test_a_key_of_an_earlier_release_is_not_taken_over(chron: Chronology, file: Path, sync: bool) -> None:
    """The row with the new key is bad, whether the other one is in the file before it, after it, or not at all."""
    _take(chron, file, *(case(f"AB-{n}") for n in range(30)))
    rest = [case(f"AB-{n}") for n in range(2, 30)]
    for rows, line in (([case("ab-1"), case("AB-1")], 2), ([case("AB-1"), case("ab-1")], 3), ([case("ab-1")], 2)):
        outcome = _take(chron, file, *rows, case("AB-0"), *rest, sync=sync, dry_run=True)
        where = "on line 2" if line == 3 else "in the store"
        told = f"has the key 'ab-1' and becomes case/ab-1, as 'AB-1' {where} does"
        if line == 3:
            assert [row.reason for row in outcome.bad] in ([told], [told.replace("on line 2", "in the store")])
        else:
            assert [row.reason for row in outcome.bad] == [told]
        assert [row.line for row in outcome.bad] == [line]
        assert outcome.summary.refused == 1


def test_a_clash_takes_nothing_back(chron: Chronology, file: Path) -> None:
    """With a sync that skips the row, the earlier one stays as it is."""
    _take(chron, file, *(case(f"AB-{n}") for n in range(30)))
    rows = [case("ab-1", status="closed"), *(case(f"AB-{n}") for n in range(30))]
    assert _take(chron, file, *rows, sync=True, skip_bad=True).counts == (0, 0, 30, 0, 1)
    assert [one.event.data["status"] for one in chron.timeline("case/ab-1")] == ["open"]


def test_what_others_say_of_a_subject_is_no_clash(chron: Chronology, file: Path) -> None:
    """An event of another dataset, and one that a person entered with the dataset as its source."""
    _take(chron, file, case("AB-9"))
    told = {"type": "case.told", "subject": "case/ab-1", "valid": "2018-05-01", "data": {"status": "shut"}}
    chron.append(Event(**told, source="source/cases", locator="p. 3"))
    _take(chron, file, case("ab-1"), source="source/other")
    assert _take(chron, file, case("AB-9"), case("AB-1")).counts == (1, 0, 1, 0, 0)


@pytest.mark.parametrize("column", ["court", "town", "judges"])
@pytest.mark.parametrize("other", ["LOrient", "L’Orïent", "(L'Orient)", "L'Orient.", "#L'Orient"])
def test_names_that_differ_in_letters_or_marks_are_bad(chron: Chronology, file: Path, column: str, other: str) -> None:
    """What a slug drops may tell two names apart, where the slug is the same."""
    first, *rest = _take(chron, file, case("A", **{column: "L'Orient"}), case("B", **{column: other}), dry_run=True).bad
    kind = {"court": "organization", "town": "place", "judges": "person"}[column]
    assert not rest
    assert (
        first.message() == f'line 3, column {column}: {other!r} becomes {kind}/lorient, as "L\'Orient" on line 2 does'
    )


@pytest.mark.parametrize("other", ["hajin ", "HAJIN", "al  Hajin", "Hajin\u200f", "Ｈajin", "Ha\u00adjin"], ids=ascii)
def test_spellings_of_one_name_stay_one(chron: Chronology, file: Path, other: str) -> None:
    """Letter case, spaces, marks that nobody sees and wide letters make no other name."""
    name = "Al Hajin" if "al" in other else "Hajin"
    outcome = _take(chron, file, case("A", town=name), case("B", town=other))
    assert outcome.counts == (2, 0, 0, 0, 0)


def test_a_mapping_may_merge_spellings(chron: Chronology, file: Path) -> None:
    """Of large datasets nobody here can correct the names; keys stay apart all the same."""
    mapping = MAPPING.replace('key = "{case}"', 'key = "{case}"\nmerge_spellings = true')
    rows = [case("A", court="Al-Watan (Syria)"), case("B", court="Al Watan, Syria"), case("a")]
    assert [row.line for row in _take(chron, file, *rows, mapping=mapping, dry_run=True).bad] == [4]


@pytest.mark.parametrize("name", ["ucdp-ged", "acled", "gdelt-events", "gdelt-mentions", "timemap"])
def test_public_datasets_merge_spellings(name: str) -> None:
    """Their publishers write one name in several ways, and a bad row could not be corrected."""
    mapped = registry.format_named(name).mapped
    assert mapped is not None
    assert mapped.merge_spellings


def test_rows_about_one_subject_stay_about_one(chron: Chronology, file: Path) -> None:
    """Where the key has a part that the subject has not, rows with the same text are about the same."""
    mapping = MAPPING.replace('key = "{case}"', 'key = "{case}-{day}"')
    rows = [case("AB-1", day="2018-05-14"), case("AB-1", day="2018-05-15"), case("ab-1", day="2018-05-16")]
    assert _bad(_take(chron, file, *rows, mapping=mapping, dry_run=True)) == [
        "line 4, column case: 'ab-1' becomes case/ab-1, as 'AB-1' on line 2 does"
    ]
    _take(chron, file, *rows[:2], mapping=mapping)
    later = [*rows[:2], case("AB-1", day="2018-06-01")]
    assert _take(chron, file, *later, mapping=mapping, sync=True).counts == (1, 0, 2, 0, 0)


def test_a_subject_that_is_no_part_of_the_key_may_be_shared(chron: Chronology, file: Path) -> None:
    """Two rows about one place, written in two ways."""
    mapping = MAPPING.replace('subject = "case/{case}"', 'subject = "case/{town}"')
    assert _take(chron, file, case("A"), case("B", town="hajin"), mapping=mapping).counts == (2, 0, 0, 0, 0)


def test_a_row_that_is_changed_keeps_its_subject(chron: Chronology, file: Path) -> None:
    """A sync of many rows that say something new finds no clash with what they said before."""
    rows = [case(f"AB-{n}") for n in range(40)]
    _take(chron, file, *rows)
    changed = [case(f"AB-{n}", status="closed") for n in range(40)]
    assert _take(chron, file, *changed, sync=True).counts == (0, 40, 0, 0, 0)
    assert _take(chron, file, *changed[:39], sync=True).counts == (0, 0, 39, 1, 0)
    assert _take(chron, file, *changed, sync=True).counts == (1, 0, 39, 0, 0)


def test_the_subjects_of_a_source_are_found_together(chron: Chronology, file: Path) -> None:
    """Those with a live claim of the source, and no others of those that are asked about."""
    _take(chron, file, case("AB-1"), case("AB-2"))
    _take(chron, file, case("AB-3"), source="source/other")
    asked = ["case/ab-1", "case/ab-2", "case/ab-3", "case/ab-4", "place/hajin"]
    assert chron.names.subjects_of("source/cases", asked) == {"case/ab-1", "case/ab-2"}
    _take(chron, file, case("AB-2"), sync=True, yes=True)
    assert chron.names.subjects_of("source/cases", asked) == {"case/ab-2"}
    assert chron.names.subjects_of("source/none", asked) == set()


def test_a_clash_is_found_where_rows_make_no_claims(chron: Chronology, file: Path) -> None:
    """Events whose values are only kept are about their subject all the same."""
    mapping = MAPPING.split("[event.data]")[0] + 'data = { status = { text = "{status}", asserts = false } }\n'
    mapping += '[[type]]\nname = "case.told"\ntitle = "Case told"\n'
    _take(chron, file, case("AB-1"), mapping=mapping)
    assert _take(chron, file, case("AB-1"), case("ab 1"), mapping=mapping, dry_run=True).counts == (0, 0, 1, 0, 1)
    [bad] = _take(chron, file, case("ab 1"), mapping=mapping, dry_run=True).bad
    assert bad.reason == "has the key 'ab 1' and becomes case/ab-1, as 'AB-1' in the store does"
