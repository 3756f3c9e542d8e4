"""Where events happened: the coordinates that they, their subjects or the places that they name were given."""

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from chronology.events.json_values import thaw
from chronology.events.records import Event
from chronology.exporters.interface import Selection
from chronology.exporters.wording import ANY_TIME
from chronology.store.reader import Reader

_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,20})?", re.ASCII)


@frozen(kw_only=True)
class Point:
    """A place on the earth, WGS 84, with the digits that the source gave; `subject` is who has these coordinates."""

    latitude: str
    longitude: str
    subject: str


class Places:
    """Finds the places of events, as known at the selection's `known_at`."""

    def __init__(self, reader: Reader, selection: Selection) -> None:
        """Read all coordinates."""
        self._vocabulary = reader.vocabulary
        latitudes, longitudes = (
            {
                holding.subject: holding.value
                for holding in reader.state(attribute=attribute, valid_at=ANY_TIME, known_at=selection.known_at)
            }
            for attribute in ("latitude", "longitude")
        )
        self._points = {
            subject: point
            for subject in latitudes.keys() & longitudes.keys()
            if (point := _point(subject, latitudes[subject], longitudes[subject]))
        }

    def of(self, event: Event) -> list[Point]:
        """Return where an event happened: its own coordinates, else its subject's, else those of places it names."""
        own = _point(event.subject, event.data.get("latitude"), event.data.get("longitude"))
        if own:
            return [own]
        if event.subject in self._points:
            return [self._points[event.subject]]
        return [self._points[name] for name in self._named(event) if name in self._points]

    def named(self, event: Event) -> list[str]:
        """Return the places that an event is about or names, with or without coordinates."""
        return [name for name in (event.subject, *self._named(event)) if name.startswith("place/")]

    def subjects(self, event: Event) -> list[str]:
        """Return all subjects that an event is about or names, of any kind."""
        return list(dict.fromkeys((event.subject, *self._named(event))))

    def point(self, subject: str) -> Point | None:
        """Return the coordinates of a subject, None where nobody gave them."""
        return self._points.get(subject)

    def _named(self, event: Event) -> Iterator[str]:
        version = self._vocabulary.version(event.type, event.type_version or 1)
        yield from dict.fromkeys(version.mentioned(thaw(event.data)))


def _point(subject: str, latitude: object, longitude: object) -> Point | None:
    """Return a point, None where the texts are no coordinates."""
    if not isinstance(latitude, str) or not isinstance(longitude, str):
        return None
    north, east = latitude.removeprefix("+"), longitude.removeprefix("+")
    if not _DECIMAL.fullmatch(north) or not _DECIMAL.fullmatch(east):
        return None
    if abs(float(north)) > 90 or abs(float(east)) > 180:
        return None
    return Point(latitude=north, longitude=east, subject=subject)
