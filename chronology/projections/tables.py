"""The projection tables: their exact text, names and versions. Disposable; no rows are made here."""

from typing import Final

from chronology.dates.calendar import DAY

ORDINAL_BITS: Final = 24
"""Of a key: the rest of it is the position since which the assertion is read so."""

ASSERTION: Final = """\
CREATE TABLE assertion (
    key INTEGER PRIMARY KEY,       -- known_from << 24 | ordinal
    position INTEGER NOT NULL,     -- of the event
    subject TEXT NOT NULL,
    attribute TEXT NOT NULL,
    value TEXT,                    -- canonical JSON; NULL: from here nothing holds
    role TEXT NOT NULL,            -- affirms, denies (value is what is denied), disputes (value is what is disputed)
    start_min INTEGER NOT NULL,    -- seconds since 1970-01-01 in the proleptic Gregorian calendar:
    start_max INTEGER NOT NULL,    -- the first covered instant lies in [start_min, start_max],
    end_min INTEGER NOT NULL,      -- the first no longer covered in [end_min, end_max];
    end_max INTEGER NOT NULL,      -- -1000000000000 and 1000000000000 mean unbounded
    extent_end INTEGER NOT NULL,   -- earliest end of what the source itself claimed, persistence left out
    valid TEXT NOT NULL,           -- EDTF, as entered
    persists INTEGER NOT NULL,     -- 0 where the type does not last
    event TEXT NOT NULL,           -- id
    origin TEXT NOT NULL,
    source TEXT NOT NULL,
    grade TEXT,
    stated TEXT NOT NULL,          -- day; of recording where nobody knows better
    disputes TEXT,                 -- JSON list of positions; NULL for none
    known_from INTEGER NOT NULL,   -- the position since which it is read so
    known_until INTEGER            -- the position that withdrew it; NULL while it is live
) STRICT"""

ASSERTION_GROUP: Final = """\
CREATE INDEX assertion_group ON assertion (subject, attribute, start_min, position)"""

# The next five are small: they find the few assertions of a long history that a window of it would miss. Those of a
# limited width are kept apart, because a bound on either side finds them.
NARROW: Final = 32 * DAY
"""Seconds; a month fits, so nearly every imprecise start is narrower."""

BRIEF: Final = 128 * DAY
"""Seconds; what a source really claims is seldom longer."""

ASSERTION_IMPRECISE: Final = f"""\
CREATE INDEX assertion_imprecise ON assertion (subject, attribute, start_max)
WHERE start_min < start_max AND start_max <= start_min + {NARROW}"""

ASSERTION_VAGUE: Final = f"""\
CREATE INDEX assertion_vague ON assertion (subject, attribute, start_max) WHERE start_max > start_min + {NARROW}"""

ASSERTION_LONG: Final = f"""\
CREATE INDEX assertion_long ON assertion (subject, attribute, extent_end)
WHERE extent_end > start_max + {DAY} AND extent_end <= start_max + {BRIEF}"""

ASSERTION_LASTING: Final = f"""\
CREATE INDEX assertion_lasting ON assertion (subject, attribute, extent_end) WHERE extent_end > start_max + {BRIEF}"""

ASSERTION_OPPOSING: Final = """\
CREATE INDEX assertion_opposing ON assertion (subject, attribute) WHERE role <> 'affirms' OR disputes IS NOT NULL"""

# Empty but where a newer version of a type re-read old events, whose keys then do not tell their position.
ASSERTION_REREAD: Final = """\
CREATE INDEX assertion_reread ON assertion (position) WHERE known_from <> position"""

STATE: Final = """\
CREATE TABLE state (
    subject TEXT NOT NULL,
    attribute TEXT NOT NULL,
    valid_from INTEGER NOT NULL,   -- holds from this second on
    valid_to INTEGER NOT NULL,     -- until before this one
    value TEXT,                    -- canonical JSON of the leading value; NULL: nothing is known to hold
    certainty TEXT NOT NULL,       -- certain or possible
    contested INTEGER NOT NULL,    -- 1 where sources disagree
    leading INTEGER,               -- key of the leading assertion
    others TEXT,                   -- JSON list of [key or null, standing]; NULL for none
    PRIMARY KEY (subject, attribute, valid_from)
) STRICT, WITHOUT ROWID"""

MENTION: Final = """\
CREATE TABLE mention (
    subject TEXT NOT NULL,
    position INTEGER NOT NULL,     -- of an event that is about the subject or refers to it
    role TEXT NOT NULL,            -- subject, or data where the payload refers to it
    first INTEGER,                 -- first second that the event's valid time can touch; NULL where it has none
    last INTEGER,                  -- first second that it can no longer touch
    known_until INTEGER,           -- the position that withdrew the event; NULL while it is live
    PRIMARY KEY (subject, position)
) STRICT, WITHOUT ROWID"""

# Computed when asked for: a table of its own would be a third row to write at a random place for every event.
SUBJECT: Final = """\
CREATE VIEW subject (subject, kind, first_position, last_position, events) AS
SELECT subject, substr(subject, 1, instr(subject, '/') - 1), min(position), max(position), count(*)
FROM mention
GROUP BY subject"""

PROJECTION: Final = """\
CREATE TABLE projection (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL      -- of the newest event it has taken in
) STRICT, WITHOUT ROWID"""

VERSIONS: Final = {"assertion": 2, "state": 1, "subject": 2, "mention": 1}
"""Projections and the version of what their rows mean; a file with other versions wants a replay."""

SCHEMA: Final = {
    "assertion": ASSERTION,
    "assertion_group": ASSERTION_GROUP,
    "assertion_imprecise": ASSERTION_IMPRECISE,
    "assertion_vague": ASSERTION_VAGUE,
    "assertion_long": ASSERTION_LONG,
    "assertion_lasting": ASSERTION_LASTING,
    "assertion_opposing": ASSERTION_OPPOSING,
    "assertion_reread": ASSERTION_REREAD,
    "state": STATE,
    "mention": MENTION,
    "subject": SUBJECT,
    "projection": PROJECTION,
}
"""The projections' objects, by name, in the order in which they are made."""
