"""The map: places where sources put them, who is there, and only the lines that somebody chose."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError, StoreError
from chronology.report import basemap
from chronology.report.page import ReportOptions, report
from tests.browsers import Browser, opened, until
from tests.command_line import done

LINE = {"type": "LineString", "coordinates": [[40.0, 35.0], [40.000001, 35.0], [41.12345678, 34.5, 200]]}
FEATURE = {"type": "Feature", "geometry": LINE}
MARKS = """
(marks) => marks.map((mark) => [
    mark.querySelector(".name").textContent, Number(mark.querySelector("circle").getAttribute("cy")),
])
"""
BOXES = """
(texts) => texts.map((text) => text.getBBox()).map(({ x, y, width, height }) => [x, y + 2, x + width, y + height - 2])
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


def written(chron: Chronology, path: Path, **options: Any) -> Path:
    """Write a page."""
    path.write_bytes(report(chron, ReportOptions(title="Map", store="s.db", **options), now=chron._session.now()).html)
    return path


def with_places(example: Path, path: Path) -> Path:
    """Copy the running example to a path, and say where two of its places lie; one has an Arabic name."""
    path.write_bytes(example.read_bytes())
    for place, latitude, longitude in (("hajin", "34.690", "40.83"), ("al-shaer", "35.90", "40.72")):
        where = (f"latitude={latitude}", f"longitude={longitude}", "--source", "source/voa-2018-05-14")
        done("--db", path, "append", "place.described", f"place/{place}", *where, "--on", "2018-05-14")
    done("--db", path, "append", "subject.named", "place/hajin", "name=هجين")
    return path


def test_places_stand_on_the_map_with_who_is_there(chromium: Browser, placed: Chronology, tmp_path: Path) -> None:
    """A place is drawn north of another that is south; who may be there is named with a question mark."""
    page_path = written(placed, tmp_path / "map.html")
    with opened(chromium, f"{page_path.as_uri()}#at=2018-05-13") as page:
        until(page, "document.querySelectorAll('.place .guest').length === 2")
        marks = page.eval_on_selector_all(".place", MARKS)
        guests = page.locator(".place .guest").all_text_contents()
        listed = page.inner_text(".there")
        assert page.locator(".basemap").count() == 0
    assert [name for name, _ in sorted(marks, key=lambda mark: mark[1])] == ["north", "south"]
    assert guests == ["x ?", "x ?"]
    assert "person/x, location (or possibly)" in listed


def test_coordinates_keep_the_digits_that_the_source_printed(
    chromium: Browser, placed: Chronology, tmp_path: Path
) -> None:
    """34.450 stays 34.450."""
    with opened(chromium, written(placed, tmp_path / "digits.html")) as page:
        page.wait_for_selector(".there li")
        assert "place/south 34.450, 40.919" in page.inner_text(".there")


def test_filters_leave_places_out_but_not_the_frame(chromium: Browser, placed: Chronology, tmp_path: Path) -> None:
    """A search for one place, or for a man who was at both, shows those; dots do not move."""
    with opened(chromium, f"{written(placed, tmp_path / 'some.html').as_uri()}#at=2018-05-13") as page:
        page.wait_for_selector(".place")
        before = dict(page.eval_on_selector_all(".place", MARKS))
        page.fill("input[type=search]", "place/north latitude")
        until(page, "document.querySelectorAll('.place').length === 1")
        assert page.eval_on_selector_all(".place", MARKS) == [["north", before["north"]]]
        page.fill("input[type=search]", "person/x")
        until(page, "document.querySelectorAll('.place').length === 2")
        page.fill("input[type=search]", "nothing of this kind")
        until(page, "document.querySelectorAll('.place:is(svg:not([hidden]) *)').length === 0")
        assert "No place within these filters" in page.inner_text("#map")


def test_many_places_are_all_dots_and_the_list_says_how_many_more(
    chromium: Browser, chron: Chronology, tmp_path: Path
) -> None:
    """Labels stand only where they cover nothing; a phone has a map of its own size."""
    rest = {"type": "place.described", "valid": "2018-05-14", "source": "source/s"}
    chron.append_many(
        Event(subject=f"place/p{n}", data={"latitude": f"30.{n % 17:02}", "longitude": f"40.{n % 7:02}"}, **rest)
        for n in range(119)
    )
    path = written(chron, tmp_path / "many.html")
    for width in (1280, 360):
        with opened(chromium, path, viewport={"width": width, "height": 740}) as page:
            until(page, "document.querySelectorAll('.place').length === 119")
            assert page.locator(".there > li").count() == 60
            assert "and 59 more places: search" in str(page.text_content("#map"))
            boxes = page.eval_on_selector_all(".place .name", BOXES)
            assert [one for one in boxes if any(_meets(one, other) for other in boxes if other is not one)] == []
            assert page.eval_on_selector("#map svg", "(e) => e.viewBox.baseVal.width") == (
                1000 if width > 1000 else 331
            )


def _meets(one: Any, other: Any) -> bool:
    return bool(one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])


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
        page.wait_for_selector(".basemap path", state="attached")
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
