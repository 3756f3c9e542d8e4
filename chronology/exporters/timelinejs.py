"""The export format `timelinejs`: the JSON of TimelineJS 3 by Knight Lab. Dates are placed, and shown in words."""

import html
import json
from collections.abc import Sequence
from typing import Any, BinaryIO

from chronology.dates import edtf
from chronology.dates.calendar import DAY, civil
from chronology.dates.readings import Reading
from chronology.events.records import RecordedEvent
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.wording import Wording, in_words, story_events, visible
from chronology.store.reader import Reader

Date = dict[str, int]


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> Sequence[str]:
    wording = Wording(reader, selection)
    title = wording.name(selection.subject) if selection.subject else "Timeline"
    text = {"headline": _html(title), "text": _html(_subtitle(selection))}
    stream.write(f'{{"scale":"human","title":{_json({"text": text, "autolink": False})},"events":['.encode())
    count = undated = 0
    for event in story_events(reader, selection):
        slide = _slide(event, wording)
        if slide is None:
            undated += 1
            continue
        stream.write(b",\n" if count else b"\n")
        stream.write(_json(slide).encode())
        count += 1
    stream.write(b"\n]}\n")
    return [f"{undated:,} events have no date at either end, and are left out"] if undated else []


def _subtitle(selection: Selection) -> str:
    filters = selection.in_words()
    return f"Events {filters}." if filters else ""


def _slide(recorded: RecordedEvent, wording: Wording) -> dict[str, Any] | None:
    event = recorded.event
    valid = event.valid or ""
    placed = place(edtf.parse(valid))
    if placed is None:
        return None
    return {
        **placed,
        "display_date": _html(in_words(valid)),
        "text": {"headline": _html(wording.headline(event)), "text": _body(recorded, wording)},
        "unique_id": f"event-{recorded.id}",
        # What looks like an address in somebody's text is no link.
        "autolink": False,
    }


def _body(recorded: RecordedEvent, wording: Wording) -> str:
    event = recorded.event
    source = event.source or ""
    cited = _html(wording.source(source))
    if link := wording.link(source):
        cited = f'<a href="{_html(link)}" rel="noopener noreferrer">{cited}</a>'
    said_by = f"{_html(wording.said_by(event))}, in " if event.said_by else ""
    grade = f" Grade {_html(event.grade)}." if event.grade else ""
    paragraphs = [
        _html(wording.details(event)),
        f"<q>{_html(event.quote)}</q>" if event.quote else "",
        f"{said_by}{cited}.{grade}",
    ]
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph)


def place(reading: Reading) -> dict[str, Date] | None:
    """Return where TimelineJS puts a valid time, None where neither end has a date.

    A date keeps its precision: a year has no month. One unknown day among several is a span, as an interval is. Where
    one end is open or unknown, the other one stands alone, and the words say so.
    """
    found = [_date(part) for part in _ends(reading)]
    dates = [date for date in found if date is not None]
    if not dates:
        return None
    first, last = dates[0], dates[-1]
    return {"start_date": first} if first == last else {"start_date": first, "end_date": last}


def _ends(reading: Reading) -> list[str]:
    if reading.is_interval:
        return [part for part in reading.text.split("/") if part not in ("", "..")]
    if reading.text[0] != "[":
        return [reading.text]
    inner = reading.text[1:-1].replace("..", ",").split(",")
    parts = [part for part in inner if part]
    return sorted({parts[0], parts[-1]}, key=edtf.opening_of) if len(parts) > 1 else parts


def _date(text: str) -> Date | None:
    reading = edtf.parse(text)
    first, last = reading.extent.start_min, reading.extent.end_max - 1
    (year, month, day), (last_year, last_month, last_day) = civil(first), civil(last)
    if year != last_year:
        # Only the century or decade is known, or a season that runs into the next year.
        return {"year": year}
    if reading.has_time:
        minutes = first % DAY // 60
        return {"year": year, "month": month, "day": day, "hour": minutes // 60, "minute": minutes % 60}
    if month != last_month:
        return {"year": year}
    return {"year": year, "month": month} if day != last_day else {"year": year, "month": month, "day": day}


def _html(text: str) -> str:
    return html.escape(visible(text))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


TIMELINEJS = Exporter(
    name="timelinejs",
    title="an interactive timeline for a web page (TimelineJS 3)",
    suffix=".json",
    loses=(
        "The exact bounds of imprecise dates: a mark is placed at the start of the month or year; the words are right.",
        "Seconds, and offsets: times of day are UTC.",
        "Who disputes whom, notes, days of statement and recording, ids of sources.",
        "Descriptions of sources, and events without a valid time or with no date at either end.",
    ),
    write=_write,
)
