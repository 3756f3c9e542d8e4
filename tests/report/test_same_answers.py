"""The same question, typed into the page and at a terminal, has the same answer, down to grade and date given."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsers import Browser, Page, opened
from tests.command_line import done, nth

NAMES = {"group/islamic-state": "Islamic State"}
"""Subjects of the example that are shown by a name."""

SUBJECTS = (
    None, "crossing/baguz", "group/islamic-state", "group/is-leaders-captured-2018-05", "operation/al-jazeera-storm",
    "person/abu-bakr-al-baghdadi", "place/hajin", "presence/sdf-afrin", "source/voa-2018-05-14",
)  # fmt: skip

ASK = """
async ([at, known, subject]) => {
    const type = (id, text) => {
        const field = document.getElementById(id);
        field.value = text;
        field.dispatchEvent(new Event("change"));
    };
    const choose = (selector, value, event) => {
        const field = document.querySelector(selector);
        field.value = value;
        field.dispatchEvent(new Event(event));
    };
    type("at", at);
    type("known", known);
    choose("input[type=search]", subject || "", "input");
    choose("select[aria-label='Kinds of subjects']", subject ? "*" : "", "change");
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    if (document.querySelector(".pager")) return "not all on one page";
    return [...document.querySelectorAll(".answers tbody")].flatMap((body) => {
        const named = body.querySelector(".subject .slug") || body.querySelector(".subject .named");
        let attribute = "";
        return [...body.querySelectorAll("tr:not(.subject)")].map((row) => {
            attribute = row.querySelector("th")?.textContent ?? attribute;
            const value = row.querySelector("td.value button > span:not(.mark, .unseen), td.value em").textContent;
            const told = [...row.querySelectorAll(".said .grade")].map(({ textContent }) => textContent).join("");
            return [named.textContent, attribute, value, row.querySelector(".standing").textContent, told,
                row.querySelector(".given").textContent];
        });
    }).filter(([name]) => !subject || name === subject);
}
"""
"""Type a question, and read the table."""


@pytest.fixture(scope="module")
def page(chromium: Browser, example: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Give the page of the running example, open."""
    path = tmp_path_factory.mktemp("asked") / "storm.html"
    done("--db", example, "report", "-o", path)
    with opened(chromium, path) as found:
        yield found


def questions(number: int) -> Iterator[tuple[str, str, str | None]]:
    """Yield dates as people write them, moments of the log as positions and days, and whom to ask about."""
    rng = random.Random(2018)
    for _ in range(number):
        month, day = rng.randrange(1, 13), rng.randrange(1, 29)
        year = rng.choice((2012, 2014, 2016, 2017, 2018, 2018, 2018, 2019))
        # Half of the dates lie in the weeks in which most happened.
        near = f"2018-05-{rng.randrange(1, 24):02}"
        at = rng.choice((f"{year}", f"{year}-{month:02}", f"{year}-{month:02}-{day:02}", near, near, near))
        known = rng.choice((f"#{nth(rng.randrange(1, 41))}", f"2018-05-{rng.randrange(15, 32)}", "2018-06-05"))
        yield at, known, rng.choice(SUBJECTS)


def test_random_questions_have_the_same_answer_in_page_and_command_line(page: Page, example: Path) -> None:
    """Subject, attribute, value, standing, grade, number of origins and date given, in the same order."""
    seen = set()
    for at, known, subject in questions(40):
        found = page.evaluate(ASK, [at, known, subject])
        arguments = [subject] if subject else []
        asked = done(
            "--db", example, "state", *arguments, "--at", at, "--known-at", known.removeprefix("#"), "--json"
        ).json
        shown = [one for one in asked if subject or not one["subject"].startswith("source/")]
        assert found == [row for holding in shown for row in rows(holding)], (at, known, subject)
        seen.update(row[3] for row in found)
    assert seen == {"certain", "possible", "possible, contested", "or possibly", "denied"}


def rows(holding: dict[str, Any]) -> Iterator[list[str]]:
    """Yield the rows in which the page should show a holding."""
    leading = f"{holding['certainty']}{', contested' if holding['contested'] else ''}"
    standings = {"leading": leading, "possible": "or possibly", "rival": "contested by", "denial": "denied"}
    several = len(holding["candidates"]) > 1
    for party in holding["candidates"]:
        denied = "not " if party["standing"] == "denial" else ""
        told = f" · {party['grade']}" if party["grade"] else ""
        if several and (party["supported_by"] or 0) > 1:
            told += f" · {party['supported_by']} origins"
        yield [
            holding["subject"], holding["attribute"].replace("_", " "), denied + text(party["value"]),
            standings[party["standing"]], told, party["valid"] or "",
        ]  # fmt: skip


def text(value: Any) -> str:
    """Return a value as the page shows it."""
    match value:
        case None:
            return "nothing known"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(text, value))
        case str() if value.replace("_", "").isalpha() and value.islower():
            return value.replace("_", " ")
    return NAMES.get(value, str(value))
