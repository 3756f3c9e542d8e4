"""Shared fixtures: stores in temporary folders, with an injected clock and repeatable randomness."""

import itertools
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from chronology import Chronology
from tests import browsers
from tests.command_line import GAZETTE, done
from tests.postgres import server, url  # noqa: F401, these are fixtures

# What the machine's owner set must not reach the command line.
for name in ("CHRONOLOGY_DB", "CHRONOLOGY_RECORDED_BY", "NO_COLOR", "COLUMNS", "PAGER", "LESS"):
    os.environ.pop(name, None)

# A failure over SQLite can take minutes to shrink: the fast profile shows what it found, and the slow one shrinks it.
settings.register_profile(
    "fast",
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("slow", max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = datetime(2018, 5, 15, 9, 30, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the present."""
        return self.now

    def set(self, text: str) -> None:
        """Put the clock to an ISO date-time."""
        self.now = datetime.fromisoformat(text)

    def advance(self, **kwargs: int) -> None:
        """Move the clock by a timedelta's arguments."""
        self.now += timedelta(**kwargs)


def counting() -> Callable[[int], bytes]:
    """Return randomness that counts: repeatable, and every draw is new."""
    numbers = itertools.count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands at 2018-05-15T09:30Z."""
    return Clock()


@pytest.fixture
def chron(tmp_path: Path, clock: Clock) -> Iterator[Chronology]:
    """Give a new store with the built-in vocabulary."""
    with Chronology.open(tmp_path / "storm.db", create=True, clock=clock, randomness=counting()) as store:
        yield store


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the running example's store, for reading only."""
    path = tmp_path_factory.mktemp("example") / "example.db"
    done("demo", path)
    return path


@pytest.fixture
def storm(example: Path, tmp_path: Path) -> Path:
    """Give a copy of the running example's store that a test may change."""
    path = tmp_path / "storm.db"
    path.write_bytes(example.read_bytes())
    return path


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a new store that the environment names, with one described source."""
    path = tmp_path / "border.db"
    done("init", path)
    monkeypatch.setenv("CHRONOLOGY_DB", str(path))
    done("append", "source.described", GAZETTE, "title=Border Gazette", "published=2024-03-11",
         "--on", "2024-03-11", "--source", GAZETTE)  # fmt: skip
    return path


@pytest.fixture(scope="session")
def chromium() -> "Iterator[browsers.Browser]":
    """Give a browser, one for all tests of a process; a test that asks for it is skipped where there is none."""
    with browsers.launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def resolver(chromium: "browsers.Browser") -> "Iterator[browsers.Page]":
    """Give an empty page in which the scripts that work out answers are known."""
    with chromium.new_context(offline=True) as context:
        page = context.new_page()
        names = ("calendar", "resolve", "explain", "chronicle", "periods", "lanes")
        page.add_script_tag(content=browsers.scripts(*names))
        yield page
