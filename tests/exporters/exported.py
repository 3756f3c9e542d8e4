"""What tests of exporters share: a store with dates, places and hostile texts of every kind, and its exports."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Clock, counting

from chronology import Chronology, Event
from chronology.exporters import registry
from chronology.exporters.interface import Selection

HOSTILE = (
    '=1+1"> <script>alert(1)</script> [x](javascript:alert(1)) ![y](z) `c` | **b** _u_ &amp; &#58; <!-- a --> ]]> '
    "\u202e\u2066 # :x: ; %%{init: {}}%% \\ $m$ ~~s~~ ^s^ {{ }} [^1] </q> \ufffe _x0041_ https://evil.example/?a=1&b=2"
)
"""Text that means something in every format."""

DATES = (
    "2018-05-01", "2018-05", "2018", "2018-21", "2018-XX-15", "201X", "2018-05-XX", "2018-01/2018-04~", "2018-05-01/..",
    "2018-05-01/", "../2018-05-13", "/2018-05-13", "../..", "/..", "[2018-01-06..2018-01-08]", "[2018-01,2018-03]",
    "[..2018-03-01]", "[2018-03-01..]", "2018-05-13?", "2018-05~", "2018-03-01T10:00:00Z", "2018-03-01T23:30:00-05:00",
    "-0044-03-15", "0000", "9999-12-31", "-9999", "2018-12-31T23:59:59", "2018-05-01/2018-05-01",
)  # fmt: skip
"""Valid times of every shape."""

SOURCE = "source/paper"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chronology]:
    """Give a store with all of it, for reading only."""
    path = tmp_path_factory.mktemp("exported") / "sample.db"
    with Chronology.open(path, create=True, clock=Clock(), randomness=counting()) as chron:
        fill(chron)
        yield chron


def fill(chron: Chronology) -> None:
    """Append events of every shape of date, places with coordinates, a denial, a dispute, a retraction, a redaction."""
    chron.append(
        Event(
            type="source.described", subject=SOURCE, valid="2018-05-14",
            data={"title": HOSTILE, "publisher": "P", "published": "2018-05-14", "url": "https://paper.example/a?b=(c)"},
        )
    )  # fmt: skip
    chron.append(
        Event(
            type="source.described", subject="source/bad", valid="2018-05-14",
            data={"title": "Bad", "url": "javascript:alert(1)"},
        )
    )  # fmt: skip
    chron.describe("place/hajin", names=["Hajin <b>"])
    for place, north, east in (
        ("place/hajin", "34.690", "40.83"),
        ("place/far", "+35.10", "-0.5"),
        ("place/no", "95", "1"),
    ):
        chron.append(said("place.described", place, "2018-05-14", latitude=north, longitude=east))
    chron.append(said("control.changed", "place/hajin", "2018-05-13", by="group/sdf"))
    chron.append(said("operation.launched", "operation/x", "2018-05-13", area="place/far"))
    chron.append(
        said("operation.stalled", "operation/hostile", "2018-05", reason=HOSTILE, quote=HOSTILE, locator="p. 1")
    )
    for number, valid in enumerate(DATES):
        chron.append(said("operation.stalled", f"operation/dated-{number}", valid, reason=f"-{number}"))
    first = chron.append(
        said("person.located", "person/leader", "2018-05-06", place="place/hajin", said_by=["person/a"])
    )
    chron.append(
        said(
            "person.located", "person/leader", "2018-05-06", place="place/hajin", stance="denies", said_by=["person/b"],
            source="source/bad", disputes=[first.id], grade="C3",
        )
    )  # fmt: skip
    gone = chron.append(said("operation.resumed", "operation/gone", "2018-06-01"))
    chron.retract(gone.id, reason="r")
    erased = chron.append(said("operation.resumed", "operation/erased", "2018-06-01"))
    chron.redact(erased.id, reason="r")


_PARTS = frozenset({"quote", "locator", "note", "said_by", "stance", "disputes", "grade", "source", "id"})


def said(kind: str, subject: str, valid: str, **rest: Any) -> Event:
    """Return an event; what is no part of an event is its payload."""
    parts: dict[str, Any] = {"source": SOURCE, "grade": "B2"} | {k: v for k, v in rest.items() if k in _PARTS}
    data = {name: value for name, value in rest.items() if name not in _PARTS}
    return Event(type=kind, subject=subject, valid=valid, data=data, **parts)


def export(name: str, chron: Chronology, **selection: Any) -> bytes:
    """Return what an exporter writes."""
    return noted(name, chron, **selection)[0]


def noted(name: str, chron: Chronology, **selection: Any) -> tuple[bytes, list[str]]:
    """Return what an exporter writes, and its notes."""
    stream = io.BytesIO()
    notes = registry.named(name).write(chron, Selection(**selection), stream)
    return stream.getvalue(), list(notes or ())
