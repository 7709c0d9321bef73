-- For applications that publish within their own transactions. They may put something into the outbox, and read nothing: neither
-- what they have put there nor what anybody has said. The owner of the tables runs this once, and then, for each application:
--     GRANT parley_publisher TO shop;
CREATE ROLE parley_publisher NOLOGIN;
GRANT USAGE ON SCHEMA public TO parley_publisher;
GRANT INSERT (room, data, key) ON parley_outbox TO parley_publisher;
REVOKE EXECUTE ON FUNCTION parley_publish(text, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parley_publish(text, jsonb, text) TO parley_publisher;
