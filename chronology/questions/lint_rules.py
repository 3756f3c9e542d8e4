"""What makes a report suspicious, one rule a function, and which names are similar. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from chronology.dates import edtf
from chronology.dates.calendar import DAY, day_close, format_day
from chronology.dates.readings import Bounds
from chronology.errors import nearest
from chronology.events.patterns import is_day
from chronology.events.records import Body
from chronology.vocabulary.event_types import BOOKKEEPING

SENTINELS: Final = ("1753-01-01", "1900-01-01", "1970-01-01")
"""Days that databases and spreadsheets write where they hold no date."""

FAR: Final = 10
"""Years after its recording from which on a date is too far away for a report."""


class Report(NamedTuple):
    """An event, as far as the rules look at it; days as `2018-05-14`.

    Attributes:
        extent: what its valid time claims; `valid` is that as entered.
        stated: the day that the event gives, None where it gives none.
        published: the day on which its source was published, None where nobody knows.
        announces: the day of publication that the event itself gives for its subject.
    """

    subject: str
    source: str
    grade: str | None
    valid: str
    extent: Bounds
    stated: str | None
    published: str | None
    recorded: str
    announces: str | None


def report_of(body: Body, *, published: str | None) -> Report | None:
    """Return an event as the rules take it, None where it reports nothing of the world."""
    if body.type in BOOKKEEPING or not body.valid or not body.source:
        return None
    announces = body.data.get("published") if body.subject.startswith("source/") else None
    return Report(
        subject=body.subject,
        source=body.source,
        grade=body.grade,
        valid=body.valid,
        extent=edtf.parse(body.valid).extent,
        stated=body.stated,
        published=published,
        recorded=body.recorded_at[:10],
        announces=announces if isinstance(announces, str) and is_day(announces) else None,
    )


def sentinel_date(report: Report) -> str | None:
    """Find a date that stands for "no date" in many databases."""
    extent = report.extent
    starts = format_day(extent.start_min) if extent.start_min == extent.start_max else None
    ends = format_day(extent.end_min - DAY) if extent.end_min == extent.end_max else None
    own = [("dated", starts)] if starts == ends else [("starts on", starts), ("ends on", ends)]
    dates = (*own, *((f"{verb} on", day) for verb, day in _days(report)))
    found = [f"{verb} {day}" for verb, day in dates if day in SENTINELS]
    return f"{_joined(found)}, which many databases write for no date" if found else None


def far_future(report: Report) -> str | None:
    """Find a statement or publication after its recording, and a start many years after it."""
    recorded = edtf.opening_of(report.recorded)
    # A source may be a day ahead of the log, which counts in UTC.
    found = [f"{verb} on {day}" for verb, day in _days(report) if edtf.opening_of(day) > recorded + DAY]
    if report.extent.start_min > recorded + FAR * 365 * DAY:
        found.append(f"starts no earlier than {format_day(report.extent.start_min)}")
    return f"{_joined(found)}, but was recorded on {report.recorded}" if found else None


def stated_before(report: Report) -> str | None:
    """Find what was stated, or else recorded, before it can have started."""
    if report.stated is not None and report.stated == report.published:
        # The other rule tells it.
        return None
    day, verb = (report.stated, "stated") if report.stated else (report.recorded, "recorded")
    return f"{verb} on {day}, before what it reports ({report.valid})" if _is_before(day, report) else None


def published_before(report: Report) -> str | None:
    """Find what a source reports that was published before it can have started."""
    day = report.published
    if day is None or not _is_before(day, report):
        return None
    return f"{report.source} was published on {day}, before what it reports ({report.valid})"


def premature(report: Report) -> list[str]:
    """Return what is wrong with an event that is stated, or published, before what it reports."""
    return [found for rule in (stated_before, published_before) if (found := rule(report))]


def may_be_premature(valid: str, stated: str, published: str | None) -> bool:
    """Tell whether `premature` may find something; of nearly every event that is appended, this says no, quickly."""
    start = _start(valid)
    return _close(stated) <= start or (published is not None and _close(published) <= start)


@lru_cache(maxsize=16_384)
def _start(valid: str) -> int:
    return edtf.parse(valid).extent.start_min


@lru_cache(maxsize=16_384)
def _close(day: str) -> int:
    return day_close(edtf.opening_of(day))


def ungraded(report: Report) -> str | None:
    """Find an assertion without a grade; the description of a source needs none."""
    return "has no grade" if report.grade is None and not report.subject.startswith("source/") else None


def _is_before(day: str, report: Report) -> bool:
    """Tell whether a day has surely ended before a report's start; a source may describe itself at any time."""
    return report.subject != report.source and _close(day) <= report.extent.start_min


def _days(report: Report) -> Iterator[tuple[str, str]]:
    if report.stated is not None:
        yield "stated", report.stated
    if report.announces is not None:
        yield "published", report.announces


def _joined(found: list[str]) -> str:
    return " and ".join(dict.fromkeys(found))


_SEPARATORS: Final = re.compile("[-_.]+")
_DOUBLED: Final = re.compile(r"([a-z])\1")
_SHORTEST: Final = 5
"""Letters of a name from which on one of them may be wrong; shorter names differ by one letter all the time."""


def plain_name(subject: str) -> str:
    """Return a subject's slug without separators and doubled letters, which spellings leave out or put in."""
    return _DOUBLED.sub(r"\1", _SEPARATORS.sub("", subject.partition("/")[2]))


def numbering(subject: str) -> str:
    """Return what tells numbered names apart: words with digits, Roman numerals, and single letters."""
    words = _SEPARATORS.split(subject.partition("/")[2])
    return "-".join(word for word in words if len(word) == 1 or re.fullmatch(r".*\d.*|[ivxl]+", word))


def shortenings(name: str) -> set[str]:
    """Return a name, and the name with each of its letters left out: names an edit apart share one of them."""
    return {name, *(name[:index] + name[index + 1 :] for index in range(len(name)))}


def are_similar(left: str, right: str) -> bool:
    """Tell whether two subjects may be one in two spellings: of one kind, alike but for one letter or separators."""
    if left == right or left.partition("/")[0] != right.partition("/")[0] or numbering(left) != numbering(right):
        return False
    one, other = plain_name(left), plain_name(right)
    return one == other or (min(len(one), len(other)) >= _SHORTEST and nearest(one, [other], edits=1) == [other])
