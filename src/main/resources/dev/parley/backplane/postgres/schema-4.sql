-- Only adds, so nodes of the versions before go on; what was erased they tell as that nobody has left.
UPDATE parley_schema SET revision = 4;

-- Up to here nothing stands in the rows any more that anybody could be told.
ALTER TABLE parley_room ADD COLUMN emptied bigint NOT NULL DEFAULT 0;

-- Of what is erased a key is left as its digest, so that it is not stored anew if it is sent again. All else is as before.
CREATE OR REPLACE FUNCTION parley_append(
    run text, nonce text, keep bigint, rooms text[], keys bytea[], messages text[], datas bytea[])
RETURNS TABLE (ord bigint, epoch text, seq bigint, message text) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
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
        WHERE NOT EXISTS (SELECT 1 FROM parley_entry e WHERE e.room = d.room AND e.key IN (d.key, sha256(d.key)))
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
    JOIN parley_entry e ON e.room = d.room AND e.key IN (d.key, sha256(d.key))
    ORDER BY d.ord;
END
$$;

-- Leaves nothing of a message but its place and its id, and appends that it did. False if there is no such message.
CREATE FUNCTION parley_erase(
    run text, nonce text, keep bigint, which text, victim text, hole bytea, key bytea, data bytea)
RETURNS boolean LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    place bigint;
    head bytea;
BEGIN
    PERFORM 1 FROM parley_room r WHERE r.room = which FOR UPDATE;
    SELECT e.seq, substring(e.data FROM 7 FOR 8) INTO place, head
    FROM parley_entry e WHERE e.room = which AND e.message = victim FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF head <> 'erasure:' THEN
        UPDATE parley_entry e SET data = hole, key = sha256(e.key) WHERE e.room = which AND e.seq = place;
        PERFORM 1 FROM parley_append(run, nonce, keep, ARRAY[which], ARRAY[parley_erase.key], ARRAY[nonce],
            ARRAY[parley_erase.data || convert_to(place || ' ' || victim, 'UTF8')]);
    END IF;
    RETURN true;
END
$$;

-- The number up to which nothing is to be kept of a room: by entries, by age in milliseconds, by bytes; what is null does not count.
-- Looks at entries that are too old, and at as many bytes as are kept.
CREATE FUNCTION parley_floor(which text, entries bigint, millis bigint, bytes bigint) RETURNS bigint LANGUAGE sql STABLE
SET enable_seqscan = off AS $$
    SELECT greatest(
        r.floor,
        r.seq - entries,
        CASE WHEN millis IS NOT NULL THEN
            coalesce((SELECT e.seq FROM parley_entry e
                      WHERE e.room = which AND e.seq > r.floor AND e.at >= now() - millis * interval '1 millisecond'
                      ORDER BY e.seq LIMIT 1) - 1, r.seq) END,
        CASE WHEN bytes IS NOT NULL THEN
            (SELECT max(x.seq) FROM (SELECT e.seq, sum(octet_length(e.data)) OVER (ORDER BY e.seq DESC) AS used
                                     FROM parley_entry e WHERE e.room = which AND e.seq > r.floor) x
             WHERE x.used > bytes) END)
    FROM parley_room r WHERE r.room = which
$$;

-- Empties entries that are not to be kept and older than the grace, those behind the last one that was emptied, and takes off a room of
-- which nothing is left and that nobody is in, a month after it could have been; so numbers go on. Of a key its digest is left, once.
-- The rows themselves are deleted with the others. Gives in how many milliseconds there will be more to empty although nobody says
-- anything more; null if never.
CREATE FUNCTION parley_trim(which text, entries bigint, millis bigint, bytes bigint, grace bigint, gone bytea)
RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    below bigint := parley_floor(which, entries, millis, bytes);
    done bigint;
    upto bigint;
    again timestamptz;
BEGIN
    SELECT r.emptied INTO done FROM parley_room r WHERE r.room = which;
    SELECT e.seq - 1, e.at + grace * interval '1 millisecond' INTO upto, again FROM parley_entry e
    WHERE e.room = which AND e.seq > done AND e.seq <= below AND e.at >= now() - grace * interval '1 millisecond'
    ORDER BY e.seq LIMIT 1;
    upto := coalesce(upto, below);
    UPDATE parley_room r SET floor = greatest(r.floor, below), emptied = greatest(r.emptied, upto)
    WHERE r.room = which AND (r.floor < below OR r.emptied < upto); -- the room before its entries, as whoever erases
    UPDATE parley_entry u
    SET data = gone, key = CASE WHEN substring(u.data FROM 7 FOR 8) = 'erasure:' THEN u.key ELSE sha256(u.key) END
    WHERE u.room = which AND u.seq = ANY (ARRAY( -- what somebody else has locked is being deleted
        SELECT e.seq FROM parley_entry e
        WHERE e.room = which AND e.seq > done AND e.seq <= upto AND e.data <> gone
        FOR UPDATE SKIP LOCKED));
    DELETE FROM parley_room r
    WHERE r.room = which AND r.touched < now() - millis * interval '1 millisecond' - interval '30 days'
        AND NOT EXISTS (SELECT 1 FROM parley_entry e WHERE e.room = which)
        AND NOT EXISTS (SELECT 1 FROM parley_member m WHERE m.room = which);
    IF again IS NULL THEN
        again := (SELECT e.at FROM parley_entry e WHERE e.room = which AND e.seq > below ORDER BY e.seq LIMIT 1)
            + millis * interval '1 millisecond';
    END IF;
    RETURN ceil(extract(epoch FROM again - now()) * 1000);
END
$$;
