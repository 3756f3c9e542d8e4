"""The sources of a store: what is known of each, and how its assertions fared. Reads, never writes."""

import json
import sqlite3
from collections import Counter, defaultdict
from typing import Any, Final, Literal

from attrs import frozen

from chronology.events.identities import Identities
from chronology.projections.columns import ORDINAL_BITS

_DESCRIBING: Final = ("title", "publisher", "url", "published", "reliability", "archived_sha256")
"""Attributes of a source that are listed."""


@frozen(kw_only=True)
class Source:
    """A source, as known now.

    Attributes:
        published: the day, as last described; so are title, publisher and URL.
        reliability: A to F: as described, else the most frequent letter among the grades of its live assertions, of
            several the least reliable; `rated_by` tells which.
        assertions: how many live events assert something on its word; what it says of itself does not count.
        contested: how many of these are a party to a contested answer, at whatever date.
        retracted, replaced: how many events on its word were withdrawn, and how.
        archived: SHA-256 digest of the copy beside the store, None where there is none.
    """

    source: str
    title: str | None
    publisher: str | None
    published: str | None
    url: str | None
    reliability: str | None
    rated_by: Literal["description", "grades"] | None
    assertions: int
    contested: int
    retracted: int
    replaced: int
    archived: str | None


def sources(connection: sqlite3.Connection, same: Identities) -> list[Source]:
    """Return every source that some assertion rests on or some event describes, by the name that is kept."""
    described = _described(connection)
    counts, letters = _counted(connection, same)
    contested = dict(connection.execute(_CONTESTED))
    names = sorted({same.of(name) for (name,) in connection.execute(_NAMES)}.union(counts))
    return [_source(name, described[name], counts[name], letters[name], contested.get(name, 0)) for name in names]


def _source(
    name: str, described: dict[str, str], counts: Counter[str], letters: Counter[str], contested: int
) -> Source:
    given = described.get("reliability")
    # The letters are in order of reliability: among equals, the later one is the more careful guess.
    usual = max(letters, key=lambda letter: (letters[letter], letter), default=None)
    return Source(
        source=name,
        title=described.get("title"),
        publisher=described.get("publisher"),
        published=described.get("published"),
        url=described.get("url"),
        reliability=given or usual,
        rated_by="description" if given else "grades" if usual else None,
        assertions=counts["live"],
        contested=contested,
        retracted=counts["retracted"],
        replaced=counts["replaced"],
        archived=described.get("archived_sha256"),
    )


_NAMES: Final = """
    SELECT text FROM name WHERE id IN (SELECT source FROM claim WHERE known_until IS NULL)
    UNION
    SELECT subject FROM mention WHERE subject >= 'source/' AND subject < 'source0' AND first IS NOT NULL
    ORDER BY 1
"""

# An event that is read anew, by a newer version of its type or after a merge, has several rows: the newest tells whose
# it is by now (SQLite takes all columns from the row that has the maximum), and whether it is live. What was withdrawn
# stands as it was read then, so its own words tell its source.
_FATES: Final = f"""
    WITH told AS (
        SELECT source, ifnull(position, key >> {ORDINAL_BITS}) AS place, known_until AS until, grade, max(key)
        FROM claim
        WHERE subject <> source
        GROUP BY place
    )
    SELECT
        iif(
            until IS NULL,
            (SELECT text FROM name WHERE id = source),
            (SELECT json_extract(CAST(body AS TEXT), '$.source') FROM event WHERE position = place)
        ),
        iif(until IS NULL, substr(grade, 1, 1), NULL),
        CASE
            WHEN until IS NULL THEN 'live'
            WHEN (SELECT type FROM event WHERE position = until) IN ('assertion.retracted', '') THEN 'retracted'
            ELSE 'replaced'
        END,
        count(*)
    FROM told
    GROUP BY 1, 2, 3
"""

# A claim is looked up by its place: nothing leads to it by its key alone.
_CONTESTED: Final = f"""
    WITH party (subject, attribute, start, number) AS (
        SELECT subject, attribute, leading_start, leading
        FROM segment
        WHERE contested AND valid_to > valid_from AND leading IS NOT NULL
        UNION
        SELECT subject, attribute, start.value, json_extract(other.value, '$[0]')
        FROM segment, json_each(others) AS other, json_each(starts) AS start
        WHERE contested AND valid_to > valid_from AND start.key = other.key
    )
    SELECT (SELECT text FROM name WHERE id = source), count(DISTINCT ifnull(position, key >> {ORDINAL_BITS}))
    FROM party
    CROSS JOIN claim USING (subject, attribute)
    WHERE start_min = start AND key = number AND subject <> source
    GROUP BY source
"""


def _counted(
    connection: sqlite3.Connection, same: Identities
) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """Return, by source, what became of its events, and the letters of the live ones' grades."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    letters: dict[str, Counter[str]] = defaultdict(Counter)
    for named, letter, fate, number in connection.execute(_FATES):
        source = same.of(named or "")
        counts[source][fate] += number
        if letter is not None:
            letters[source][letter] += number
    return counts, letters


def _described(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return what the newest live affirmations say of each source."""
    rows = connection.execute(
        f"""
        SELECT subject, attribute, value
        FROM assertion
        WHERE subject >= 'source/' AND subject < 'source0'
            AND attribute IN ({", ".join("?" * len(_DESCRIBING))})
            AND known_until IS NULL
            AND role = 'affirms'
        ORDER BY position
        """,
        _DESCRIBING,
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for subject, attribute, text in rows:
        value: Any = json.loads(text) if text is not None else None
        if isinstance(value, str):
            found[subject][attribute] = value
        else:
            found[subject].pop(attribute, None)
    return found
