"""A campaign as an analyst would record it, and questions whose answers were written down before they were asked.

`data/deir-ez-zor.jsonl` holds sixty attributed assertions about Deir ez-Zor, 2017 to 2019, in the order in which they
were recorded: who took which town, who said so and when, who denied it, what was corrected. They follow what was
published then, in our own words; grades, days of recording and some corrections are chosen so that there is something
to ask. The id of an assertion ends in its number, 1 to 60, which is how the tests name it.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from conftest import Clock, counting

from chronology import Chronology
from chronology.events.structuring import event_from_json
from tests.command_line import done, refused, run
from tests.terminals import at_terminal

GOLD = Path(__file__).parent / "data" / "deir-ez-zor.jsonl"
ARMY, IS, SDF = "organization/syrian-army", "group/islamic-state", "group/sdf"
AMAQ, SOHR, TURKEY = "organization/amaq", "organization/sohr", "organization/turkish-armed-forces"
BUKAMAL, BAGUZ, HAJIN, STORM = "place/al-bukamal", "place/baguz", "place/hajin", "operation/jazeera-storm"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the store, recorded on the days that its file names."""
    made = tmp_path_factory.mktemp("gold") / "gold.db"
    clock = Clock()
    lines = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    clock.set(lines[0]["recorded_at"])
    with Chronology.open(made, create=True, clock=clock, randomness=counting()) as chron:
        for line in lines:
            clock.now = datetime.fromisoformat(line.pop("recorded_at"))
            chron.append(event_from_json(line))
    return made


@pytest.fixture
def gold(path: Path) -> Iterator[Chronology]:
    """Give the store, to ask through the API."""
    with Chronology.open(path, read_only=True) as chron:
        yield chron


def number(chron: Chronology, name: int | str | None) -> int | None:
    """Return the number of an assertion, of its position or id."""
    if name is None:
        return None
    return int((name if isinstance(name, str) else chron.event(name).id).rpartition("-")[2], 10)


def answer(chron: Chronology, subject: str, attribute: str, at: str, **scope: object) -> tuple | None:
    """Return value, certainty, contested, and the numbers of the parties by standing; None if nothing is known."""
    found = chron.state(subject, attribute, valid_at=at, **scope)
    if not found:
        return None
    (one,) = found
    parties = [(party.standing, number(chron, party.event)) for party in one.candidates]
    return one.value, one.certainty, one.contested, parties


def held(path: Path, at: str) -> list[tuple]:
    """Return every answer at a date, with its parties; not their ids, which the log chose for some."""
    keys = ("subject", "attribute", "value", "certainty", "contested", "since")
    return [
        (
            *(one[key] for key in keys),
            *((party["standing"], party["position"], party["supported_by"]) for party in one["candidates"]),
        )
        for one in asked(path, "state", "--at", at)
    ]


def asked(path: Path, *arguments: str) -> list[dict]:
    """Return what a reading command prints as JSON."""
    return done("--db", path, *arguments, "--json").json


def test_the_gold_set_holds_sixty_assertions(gold):
    """Sixty events assert something about the campaign; the others describe sources, give names, merge or retract."""
    told = ("source.described", "subject.named", "subject.merged", "assertion.retracted", "type.defined")
    assert sum(event.event.type not in told for event in gold.read()) == 60


def test_the_command_line_takes_the_same_set(path, tmp_path):
    """Appended through standard input, the set gives the answers of the store that was recorded day by day."""
    other = tmp_path / "other.db"
    done("init", other)
    lines = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    text = "".join(json.dumps({k: v for k, v in line.items() if k != "recorded_at"}) + "\n" for line in lines)
    done("--db", other, "append", "-", stdin=text)
    for at in ("2017-11-20", "2018-03-18", "2018-05-14", "2018-12-15", "2019-04-01"):
        assert held(other, at) == held(path, at)


# Who held a town -----------------------------------------------------------------------------------------------


def test_1_who_held_al_bukamal_after_the_counter_attack(path):
    """On 12 November 2017 IS held it: the monitor's later claim beats the army's of the 8th, and nobody contests it."""
    (found,) = asked(path, "state", BUKAMAL, "controlled_by", "--at", "2017-11-12")
    assert (found["value"], found["certainty"], found["contested"]) == (IS, "certain", False)
    assert [(one["standing"], one["source"]) for one in found["candidates"]] == [("leading", "source/sohr-2017-11-11")]


def test_2_who_held_the_city_on_the_eve(gold):
    """On 1 November 2017 IS held the city, on the 2nd the army did, by the monitor's date."""
    assert answer(gold, "place/deir-ez-zor-city", "controlled_by", "2017-11-01")[:3] == (IS, "certain", False)
    held = answer(gold, "place/deir-ez-zor-city", "controlled_by", "2017-11-02")
    assert held == (ARMY, "certain", False, [("leading", 13)])


def test_3_when_an_imprecise_loss_is_possible_only(gold):
    """IS came back to Baguz on some day from 26 to 28 October 2018, so on the 26th either may hold it."""
    assert answer(gold, BAGUZ, "controlled_by", "2018-10-25")[:3] == (SDF, "certain", False)
    value, certainty, contested, parties = answer(gold, BAGUZ, "controlled_by", "2018-10-26")
    assert (certainty, contested) == ("possible", False)
    assert {which for _, which in parties} == {37, 46}
    assert value in (SDF, IS)
    assert answer(gold, BAGUZ, "controlled_by", "2018-10-28") == (IS, "certain", False, [("leading", 46)])


# Is the date disputed ------------------------------------------------------------------------------------------


def test_4_the_start_of_the_army_in_the_city_is_disputed(path):
    """Monitor and state agency differ by a day on the city, and by four on the siege; nothing else clashes there."""
    found = asked(path, "conflicts", "place/deir-ez-zor-city")
    told = [
        (one["attribute"], one["clash"], one["differ"], [(span["since"], span["until"]) for span in one["spans"]])
        for one in found
    ]
    assert told == [
        ("controlled_by", "dates", ["start"], [("2017-11-02T00:00:00", "2017-11-02T23:59:59")]),
        ("siege", "dates", ["start"], [("2017-09-05T00:00:00", "2017-09-08T23:59:59")]),
    ]


def test_5_the_start_of_the_pause_is_disputed(gold):
    """The paper dates the pause from January 2018, the Pentagon from 5 March."""
    (found,) = gold.conflicts(STORM)
    assert (found.clash, found.differ, found.shared_origin) == ("dates", ("start",), False)
    assert {number(gold, found.first.event), number(gold, found.second.event)} == {29, 35}


# What was reported, and known ----------------------------------------------------------------------------------


def test_6_what_had_been_reported_by_a_date(gold):
    """By 10 November 2017 only the agency had spoken of al-Bukamal: the army held it."""
    held = answer(gold, BUKAMAL, "controlled_by", "2017-11-12", stated_by="2017-11-10")
    assert held == (ARMY, "certain", False, [("leading", 16)])


def test_7_what_we_knew_by_a_date(gold):
    """Nothing about al-Bukamal was recorded by 10 November 2017, whatever had been published by then."""
    assert answer(gold, BUKAMAL, "controlled_by", "2017-11-12", known_at="2017-11-10") is None


def test_8_a_count_as_it_was_given_before_the_correction(gold):
    """The monitor's 45 dead near Khasham were known in February 2018; since March its 68 stand against the 100."""
    incident = "incident/khasham-2018-02"
    before = answer(gold, incident, "killed", "2018-02-08", known_at="2018-03-01")
    assert before == (45, "certain", True, [("leading", 27), ("rival", 26)])
    assert answer(gold, incident, "killed", "2018-02-08") == (68, "certain", True, [("leading", 28), ("rival", 26)])


# Without somebody, and how many agree --------------------------------------------------------------------------


def test_9_hajin_without_the_agency_of_one_side(path):
    """As known at the end of 2018, Amaq alone contests that the SDF holds Hajin: without it three origins agree."""
    question = ("state", HAJIN, "controlled_by", "--at", "2018-12-15", "--known-at", "2018-12-31")
    (found,) = asked(path, *question)
    assert (found["value"], found["contested"]) == (IS, True)
    (found,) = asked(path, *question, "--without-source", "source/amaq-2018-12-15")
    assert (found["value"], found["certainty"], found["contested"]) == (SDF, "certain", False)
    assert found["candidates"][0]["supported_by"] == 3


def test_10_the_east_bank_without_the_monitor(gold):
    """That the SDF holds the whole east bank is contested by the monitor only."""
    bank = "place/euphrates-east-bank"
    value, certainty, contested, parties = answer(gold, bank, "controlled_by", "2017-12-05")
    assert (value, certainty, contested) == (SDF, "certain", True)
    assert set(parties) == {("leading", 21), ("denial", 23)}
    assert answer(gold, bank, "controlled_by", "2017-12-05", without_origins=[SOHR])[2] is False


def test_11_two_papers_with_one_spokesman_are_one_origin(path):
    """Three sources say that the SDF took the gas field, two of them on its own word: two origins."""
    question = ("state", "place/conoco-gas-field", "controlled_by", "--at", "2017-09-30")
    (found,) = asked(path, *question)
    assert (found["value"], found["certainty"], found["contested"]) == (SDF, "certain", False)
    assert found["candidates"][0]["supported_by"] == 2
    assert asked(path, *question, "--min-origins", "3") == []
    # What gives the leading value too is no other possibility.
    assert " also " in done("--db", path, *question).out
    assert "possibl" not in done("--db", path, *question).out


def test_12_the_end_at_baguz_rests_on_two_origins(gold):
    """On 24 March 2019 the SDF and the coalition say it; the spokesman in the paper is the SDF again."""
    (found,) = gold.state(BAGUZ, "controlled_by", valid_at="2019-03-24", origins_counted=True)
    assert (found.value, found.certainty, found.contested) == (SDF, "certain", False)
    assert found.candidates[0].supported_by == 2


def test_31_a_spokesman_does_not_contest_himself(path, gold):
    """Two papers print 400 and 600 fighters from one spokesman: uncontested, and marked as of one origin."""
    assert answer(gold, BAGUZ, "fighters_left", "2019-02-10")[:3] == (600, "certain", False)
    (found,) = asked(path, "conflicts", BAGUZ, "fighters_left")
    assert (found["clash"], found["shared_origin"], found["spans"]) == ("values", True, [])


def test_13_only_sources_of_grade_b(gold):
    """Without what is graded below B, nobody contests the army's hold of al-Bukamal on 21 November 2017."""
    assert answer(gold, BUKAMAL, "controlled_by", "2017-11-21")[2] is True
    held = answer(gold, BUKAMAL, "controlled_by", "2017-11-21", min_grade="B3")
    assert held == (ARMY, "certain", False, [("leading", 18)])


# Why -----------------------------------------------------------------------------------------------------------


def test_14_why_the_crossing_was_closed(path):
    """The corrected report decides, alone; the report that it replaced is named with the reason."""
    told = done("--db", path, "why", "crossing/baguz", "status", "--at", "2018-05-13").out
    assert "closed (certain)" in told.splitlines()[0]
    assert "the only one that covers the date" in told
    assert "We had entered the day of the report." in told
    assert "nothing known" in told.splitlines()[-1]


def test_15_what_would_hold_in_al_bukamal_without_the_deciding_report(gold):
    """Two reports of 20 November 2017 start together: the later recorded one leads; without it, IS holds the town."""
    why = gold.why(BUKAMAL, "controlled_by", valid_at="2017-11-20")
    leading = why.considered[0]
    assert number(gold, leading.assertion.position) == 20
    assert (leading.rule, number(gold, leading.against)) == ("recorded later", 19)
    assert (why.without.value, why.without.certainty, why.without.contested) == (IS, "certain", False)


def test_16_a_denial_is_a_party_but_never_wins(gold):
    """That Turkey took Afrin is contested by the SDF's denial; without the report, nothing would be known."""
    value, certainty, contested, parties = answer(gold, "place/afrin", "controlled_by", "2018-03-18")
    assert (value, certainty, contested) == (TURKEY, "certain", True)
    assert parties == [("leading", 30), ("denial", 31)]
    assert (
        answer(gold, "place/afrin", "controlled_by", "2018-03-18", without_sources=["source/anadolu-2018-03-18"])
        is None
    )


# What changed, what differs ------------------------------------------------------------------------------------


def test_17_what_the_correction_changed(path):
    """Between the ends of May and June 2018 we learnt that the crossing was closed a day earlier, by event 40."""
    found = asked(path, "changes", "crossing/baguz", "--since", "2018-05-31", "--until", "2018-06-30")
    told = [(one["attribute"], one["since"], one["until"], one["before"], one["after"]["value"]) for one in found]
    assert told == [
        ("closed_to", "2018-05-13T00:00:00", "2018-05-13T23:59:59", None, IS),
        ("status", "2018-05-13T00:00:00", "2018-05-13T23:59:59", None, "closed"),
    ]


def test_18_what_the_counter_attack_changed_in_the_world(path):
    """From 1 October to 1 November 2018 Baguz went to IS and Susah is first heard of; no other place differs."""
    found = asked(path, "diff", "--from", "2018-10-01", "--to", "2018-11-01", "--kind", "place")
    told = {one["subject"]: (one["before"] and one["before"]["value"], one["after"]["value"]) for one in found}
    assert told == {BAGUZ: (SDF, IS), "place/susah": (None, IS)}


def test_19_the_history_of_the_operation(path):
    """Under way, then stalled from some day in January to the end of April 2018, then resumed."""
    found = asked(path, "history", STORM, "status")
    told = [(one["since"][:10], one["value"], one["certainty"]) for one in found]
    kept = [one for before, one in zip([None, *told], told, strict=False) if not before or before[1:] != one[1:]]
    assert kept == [
        ("2017-09-09", "under_way", "certain"),
        ("2018-01-01", "under_way", "possible"),
        ("2018-01-16", "stalled", "possible"),
        ("2018-01-31", "stalled", "certain"),
        ("2018-05-01", "resumed", "certain"),
    ]


# Gaps ----------------------------------------------------------------------------------------------------------


def test_20_what_became_of_the_fighters_in_afrin(path):
    """After March 2018 nothing is said of them: three attributes, 91 days until the end of June."""
    found = asked(path, "gaps", "presence/sdf-afrin", "--until", "2018-06-30")
    assert [one["attribute"] for one in found] == ["group", "place", "status"]
    assert {(one["what"], one["since"][:10], one["until"][:10], one["seconds"]) for one in found} == {
        ("gap", "2018-04-01", "2018-06-30", 91 * 86_400)
    }


def test_21_which_places_rest_on_one_old_report(gold):
    """In April 2019, who holds six places rests on one report older than a year."""
    found = gold.gaps(kind="place", until="2019-04-01", stale=365 * 86_400)
    told = {one.subject.removeprefix("place/"): number(gold, one.after) for one in found if one.what == "stale"}
    assert told == {
        "al-busayrah": 25, "al-qaim": 14, "omar-oil-field": 11, "rawa": 24, "afrin": 30, "euphrates-east-bank": 21,
    }  # fmt: skip


# Names and merges ----------------------------------------------------------------------------------------------


def test_22_what_the_merge_changed(gold):
    """The two spellings were merged on 12 December 2017: since 20 November the army's hold of the town is contested."""
    found = list(gold.changes(BUKAMAL, since="2017-12-01", until="2017-12-31"))
    assert [(one.attribute, one.since, one.until) for one in found] == [("controlled_by", "2017-11-20T00:00:00", None)]
    (change,) = found
    assert (change.before.value, change.before.contested) == (ARMY, False)
    assert (change.after.value, change.after.contested) == (ARMY, True)


@pytest.mark.parametrize("at", ["2017-11-12", "2017-11-19", "2017-11-20", "2018-01-31"])
def test_23_what_the_unmerge_restored(gold, at):
    """In January 2018, the merge taken back, both spellings answer as before it; since February they are one."""
    for name in (BUKAMAL, "place/abu-kamal"):
        before = answer(gold, name, "controlled_by", at, known_at="2017-12-01")
        assert answer(gold, name, "controlled_by", at, known_at="2018-01-15") == before
    merged = answer(gold, BUKAMAL, "controlled_by", at)
    assert answer(gold, "place/abu-kamal", "controlled_by", at) == merged


@pytest.mark.parametrize("name", ["الباغوز", "al-baghuz fawqani", "BAGUZ"])
def test_24_a_town_is_found_by_its_other_names(path, name):
    """The Arabic name, another transliteration and any case ask about the town."""
    ended = done("--db", path, "state", name, "controlled_by", "--at", "2018-05-14", "--json")
    assert [(one["subject"], one["value"]) for one in ended.json] == [(BAGUZ, SDF)]


def test_29_a_search_finds_a_town_under_all_its_names(path):
    """Each spelling, in either script, finds the six reports about al-Bukamal: five of its own, one that merged it."""
    told = []
    for name in ("bukamal", "abu kamal", "البوكمال"):
        found = done("--db", path, "search", name, "--json").json
        told.append({one["position"] for one in found if one["type"].startswith(("control", "subject.merged"))})
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 6


def test_30_a_misspelt_search_leads_to_the_town(path):
    """A transliteration that nobody entered finds nothing, and names what is similar."""
    ended = done("--db", path, "search", "baghouz")
    assert ended.out == ""
    assert "note: baghouz is similar to crossing/baguz and place/baguz" in ended.err


# The leader, and what is suspicious ----------------------------------------------------------------------------


def test_25_where_the_leader_was_without_the_journalist(gold):
    """One journalist denies what an intelligence chief says; without him it is uncontested."""
    person = "person/abu-bakr-al-baghdadi"
    assert answer(gold, person, "location", "2018-05-14")[2] is True
    found = answer(gold, person, "location", "2018-05-14", without_origins=["person/suhaib-jaber"])
    assert found == (HAJIN, "certain", False, [("leading", 41)])


def test_26_what_is_suspicious(path):
    """One report graded as confirmed has one origin, one has no grade, one repeats the same spokesman's word."""
    found = run("--db", path, "lint", "--json")
    assert found.code == 3
    told = {(one["rule"], int(one["event"][-2:])) for one in found.json}
    assert told == {("unconfirmed", 25), ("ungraded", 32), ("near-duplicate", 7)}


@pytest.mark.parametrize(
    "question",
    [
        ("lint",),
        ("conflicts",),
        ("state", "--at", "2018-12-15"),
        ("gaps", "--stale", "30d"),
        ("about", BAGUZ),
        ("why", BUKAMAL, "controlled_by", "--at", "2017-11-20"),
        ("history", STORM),
        ("search", "baghuz"),
        ("sources",),
        ("changes", "--since", "2018-12-31"),
        ("diff", "--from", "2018-10-01", "--to", "2018-11-01"),
        ("subjects",),
    ],
)
def test_answers_fit_a_terminal_of_80_columns(path, question):
    """No line of an answer about the campaign is wider than the terminal."""
    seen = at_terminal("--db", path, *question, columns=80)
    assert len(seen.lines) > 3
    # A progress bar is taken off by control characters.
    assert [line for line in seen.lines if len(line) > 80 and "\x1b" not in line] == []


def test_27_what_a_retraction_left(gold):
    """Since the film was found to be of Susah, Hajin is the SDF's on 15 December 2018, uncontested."""
    value, certainty, contested, parties = answer(gold, HAJIN, "controlled_by", "2018-12-15")
    assert (value, certainty, contested) == (SDF, "certain", False)
    assert 53 not in {which for _, which in parties}


def test_28_a_town_that_nobody_knows_leads_to_what_is_meant(path):
    """A misspelt town is answered with the town that is meant, a bare one refused with it."""
    assert "did you mean place/hajin?" in done("--db", path, "state", "place/haijn").err
    refused(run("--db", path, "state", "haijn"), "place/hajin")
