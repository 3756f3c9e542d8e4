"""Lines under the map, from a GeoJSON file that the author of the report chose. Reads that file; draws nothing.

Drawing borders takes sides, so none are drawn unless somebody decides which, and says whose they are.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from chronology.errors import ChronologyError, StoreError
from chronology.events.json_values import Json

_LARGEST: Final = 50_000_000
_MOST_POINTS: Final = 300_000
_DEPTHS: Final = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
"""Geometries that are lines or have them as edges: how deep in the coordinates the lines are."""

_CREDITS: Final = ("attribution", "credit", "copyright", "license", "name")
"""Members of a file that tell whose it is; the first that is there is shown."""


def read(path: Path) -> dict[str, Json]:
    """Return the lines of a file, in degrees to four decimals (about ten metres), and whose they are.

    Raises:
        StoreError: it cannot be read.
        ChronologyError: it is not GeoJSON, has no lines, or more than a page can hold.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ChronologyError(f"{path} is longer than {_LARGEST:,} bytes", hint="simplify its lines first")
        data = json.loads(path.read_bytes())
    except OSError as exc:
        raise StoreError(f"{path} cannot be read: {exc.strerror}") from exc
    except (ValueError, RecursionError) as exc:
        raise _unreadable(path) from exc
    try:
        lines = [_rounded(line) for line in _lines(data)]
    except (TypeError, KeyError, ValueError, IndexError, AttributeError, RecursionError) as exc:
        raise _unreadable(path) from exc
    if not lines:
        raise ChronologyError(f"{path} has no lines or areas", hint="points are not drawn")
    if (points := sum(map(len, lines))) > _MOST_POINTS:
        raise ChronologyError(
            f"{path} has {points:,} points, more than {_MOST_POINTS:,}", hint="simplify its lines first"
        )
    credit = next((data[name] for name in _CREDITS if isinstance(data.get(name), str) and data[name]), path.name)
    return {"lines": lines, "credit": credit}


def _unreadable(path: Path) -> ChronologyError:
    return ChronologyError(f"{path} is not GeoJSON", hint="RFC 7946: coordinates are longitude, then latitude")


def _lines(data: Any) -> Iterator[list[Any]]:
    """Yield the lines of a GeoJSON object and of those inside it."""
    kind = data["type"]
    if kind == "FeatureCollection":
        for feature in data["features"]:
            yield from _lines(feature)
    elif kind == "Feature":
        if data["geometry"] is not None:
            yield from _lines(data["geometry"])
    elif kind == "GeometryCollection":
        for geometry in data["geometries"]:
            yield from _lines(geometry)
    elif kind in _DEPTHS:
        yield from _at_depth(data["coordinates"], _DEPTHS[kind])
    elif kind not in ("Point", "MultiPoint"):
        raise ValueError(kind)


def _at_depth(coordinates: list[Any], depth: int) -> Iterator[list[Any]]:
    if depth == 0:
        yield coordinates
        return
    for inner in coordinates:
        yield from _at_depth(inner, depth - 1)


def _rounded(line: list[Any]) -> list[list[float]]:
    """Return a line without points that fall together, which detailed files have many of."""
    found: list[list[float]] = []
    for longitude, latitude, *_ in line:
        point = [round(float(longitude), 4), round(float(latitude), 4)]
        if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
            raise ValueError(point)
        if not found or found[-1] != point:
            found.append(point)
    return found
