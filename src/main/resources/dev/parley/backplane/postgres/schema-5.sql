-- Changes how a function looks things up, and nothing else, so nodes of the versions before go on.
UPDATE parley_schema SET revision = 5;

-- A key is looked up in the index. PostgreSQL takes IN with values of the other table's rows for OR, and reads the whole room.
DO $$
BEGIN
    EXECUTE replace(
        pg_get_functiondef('parley_append'::regproc),
        'e.key IN (d.key, sha256(d.key))',
        'e.key = ANY (ARRAY[d.key, sha256(d.key)])');
END
$$;
