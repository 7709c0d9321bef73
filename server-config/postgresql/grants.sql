-- For a user who may not make tables. The owner of the database makes the tables and the user, once; the scripts
-- that are new alone, if nodes of the version before are running, which then go on:
--     for n in 1 2 3 4; do unzip -p parley.war WEB-INF/classes/dev/parley/backplane/postgres/schema-$n.sql; done | psql -1 database
--     CREATE ROLE parley_node LOGIN PASSWORD 'change-me';
-- and then runs this file. The address is then postgresql://parley_node:change-me@host/database.
GRANT USAGE ON SCHEMA public TO parley_node;
GRANT SELECT ON parley_schema TO parley_node;
GRANT SELECT, INSERT, UPDATE, DELETE ON parley_room TO parley_node;
GRANT SELECT, INSERT, UPDATE, DELETE ON parley_entry TO parley_node;
GRANT SELECT, INSERT, UPDATE, DELETE ON parley_node, parley_kept TO parley_node;
GRANT SELECT, INSERT, UPDATE, DELETE ON parley_member TO parley_node;
GRANT SELECT, INSERT, DELETE ON parley_told TO parley_node;
GRANT EXECUTE ON FUNCTION parley_append(text, text, bigint, text[], bytea[], text[], bytea[]) TO parley_node;
GRANT EXECUTE ON FUNCTION parley_erase(text, text, bigint, text, text, bytea, bytea, bytea) TO parley_node;
GRANT EXECUTE ON FUNCTION parley_floor(text, bigint, bigint, bigint) TO parley_node;
GRANT EXECUTE ON FUNCTION parley_trim(text, bigint, bigint, bigint, bigint, bytea) TO parley_node;
GRANT EXECUTE ON FUNCTION parley_turnout(text) TO parley_node;
GRANT SELECT, DELETE ON parley_outbox TO parley_node;
GRANT SELECT, INSERT, DELETE ON parley_refused TO parley_node;
