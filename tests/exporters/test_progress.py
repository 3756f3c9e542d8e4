"""How far an export has got: what a selection tells while its events are taken."""

import io
from pathlib import Path

import pytest

from chronology import Chronology, Event
from chronology.exporters import registry
from chronology.exporters.interface import Selection

FORMATS = [one.name for one in registry.BUILT_IN if one.name not in ("xlsx", "parquet", "mermaid")]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store with 500 events."""
    path = tmp_path_factory.mktemp("progress") / "large.db"
    with Chronology.open(path, create=True) as chron:
        chron.append_many(
            Event(type="place.described", subject=f"place/p{number}", valid="2018-05-01", source="source/s",
                  data={"latitude": "34.69", "longitude": "40.83"})
            for number in range(500)
        )  # fmt: skip
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_how_far_it_has_got(large: Path, name: str) -> None:
    """After every two hundred events, of as many as there can be; and the file is the same as without that."""
    told: list[tuple[int, int]] = []
    with Chronology.open(large, read_only=True) as chron:
        plain, watched = io.BytesIO(), io.BytesIO()
        registry.named(name).write(chron, Selection(), plain)
        registry.named(name).write(chron, Selection(progress=lambda *counts: told.append(counts)), watched)
        assert told[:2] == [(200, chron.head()), (400, chron.head())]
    if name != "prov":
        assert watched.getvalue() == plain.getvalue()


def test_with_filters_nobody_knows_how_many_will_pass(large: Path) -> None:
    """So no total is told."""
    told: list[tuple[int, int]] = []
    with Chronology.open(large, read_only=True) as chron:
        selection = Selection(kind="place", progress=lambda *counts: told.append(counts))
        registry.named("cloudevents").write(chron, selection, io.BytesIO())
    assert told == [(200, 0), (400, 0)]
