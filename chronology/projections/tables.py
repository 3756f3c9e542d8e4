"""The projections' tables and views: their exact text, names and versions. Disposable; no rows are made here.

Tables hold names as integers, clustered by subject and attribute, so that a batch touches few pages. Views show the
same with texts in it, for a person at a SQL prompt.
"""

from typing import Final

from chronology.dates.calendar import FOREVER
from chronology.projections import columns
from chronology.projections.columns import ORDINAL_BITS

NAME: Final = """\
CREATE TABLE name (
    id INTEGER PRIMARY KEY,        -- in the order in which the log first names them
    text TEXT NOT NULL UNIQUE      -- a subject, attribute, origin or source
) STRICT"""

CLAIM: Final = columns.TABLE

# Finds the few claims of a long history that a window of it would miss.
CLAIM_BROAD: Final = """\
CREATE INDEX claim_broad ON claim (subject, attribute, breadth, start_min) WHERE breadth IS NOT NULL"""

SEGMENT: Final = """\
CREATE TABLE segment (
    subject INTEGER NOT NULL,      -- a name, as is the next; of groups that are not plain, each has a row
    attribute INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL,     -- valid_from where nothing is ever known to hold
    leading_start INTEGER,         -- start_min and key of the leading claim; NULL: nothing is known to hold
    leading INTEGER,
    certain INTEGER NOT NULL,
    contested INTEGER NOT NULL,
    others TEXT,                   -- JSON list of [key or null, standing]; NULL for none
    starts TEXT,                   -- JSON list of their start_min, which tell where these claims stand
    PRIMARY KEY (subject, attribute, valid_from)
) STRICT, WITHOUT ROWID"""

REFERENCE: Final = """\
CREATE TABLE reference (
    subject INTEGER NOT NULL,      -- a name
    position INTEGER NOT NULL,     -- of an event that refers to it, or is about it and no claim tells that
    about INTEGER NOT NULL,
    first INTEGER,                 -- as in the view mention, as are the next
    last INTEGER,
    known_until INTEGER,
    PRIMARY KEY (subject, position)
) STRICT, WITHOUT ROWID"""

MERGE: Final = """\
CREATE TABLE merge (
    position INTEGER PRIMARY KEY,  -- of an event that says that two subjects are one
    kept TEXT NOT NULL,            -- the name under which both stand from then on
    merged TEXT NOT NULL,
    rank BLOB,                     -- as in the table claim
    known_until INTEGER            -- the position that took it back; NULL while it is live
) STRICT"""

CALLED: Final = """\
CREATE TABLE called (
    spelling TEXT NOT NULL,        -- a name of a subject, in the form in which names are compared
    subject INTEGER NOT NULL,      -- that events use: a name, in the other sense of the word
    key INTEGER NOT NULL,          -- of the claim that gives it, or its event's position << 24
    known_until INTEGER,           -- the position that withdrew it; NULL while it is live
    position INTEGER,              -- of the event; NULL: key >> 24
    PRIMARY KEY (spelling, subject, key)
) STRICT, WITHOUT ROWID"""

RECORDING: Final = """\
CREATE TABLE recording (
    event TEXT NOT NULL,           -- id of an event that another log recorded too, and earlier
    noted INTEGER NOT NULL,        -- the position of the event that says so; the newest counts
    recorded_at TEXT NOT NULL,     -- when, in which log and at which position there
    origin TEXT NOT NULL,
    position INTEGER NOT NULL,
    leaf TEXT NOT NULL,            -- its leaf hash there, in hexadecimal digits
    stated TEXT,                   -- the day of statement there; NULL: none was filled in
    PRIMARY KEY (event, noted)
) STRICT, WITHOUT ROWID"""

PROJECTION: Final = """\
CREATE TABLE projection (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL      -- of the newest event it has taken in
) STRICT, WITHOUT ROWID"""

ASSERTION_VIEW: Final = columns.VIEW

# A group without segments is plain: each of its claims holds, certain and uncontested, until the next one starts.
STATE_VIEW: Final = f"""\
CREATE VIEW state AS
SELECT
    s.text AS subject,
    a.text AS attribute,
    start_min AS valid_from,       -- holds from this second on
    ifnull(                        -- until before this one
        (
            SELECT min(later.start_min)
            FROM claim AS later
            WHERE later.subject = claim.subject AND later.attribute = claim.attribute
                AND later.start_min > claim.start_min AND later.known_until IS NULL
        ),
        {FOREVER}
    ) AS valid_to,
    value,                         -- canonical JSON of the leading value; NULL: nothing is known to hold
    'certain' AS certainty,        -- certain or possible
    0 AS contested,                -- 1 where sources disagree
    key AS leading,                -- key of the leading assertion
    NULL AS others                 -- JSON list of [key or null, standing]; NULL for none
FROM claim
JOIN name AS s ON s.id = claim.subject
JOIN name AS a ON a.id = claim.attribute
WHERE known_until IS NULL AND value IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM segment
    WHERE segment.subject = claim.subject AND segment.attribute = claim.attribute
)
UNION ALL
SELECT
    s.text,
    a.text,
    valid_from,
    valid_to,
    (
        SELECT value
        FROM claim
        WHERE claim.subject = segment.subject AND claim.attribute = segment.attribute
            AND claim.start_min = segment.leading_start AND claim.key = segment.leading
    ),
    iif(certain, 'certain', 'possible'),
    contested,
    leading,
    others
FROM segment
JOIN name AS s ON s.id = segment.subject
JOIN name AS a ON a.id = segment.attribute
WHERE valid_to > valid_from"""

LAST: Final = columns.read("extent_last")
"""Of a claim: the first second that its event's valid time can no longer touch."""

MENTION_VIEW: Final = f"""\
CREATE VIEW mention AS
SELECT
    text AS subject,
    key >> {ORDINAL_BITS} AS position,  -- of an event that is about the subject or refers to it
    'subject' AS role,             -- subject, or data where the payload refers to it
    start_min AS first,            -- first second that the event's valid time can touch; NULL where it has none
    {LAST} AS last,  -- first second that it can no longer touch
    known_until                    -- the position that withdrew the event; NULL while it is live
FROM claim
JOIN name ON name.id = claim.subject
WHERE tells
UNION ALL
SELECT text, position, iif(about, 'subject', 'data'), first, last, known_until
FROM reference
JOIN name ON name.id = reference.subject"""

_SPOKEN_OF: Final = f"""
        SELECT key >> {ORDINAL_BITS} AS position FROM claim WHERE claim.subject = name.id AND tells
        UNION ALL
        SELECT position FROM reference WHERE reference.subject = name.id
    """

SUBJECT_VIEW: Final = f"""\
CREATE VIEW subject AS
SELECT
    text AS subject,
    substr(text, 1, instr(text, '/') - 1) AS kind,
    (SELECT min(position) FROM ({_SPOKEN_OF})) AS first_position,
    (SELECT max(position) FROM ({_SPOKEN_OF})) AS last_position,
    (SELECT count(*) FROM ({_SPOKEN_OF})) AS events
FROM name
WHERE EXISTS ({_SPOKEN_OF})"""

VERSIONS: Final = {"assertion": 5, "state": 3, "subject": 3, "mention": 3, "merge": 2, "called": 1, "recording": 2}
"""Projections and the version of what their rows mean; a file with other versions wants a replay."""

SCHEMA: Final = {
    "name": NAME,
    "claim": CLAIM,
    "claim_broad": CLAIM_BROAD,
    "segment": SEGMENT,
    "reference": REFERENCE,
    "merge": MERGE,
    "called": CALLED,
    "recording": RECORDING,
    "projection": PROJECTION,
    "assertion": ASSERTION_VIEW,
    "state": STATE_VIEW,
    "mention": MENTION_VIEW,
    "subject": SUBJECT_VIEW,
}
"""The projections' objects, by name, in the order in which they are made."""

FORMER: Final = frozenset(
    f"assertion_{name}" for name in ("group", "imprecise", "vague", "long", "lasting", "opposing", "reread")
)
"""Objects of earlier versions that this one does not make; they go with their tables."""
