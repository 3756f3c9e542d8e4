"""Where nobody says anything: gaps in what is followed, and values that rest on one old assertion. Never writes."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from attrs import frozen

from chronology.answers.resolve import Claim, Role, resolve
from chronology.dates import edtf
from chronology.dates.calendar import BEGINNING, FOREVER
from chronology.events.json_values import Json, freeze
from chronology.projections.claims import claim_of
from chronology.projections.filters import Filters
from chronology.questions import assertions


@frozen(kw_only=True)
class Gap:
    """A span of one attribute of one subject in which no assertion can hold, or a value that rests on an old one.

    Attributes:
        what: "gap" or "stale".
        since, until: its first and last second; of a stale value: from its assertion's stated day to the date asked
            about.
        seconds: its length.
        value: of a stale value.
        after, before: positions of the assertions on either side of a gap; `after` that of a stale value's.
    """

    subject: str
    attribute: str
    what: Literal["gap", "stale"]
    since: str
    until: str
    seconds: int
    value: Json
    after: int
    before: int | None


class _Said(NamedTuple):
    claim: Claim
    stated: str
    lasts: bool


def gaps(
    connection: sqlite3.Connection, filters: Filters, instant: int, *, stale: int | None = None, fuzz: int = 0
) -> Iterator[Gap]:
    """Yield the gaps up to an instant, and what is stale then, by subject and attribute, in order of time.

    Args:
        connection: of the projections.
        filters: which assertions count.
        instant: the last second that is looked at.
        stale: seconds from which on an assertion is old; None to look for gaps alone.
        fuzz: seconds by which the ends of qualified dates are widened.
    """
    # What lasts for ever leaves no gap, but may grow old.
    for (subject, attribute), said in _groups(connection, filters, fuzz=fuzz, only_bounded=stale is None):
        # What only ever happens, such as an attack, is not followed: there is no gap between two attacks.
        if any(one.lasts for one in said):
            yield from _between(subject, attribute, [one.claim for one in said], instant)
        if stale is not None and (found := _stale(subject, attribute, said, instant, stale)):
            yield found


def _between(subject: str, attribute: str, claims: Sequence[Claim], instant: int) -> Iterator[Gap]:
    """Yield the spans that no claim can cover, after the first one."""
    reach, last = None, 0
    for claim in claims:
        if claim.start_min > instant:
            break
        if reach is not None and claim.start_min > reach:
            yield _gap(subject, attribute, reach, claim.start_min, last, claim.position)
        if reach is None or claim.end_max > reach:
            reach, last = claim.end_max, claim.position
    if reach is not None and reach <= instant:
        later = [claim for claim in claims if claim.start_min > instant]
        yield _gap(subject, attribute, reach, instant + 1, last, later[0].position if later else None)


def _gap(subject: str, attribute: str, start: int, end: int, after: int, before: int | None) -> Gap:
    return Gap(
        subject=subject,
        attribute=attribute,
        what="gap",
        since=_instant(start),
        until=_instant(end - 1),
        seconds=end - start,
        value=None,
        after=after,
        before=before,
    )


def _stale(subject: str, attribute: str, said: Sequence[_Said], instant: int, limit: int) -> Gap | None:
    """Return the leading value at an instant if no other assertion supports it and its own is older than a limit."""
    answer = resolve([one.claim for one in said], instant)
    leading = answer.leading if answer else None
    if leading is None or leading.value is None:
        return None
    support = [
        one
        for one in said
        if one.claim.role is Role.AFFIRMS
        and one.claim.value == leading.value
        and one.claim.start_min <= instant < one.claim.end_max
    ]
    since = edtf.opening_of(support[0].stated)
    if len(support) > 1 or instant - since <= limit:
        return None
    return Gap(
        subject=subject,
        attribute=attribute,
        what="stale",
        since=_instant(since),
        until=_instant(instant),
        seconds=instant + 1 - since,
        value=freeze(json.loads(leading.value)),
        after=leading.position,
        before=None,
    )


def _instant(seconds: int) -> str:
    return edtf.format_instant(min(max(seconds, BEGINNING), FOREVER)) or ""


def _groups(
    connection: sqlite3.Connection, filters: Filters, *, fuzz: int, only_bounded: bool
) -> Iterator[tuple[tuple[str, str], list[_Said]]]:
    """Yield every group with its affirmations within the filters, by earliest start.

    Who only objects says no value. What a source says of itself, such as its title, needs nobody to repeat it.
    """
    for rows in assertions.groups(connection, filters, only="bounded" if only_bounded else None):
        said = [
            _Said(claim_of(row, fuzz=fuzz), row.stated, bool(row.persists))
            for row in rows
            if row.role == "affirms" and row.subject != row.source
        ]
        if said:
            group = rows[0].subject, rows[0].attribute
            yield group, sorted(said, key=lambda one: (one.claim.start_min, one.claim.rank))
