"""The command `lint`: its forms, its choice of rules, its exit code."""

from pathlib import Path

from chronology.questions.lint import RULES
from tests.command_line import GATE, GAZETTE, append, done, refused, run
from tests.terminals import at_terminal


def test_findings_end_with_3_in_every_form(store: Path) -> None:
    """Table, JSON, lines and CSV tell the same finding; without one the exit code is 0."""
    assert done("lint").err == "nothing suspicious was found\n"
    position = append("crossing.closed", GATE)["position"]
    table = run("lint")
    assert table.code == 3
    assert table.out.splitlines()[1:] == [
        "ungraded (1): an assertion without a grade",
        f"  #{position}    {GATE}  has no grade",
    ]
    for form in ("--json", "--nl", "--csv"):
        ended = run("lint", form)
        assert (ended.code, ended.err) == (3, "")
        assert GATE in ended.out
        assert "ungraded" in ended.out
    (found,) = run("lint", "--json").json
    assert (found["rule"], found["position"], found["subject"]) == ("ungraded", position, GATE)
    assert done("lint", "--except", "ungraded", "--json").json == []


def test_rules_can_be_chosen_left_out_and_listed(store: Path) -> None:
    """--rule and --except take names that --rules lists, and refuse others with a suggestion."""
    append("crossing.closed", GATE, "--stated", "2024-03-01")
    assert [found["rule"] for found in run("lint", "--json").json] == ["stated-before", "ungraded"]
    assert [found["rule"] for found in run("lint", "--rule", "ungraded", "--json").json] == ["ungraded"]
    assert [found["rule"] for found in run("lint", "--except", "ungraded", "--json").json] == ["stated-before"]
    assert [row["rule"] for row in done("lint", "--rules", "--json").json] == list(RULES)
    for option in ("--rule", "--except"):
        refused(run("lint", option, "ungradd"), "unknown rule 'ungradd'", "did you mean ungraded?")


def test_an_early_report_is_noted_when_it_is_appended(store: Path) -> None:
    """On stderr, after it was appended, alone or in a stream or tried; never a refusal."""
    early = ("crossing.closed", GATE, "--on", "2024-03-20", "--source", GAZETTE)
    ended = done("append", *early)
    assert ended.out.startswith("appended #")
    assert ended.err == f"note: {GAZETTE} was published on 2024-03-11, before what it reports (2024-03-20)\n"
    assert f"{GAZETTE} was published" in done("append", *early, "--dry-run").err
    line = f'{{"type":"crossing.closed","subject":"{GATE}","valid":"2024-03-21","source":"{GAZETTE}"}}'
    assert f"{GAZETTE} was published" in done("append", "-", stdin=line).err
    assert done("append", "crossing.closed", GATE, "--on", "2024-03-11", "--source", GAZETTE).err == ""


def test_at_a_terminal_the_bar_is_gone_before_the_table_comes(store: Path) -> None:
    """Each line of a table under a living bar would be drawn over."""
    append("crossing.closed", GATE)
    shown = at_terminal("--db", store, "lint", "--no-pager", columns=80).raw
    assert 0 <= shown.rfind("looking") < shown.find("ungraded (1)")
    streamed = at_terminal("--db", store, "lint", "--nl", columns=80).raw
    assert "looking" not in streamed
    assert '"rule": "ungraded"' in streamed
