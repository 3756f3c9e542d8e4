"""`chronology undo`: says what it did, or what to do instead."""

from pathlib import Path

from tests.command_line import done, nth, refused, run, untouched


def test_undo_says_what_it_did(storm: Path) -> None:
    """One line: which event retracts which, its type and its subject."""
    done("--db", storm, "append", "crossing.closed", "crossing/north-gate", "--on", "2018", "--source", "source/x")
    assert done("--db", storm, "undo").out == f"#{nth(42)} retracts #{nth(41)} crossing.closed crossing/north-gate\n"
    with untouched(storm):
        refused(
            run("--db", storm, "undo"),
            f"#{nth(42)}, retracts #{nth(41)}",
            f"to restore #{nth(41)}",
            "chronology undo POSITION",
        )


def test_undo_names_what_stays_withdrawn(storm: Path) -> None:
    """Who undoes a replacement reads that the replaced event does not come back."""
    done("--db", storm, "append", "crossing.closed", "crossing/baguz", "--on", "2018-05-12", "--source", "source/x",
         "--replaces", str(nth(37)))  # fmt: skip
    assert f"note: #{nth(41)} replaced #{nth(37)}, which stays withdrawn" in done("--db", storm, "undo").err


def test_undo_as_json(storm: Path) -> None:
    """The retraction as stored, and the event that it takes back."""
    record = done("--db", storm, "undo", str(nth(37)), "--json", "--reason", "r", "--recorded-by", "Jane").json
    assert (record["position"], record["retracts"], record["data"]) == (
        nth(41),
        record["undone"]["id"],
        {"reason": "r"},
    )
    assert (record["undone"]["position"], record["recorded_by"]) == (nth(37), "Jane")


def test_a_definition_is_refused(storm: Path) -> None:
    """With what to do instead."""
    with untouched(storm):
        refused(run("--db", storm, "undo", "1"), "#1 defines type/type.defined", "define its next version")
