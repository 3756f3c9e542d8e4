"""Asking, listing and keeping a store, from the words that are typed to what is printed."""

import csv
import io
import json
import re
import sqlite3
import threading
from pathlib import Path

import pytest

from chronology.commands.screen.output import progress_bar, waiting
from chronology.store.names import Names
from tests.command_line import GATE, GAZETTE, append, done, refused, run, status, untouched


def head() -> int:
    """Return the position of the newest event."""
    return int(done("log", "--nl").lines[-1]["position"])


def test_the_store_is_named_in_three_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--db before or after the command wins over CHRONOLOGY_DB, which wins over chronology.db in the folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("chronology.db", "b.db", "c.db"):
        done("init", name)
        done("--db", name, "append", "crossing.closed", f"crossing/{name}", "--on", "2018", "--source", "source/x")

    def answered(*arguments: str) -> str:
        before = arguments[:2] if arguments and arguments[-1] == "before" else ()
        after = () if before else arguments
        return str(done(*before, "state", "--json", *after).json[0]["subject"])

    assert answered() == "crossing/chronology.db"
    monkeypatch.setenv("CHRONOLOGY_DB", "b.db")
    assert answered() == "crossing/b.db"
    assert answered("--db", "c.db") == "crossing/c.db"
    assert answered("--db", "c.db", "before") == "crossing/c.db"


def test_filters_narrow_the_answer(store: Path) -> None:
    """Source, origin, stated day, grade and kind each leave out the rest; if nothing is left, the command says so."""
    append("crossing.closed", GATE, "--grade", "B2")
    append("crossing.opened", GATE, "--grade", "E5", "--said-by", "person/mayor", "--stated", "2024-04-01",
           on="2024-03-11", source="source/radio")  # fmt: skip
    assert status()["value"] == "open"
    assert status("--source", GAZETTE)["value"] == "closed"
    assert status("--source", GAZETTE, "--source", "source/radio")["value"] == "open"
    assert status("--origin", "person/mayor")["value"] == "open"
    assert status("--stated-by", "2024-03-31")["value"] == "closed"
    assert status("--min-grade", "C3")["value"] == "closed"
    ended = done("state", GATE, "--at", "2024-03-12", "--min-grade", "A1")
    assert (ended.out, ended.err) == ("", f"nothing is known of {GATE} at 2024-03-12, within the filters\n")
    assert {row["subject"] for row in done("state", "--kind", "source", "--json").json} == {GAZETTE}


def test_fuzz_widens_qualified_ends(store: Path) -> None:
    """--fuzz makes an approximate end uncertain by so many days."""
    append("crossing.closed", GATE, on="2024-03-10~/..")
    assert status(at="2024-03-08") is None
    assert status("--fuzz", "1w", at="2024-03-08")["certainty"] == "possible"


def test_an_unknown_name_is_noted_not_refused(store: Path) -> None:
    """A subject of a known kind that no event is about is not a fault; the nearest one is suggested."""
    append("crossing.closed", GATE)
    for command in (("state",), ("timeline",), ("log", "--subject")):
        ended = done(*command, "crossing/oakfrod")
        assert ended.out == ""
        assert ended.err.startswith(f"note: no event is about crossing/oakfrod; did you mean {GATE}?\n")


def test_a_filter_by_whoever_says_something_is_never_a_fault(store: Path) -> None:
    """A source or origin may be of any kind and need be no subject; one that says nothing is noted."""
    append("crossing.closed", GATE, "--said-by", "driver/bus-7", source="source/radio")
    for party in (("--origin", "driver/bus-7"), ("--source", "source/radio")):
        ended = done("state", GATE, "--at", "2023", *party)
        assert ended.err == f"nothing is known of {GATE} at 2023, within the filters\n"
    ended = done("state", GATE, "--origin", "driver/bus-8")
    assert ended.err.startswith("note: no assertion comes from driver/bus-8; did you mean driver/bus-7?\n")


def test_a_year_given_as_known_at_is_noted(store: Path) -> None:
    """--known-at 2018 is a position; if the log does not reach it, the command says so: a year may be meant."""
    append("crossing.closed", GATE)
    ended = done("state", GATE, "--known-at", "2018")
    assert ended.err.startswith("note: 2018 is read as a position, and the log ends at")
    assert "closed" in ended.out


def test_the_log_is_filtered(store: Path) -> None:
    """`log` lists what was recorded after a position, of a type, about a subject; definitions say what they define."""
    append("crossing.closed", GATE)
    last = append("crossing.opened", GATE, on="2024-03-12")
    assert [e["id"] for e in done("log", "--after", str(last["position"] - 1), "--nl").lines] == [last["id"]]
    assert {e["type"] for e in done("log", "--subject", GATE, "--nl").lines} == {"crossing.closed", "crossing.opened"}
    assert len(done("log", "--type", "crossing.closed", "--nl").lines) == 1
    assert "version 1: Operation stalled" in done("log", "--type", "type.defined").out
    ended = done("log", "--after", "9999")
    assert (ended.out, ended.err) == ("", f"no such event is in the log, which ends at position {last['position']}\n")


FORMS = [(), ("--json",), ("--nl",), ("--csv",)]


def _positions(*arguments: str) -> list[int]:
    """Return the positions that a listing gives, which are the same in each of its forms."""
    table, listed, lines, cells = (done(*arguments, *form) for form in FORMS)
    found = [row["position"] for row in listed.json]
    assert [row["position"] for row in lines.lines] == found
    assert [int(row["position"]) for row in csv.DictReader(io.StringIO(cells.out, newline=""))] == found
    assert [int(re.search(r"#(\d+)", line)[1]) for line in table.out.splitlines()[1:]] == found  # type: ignore[index]
    return found


def test_the_log_can_be_limited_and_reversed(store: Path) -> None:
    """`-n` lists the first of the order shown, `--reverse` the newest first; filters leave events out before that."""
    first = append("crossing.closed", GATE)["position"]
    for day in range(1, 5):
        append("crossing.opened" if day % 2 else "crossing.closed", GATE, on=f"2024-04-0{day}")
    assert _positions("log", "-n", "3") == [1, 2, 3]
    assert _positions("log", "--reverse", "-n", "2") == [first + 4, first + 3]
    assert _positions("log", "--reverse", "--after", str(first)) == [first + 4, first + 3, first + 2, first + 1]
    assert _positions("log", "--limit", "2", "--type", "crossing.closed") == [first, first + 2]
    assert _positions("log", "--reverse", "-n", "2", "--type", "crossing.opened") == [first + 3, first + 1]
    assert _positions("log", "--reverse", "-n", "1", "--subject", GAZETTE) == [first - 1]
    assert _positions("log", "-n", "999", "--subject", GATE) == [first + n for n in range(5)]


def test_the_timeline_can_be_limited_and_reversed(store: Path) -> None:
    """`-n` lists the earliest, `--reverse -n` the latest; the period and the subject are chosen before that."""
    places = [append("crossing.closed", GATE, on=day)["position"] for day in ("2024-05-02", "2024-05-01", "2024-05-03")]
    second, first, third = places
    assert _positions("timeline", GATE, "-n", "2") == [first, second]
    assert _positions("timeline", GATE, "--reverse") == [third, second, first]
    assert _positions("timeline", "--reverse", "-n", "1") == [third]
    assert _positions("timeline", GATE, "--reverse", "-n", "1", "--until", "2024-05-02") == [second]


@pytest.mark.parametrize("command", ["log", "timeline"])
@pytest.mark.parametrize("number", ["0", "-1", "x"])
def test_a_limit_is_a_number_from_1(store: Path, command: str, number: str) -> None:
    """A limit below 1, or none at all, is wrong usage."""
    refused(run(command, "-n", number), "'-n' / '--limit'", number, code=2)


def test_the_log_names_events_by_position(store: Path) -> None:
    """If an event disputes, replaces or retracts another, the table names it by position, as people type it."""
    first = append("crossing.closed", GATE)["position"]
    append("crossing.opened", GATE, "--disputes", str(first))
    append("crossing.closed", GATE, "--replaces", str(first))
    done("retract", str(first + 2), "--reason", "x")
    shown = done("log", "--after", str(first)).out
    for words in (f"disputes #{first}", f"replaces #{first}", f"retracts #{first + 2}"):
        assert words in shown


def test_the_timeline_is_in_order_of_valid_time(store: Path) -> None:
    """`timeline` sorts by valid time, keeps to a period, follows references and leaves out what is withdrawn."""
    append("crossing.closed", GATE, on="2024-03-10")
    append("crossing.opened", GATE, "used_by=group/smugglers", on="2024-02-01")
    wrong = append("crossing.closed", GATE, on="2023")
    done("retract", wrong["id"], "--reason", "x")

    def valid(*arguments: str) -> list[str]:
        return [e["valid"] for e in done("timeline", *arguments, "--nl").lines]

    assert valid(GATE) == ["2024-02-01", "2024-03-10"]
    assert valid("group/smugglers") == ["2024-02-01"]
    assert valid(GATE, "--since", "2024-03") == ["2024-03-10"]
    assert valid(GATE, "--until", "2024-02") == ["2024-02-01"]
    ended = done("timeline", GATE, "--since", "2030")
    assert (ended.out, ended.err) == ("", "no event has a valid time in that period\n")


@pytest.mark.parametrize("form", [(), ("--json",), ("--nl",), ("--csv",)], ids=["table", "json", "nl", "csv"])
def test_a_date_is_explained(form: tuple[str, ...]) -> None:
    """`date` explains dates from the command line and from standard input, in every form."""
    shown = done("date", "-", "2018-05-01/..", *form, stdin="2018\r\n2018-XX-15\n").out
    for text in ("2018", "2018-XX-15", "2018-05-01/.."):
        assert text in shown
    assert len(shown.splitlines()) == (4 if form == ("--csv",) else 3)


@pytest.mark.parametrize("form", ["--json", "--nl", "--csv", "--spreadsheet"])
def test_a_refused_date_ends_with_1_in_every_form(form: str) -> None:
    """Every date is printed, refused or not; then one line counts the refused ones, and the exit code is 1."""
    ended = run("date", "2018-05-01", "x", "2018-02-30", form)
    assert ended.code == 1
    assert "error: 2 of 3 dates were refused\nhint: " in ended.err
    assert "no day 30" in ended.out
    assert "2018-05-01" in ended.out
    assert run("date", "2018-05-01", form).code == 0


def test_one_refused_date_does_not_hide_the_others() -> None:
    """Dates after a refused one are explained too; each refusal has its error line, and the exit code is 1."""
    ended = run("date", "2018-02-30", "2018-05-01", "x")
    assert ended.code == 1
    assert ended.out.startswith("2018-05-01: ")
    assert [line[:6] for line in ended.err.splitlines() if not line.startswith("hint")] == ["error:", "error:"]


def test_half_an_answer_is_not_printed(store: Path) -> None:
    """A value that turns out to be damaged is reported before anything is printed."""
    done("append", "crossing.closed", "crossing/a", "--on", "2018", "--source", "source/x")
    done("append", "crossing.closed", "crossing/z", "--on", "2018", "--source", "source/x")
    with sqlite3.connect(store) as connection:
        name = "(SELECT id FROM name WHERE text = 'crossing/z')"
        connection.execute(f"UPDATE claim SET value = 'soon' WHERE subject = {name}")
    connection.close()
    for form in ((), ("--json",), ("--nl",), ("--csv",)):
        refused(run("state", "--at", "2019", *form), "the projections are damaged", "replay")


def test_init_does_not_touch_a_store(store: Path) -> None:
    """`init` on a store says that it was one already, and changes nothing."""
    with untouched(store):
        assert done("init").out == f"{store} was already a store, head {head()}\n"


def test_a_tampered_store_ends_verify_with_3(store: Path) -> None:
    """A projection altered behind the program's back is a fault: exit code 3; a replay repairs it and says so."""
    append("crossing.closed", GATE)
    connection = sqlite3.connect(store)
    with connection:
        name = "(SELECT id FROM name WHERE text = ?)"
        connection.execute(f"UPDATE claim SET value = '\"open\"' WHERE subject = {name}", (GATE,))
    connection.close()
    for form in ((), ("--json",)):
        ended = run("verify", *form)
        assert ended.code == 3
        assert "claim" in ended.out
    assert "claim" in done("replay").out.partition("changed: ")[2]
    assert done("verify").out.startswith("ok: ")
    assert status()["value"] == "closed"


def test_a_changed_body_is_named_by_position(store: Path) -> None:
    """A body altered behind the triggers ends `verify` with 3, and the fault names the position."""
    position = append("crossing.closed", GATE, "reason=storm")["position"]
    data = store.read_bytes()
    assert data.count(b'"reason":"storm"') == 1
    store.write_bytes(data.replace(b'"reason":"storm"', b'"reason":"stork"'))
    ended = run("verify", "--json")
    assert ended.code == 3
    assert position in [fault["position"] for fault in ended.json["faults"]]
    assert f"position {position}" in run("verify").out


def test_a_stripped_trigger_is_named(store: Path) -> None:
    """A store without one of its triggers is refused by every command but `verify`, which says what is missing."""
    connection = sqlite3.connect(store)
    connection.execute("DROP TRIGGER event_refuses_update")
    connection.close()
    assert run("state").code == 1
    ended = run("verify")
    assert (ended.code, ended.out) == (3, "fault: trigger event_refuses_update is missing\n")


def test_types_are_listed_and_shown(store: Path) -> None:
    """`types` lists what the log defines, and `types show` says what a type takes, asserts and ends."""
    names = [row["name"] for row in done("types", "--json").json]
    assert names == sorted(names)
    assert "crossing.closed" in names
    shown = done("types", "show", "crossing.closed").out
    for words in ("asserts status = closed", "ends used_by", "chronology append crossing.closed crossing/SLUG"):
        assert words in shown


def test_a_bare_dispute_is_not_shown_as_a_denial(store: Path) -> None:
    """Who disputes an event without saying the contrary is listed as disputing; a denial as denying."""
    closed = append("crossing.closed", GATE)["id"]
    append("intention.stated", "person/mayor", "aim=reopen it", "--disputes", closed, source="source/mayor")
    shown = done("state", GATE, "status", "--at", "2024-03-10").out
    assert "but disputed" in shown
    assert "not closed" not in shown
    append("crossing.closed", GATE, "--denies", source="source/mayor")
    shown = done("state", GATE, "status", "--at", "2024-03-10").out
    assert "not closed  but denied" in shown
    parties = done("state", GATE, "status", "--at", "2024-03-10", "--json").json[0]["candidates"]
    assert [party["standing"] for party in parties] == ["leading", "denial", "denial"]


def test_a_definition_has_an_author(store: Path, tmp_path: Path) -> None:
    """`types add` records who defines a type."""
    schema = done("types", "show", "operation.stalled", "--json").json | {"$id": "urn:chronology:operation.paused:1"}
    file = tmp_path / "paused.json"
    file.write_text(json.dumps(schema))
    done("types", "add", file, "--recorded-by", "Jane")
    assert done("log", "--type", "type.defined", "--nl").lines[-1]["recorded_by"] == "Jane"


def test_a_type_without_a_description_is_shown_without_a_gap(store: Path) -> None:
    """If a type has only a title as its description, one empty line follows it, as everywhere."""
    schema = done("types", "show", "crossing.closed", "--json").json
    del schema["description"]
    file = store.parent / "gate.shut.1.json"
    file.write_text(json.dumps(schema | {"$id": "urn:chronology:gate.shut:1"}))
    done("types", "add", file)
    assert "\n\n\n" not in done("types", "show", "gate.shut").out


def test_a_subject_that_exists_is_not_sought_among_all(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To say that nothing held of a subject that exists, the list of all names is not read."""
    append("crossing.closed", GATE)
    for name in ("subjects", "similar", "kinds"):
        monkeypatch.delattr(Names, name)
    assert done("state", GATE, "--at", "2023").err == f"nothing is known of {GATE} at 2023\n"


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A progress bar is drawn only if stderr is a terminal."""
    with progress_bar("replaying") as progress:
        assert progress is None
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr", terminal)
    with progress_bar("replaying") as progress:
        assert progress is not None
        progress(1, 2)
    assert "replaying" in terminal.getvalue()


def test_a_question_that_takes_long_says_so_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stderr is a terminal, what waits is told after a while; what is answered before, or is piped, is not."""
    piped = io.StringIO()
    monkeypatch.setattr("sys.stderr", piped)
    with waiting("reading", after=0):
        pass
    assert not piped.getvalue()
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr", terminal)
    with waiting("reading", after=60):
        pass
    assert not terminal.getvalue()
    with waiting("reading", after=0):
        while "reading" not in terminal.getvalue():
            pass
    assert "0:00:0" in terminal.getvalue()
    with pytest.raises(KeyboardInterrupt), waiting("reading", after=60):
        raise KeyboardInterrupt
    assert not any(isinstance(thread, threading.Timer) for thread in threading.enumerate())
