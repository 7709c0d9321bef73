-- Only adds, so nodes of the versions before go on; they tell nobody who comes and goes.
UPDATE parley_schema SET revision = 3;

-- The users who were told to have come to a room and not to have gone, while somebody wants to be told.
CREATE UNLOGGED TABLE parley_told (
    room text NOT NULL,
    name bytea NOT NULL,
    PRIMARY KEY (room, name)
);

-- Who has come and gone since this was last asked; each change is given once, because of two who ask the second waits, and then sees
-- what the first has noted: every statement in here has a snapshot of its own.
CREATE FUNCTION parley_turnout(which text, OUT was_empty boolean, OUT gone bytea[], OUT come bytea[], OUT is_empty boolean)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(which), 'parley_told'::regclass::oid::int);
    was_empty := NOT EXISTS (SELECT 1 FROM parley_told t WHERE t.room = which);
    WITH old AS (
        DELETE FROM parley_told t WHERE t.room = which
            AND NOT EXISTS (SELECT 1 FROM parley_member m WHERE m.room = which AND m.name = t.name)
        RETURNING t.name
    )
    SELECT coalesce(array_agg(old.name), '{}') INTO gone FROM old;
    WITH new AS (
        INSERT INTO parley_told (room, name) SELECT DISTINCT which, m.name FROM parley_member m WHERE m.room = which
        ON CONFLICT DO NOTHING
        RETURNING name
    )
    SELECT coalesce(array_agg(new.name), '{}') INTO come FROM new;
    is_empty := NOT EXISTS (SELECT 1 FROM parley_told t WHERE t.room = which);
END
$$;
