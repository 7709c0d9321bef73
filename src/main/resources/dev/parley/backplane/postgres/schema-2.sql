-- Only adds, so nodes of the version before go on: they look at the version alone, and at nothing that is made here.
ALTER TABLE parley_schema ADD COLUMN revision int NOT NULL DEFAULT 1;
UPDATE parley_schema SET revision = 2;

-- A plan is kept once it is made. One that was made while the tables were empty would read all of them when they have grown.
ALTER FUNCTION parley_append(text, text, bigint, text[], bytea[], text[], bytea[])
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off;

-- What applications publish within their own transactions. A node takes committed rows into the rooms' logs and deletes them.
-- Ids are given before it is known who commits first; with the transaction's number no row that commits late is passed over.
CREATE TABLE parley_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room text NOT NULL,
    data jsonb NOT NULL,
    key text,                                  -- the same one again within five minutes is stored once
    xact xid8 NOT NULL DEFAULT pg_current_xact_id()
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX ON parley_outbox (xact);

-- What could not be taken, with the reason; deleted after a week.
CREATE TABLE parley_refused (
    id bigint PRIMARY KEY,
    room text NOT NULL,
    data jsonb NOT NULL,
    key text,
    why text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

-- Wakes the nodes at commit, once for each transaction. One that is to be prepared (XA) may not notify: SET parley.notify = off,
-- and the nodes look by themselves, every second.
CREATE FUNCTION parley_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('parley.notify', true) IS DISTINCT FROM 'off' THEN
        PERFORM pg_notify(
            CASE TG_TABLE_SCHEMA WHEN 'public' THEN 'parley'
                 ELSE 'parley_' || (SELECT c.relnamespace FROM pg_class c WHERE c.oid = TG_RELID) END,
            'O outbox');
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER parley_posted AFTER INSERT ON parley_outbox EXECUTE FUNCTION parley_posted();

-- By whoever may insert into the outbox, from any search path. Always true: void is a type that some who call cannot read.
CREATE FUNCTION parley_publish(room text, data jsonb, key text DEFAULT NULL) RETURNS boolean LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO parley_outbox (room, data, key) VALUES (room, data, key);
    SELECT true;
END;
