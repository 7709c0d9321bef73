CREATE TABLE IF NOT EXISTS parley_schema (version int PRIMARY KEY);
INSERT INTO parley_schema VALUES (1);

-- Rooms are numbered one at a time under the lock of their row, so numbers have no hole and are in commit order.
CREATE TABLE parley_room (
    room text PRIMARY KEY,
    epoch text NOT NULL DEFAULT '',
    seq bigint NOT NULL DEFAULT 0,
    message text NOT NULL DEFAULT '',
    floor bigint NOT NULL DEFAULT 0,           -- nothing up to here is read any more
    former jsonb NOT NULL DEFAULT '{}',        -- where former epochs ended
    touched timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.05);

-- A row outlives its reading for as long as its key must be known.
CREATE TABLE parley_entry (
    room text NOT NULL,
    seq bigint NOT NULL,
    epoch text NOT NULL,
    message text NOT NULL,
    key bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    data bytea NOT NULL,
    PRIMARY KEY (room, seq),
    UNIQUE (room, key)
);

-- Who is where need not outlive a crash: nodes enter their members again.
CREATE UNLOGGED TABLE parley_node (
    node text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE UNLOGGED TABLE parley_member (
    node text NOT NULL REFERENCES parley_node ON DELETE CASCADE,
    room text NOT NULL,
    connection text NOT NULL,
    name bytea NOT NULL,
    farewell bytea NOT NULL,
    PRIMARY KEY (node, room, connection)
);
CREATE INDEX ON parley_member (room);

-- What is kept until somebody takes it, such as a ticket, need not outlive a crash, either.
CREATE UNLOGGED TABLE parley_kept (
    key text PRIMARY KEY,
    value text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Stores drafts in the order given: one call is one transaction and one fsync. All rows of rooms must exist before, made by an
-- earlier transaction; otherwise two writers could number the same new room.
CREATE FUNCTION parley_append(
    run text, nonce text, keep bigint, rooms text[], keys bytea[], messages text[], datas bytea[])
RETURNS TABLE (ord bigint, epoch text, seq bigint, message text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    locked bigint;
BEGIN
    PERFORM 1 FROM parley_room x WHERE x.room = ANY (rooms) ORDER BY x.room FOR UPDATE; -- one order of locks for all
    GET DIAGNOSTICS locked = ROW_COUNT;
    IF locked <> (SELECT count(DISTINCT u) FROM unnest(rooms) u) THEN
        RAISE EXCEPTION 'a room has no row yet' USING ERRCODE = 'PA001';
    END IF;

    -- After a restart or failover a new epoch begins, and where the former one ended is noted.
    UPDATE parley_room x
    SET epoch = run || '.' || nonce,
        former = CASE WHEN x.epoch = '' THEN x.former
                      ELSE CASE WHEN (SELECT count(*) FROM jsonb_object_keys(x.former)) < 8 THEN x.former ELSE '{}' END
                           || jsonb_build_object(x.epoch, x.seq) END
    WHERE x.room = ANY (rooms) AND split_part(x.epoch, '.', 1) <> run;

    WITH added AS (
        INSERT INTO parley_entry (room, seq, epoch, message, key, data)
        SELECT d.room, r.seq + row_number() OVER (PARTITION BY d.room ORDER BY d.ord), r.epoch, d.message, d.key, d.data
        FROM unnest(rooms, keys, messages, datas) WITH ORDINALITY AS d (room, key, message, data, ord)
        JOIN parley_room r ON r.room = d.room
        WHERE NOT EXISTS (SELECT 1 FROM parley_entry e WHERE e.room = d.room AND e.key = d.key)
        RETURNING room, seq, message
    ), tops AS (
        UPDATE parley_room x
        SET seq = t.seq, message = t.message, floor = greatest(x.floor, t.seq - keep), touched = now()
        FROM (SELECT DISTINCT ON (a.room) a.room, a.seq, a.message FROM added a ORDER BY a.room, a.seq DESC) t
        WHERE x.room = t.room
        RETURNING x.room
    )
    SELECT count(pg_notify('parley', 'G ' || t.room)) INTO locked FROM tops t;

    RETURN QUERY
    SELECT d.ord, e.epoch, e.seq, e.message
    FROM unnest(rooms, keys) WITH ORDINALITY AS d (room, key, ord)
    JOIN parley_entry e ON e.room = d.room AND e.key = d.key
    ORDER BY d.ord;
END
$$;
