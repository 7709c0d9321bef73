package dev.parley.backplane.redis;

/**
 * A connection to a server.
 *
 * @param run the beginning of its run id, which is another one after a restart
 */
record RedisShard(RedisConnection connection, String run) implements AutoCloseable {
    @Override
    public void close() {
        connection.close();
    }
}
