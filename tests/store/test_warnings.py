"""Remarks on appending: what is stated or published before what it reports is taken in, and remarked."""

from chronology import Chronology, Event


def report(valid: str = "2018-05-13", **rest: str) -> Event:
    """Return a report about a crossing."""
    return Event(type="crossing.closed", subject="crossing/x", source="source/a", **{"valid": valid} | rest)


def test_what_comes_too_early_is_taken_in_and_remarked(chron: Chronology) -> None:
    """Both the stated day and the day of publication are looked at, also of a source described in the same batch."""
    described = Event(
        type="source.described", subject="source/a", source="source/a", valid="2018", data={"published": "2018-05-01"}
    )
    result = chron.append_many([described, report(), report(stated="2018-05-02"), report("2018-05-01")])
    second, third = result.head - 2, result.head - 1
    published = "source/a was published on 2018-05-01, before what it reports (2018-05-13)"
    assert result.appended == 4
    assert result.remarks == (
        f"#{second} {published}",
        f"#{third} stated on 2018-05-02, before what it reports (2018-05-13)",
        f"#{third} {published}",
    )


def test_the_remarks_are_those_of_lint(chron: Chronology) -> None:
    """One rule serves both."""
    remarks = chron.append_many([report(stated="2018-05-12"), report(stated="2018-05-13"), report("2018-06")]).remarks
    assert remarks == tuple(f"#{found.position} {found.message}" for found in chron.lint(["stated-before"]))
    assert len(remarks) == 2


def test_many_remarks_are_counted(chron: Chronology) -> None:
    """After twenty, the rest is a number."""
    result = chron.append_many(report(stated="2018-05-12", valid=f"2018-06-{day:02d}") for day in range(1, 26))
    assert len(result.remarks) == 21
    assert result.remarks[-1] == "5 more like these; `chronology lint` lists them"


def test_a_dry_run_remarks_too_and_what_is_known_is_not_remarked_again(chron: Chronology) -> None:
    """Before it is written is the best time to see it."""
    early = report(stated="2018-05-12", id="0195f0aa-0000-7000-8000-000000000001")
    assert len(chron.append_many([early], dry_run=True).remarks) == 1
    assert len(chron.append_many([early]).remarks) == 1
    assert chron.append_many([early]).remarks == ()
