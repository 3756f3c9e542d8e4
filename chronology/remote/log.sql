-- A shared log for Chronology: run once in an empty database by its owner, who can undo all of this; then rules.sql.
-- The rows, their bytes, positions and leaf hashes are those of a member's store.

CREATE SCHEMA chronology;

CREATE TABLE chronology.event (
    position bigint PRIMARY KEY CHECK (position > 0),  -- 1, 2, 3 ... without gaps, in order of commit
    id text COLLATE "C" NOT NULL UNIQUE,
    type text COLLATE "C" NOT NULL,                    -- empty where the event was redacted
    subject text COLLATE "C" NOT NULL,                 -- likewise
    recorded_at text COLLATE "C" NOT NULL,             -- UTC, fixed width: text order is time order
    body bytea NOT NULL,                               -- canonical JSON (RFC 8785), verbatim; likewise
    leaf bytea NOT NULL                                -- SHA-256(0x00 || body), of RFC 9162
);
