-- A shared log for Chronology: run once in an empty database by its owner, who can undo all of this.
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

-- The next position exists only once the one before it is committed, so the order of positions is that of commits.
CREATE FUNCTION chronology.refuse_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM chronology.event)
        OR NEW.recorded_at < (SELECT recorded_at FROM chronology.event WHERE position = NEW.position - 1)
    THEN
        RAISE EXCEPTION 'the log is append-only: the next position, a time not before the last'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- The one exception: an event may be erased while the newest event of the log declares it redacted.
CREATE FUNCTION chronology.refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.position, NEW.id, NEW.recorded_at, NEW.leaf) IS DISTINCT FROM
        (OLD.position, OLD.id, OLD.recorded_at, OLD.leaf)
        OR NEW.type <> '' OR NEW.subject <> '' OR NEW.body <> ''
        OR OLD.type IN ('', 'type.defined', 'event.redacted')
        OR NOT EXISTS (
            SELECT 1
            FROM chronology.event
            WHERE position = (SELECT max(position) FROM chronology.event)
                AND type = 'event.redacted'
                AND subject = 'event/' || OLD.id
        )
    THEN
        RAISE EXCEPTION 'the log is append-only: events are never changed';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION chronology.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: events are never deleted';
END $$;

CREATE TRIGGER refuses_insert_out_of_order BEFORE INSERT ON chronology.event
    FOR EACH ROW EXECUTE FUNCTION chronology.refuse_out_of_order();
CREATE TRIGGER refuses_update BEFORE UPDATE ON chronology.event
    FOR EACH ROW EXECUTE FUNCTION chronology.refuse_update();
CREATE TRIGGER refuses_delete BEFORE DELETE ON chronology.event
    FOR EACH STATEMENT EXECUTE FUNCTION chronology.refuse();
CREATE TRIGGER refuses_truncate BEFORE TRUNCATE ON chronology.event
    FOR EACH STATEMENT EXECUTE FUNCTION chronology.refuse();
