"""A real browser for the report page: Debian's chromium, driven by Playwright, with the network cut. Judges nothing."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

try:
    from playwright.sync_api import Browser, Error, Page, sync_playwright
except ImportError:  # Playwright has no build for every machine.
    sync_playwright = None
    Browser = Page = Any
    Error = Exception

FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ASSETS = Path(__file__).parents[1] / "chronology" / "report" / "assets"


def found() -> str | None:
    """Return the path of a chromium on this machine."""
    return next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)


@contextmanager
def launched() -> "Iterator[Browser]":
    """Run a browser; skip the test that asks where there is none."""
    path = found()
    if path is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    if sync_playwright is None:
        pytest.skip("playwright is not installed (pip install playwright)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: "Browser", path: Path | str, *, expected: Sequence[str] | None = (), **context: Any
) -> "Iterator[Page]":
    """Open a page, from disk or by its address; what it complains of, or loads, fails the test.

    Args:
        browser: that opens it.
        path: of the file, or the address.
        expected: what it may complain of; None for anything, and for any request.
        context: of the page: its size, colours and so on.
    """
    address = path.as_uri() if isinstance(path, Path) else path
    with browser.new_context(offline=isinstance(path, Path), **context) as made:
        page = made.new_page()
        page.set_default_timeout(20_000)
        complaints: list[str] = []
        loaded: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: loaded.append(request.url))
        page.goto(address)
        yield page
        assert expected is None or complaints == list(expected)
        assert expected is None or [url for url in loaded if not url.startswith(address.partition("#")[0])] == []


def until(page: "Page", expression: str) -> None:
    """Wait until something is so; Playwright's own way runs text, which the page's policy forbids."""
    for _ in range(200):
        # While a page is loaded again, there is nothing to ask.
        with suppress(Error):
            if page.evaluate(expression):
                return
        page.wait_for_timeout(25)
    raise AssertionError(f"never: {expression}")


def scripts(*names: str) -> str:
    """Return some scripts of the page, whose names are then known to the test."""
    return "\n".join((ASSETS / f"{name}.js").read_text("utf-8") for name in names)


def asked(page: "Page", function: str, argument: Any) -> Any:
    """Return what a function of the page answers; both ways as JSON text, because Playwright's own form takes long."""
    answer = page.evaluate(f"(text) => JSON.stringify(({function})(JSON.parse(text)))", json.dumps(argument))
    return json.loads(answer)
