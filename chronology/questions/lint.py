"""Everything suspicious in a store, by rule: the table of rules, and what they find. Streams; writes nothing to it."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec
from attrs import evolve, frozen

from chronology.events.records import Body, decode
from chronology.log import database
from chronology.log.event_table import Log
from chronology.projections import claims, merges, references
from chronology.projections.rebuild import Progress
from chronology.questions import lint_rules
from chronology.questions.lint_rules import Report, report_of

_CHUNK: Final = 1_000


@frozen(kw_only=True)
class Finding:
    """Something suspicious: the rule, the event by position and id, the subject concerned, and what is wrong."""

    rule: str
    position: int
    event: str
    subject: str
    message: str


Search = Callable[[sqlite3.Connection, sqlite3.Connection], Iterator[tuple[int, str | None, str]]]
"""Finds positions, each with a subject if it is not that of the event, and what is wrong, in the projections (first)
and among what `_note` wrote down (second)."""


class Rule(NamedTuple):
    """What a rule finds, in a few words, and how: by a look at each report, or by a search over all."""

    sentence: str
    judge: Callable[[Report], str | None] | None = None
    search: Search | None = None


def lint(
    log: Log, connection: sqlite3.Connection, rules: Sequence[str], progress: Progress | None = None
) -> Iterator[Finding]:
    """Yield what the rules find among live events: report by report in order of the log, then search by search.

    Memory does not grow with the store; what the searches have to remember goes into a temporary file.

    Args:
        log: the events.
        connection: of the projections.
        rules: names in `RULES`.
        progress: called every thousand events with how many are done, of how many.
    """
    same = merges.known(connection)
    published_on = lru_cache(maxsize=65_536)(lambda source: claims.published_on(connection, same.of(source)))
    judges = {name: judge for name in rules if (judge := RULES[name].judge)}
    searches = {name: search for name in rules if (search := RULES[name].search)}
    with closing(database.scratch()) as notes:
        # Without a transaction, each row would be one of its own.
        notes.execute("BEGIN")
        notes.execute("CREATE TABLE told (digest BLOB, first INTEGER, last INTEGER, position INTEGER)")
        for position, body in _live(log, connection, progress):
            report = report_of(body, published=published_on(body.source or ""))
            if report is None:
                continue
            if searches:
                _note(notes, position, body, report)
            for name, judge in judges.items():
                if message := judge(report):
                    yield _finding(name, position, body, message)
        for name, search in searches.items():
            for position, subject, message in search(connection, notes):
                row = log.by_position(position)
                if row is not None:
                    found = _finding(name, position, decode(row.body), message)
                    yield evolve(found, subject=subject or found.subject)


def _finding(rule: str, position: int, body: Body, message: str) -> Finding:
    return Finding(rule=rule, position=position, event=body.id or "", subject=body.subject, message=message)


def _live(log: Log, connection: sqlite3.Connection, progress: Progress | None) -> Iterator[tuple[int, Body]]:
    head = log.head()
    for number, row in enumerate(log.read(until=head), start=1):
        body = decode(row.body) if row.body else None
        if body and references.withdrawn_by(connection, row.subject, row.position, valid=body.valid) is None:
            yield row.position, body
        if progress and (number % _CHUNK == 0 or row.position == head):
            progress(row.position, head)


def _note(notes: sqlite3.Connection, position: int, body: Body, report: Report) -> None:
    """Write down what an event says, as a digest, and the period that its dates can touch."""
    said = msgspec.json.encode([body.type, body.subject, body.origin, body.stance, body.data])
    digest = blake2b(said, digest_size=16).digest()
    row = digest, report.extent.start_min, report.extent.end_max, position
    notes.execute("INSERT INTO told VALUES (?, ?, ?, ?)", row)


def _near_duplicates(_: sqlite3.Connection, notes: sqlite3.Connection) -> Iterator[tuple[int, str | None, str]]:
    """Find events that say what an earlier one says, on dates that overlap, and come from the same origin."""
    before: bytes = b""
    reach, position_of_reach = 0, 0
    for digest, first, last, position in notes.execute("SELECT * FROM told ORDER BY digest, first, last, position"):
        if digest != before:
            before, reach, position_of_reach = digest, last, position
            continue
        if first < reach:
            earlier, later = sorted((position_of_reach, position))
            yield (
                later,
                None,
                f"says the same as #{earlier}: same type, subject, data and origin, and the dates overlap",
            )
        if last > reach:
            reach, position_of_reach = last, position


def _unconfirmed(connection: sqlite3.Connection, _: sqlite3.Connection) -> Iterator[tuple[int, str | None, str]]:
    """Find claims graded as confirmed of which no other origin says anything."""
    rows = connection.execute(
        """
        SELECT said.position, said.grade, max(EXISTS (
            SELECT 1
            FROM assertion AS other
            WHERE other.subject = said.subject
                AND other.attribute = said.attribute
                AND other.value = said.value
                AND other.origin <> said.origin
                AND other.role = 'affirms'
                AND other.known_until IS NULL
                AND other.start_min < said.end_max
                AND other.end_max > said.start_min
        )) AS is_confirmed
        FROM assertion AS said
        WHERE known_until IS NULL AND role = 'affirms' AND value IS NOT NULL AND substr(grade, 2) = '1'
        GROUP BY position
        HAVING NOT is_confirmed
        ORDER BY position
        """
    )
    for position, grade, _is_confirmed in rows:
        yield position, None, f"is graded {grade}, confirmed by other sources, but has one origin only"


_NO_NAMES: Final = ("event", "type", "log-checkpoint")
"""Kinds whose subjects nobody spells."""


def _similar_names(connection: sqlite3.Connection, notes: sqlite3.Connection) -> Iterator[tuple[int, str | None, str]]:
    """Find subjects that one event speaks of, and that look like others."""
    notes.execute("CREATE TABLE named (hint TEXT, subject TEXT, events INTEGER, position INTEGER)")
    rows = connection.execute(
        """
        SELECT subject, count(*), min(position)
        FROM mention
        WHERE known_until IS NULL AND first IS NOT NULL
        GROUP BY subject
        """
    )
    same = merges.known(connection)
    for subject, events, position in rows:
        kind = subject.partition("/")[0]
        # Of those that somebody looked at and merged, there is nothing left to find.
        if kind in _NO_NAMES or same.names_of(subject)[1:]:
            continue
        mark = f"{kind} {lint_rules.numbering(subject)} "
        hints = lint_rules.shortenings(lint_rules.plain_name(subject))
        notes.executemany(
            "INSERT INTO named VALUES (?, ?, ?, ?)", [(mark + hint, subject, events, position) for hint in hints]
        )
    notes.execute("CREATE INDEX named_hint ON named (hint)")
    pairs = notes.execute(
        """
        SELECT DISTINCT one.position, one.subject, other.subject
        FROM named AS one
        JOIN named AS other ON other.hint = one.hint
        WHERE one.events = 1
            AND other.subject <> one.subject
            AND (other.events > 1 OR (other.position, other.subject) < (one.position, one.subject))
        ORDER BY one.position, one.subject, other.events DESC, other.subject
        """
    )
    told = ""
    for position, subject, other in pairs:
        if subject != told and lint_rules.are_similar(subject, other):
            told = subject
            yield position, subject, f"is used only here, and is similar to {other}"


RULES: Final[Mapping[str, Rule]] = {
    "sentinel-date": Rule(
        "a date that databases write for no date: 1753-01-01, 1900-01-01, 1970-01-01", judge=lint_rules.sentinel_date
    ),
    "far-future": Rule(
        f"stated or published after it was recorded, or starting more than {lint_rules.FAR} years after that",
        judge=lint_rules.far_future,
    ),
    "stated-before": Rule(
        "stated, or else recorded, before what it reports can have started", judge=lint_rules.stated_before
    ),
    "published-before": Rule(
        "from a source that was published before what it reports can have started", judge=lint_rules.published_before
    ),
    "ungraded": Rule("an assertion without a grade", judge=lint_rules.ungraded),
    "near-duplicate": Rule(
        "the same type, subject, data and origin as another event, on dates that overlap", search=_near_duplicates
    ),
    "unconfirmed": Rule("graded 1, confirmed by other sources, with one origin only", search=_unconfirmed),
    "similar-name": Rule(
        "a subject that one event speaks of, and that is similar to another one", search=_similar_names
    ),
}
"""The rules by name, in the order in which they are listed."""
