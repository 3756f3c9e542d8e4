"""The page can be used by everybody: axe-core finds no fault, in both schemes, at every width, with everything open."""

from pathlib import Path
from typing import Any

import pytest
from test_map import with_places

from tests.browsers import Browser, Page, opened
from tests.command_line import done

axe = pytest.importorskip(
    "axe_playwright_python", reason="axe-playwright-python, which brings axe-core, is not installed"
)
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")

VIEWS = {
    "first look": "",
    "contested, why": "#at=2018-05-14&why=person/abu-bakr-al-baghdadi:location",
    "all lanes, filtered": "#at=2018-03-01&lanes=all&kind=*&q=baguz&from=2018-01-01&to=2018-06-01",
    "nothing": "#at=2000-01-01&q=nowhere",
}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def written(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of the running example, with limits, so that the notice about them is looked at too."""
    path = tmp_path_factory.mktemp("axe") / "storm.html"
    store = with_places(example, path.with_suffix(".db"))
    done("--db", store, "report", "-o", path, "--redact-fields", "recorded_by")
    return path


def faults(page: Page) -> list[str]:
    """Return what axe-core finds, each with the first elements that have it."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("async () => await axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['impact']} {one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found["violations"]
    ]


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        (WIDE, "light"),
        (NARROW, "dark"),
        pytest.param(WIDE, "dark", marks=pytest.mark.slow),
        pytest.param(NARROW, "light", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_no_fault(chromium: Browser, written: Path, size: Any, scheme: Any) -> None:
    """Labels, roles, contrast, order of headings, focus: no fault of any weight, whatever is open."""
    for name, view in VIEWS.items():
        with opened(chromium, f"{written.as_uri()}{view}", viewport=size, color_scheme=scheme) as page:
            page.wait_for_selector("#summary:not(:empty)")
            page.wait_for_timeout(250)
            assert faults(page) == [], name


def test_patterns_stay_where_the_reader_has_colours_of_their_own(chromium: Browser, written: Path) -> None:
    """In forced colours, the marks of certain, possible and contested still differ, and bars that are only possible."""
    look = """(e) => {
        const style = getComputedStyle(e, e.matches(".bar") ? "::before" : null);
        return style.backgroundImage + style.backgroundColor;
    }"""
    with opened(chromium, f"{written.as_uri()}#at=2018-05-14", forced_colors="active") as page:
        page.wait_for_selector(".bar")
        marks = [page.eval_on_selector(f"#legend .mark.{kind}", look) for kind in ("sure", "maybe", "split")]
        assert len(set(marks)) == 3
        assert page.eval_on_selector(".bar.unsure", look) != page.eval_on_selector(".bar.solid", look)
        assert faults(page) == []


def test_what_has_the_focus_is_never_under_the_sliders(chromium: Browser, written: Path) -> None:
    """Walking back from the end of the page, every stop shows itself, and shows that it has the focus."""
    for size in (WIDE, NARROW):
        with opened(chromium, f"{written.as_uri()}#at=2018-05-14", viewport=size) as page:
            page.wait_for_selector(".there button")
            page.focus(".there li:last-child li:last-child button")
            seen = []
            for _ in range(45):
                page.keyboard.press("Shift+Tab")
                seen.append(page.evaluate(SEEN))
            assert [stop for stop in seen if stop is not None] == []


SEEN = """
() => {
    const stop = document.activeElement, box = stop.getBoundingClientRect();
    const bar = document.getElementById("controls");
    if (stop === document.body || bar.contains(stop)) return null;
    const style = getComputedStyle(stop);
    const told = `${stop.textContent.slice(0, 40)} at ${box.top}`;
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `no outline: ${told}`;
    return box.top < bar.getBoundingClientRect().bottom - 1 || box.top > innerHeight ? `hidden: ${told}` : null;
}
"""
"""What is wrong with the stop of the keyboard; null if nothing."""


def test_axe_would_find_a_fault(chromium: Browser, written: Path) -> None:
    """With a label taken away, it does."""
    with opened(chromium, written) as page:
        page.eval_on_selector("input[type=search]", "(e) => { e.removeAttribute('aria-label'); e.placeholder = ''; }")
        assert any("label" in fault for fault in faults(page))


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_needs_scrolling_sideways(chromium: Browser, written: Path, width: int) -> None:
    """From a small phone on, everything is read by scrolling down alone."""
    view = f"{written.as_uri()}#at=2018-05-14&why=person/abu-bakr-al-baghdadi:location"
    with opened(chromium, view, viewport={"width": width, "height": 740}) as page:
        page.wait_for_selector(".reasons[open]")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_control_is_reached_by_tab(chromium: Browser, written: Path) -> None:
    """Tab goes through dates, filters, period, bars and answers in the order of the page, and is never caught."""
    with opened(chromium, written) as page:
        page.wait_for_selector(".bar")
        stops = []
        for _ in range(30):
            page.keyboard.press("Tab")
            stops.append(page.evaluate(
                "(e => e.getAttribute('aria-label') || e.id || e.className)(document.activeElement)"))  # fmt: skip
    wanted = ["at", "Previous change", "Date asked about", "Next change", "known", "Earlier entry", "Known time",
              "Later entry", "Lanes shown", "First day shown", "Last day shown", "Zoom in"]  # fmt: skip
    assert stops[: len(wanted)] == wanted
    assert "Search" in stops
    assert len(set(stops)) > 20
