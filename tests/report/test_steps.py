"""Steps of the sliders: whatever was looked at before, the page shows what it shows when it is opened there."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import Stores, second_of
from strategies import MOMENTS, QUESTIONS
from test_histories import embedded
from test_map import with_places

from tests.browsers import Browser, Page, asked, opened, scripts, until
from tests.command_line import done, nth
from tests.test_invariants import upgraded_histories

WHEN = [second_of(text) for text in (*QUESTIONS, *MOMENTS)]

STEPPED = """
([data, steps]) => {
    const told = (chronicle, [at, known]) => [
        chronicle.answers(at, known).map(({ group, answer }) => [group.subject, group.attribute, answer]),
        chronicle.liveAt(known).map(({ group, claims }) => [group.subject, claims, Lanes.ofClaims(claims)]),
    ].map((part) => JSON.stringify(part));
    const stepping = new Chronicle(data);
    return steps.filter((step) => String(told(stepping, step)) !== String(told(new Chronicle(data), step)));
}
"""
"""At which steps a page that was stepped through differs from one that is opened there."""

LOOK = """
() => ["summary", "lanes", "answers", "places", "controls", "window", "overview"].map((id) => {
    const copy = document.getElementById(id).cloneNode(true);
    for (const hidden of copy.querySelectorAll("[hidden]")) hidden.remove();
    for (const bar of copy.querySelectorAll("[tabindex]")) bar.removeAttribute("tabindex");
    return copy.innerHTML + [...copy.querySelectorAll("input")].map(({ value }) => value);
})
"""
"""All that the page shows. Which bar Tab reaches is the reader's own."""

TYPED = """
([at, known]) => Object.entries({ at, known }).forEach(([id, text]) => {
    const field = document.getElementById(id);
    field.value = text;
    field.dispatchEvent(new Event("change"));
})
"""
COUNTED = """
(name) => {
    const counted = { name, times: 0 };
    const { prototype } = { AnswerTable, Timeline, Places }[name];
    const method = name === "AnswerTable" ? "render" : "drawing", before = prototype[method];
    prototype[method] = function (...given) { counted.times += 1; return before.apply(this, given); };
    (window.counts ||= {})[name] = counted;
}
"""
"""Count how often a part of the page is drawn."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("steps"))


@pytest.fixture(scope="module")
def written(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of the running example, in which two places have coordinates."""
    folder = tmp_path_factory.mktemp("stepped")
    store = with_places(example, folder / "storm.db")
    done("--db", store, "report", "-o", folder / "storm.html")
    return folder / "storm.html"


@settings(max_examples=settings.default.max_examples // 3)
@given(drawn=upgraded_histories(), data=st.data())
def test_steps_back_and_forth_give_what_opening_afresh_gives(
    lanes: Page, stores: Stores, drawn: list[Any], data: st.DataObject
) -> None:
    """Answers, live claims and bars at any moment do not depend on the moments looked at before."""
    with stores.of(drawn) as chron:
        # One by one through the whole log first, for a jump may pass over what a single step would miss.
        known = [0, *range(stores.base, chron.head() + 1)]
        jumps = data.draw(st.lists(st.sampled_from(known), max_size=10))
        steps = [(data.draw(st.sampled_from(WHEN)), position) for position in known + jumps]
        assert asked(lanes, STEPPED, [embedded(chron), steps]) == []


@pytest.fixture(scope="module")
def lanes(chromium: Browser) -> Any:
    """Give a page in which the scripts that answer and that lay out bars are known."""
    with chromium.new_context(offline=True) as context:
        found = context.new_page()
        found.add_script_tag(content=scripts("calendar", "resolve", "texts", "chronicle", "periods", "lanes"))
        yield found


def test_a_page_that_was_stepped_through_looks_like_one_that_is_opened_there(chromium: Browser, written: Path) -> None:
    """Sliders moved in any order leave no trace in the table, the lanes, the map, or the fields."""
    rng = random.Random(12)
    with opened(chromium, written) as stepping:
        stepping.wait_for_selector(".bar")
        for at in ("2018-05-14", "2018-05-09", "2018-05-13"):
            for _ in range(rng.randrange(1, 5)):
                name, most = rng.choice((("at", 250), ("known", 40)))
                _slide(stepping, name, rng.randrange(most))
            stepping.wait_for_timeout(120)
            stepping.evaluate(TYPED, [at, "2018-05-20" if at == "2018-05-09" else "#9999"])
            stepping.click(f"button[aria-label='{rng.choice(('Zoom in', 'Zoom out', 'Earlier', 'Later'))}']")
            stepping.wait_for_timeout(450)
            with opened(chromium, f"{written.as_uri()}{stepping.evaluate('location.hash')}") as fresh:
                fresh.wait_for_selector("#summary:not(:empty)")
                fresh.wait_for_timeout(250)
                assert stepping.evaluate(LOOK) == fresh.evaluate(LOOK)


def _slide(page: Page, name: str, by: int) -> None:
    page.evaluate(
        """([name, by]) => {
            const slider = document.querySelector(`.control.${name} input[type=range]`);
            slider.value = Number(slider.min) + by;
            slider.dispatchEvent(new Event("input"));
        }""",
        [name, by],
    )


def test_an_arrow_key_that_is_held_down_queues_nothing(chromium: Browser, written: Path) -> None:
    """Hundreds of steps between two frames are one drawing of the table, and at most two of lanes and map."""
    with opened(chromium, written) as page:
        page.wait_for_selector(".bar")
        page.wait_for_timeout(200)
        for name in ("AnswerTable", "Timeline", "Places"):
            page.evaluate(COUNTED, name)
        page.evaluate(
            """() => {
                const slider = document.querySelector(".control.known input[type=range]");
                for (let step = 0; step < 300; step += 1) {
                    slider.value = Number(slider.max) - step % 30;
                    slider.dispatchEvent(new Event("input"));
                }
            }"""
        )
        page.wait_for_timeout(400)
        times = page.evaluate("Object.fromEntries(Object.values(counts).map(({ name, times }) => [name, times]))")
        assert times["AnswerTable"] == 1
        assert {times["Timeline"], times["Places"]} <= {1, 2}
        assert page.input_value("#known") == "2018-05-15"


def test_a_step_of_known_time_draws_only_the_lanes_that_it_changed(chromium: Browser, written: Path) -> None:
    """Without the note about one crossing, its lanes go, and the elements of every other lane stay as they are."""
    with opened(chromium, f"{written.as_uri()}#at=2018-05-13&known={nth(40)}") as page:
        page.wait_for_selector(".bar")
        page.wait_for_timeout(250)
        page.evaluate("() => { window.before = [...document.querySelectorAll('.lane:not(.axis)')]; }")
        page.evaluate(MOVED, "lanes")
        page.click("button[aria-label='Earlier entry']")
        page.wait_for_timeout(300)
        gone = page.evaluate(
            "before.filter((lane) => !lane.isConnected).map((lane) => lane.querySelector('.label').textContent)"
        )
        assert gone == ["closed to", "status", "used by"]
        assert page.evaluate("before.length") > 20
        # The scale is new, and the heading of the crossing goes too; nothing else is put in or taken out.
        assert page.evaluate("moved") <= 6


def test_what_changed_is_spoken_once_the_reader_rests(chromium: Browser, written: Path) -> None:
    """Nothing at first, nothing while a slider moves; then the summary, and by name what changed."""
    with opened(chromium, f"{written.as_uri()}#at=2018-05-12") as page:
        page.wait_for_selector(".bar")
        page.wait_for_timeout(800)
        assert page.get_attribute("#spoken", "role") == "status"
        assert page.text_content("#spoken") == ""
        page.evaluate(MOVED, "spoken")
        page.focus(".control.at input[type=range]")
        for key in ("ArrowRight", "ArrowLeft", "ArrowRight", "ArrowLeft", "ArrowRight"):
            page.keyboard.press(key)
            page.wait_for_timeout(40)
        assert page.text_content("#spoken") == ""
        until(page, "document.getElementById('spoken').textContent !== ''")
        spoken = str(page.text_content("#spoken"))
        assert spoken.startswith("At the close of 13 May 2018")
        assert "crossing/baguz, status: closed, certain" in spoken
        page.wait_for_timeout(300)
        assert page.evaluate("moved") == 1
        page.fill("input[type=search]", "baguz")
        until(page, "document.getElementById('spoken').textContent.includes('no longer shown')")
        assert "more answers." in str(page.text_content("#spoken"))


MOVED = """
(id) => {
    window.moved = 0;
    const count = (changes) => changes.forEach(({ addedNodes, removedNodes }) => {
        moved += Math.max(addedNodes.length, removedNodes.length);
    });
    new MutationObserver(count).observe(document.getElementById(id), { childList: true });
}
"""
"""Count what is put into an element or taken out of it."""

SLICED = """
async () => {
    const seen = [];
    let begun = 0;
    const slices = new Slices(function* () {
        begun += 1;
        for (let step = 0; step < 6; step += 1) {
            const end = performance.now() + 4;
            while (performance.now() < end);
            seen.push([begun, step]);
            yield;
        }
    });
    for (let time = 0; time < 50; time += 1) slices.begin(0);
    slices.beginNow();
    const first = seen.length;
    slices.beginNow();
    const second = seen.length;
    slices.begin(0);
    await new Promise((done) => setTimeout(done, 200));
    return { begun, first, seen: seen.slice(second) };
}
"""


def test_work_in_slices_leaves_room_and_begins_again_from_the_start(chromium: Browser) -> None:
    """A slice ends before the work does, and what is begun anew replaces what was left."""
    with chromium.new_context(offline=True) as context:
        page = context.new_page()
        page.add_script_tag(content=scripts("slices"))
        found = page.evaluate(SLICED)
    assert found["begun"] == 3
    assert 1 <= found["first"] < 6
    assert found["seen"] == [[3, step] for step in range(6)]


def test_origins_are_counted_as_of_the_known_time(chromium: Browser, tmp_path: Path) -> None:
    """Who is no party can yet stand behind a value, so the parties alone do not tell whether a row is as before."""
    store, page_file = tmp_path / "town.db", tmp_path / "town.html"
    done("--db", store, "init")
    for value, valid, source in (
        ("group/b", "2017-01-01/2018-12-31", "source/q"),
        ("group/a", "2018-02-01/2018-12-31", "source/p"),
        ("group/a", "2018-01-01/2018-12-31", "source/r"),
    ):
        said = "attribute=controlled_by", f"value={value}", "--on", valid, "--source", source
        done("--db", store, "append", "fact.asserted", "place/town", *said)
    done("--db", store, "report", "-o", page_file)
    with opened(chromium, f"{page_file.as_uri()}#at=2018-06-01") as page:
        page.wait_for_selector(".answers .said")
        assert "2 origins" in page.inner_text("#answers")
        page.click("button[aria-label='Earlier entry']")
        page.wait_for_timeout(200)
        assert "2 origins" not in page.inner_text("#answers")
        assert "group/a" in page.inner_text("#answers")
