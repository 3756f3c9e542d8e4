"""The commands import and mapping, as a person types them."""

import csv
import json
from pathlib import Path

import pytest

from tests.command_line import done, nth, refused, run, untouched
from tests.importers.sheets import EXTRACT, MAPPING, as_csv, raid


@pytest.fixture
def mapping(store: Path) -> Path:
    """Give a mapping beside a store."""
    path = store.parent / "raids.toml"
    path.write_text(MAPPING, "utf-8")
    return path


@pytest.fixture
def file(store: Path) -> Path:
    """Give a file with two good rows and two bad ones."""
    path = store.parent / "raids.csv"
    path.write_text(as_csv([raid(0), raid(1, day="soon"), raid(2), raid(3, killed="few")]), "utf-8")
    return path


def test_bad_rows_stop_it_and_are_told(store: Path, mapping: Path, file: Path) -> None:
    """Each on a line of its own, then the error and what to do."""
    with untouched(store):
        ended = run("import", file, "--mapping", mapping)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines() == [
        "error: line 3, column day: 'soon' is not a date of the form YYYY-MM-DD or D/M/YYYY",
        "error: line 5, column killed: 'few' is not a whole number",
        "error: 2 rows are bad, so nothing was written",
        "hint: --dry-run shows all of them; --skip-bad FILE imports the others and writes these aside",
    ]


def test_a_dry_run_shows_the_summary_and_every_bad_row(store: Path, mapping: Path) -> None:
    """All of them, on stdout, however many; also as JSON. It exits with 1, as the import would."""
    file = store.parent / "many.csv"
    file.write_text(as_csv([raid(n, day="soon") for n in range(50)] + [raid(50)]), "utf-8")
    with untouched(store):
        ended = run("import", file, "--mapping", mapping, "--dry-run")
        as_json = run("import", file, "--mapping", mapping, "--dry-run", "--json")
    assert ended.code == as_json.code == 1
    assert len([line for line in ended.out.splitlines() if line.startswith("line ")]) == 50
    assert "source/raids: added 1, changed 0, unchanged 0, withdrawn 0, refused 50" in ended.out
    assert "dry run: nothing was written" in ended.err
    assert [row["line"] for row in as_json.json["bad"]] == list(range(2, 52))
    assert (as_json.json["added"], as_json.json["refused"]) == (1, 50)


def test_bad_rows_are_written_aside(store: Path, mapping: Path, file: Path) -> None:
    """Into a new CSV file, with line, column, reason and all cells; an old file is never overwritten."""
    aside = store.parent / "bad.csv"
    done("import", file, "--mapping", mapping, "--skip-bad", aside)
    with aside.open(encoding="utf-8", newline="") as written:
        rows = list(csv.DictReader(written))
    assert [(row["line"], row["column"], row["id"], row["day"]) for row in rows] == [
        ("3", "day", "1", "soon"), ("5", "killed", "3", "2018-05-01")
    ]  # fmt: skip
    refused(
        run("import", file, "--mapping", mapping, "--skip-bad", aside), "already exists, and will not be overwritten"
    )


def test_no_file_is_written_aside_in_vain(store: Path, mapping: Path, file: Path) -> None:
    """Not in a dry run, and not if the import fails."""
    aside = store.parent / "bad.csv"
    done("import", file, "--mapping", mapping, "--skip-bad", aside, "--dry-run")
    assert not aside.exists()
    file.write_bytes(file.read_bytes() + b'9,"' + b"x" * 200_000)
    refused(run("import", file, "--mapping", mapping, "--skip-bad", aside), "a cell is longer than 131,072 characters")
    assert not aside.exists()


def test_the_result_as_json(store: Path, mapping: Path, file: Path) -> None:
    """Every count has its name."""
    found = done("import", file, "--mapping", mapping, "--skip-bad", store.parent / "bad.csv", "--json").json
    assert {name: found[name] for name in ("dataset", "added", "changed", "unchanged", "withdrawn", "refused")} == {
        "dataset": "source/raids", "added": 2, "changed": 0, "unchanged": 0, "withdrawn": 0, "refused": 2
    }  # fmt: skip
    assert found["defined"] == ["raid.told"]


def test_what_is_flagged_is_noted(store: Path) -> None:
    """A person learns that dates were not believed."""
    ended = done("import", EXTRACT)
    assert "note: 5 dates are not believed, such as 1900-01-01; a note on each event says so" in ended.err
    assert "note: new event types: ucdp_event.coded" in ended.err


def test_who_imports_is_recorded(store: Path, mapping: Path, file: Path) -> None:
    """On every event."""
    file.write_text(as_csv([raid(0)]), "utf-8")
    done("import", file, "--mapping", mapping, "--recorded-by", "jane")
    lines = done("log", "--after", str(nth(1)), "--nl").lines
    assert {line["recorded_by"] for line in lines} == {"jane"}


def test_a_source_must_be_one(store: Path, mapping: Path, file: Path) -> None:
    """And somebody must name it."""
    refused(run("import", file, "--mapping", mapping, "--source", "raids"), "is not kind/slug")
    mapping.write_text(MAPPING.replace('[dataset]\nsource = "source/raids"\n', ""), "utf-8")
    refused(run("import", file, "--mapping", mapping), "nothing says which source the file is")


def test_a_file_of_unknown_columns_is_refused(store: Path, file: Path) -> None:
    """Nothing is guessed; the hint says how to go on."""
    refused(run("import", file), "no built-in mapping says what the columns of raids.csv mean", "mapping new raids.csv")
    refused(run("import", file, "--as", "ucdp-gde"), "unknown format 'ucdp-gde'", "did you mean ucdp-ged?")
    other = file.rename(file.with_suffix(".xyz"))
    refused(run("import", other), "the name of raids.xyz does not say what is in it", "--as")


def test_formats_are_listed(store: Path) -> None:
    """For people and for programs."""
    names = [row["name"] for row in done("mapping", "--json").json]
    assert names == sorted(names)
    assert {"csv", "xlsx", "ucdp-ged", "timemap", "cloudevents"} <= set(names)


def test_a_proposal_is_a_mapping_that_works(store: Path) -> None:
    """Made, tried and used, for a sheet as people keep them."""
    sheet = store.parent / "incidents.csv"
    sheet.write_text(
        "ref;When;Place;Killed;Outlet;Published;Lat\n"
        "A1;early May 2018;Hajin;3;SOHR;10/05/2018;34.69\n"
        "A2;5 May 2018;Al Shaer;0;SOHR|VOA;12/05/2018;36.1\n"
        "A3;05.05.2018;Baguz;NA;Euphrates Post;13/05/2018;36.1\n",
        "utf-8",
    )
    mine = store.parent / "mine.toml"
    done("mapping", "new", sheet, "-o", mine)
    refused(run("mapping", "new", sheet, "-o", mine), "already exists")
    ended = done("mapping", "check", mine, sheet)
    assert ended.out.splitlines()[-1] == "3 rows make 4 events; 0 rows are bad"
    assert "on [2018-05-01..2018-05-10], organization/sohr" in ended.out
    assert "added 3" in done("import", sheet, "--mapping", mine).out


def test_a_choice_is_left_to_the_person(store: Path) -> None:
    """If all days may be months, the proposal cannot be used before somebody chooses."""
    sheet = store.parent / "incidents.csv"
    sheet.write_text("id,date\n1,10/05/2018\n2,03/04/2018\n", "utf-8")
    proposed = done("mapping", "new", sheet).out
    assert 'forms = ["D/M/YYYY or M/D/YYYY"]' in proposed
    mine = store.parent / "mine.toml"
    mine.write_text(proposed, "utf-8")
    refused(run("mapping", "check", mine, sheet), "'D/M/YYYY or M/D/YYYY' leaves a choice")
    mine.write_text(proposed.replace(" or M/D/YYYY", ""), "utf-8")
    assert "on 2018-05-10" in done("mapping", "check", mine, sheet).out


def test_check_tells_every_bad_row_and_unused_columns(store: Path, mapping: Path, file: Path) -> None:
    """It exits with 1 if a row is bad, and asks no store."""
    file.write_text(
        as_csv([raid(0), raid(0), raid(1, day="soon")]).replace("id,", "id,").replace("where", "where"), "utf-8"
    )
    ended = run("--db", store.parent / "none.db", "mapping", "check", mapping, file)
    assert ended.code == 1
    assert "line 3: has the key '0', as line 2 has" in ended.out
    assert "line 4, column day: 'soon' is not a date" in ended.out
    assert ended.out.splitlines()[-1] == "1 rows make 1 events; 2 rows are bad"
    mapping.write_text(MAPPING.replace('where = "{where}"\n', ""), "utf-8")
    assert "note: the column 'where' is not used" in run("mapping", "check", mapping, file).err


@pytest.mark.parametrize("name", ["acled", "cloudevents", "gdelt-events", "gdelt-mentions", "timemap", "ucdp-ged"])
def test_a_shown_mapping_is_one(store: Path, name: str) -> None:
    """What is printed can be saved, changed and used."""
    mine = store.parent / "mine.toml"
    mine.write_text(done("mapping", "show", name).out, "utf-8")
    refused(run("mapping", "check", mine, store.parent / "none.json"), "none.json")


def test_a_log_importer_gets_the_whole_file(store: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An importer of whole logs is handed the store and the file, and its result is printed."""

    class Logs:
        name, title, suffixes = "logs", "logs", (".log",)

        def import_log(
            self, chron: object, store: Path, path: Path, *, dry_run: bool, tell: object
        ) -> dict[str, object]:
            assert chron is not None
            return {"store": store.name, "file": path.name, "dry_run": dry_run}

    from chronology.importers import registry

    monkeypatch.setattr(registry, "_BUILT_IN", (*registry._BUILT_IN, Logs()))
    assert json.loads(done("import", file, "--as", "logs", "--json").out) == {
        "store": store.name, "file": "raids.csv", "dry_run": False
    }  # fmt: skip
    assert done("import", file, "--as", "logs").out == "store border.db, file raids.csv, dry run false\n"
