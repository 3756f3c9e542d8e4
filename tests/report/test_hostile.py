"""Whatever a source says, the page shows it as text: no markup, no script, no hidden order, no request."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chronology import Chronology, Event
from chronology.report.page import ReportOptions, embedded, html, report
from tests.browsers import Browser, Page, asked, opened, scripts

SCRIPT = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
COMMENT = "<!--<script>"
BIDI = "closed \u202egnp.exe\u2066 \u200f"
MARKS = "Z" + "\u0300\u0353" * 13_000
"""About as many as an event can hold; the store has twenty times as many, a megabyte."""
LONG = "w" * 4_000
UNSEEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029\ufff9\ufeff\x00\x1b"
ARABIC = "أبو بكر البغدادي"
PERSIAN = "می\u200cخواهم"


TRY = """
    async () => {
    const out = [];
    addEventListener("securitypolicyviolation", (event) => out.push(event.effectiveDirective));
    await fetch("https://example.org/").catch(() => 0);
    new Image().src = "https://example.org/x.png";
    const script = document.createElement("script");
    try { script.textContent = "document.title = 'owned'"; document.body.append(script); } catch { out.push("text"); }
    try { document.body.insertAdjacentHTML("beforeend", "<b>"); } catch { out.push("markup"); }
    const frame = document.createElement("iframe");
    frame.src = "https://example.org/";
    document.body.append(frame);
    await new Promise((done) => setTimeout(done, 100));
    script.remove();
    frame.remove();
    return out;
}
"""
"""What a script that got in would try."""


def told(chron: Chronology, number: int, value: Any, **rest: Any) -> None:
    """Append an event whose every free text is hostile too."""
    text = value if isinstance(value, str) else str(value)
    said = {"type": "fact.asserted", "subject": f"place/p{number}", "valid": "2018-05-01", "source": "source/s"}
    chron.append(Event(**said | {"data": {"attribute": "status", "value": value}, "quote": text, "note": text} | rest))


@pytest.fixture
def hostile(chron: Chronology, tmp_path: Path) -> Path:
    """Give the page of a store full of hostile text."""
    for number, value in enumerate([SCRIPT, COMMENT, BIDI, "", ARABIC, PERSIAN, {"__proto__": [SCRIPT]}, "a&lt;b"]):
        told(chron, number, value)
    for number in range(20, 40):
        told(chron, number, MARKS, quote=None, note=None)
    addresses = {"url": "javascript:document.title='owned'", "archive_url": "https://user:pw@example.org/"}
    described = {
        "type": "source.described",
        "subject": "source/s",
        "data": {"title": SCRIPT, "publisher": BIDI} | addresses,
    }
    told(chron, 0, "", **described)
    told(chron, 9, "seen", source="source/t")
    web = {"title": "On the web", "url": "https://example.org/?a=1&b=<2>"}
    told(chron, 0, "", type="source.described", subject="source/t", source="source/t", data=web)
    chron.append(Event(type="subject.named", subject="place/p9", data={"name": ARABIC}))
    path = tmp_path / "hostile.html"
    made = report(chron, ReportOptions(title=SCRIPT, store="a'b\u202e.db"), now=chron._session.now())
    path.write_bytes(made.html)
    return path


@pytest.fixture
def page(chromium: Browser, hostile: Path) -> Iterator[Page]:
    """Give that page, open."""
    with opened(chromium, hostile) as found:
        found.wait_for_selector(".answers")
        yield found


def test_markup_is_shown_as_text(page: Page) -> None:
    """Tags stand in the table, in the title and in the reasons as they were written, and nothing of them runs."""
    assert page.inner_text("h1") == SCRIPT
    assert page.title() == SCRIPT
    rows = page.locator(".answers td.value").all_inner_texts()
    assert rows[0].startswith(SCRIPT)
    assert COMMENT in rows[1]
    assert any("a&lt;b" in row for row in rows)
    page.click("tr[data-why='place/p0:status'] button")
    assert page.inner_text(".reasons blockquote") == SCRIPT
    assert page.evaluate("document.querySelectorAll('script, img, iframe, object').length") == 1


def test_what_reorders_text_is_shown_instead_of_obeyed(page: Page) -> None:
    """Overrides and direction marks are written out, so that a reader sees them and the rest keeps its place."""
    assert r"closed \u202egnp.exe\u2066 \u200f" in page.inner_text("tr[data-why='place/p2:status'] td.value")
    assert r"\u202e" in page.inner_text("#evidence")
    assert "\u202e" not in page.inner_text("body")


def test_a_pile_of_marks_stays_in_its_line(page: Page) -> None:
    """Thousands of marks on one letter are counted, and the page is as wide and the row as high as others."""
    cell = page.locator("tr[data-why='place/p21:status'] td.value")
    assert "[+25992 marks]" in cell.inner_text()
    box = cell.bounding_box()
    assert box is not None
    assert box["height"] < 120
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_long_words_and_foreign_schemes_break_nothing(chromium: Browser, chron: Chronology, tmp_path: Path) -> None:
    """A word of thousands of letters wraps wherever it stands, on a phone too; a data: address is only text."""
    address = "data:text/html,<script>document.title='owned'</script>"
    told(chron, 1, LONG, quote=LONG, note=LONG[:2000], locator=LONG[:200], said_by=("person/" + "x" * 100,))
    told(chron, 1, address, valid="[2018-04-20..2018-05-03]", source="source/t")
    described = {"title": LONG, "publisher": LONG, "author": LONG, "url": address, "archive_url": f"blob:{address}"}
    told(chron, 0, "", type="source.described", subject="source/s", source="source/s", data=described)
    where = {"latitude": "34.5", "longitude": "40.5"}
    told(chron, 0, "", type="place.described", subject="place/p1", data=where)
    chron.append(Event(type="subject.named", subject="place/p1", data={"name": LONG[:190]}))
    path = tmp_path / "long.html"
    path.write_bytes(report(chron, ReportOptions(title=LONG[:300], store="s.db"), now=chron._session.now()).html)
    for width in (360, 1280):
        view = f"{path.as_uri()}#at=2018-05-02&why=place/p1:status"
        with opened(chromium, view, viewport={"width": width, "height": 740}) as page:
            page.wait_for_selector(".reasons[open]")
            page.wait_for_timeout(200)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.reasons'))") <= 0
            assert page.locator("a").count() == 0
            assert LONG in page.inner_text(".reasons blockquote")
            row = page.locator("tr[data-why='place/p1:latitude'] .said").bounding_box()
            assert row is None or row["height"] < 200


def test_names_that_run_from_right_to_left_do(page: Page) -> None:
    """Arabic stands in an element of its own direction; the non-joiner that Persian spelling needs is kept."""
    assert page.inner_text("tr[data-why='place/p4:status'] td.value").startswith(ARABIC)
    assert PERSIAN in page.inner_text("tr[data-why='place/p5:status'] td.value")
    direction = "(e) => getComputedStyle(e.querySelector('bdi')).direction"
    assert page.eval_on_selector("tr[data-why='place/p4:status'] td.value", direction) == "rtl"
    assert page.locator("tr.subject", has_text=ARABIC).count() == 1


def test_only_addresses_of_the_web_become_links(page: Page) -> None:
    """Others, and those with a password in them, are text; a link tells nobody where it was followed."""
    page.click("tr[data-why='place/p0:status'] button")
    assert page.locator(".reasons a").count() == 0
    assert "javascript:document.title='owned'" in page.inner_text(".reasons")
    page.click(".reasons .close button")
    page.click("tr[data-why='place/p9:status'] button")
    link = page.locator(".reasons a")
    assert link.get_attribute("href") == "https://example.org/?a=1&b=%3C2%3E"
    assert link.get_attribute("rel") == "noreferrer noopener"


def test_the_policy_forbids_what_the_page_does_not_do(chromium: Browser, hostile: Path) -> None:
    """No request, no other script, no style or handler in an attribute, no frame, no markup from a text."""
    with opened(chromium, hostile, expected=None) as page:
        tried = page.evaluate(TRY)
        title = page.title()
    assert {"connect-src", "img-src", "text", "markup", "frame-src"} <= set(tried)
    assert title == SCRIPT


@given(text=st.text(max_size=40))
def test_any_text_comes_back_from_the_page_as_it_went_in(text: str) -> None:
    """What is embedded is the same JSON, and has nothing that could end its element."""
    found = embedded({"a": [text]})
    assert json.loads(found) == {"a": [text]}
    assert not set("<>&") & set(found)


def test_places_to_fill_in_are_filled_once() -> None:
    """A title that looks like a place to fill in is only a title."""
    made = html({"x": "{{script}} {{title}}"}, title="{{data}}{{policy}}", live=False).decode()
    assert "<title>{{data}}{{policy}}</title>" in made
    assert '{"x":"{{script}} {{title}}"}' in made


@pytest.fixture(scope="module")
def texts(chromium: Browser) -> Iterator[Page]:
    """Give a page in which the script that shows texts is known."""
    with chromium.new_context(offline=True) as context:
        found = context.new_page()
        found.add_script_tag(content=scripts("texts"))
        yield found


@example(text=f"a{UNSEEN}b")
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_nothing_unseen_is_left_in_a_shown_text(texts: Page, text: str) -> None:
    """No character that reorders its neighbours survives, and what is plain text already stays as it is."""
    shown = asked(texts, "(text) => Texts.visible(text)", text)
    assert not set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029\ufff9\ufeff\x00\x1b"
    ) & set(shown)
    assert asked(texts, "(text) => Texts.visible(text)", shown) == shown
    if text.isascii() and text.isprintable():
        assert shown == text
