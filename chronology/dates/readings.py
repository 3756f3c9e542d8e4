"""What a date text says, once read: its bounds, and the sentence that explains them. Parses nothing."""

from typing import Final

from attrs import frozen

from chronology.dates.calendar import BEGINNING, DAY, FOREVER, day_close, format_day, format_instant


@frozen(kw_only=True)
class Bounds:
    """The four numbers of an assertion: its first covered instant lies from `start_min` to `start_max`.

    The first instant no longer covered lies from `end_min` to `end_max`. All are integer seconds since
    1970-01-01T00:00:00 in the proleptic Gregorian calendar; BEGINNING and FOREVER mean unbounded.
    """

    start_min: int
    start_max: int
    end_min: int
    end_max: int


@frozen(kw_only=True)
class Reading:
    """An EDTF text and what it says. `text` is exactly what was entered.

    `level` is the lowest EDTF level whose syntax the text uses. `claimed` holds what the two ends say, each
    on its own; `extent` is the same normalised (an assertion covers at least one unit): what the source really
    claimed. `persists` means that it goes on until the next known change. `since` is the start as entered,
    None when it is open or unknown.
    """

    text: str
    level: int
    claimed: Bounds
    extent: Bounds
    persists: bool
    is_interval: bool
    has_time: bool
    uncertain: bool
    approximate: bool
    start_qualified: bool
    end_qualified: bool
    since: str | None

    @property
    def unit(self) -> int:
        """The least that the expression covers, in seconds: one if a time of day is given, else a day."""
        return 1 if self.has_time else DAY

    @property
    def earliest(self) -> str | None:
        """The first calendar day that the expression can touch, None if that is unbounded or unknown."""
        return format_day(self.extent.start_min)

    @property
    def latest(self) -> str | None:
        """The last calendar day that the expression can touch, None if that is unbounded or unknown."""
        return None if self.extent.end_max == FOREVER else format_day(self.extent.end_max - 1)


def normalise(claimed: Bounds, unit: int) -> Bounds:
    """Cut bounds to what is possible: at least one unit is covered, and nothing lies beyond BEGINNING and FOREVER."""
    start_min = max(claimed.start_min, BEGINNING)
    end_max = min(claimed.end_max, FOREVER)
    return Bounds(
        start_min=start_min,
        start_max=min(claimed.start_max, end_max - unit),
        end_min=max(claimed.end_min, start_min + unit),
        end_max=end_max,
    )


def bounds(reading: Reading, *, persists: bool = True, fuzz: int = 0) -> Bounds:
    """Return the four numbers of an assertion with this valid time.

    Args:
        reading: the valid time.
        persists: whether an assertion goes on until the next known change if its valid time leaves that open
            (`x-persists` of the event type). If not, it covers only the day of a single date or, from a time of
            day, the rest of that day (UTC).
        fuzz: seconds by which qualified ends are widened either way. Requires fuzz >= 0.
    """
    goes_on = reading.persists and persists
    claimed = reading.claimed
    start_min, start_max = claimed.start_min, claimed.start_max
    end_min, end_max = claimed.end_min, claimed.end_max
    if reading.start_qualified:
        start_min, start_max = start_min - fuzz, start_max + fuzz
    if goes_on:
        end_min = end_max = FOREVER
    elif reading.has_time and not reading.is_interval:
        end_min, end_max = day_close(start_min), day_close(start_max)
    elif reading.end_qualified:
        end_min, end_max = end_min - fuzz, end_max + fuzz
    return normalise(Bounds(start_min=start_min, start_max=start_max, end_min=end_min, end_max=end_max), reading.unit)


def describe(reading: Reading, *, persists: bool = True) -> str:
    """Say in one English sentence how a valid time is read; `persists` as for `bounds`."""
    clauses = [_describe_start(reading)]
    if reading.persists and persists:
        clauses.append("goes on until the next known change")
    elif reading.is_interval:
        clauses.append(_describe_end(reading))
    else:
        clauses.append("covers the rest of that day only" if reading.has_time else "covers that day only")
    names = ("the start", "the end") if reading.is_interval else ("the date",)
    qualified = [
        f"{name} is {' and '.join(words)}"
        for name, part in zip(names, reading.text.split("/"), strict=True)
        if (words := [word for word, marks in _QUALIFIERS.items() if any(mark in part for mark in marks)])
    ]
    if qualified:
        clauses.append(f"{' and '.join(qualified)}, which is kept but widens nothing")
    if reading.has_time:
        clauses.append("times with a zone are converted to UTC, others are left unchanged")
    return "; ".join(clauses)


_QUALIFIERS: Final = {"uncertain": "?%", "approximate": "~%"}


def _describe_start(reading: Reading) -> str:
    """Say when it starts: what is claimed, cut to what is possible."""
    if reading.is_interval and reading.since is None:
        return "has always been so" if reading.claimed.start_max == BEGINNING else "started at an unknown time"
    return f"starts {_describe_range(reading, reading.extent.start_min, reading.extent.start_max)}"


def _describe_end(reading: Reading) -> str:
    """Say when an interval ends."""
    if reading.extent.end_max == FOREVER:
        return "still so as far as the source knows" if reading.persists else "ended at an unknown time"
    # The end is the first instant no longer covered; people name the last one that is.
    last = _describe_range(reading, reading.extent.end_min - 1, reading.extent.end_max - 1)
    return f"ends {last} ({'that second' if reading.has_time else 'that day'} included)"


def _describe_range(reading: Reading, first: int, last: int) -> str:
    """Say on which day, or at which second, something between two instants happens."""
    show, at, some = (format_instant, "at", "second") if reading.has_time else (format_day, "on", "day")
    earliest, latest = show(first), show(last)
    if earliest and latest:
        return f"{at} {earliest}" if earliest == latest else f"{at} some {some} from {earliest} to {latest}"
    if earliest or latest:
        return f"{at} some {some} from {earliest} on" if earliest else f"{at} some {some} up to {latest}"
    return f"{at} some unknown {some}"
