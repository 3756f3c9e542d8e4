"""The map: places where sources put them, who is there, and only the lines that somebody chose."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError, StoreError
from chronology.report import basemap
from chronology.report.page import Wishes, report
from tests.browsers import Browser, opened

LINE = {"type": "LineString", "coordinates": [[40.0, 35.0], [40.000001, 35.0], [41.12345678, 34.5, 200]]}
FEATURE = {"type": "Feature", "geometry": LINE}
MARKS = """
(marks) => marks.map((mark) => [
    mark.querySelector(".name").textContent, Number(mark.querySelector("circle").getAttribute("cy")),
])
"""
SQUARE = [[0, 0], [0, 1], [1, 1], [0, 0]]


@pytest.fixture
def placed(chron: Chronology) -> Chronology:
    """Give a store with two places of known coordinates, and a man who is at two of them."""
    places = {"place/north": ("35.25", "41.05"), "place/south": ("34.450", "40.919")}
    said: list[tuple[str, str, str, dict[str, Any], tuple[str, ...]]] = [
        ("place.described", name, "2018-05-14", {"latitude": latitude, "longitude": longitude}, ())
        for name, (latitude, longitude) in places.items()
    ]
    said += [
        ("person.located", "person/x", "[2018-05-06..2018-05-12]", {"place": "place/north"}, ("person/a",)),
        ("person.located", "person/x", "[2018-05-06..2018-05-14]", {"place": "place/south"}, ("person/b",)),
    ]
    for type_, subject, valid, data, who in said:
        chron.append(Event(type=type_, subject=subject, valid=valid, data=data, source="source/s", said_by=who))
    return chron


def written(chron: Chronology, path: Path, **wishes: Any) -> Path:
    """Write a page."""
    path.write_bytes(report(chron, Wishes(title="Map", store="s.db", **wishes), now=chron._clock()).html)
    return path


def test_places_stand_on_the_map_with_who_is_there(chromium: Browser, placed: Chronology, tmp_path: Path) -> None:
    """A place is drawn north of another that is south; who may be there is named with a question mark."""
    page_path = written(placed, tmp_path / "map.html")
    with opened(chromium, f"{page_path.as_uri()}#at=2018-05-13") as page:
        marks = page.eval_on_selector_all(".place", MARKS)
        guests = page.locator(".place .guest").all_text_contents()
        listed = page.inner_text(".there")
        assert page.locator(".basemap").count() == 0
    assert [name for name, _ in sorted(marks, key=lambda mark: mark[1])] == ["north", "south"]
    assert guests == ["x ?", "x ?"]
    assert "person/x, location (or possibly)" in listed


def test_a_store_without_coordinates_has_no_map(chromium: Browser, chron: Chronology, tmp_path: Path) -> None:
    """The section is not there at all."""
    chron.append(Event(type="crossing.closed", subject="crossing/x", valid="2018", source="source/s"))
    with opened(chromium, written(chron, tmp_path / "none.html")) as page:
        assert not page.is_visible("#map")


def test_the_lines_of_a_file_are_drawn_with_their_credit(chromium: Browser, placed: Chronology, tmp_path: Path) -> None:
    """Lines under the dots, and whose they are, as text."""
    path = tmp_path / "lines.geojson"
    path.write_text(
        json.dumps({"type": "Feature", "geometry": LINE, "properties": {}, "attribution": "<b>Somebody</b>"})
    )
    with opened(chromium, written(placed, tmp_path / "lined.html", basemap=basemap.read(path))) as page:
        assert page.locator(".basemap path").count() == 1
        assert "Lines: <b>Somebody</b>" in " ".join(page.inner_text("#map").split())


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (LINE, [[[40.0, 35.0], [41.1235, 34.5]]]),
        ({"type": "MultiLineString", "coordinates": [SQUARE, SQUARE]}, [SQUARE, SQUARE]),
        ({"type": "Polygon", "coordinates": [SQUARE]}, [SQUARE]),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE, SQUARE], [SQUARE]]}, [SQUARE] * 3),
        ({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [0, 0]}, LINE]}, 1),
        ({"type": "FeatureCollection", "features": [FEATURE | {"geometry": None}, FEATURE]}, 1),
    ],
)  # fmt: skip
def test_every_geometry_with_lines_is_read(tmp_path: Path, data: Any, lines: Any) -> None:
    """Rounded to four decimals, without repeated points, and credited to the file where it names nobody."""
    path = tmp_path / "lines.geojson"
    path.write_text(json.dumps(data))
    found = basemap.read(path)
    assert found["credit"] == "lines.geojson"
    assert found["lines"] == lines or len(found["lines"]) == lines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not GeoJSON"),
        ("[]", "is not GeoJSON"),
        ('{"type": "Line"}', "is not GeoJSON"),
        ('{"type": "LineString", "coordinates": [[0, 91]]}', "is not GeoJSON"),
        ('{"type": "LineString", "coordinates": [["a", "b"]]}', "is not GeoJSON"),
        ('{"type": "LineString", "coordinates": 5}', "is not GeoJSON"),
        ('{"type": "LineString", "coordinates": [[NaN, 1]]}', "is not GeoJSON"),
        ('{"type": "Point", "coordinates": [0, 0]}', "has no lines or areas"),
        ("[" * 100_000, "is not GeoJSON"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    """A file that has no lines in degrees is refused in words."""
    path = tmp_path / "lines.geojson"
    path.write_text(text)
    with pytest.raises(ChronologyError, match=message):
        basemap.read(path)


def test_too_many_points_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that a phone cannot open is not written."""
    monkeypatch.setattr(basemap, "_MOST_POINTS", 1)
    path = tmp_path / "lines.geojson"
    path.write_text(json.dumps(LINE))
    with pytest.raises(ChronologyError, match="2 points, more than 1"):
        basemap.read(path)


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: None])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A folder, or nothing at all."""
    make(tmp_path / "lines")
    with pytest.raises(StoreError, match="cannot be read"):
        basemap.read(tmp_path / "lines")
