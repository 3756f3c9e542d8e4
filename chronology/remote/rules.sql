-- What a shared log refuses. Run by its owner after log.sql, and again where a log has older rules.
-- Each function looks names up in pg_catalog alone: nobody can put a function or an operator of theirs in the way.

CREATE OR REPLACE FUNCTION chronology.rules() RETURNS integer LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS 'SELECT 2';

-- The next position exists only once the one before it is committed, so the order of positions is that of commits.
CREATE OR REPLACE FUNCTION chronology.refuse_out_of_order() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM chronology.event)
        OR NEW.recorded_at < (SELECT recorded_at FROM chronology.event WHERE position = NEW.position - 1)
    THEN
        RAISE EXCEPTION 'the log is append-only: the next position, a time not before the last'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Every replica erases what an event declares redacted, so only who may erase here may declare it.
CREATE OR REPLACE FUNCTION chronology.refuse_declaration() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Canonical JSON has one form: whatever the columns say, these are the last keys of a body that declares a redaction.
    ending text := encode(substring(NEW.body FROM greatest(octet_length(NEW.body) - 63, 1)), 'escape');
    declares boolean := ending ~ '"type":"event[.]redacted","type_version":[0-9]+[}]$';
BEGIN
    IF NOT declares AND NEW.type <> 'event.redacted' THEN
        RETURN NEW;
    END IF;
    IF NOT declares OR NEW.type <> 'event.redacted'
        OR position(convert_to('"subject":"' || NEW.subject || '","type":"event.redacted",', 'UTF8') IN NEW.body) = 0
    THEN
        RAISE EXCEPTION 'the columns of an event that declares a redaction contradict its body';
    END IF;
    -- What came in from another log without its body, just before, holds nothing that could be erased.
    IF NOT has_column_privilege(TG_RELID, 'body', 'UPDATE') AND NOT EXISTS (
        SELECT 1
        FROM chronology.event
        WHERE position = NEW.position - 1 AND body = '' AND 'event/' || id = NEW.subject
    ) THEN
        RAISE EXCEPTION 'only a redactor may declare an event redacted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- When a declaration is committed, its event is erased: a replica believes the one only together with the other.
CREATE OR REPLACE FUNCTION chronology.refuse_unerased() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM chronology.event WHERE id = substring(NEW.subject FROM 7) AND body = '') THEN
        RAISE EXCEPTION 'an event is declared redacted that is not erased';
    END IF;
    RETURN NULL;
END $$;

-- The one exception: an event may be erased while the newest event of the log declares it redacted.
CREATE OR REPLACE FUNCTION chronology.refuse_update() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
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

CREATE OR REPLACE FUNCTION chronology.refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: events are never deleted';
END $$;

DROP TRIGGER IF EXISTS refuses_insert_out_of_order ON chronology.event;
DROP TRIGGER IF EXISTS refuses_declaration ON chronology.event;
DROP TRIGGER IF EXISTS refuses_unerased ON chronology.event;
DROP TRIGGER IF EXISTS refuses_update ON chronology.event;
DROP TRIGGER IF EXISTS refuses_delete ON chronology.event;
DROP TRIGGER IF EXISTS refuses_truncate ON chronology.event;

CREATE TRIGGER refuses_insert_out_of_order BEFORE INSERT ON chronology.event
    FOR EACH ROW EXECUTE FUNCTION chronology.refuse_out_of_order();
-- A condition is quicker than a function, which then looks closer.
CREATE TRIGGER refuses_declaration BEFORE INSERT ON chronology.event
    FOR EACH ROW WHEN (NEW.type = 'event.redacted' OR position('"type":"event.redacted"'::bytea IN NEW.body) > 0)
    EXECUTE FUNCTION chronology.refuse_declaration();
CREATE CONSTRAINT TRIGGER refuses_unerased AFTER INSERT ON chronology.event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.type = 'event.redacted') EXECUTE FUNCTION chronology.refuse_unerased();
CREATE TRIGGER refuses_update BEFORE UPDATE ON chronology.event
    FOR EACH ROW EXECUTE FUNCTION chronology.refuse_update();
CREATE TRIGGER refuses_delete BEFORE DELETE ON chronology.event
    FOR EACH STATEMENT EXECUTE FUNCTION chronology.refuse();
CREATE TRIGGER refuses_truncate BEFORE TRUNCATE ON chronology.event
    FOR EACH STATEMENT EXECUTE FUNCTION chronology.refuse();
