"""The page as a reader uses it: opened from disk in a browser whose network is cut, by mouse and by keyboard."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.report.page import ASSETS, SCRIPTS, STYLES, ReportOptions, report
from tests.browsers import Browser, Page, opened, until
from tests.command_line import done, nth

BAGUZ = "crossing/baguz"
LEADER = "person/abu-bakr-al-baghdadi"
HEAD = nth(40)
STORM = "operation/al-jazeera-storm"

TOLD = """
() => [...document.querySelectorAll(".answers tbody")].flatMap((body) => {
    const subject = body.querySelector(".subject .slug") || body.querySelector(".subject .named");
    let attribute = "";
    return [...body.querySelectorAll("tr:not(.subject)")].map((row) => {
        attribute = row.querySelector("th")?.textContent ?? attribute;
        const value = row.querySelector("td.value button > span:not(.mark, .unseen), td.value em").textContent;
        return [subject.textContent, attribute, value, row.querySelector(".standing").textContent];
    });
})
"""
"""The rows of the table as somebody reads them."""


@pytest.fixture(scope="module")
def written(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of the running example."""
    path = tmp_path_factory.mktemp("page") / "storm.html"
    done("--db", example, "report", "-o", path, "--title", "Al Jazeera Storm")
    return path


@pytest.fixture
def page(chromium: Browser, written: Path) -> Iterator[Page]:
    """Give the page of the running example, open."""
    with opened(chromium, written) as found:
        # The lanes are drawn by and by; the bar that Tab reaches is chosen at the end.
        until(found, "document.querySelector(\".bar[tabindex='0']\") !== null")
        yield found


def shown(page: Page, **view: Any) -> list[list[str]]:
    """Look at a view by its fragment, and return the rows of the table."""
    fragment = "&".join(f"{name}={value}" for name, value in view.items())
    page.evaluate(f"location.hash = {fragment!r}")
    page.wait_for_timeout(60)
    return page.evaluate(TOLD)


def test_every_script_and_style_is_in_the_page() -> None:
    """No file of the folder is forgotten, and none can end the element that it stands in."""
    files = {f"{name}.js" for name in SCRIPTS} | {f"{name}.css" for name in STYLES} | {"page.html"}
    assert {path.name for path in ASSETS.iterdir()} == files
    texts = [path.read_text("utf-8").lower() for path in ASSETS.iterdir() if path.suffix != ".html"]
    assert [text for text in texts if "</script" in text or "</style" in text or "<!--" in text] == []


def test_no_script_can_make_markup_of_a_text() -> None:
    """Nothing that parses HTML or runs text stands in a script; the policy of the page forbids it besides."""
    banned = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Function\(|setAttribute\(.style"
    )
    assert [name for name in SCRIPTS if banned.search((ASSETS / f"{name}.js").read_text("utf-8"))] == []


def test_page_and_command_line_give_the_same_answers(page: Page, example: Path) -> None:
    """Of every subject, each party stands where `chronology state` has it, with its standing."""
    for at, known in product(("2016", "2018-01-10", "2018-05-13", "2018-05-14", "2018-06"), (22, 35, 38, 40)):
        asked = done("--db", example, "state", "--at", at, "--known-at", str(nth(known)), "--json").json
        expected = [
            [holding["subject"].split("/")[1], holding["attribute"].replace("_", " "), _standing(party, holding)]
            for holding in asked
            if not holding["subject"].startswith("source/")
            for party in holding["candidates"]
        ]
        found = shown(page, at=at, known=nth(known))
        assert [[row[0].split("/")[1], row[1], row[3]] for row in found] == expected


def _standing(party: Any, holding: Any) -> str:
    if party["standing"] == "leading":
        return f"{holding['certainty']}{', contested' if holding['contested'] else ''}"
    return {"possible": "or possibly", "rival": "contested by", "denial": "denied"}[party["standing"]]


def test_a_contested_answer_shows_both_sides(page: Page) -> None:
    """Each party stands in a row of its own, in words and not by colour alone."""
    rows = [row for row in shown(page, at="2018-05-14", known=HEAD) if row[:2] == [LEADER, "location"]]
    assert [row[2:] for row in rows] == [
        ["place/al-shaer", "possible, contested"],
        ["place/hajin", "or possibly"],
        ["not place/hajin", "denied"],
    ]


def test_the_sliders_move_by_keyboard(page: Page) -> None:
    """An arrow is a day of valid time, or an entry of known time; the table and the address follow."""
    shown(page, at="2018-05-13", known=HEAD)
    page.focus(".control.at input[type=range]")
    page.keyboard.press("ArrowLeft")
    until(page, "document.getElementById('at').value === '2018-05-12'")
    assert [BAGUZ, "status", "open", "certain"] in page.evaluate(TOLD)
    page.keyboard.press("ArrowRight")
    until(page, "document.getElementById('at').value === '2018-05-13'")
    assert [BAGUZ, "status", "closed", "certain"] in page.evaluate(TOLD)
    page.focus(".control.known input[type=range]")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    until(page, "document.getElementById('known').value === '2018-05-15'")
    assert not [row for row in page.evaluate(TOLD) if row[0] == BAGUZ]
    until(page, f"location.hash === '#at=2018-05-13&known={nth(34)}'")


def test_a_day_on_the_slider_means_its_close(chromium: Browser, chron: Chronology, tmp_path: Path) -> None:
    """What happened in the morning has happened when the day is asked about, as for the command line."""
    for valid, value in (("2018-05-01", "open"), ("2018-05-13T10:00:00Z", "closed"), ("2018-05-20", "open")):
        data = {"attribute": "status", "value": value}
        chron.append(Event(type="fact.asserted", subject=BAGUZ, valid=valid, source="source/s", data=data))
    path = tmp_path / "day.html"
    path.write_bytes(report(chron, ReportOptions(title="Day", store="day.db"), now=chron._session.now()).html)
    with opened(chromium, f"{path.as_uri()}#at=2018-05-12") as page:
        page.focus(".control.at input[type=range]")
        page.keyboard.press("ArrowRight")
        until(page, "document.getElementById('at').value === '2018-05-13'")
        assert page.evaluate(TOLD) == [[BAGUZ, "status", "closed", "certain"]]


def test_the_arrows_beside_a_slider_go_from_change_to_change(page: Page) -> None:
    """The next change after 1 March of the operation's status is when it may have ended to stall."""
    shown(page, at="2018-03-01", known=HEAD, q=STORM)
    page.click("button[aria-label='Next change']")
    until(page, "document.getElementById('at').value === '2018-04-02'")
    page.click("button[aria-label='Previous change']")
    until(page, "document.getElementById('at').value === '2018-01-31'")


def test_dates_can_be_typed(page: Page) -> None:
    """A month means its close, a day of known time its close too, and what is no date is refused in words."""
    page.fill("#at", "2018-03")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('at').value === '2018-03-31'")
    page.fill("#known", "2018-05-20")
    page.keyboard.press("Enter")
    until(page, f"location.hash.endsWith('known={nth(36)}')")
    page.fill("#at", "tomorrow")
    page.keyboard.press("Enter")
    assert page.inner_text("#at-fault") == "write 2018, 2018-05 or 2018-05-13"


def test_search_and_filters_leave_the_rest_out(page: Page) -> None:
    """A word finds values, names, sources and notes; contested answers can be looked at alone."""
    assert {row[0] for row in shown(page, at="2018-05-14", known=HEAD, q="correction")} == {BAGUZ}
    assert {row[0] for row in shown(page, at="2018-05-14", known=HEAD, show="contested")} == {LEADER}
    assert shown(page, at="2018-01-10", known=HEAD, show="contested") == []
    assert {row[3] for row in shown(page, at="2018-01-10", known=HEAD, show="possible")} == {"possible", "or possibly"}
    assert {row[0].split("/")[0] for row in shown(page, at="2018-05-14", known=HEAD, kind="source")} == {"source"}
    page.fill("input[type=search]", "no such word")
    page.wait_for_selector(".nothing:not([hidden])")
    assert page.evaluate(TOLD) == []


def test_a_value_tells_why(page: Page) -> None:
    """Its assertions, their readings, sources and notes, what was withdrawn and why, and what would hold otherwise."""
    shown(page, at="2018-05-13", known=HEAD, q=BAGUZ)
    page.click("tr:has-text('status') button")
    page.wait_for_selector(".reasons[open]")
    text = page.inner_text(".reasons")
    for part in (
        "closed (certain) at the close of 13 May 2018",
        f"it starts later than entry {HEAD}",
        "starts on 2018-02-20; goes on until the next known change",
        f"retracted by entry {nth(38)}: the film in the post shows another crossing",
        f"replaced by entry {nth(37)}",
        f"Without entry {nth(37)}: open (certain).",
        "Voice of America, 14 May 2018. Grade B2",
        "What was known about 13 May 2018",
        f"chronology --db example.db why {BAGUZ} status --at 2018-05-13 --known-at {HEAD}",
    ):
        assert part in text, text
    assert page.evaluate("document.activeElement.id") == "reasons-title"
    page.keyboard.press("Escape")
    page.wait_for_selector(".reasons", state="hidden")
    assert page.evaluate("document.activeElement.closest('tr').dataset.why") == f"{BAGUZ}:status"


def test_the_address_carries_the_view(chromium: Browser, written: Path, page: Page) -> None:
    """What is quoted by its address opens the same in another window: dates, filters, period, and the why."""
    view = f"#at=2018-05-13&known={HEAD}&from=2018-01-01&to=2018-06-01&q=baguz&show=&why={BAGUZ}:status"
    with opened(chromium, f"{written.as_uri()}{view}") as other:
        other.wait_for_selector(".reasons[open]")
        assert {row[0] for row in other.evaluate(TOLD)} == {BAGUZ, "place/baguz"}
        assert other.input_value("[aria-label='First day shown']") == "2018-01-01"
        assert other.input_value("#at") == "2018-05-13"


def test_a_nonsense_address_opens_the_page_as_at_first(chromium: Browser, written: Path) -> None:
    """Somebody else's link cannot break the page."""
    for view in (
        "#at=x&known=-1&from=9&to=&why=%00:a&kind=../..&page=999999",
        "#known=1e99&at=%F0%9F",
        "#" + "a" * 5_000,
    ):
        with opened(chromium, f"{written.as_uri()}{view}") as other:
            other.wait_for_selector(".answers")
            assert other.input_value("#at") == "2018-05-17"


def test_the_timeline_has_soft_ends(page: Page) -> None:
    """The months in which the operation stalled: surely from February to March, perhaps from January to April."""
    shown(page, at="2018-03-01", known=HEAD, q=STORM)
    page.wait_for_timeout(150)
    labels = page.eval_on_selector_all(".bar", "bars => bars.map((bar) => bar.getAttribute('aria-label'))")
    stalled = next(label for label in labels if "status: stalled" in label)
    assert "possible 2018-01-01 to 2018-04-30" in stalled
    assert "certain 2018-01-31 to 2018-04-01" in stalled
    leader = shown(page, at="2018-05-14", known=HEAD, q=LEADER)
    page.wait_for_timeout(150)
    assert leader
    labels = page.eval_on_selector_all(".bar", "bars => bars.map((bar) => bar.getAttribute('aria-label'))")
    assert [label.endswith("contested") for label in labels if "location" in label] == [True, True]


def test_the_timeline_zooms_by_keyboard_and_by_brush(page: Page) -> None:
    """The handles of the overview are sliders, and a drag across it chooses a period."""
    before = page.input_value("[aria-label='First day shown']")
    page.focus(".handle[data-end=from]")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(60)
    assert page.input_value("input[aria-label='First day shown']") > before
    box = page.locator(".strip").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 10, steps=4)
    page.mouse.up()
    page.wait_for_timeout(60)
    assert page.input_value("input[aria-label='First day shown']").startswith("2014")


def test_bars_are_one_stop_of_the_keyboard_with_arrows_inside(page: Page) -> None:
    """Tab reaches one bar; the arrows go on from there, and Enter tells why."""
    assert page.eval_on_selector_all(".bar", "bars => bars.filter((bar) => bar.tabIndex === 0).length") == 1
    page.focus(".bar[tabindex='0']")
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != first
    page.keyboard.press("Enter")
    page.wait_for_selector(".reasons[open]")


def test_on_paper_it_is_a_timeline_with_notes(page: Page) -> None:
    """In order of the dates given, every entry has its note, which cites the document; sliders are not printed."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    entries, notes = page.locator(".entries li").all_inner_texts(), page.locator(".footnotes li").all_inner_texts()
    assert len(entries) == len(notes) > 30
    assert f"{STORM}: status stalled.7" in entries[6].replace("\n", "").replace("\u200b", "")
    assert "Voice of America, 14 May 2018" in notes[6]
    assert "Report on the campaign Al Jazeera Storm" in notes[0]
    assert not page.is_visible("#controls")
    assert page.is_visible("#evidence")


def test_the_page_says_how_to_check_it(page: Page, example: Path, tmp_path: Path) -> None:
    """Head, root and checkpoint are those of the log, and the commands that it names accept them."""
    text = page.inner_text("#evidence")
    assert f"entry {HEAD}" in text
    root = done("--db", example, "verify").out.splitlines()[-1]
    assert root.removeprefix("root ") in text
    kept = tmp_path / "example.checkpoint"
    kept.write_text(page.inner_text("#evidence pre") + "\n")
    done("--db", example, "verify", "--checkpoint", kept)
    assert "chronology --db example.db verify --checkpoint example.checkpoint" in text
