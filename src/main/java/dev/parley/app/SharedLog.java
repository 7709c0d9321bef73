package dev.parley.app;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.backplane.postgres.PostgresEngine;
import dev.parley.backplane.redis.RedisEngine;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Clock;

/**
 * Where the rooms' logs are, and what signs the words between nodes. Both may be secret, so neither is ever shown.
 *
 * @param address {@code memory:}, or that of an engine
 * @param secret empty for none
 */
record SharedLog(String address, String secret) {

    /** Reads an address as far as the engine that it is of. */
    static String address(String text) {
        if (!text.equals("memory:")
                && !text.matches("(?s)(rediss?(-sentinel|-cluster)?|postgresql|jdbc:postgresql)://.+|jndi:.+")) {
            throw new IllegalArgumentException("must be memory:, redis://…, redis-sentinel://…, redis-cluster://…, the"
                    + " same with rediss for TLS, postgresql://…, jdbc:postgresql://… or jndi:…");
        }
        return text;
    }

    /**
     * Starts this node's part of it.
     *
     * @throws SettingsException if the address is wrong, or the engine would lose messages; not if the engine is away
     */
    Backplane open(int entriesPerRoom, Budget budget, Threads threads) {
        try {
            if (address.equals("memory:")) {
                return new MemoryBackplane(entriesPerRoom, Clock.systemUTC(), budget);
            }
            Engine engine = address.startsWith("redis")
                    ? new RedisEngine(address, entriesPerRoom)
                    : new PostgresEngine(address, entriesPerRoom);
            return EngineBackplane.start(engine, EngineBackplane.Timing.USUAL, secret, budget, threads);
        } catch (BackplaneException e) {
            throw new SettingsException(Setting.BACKPLANE + ": " + e.getMessage());
        } catch (IllegalArgumentException e) { // its message may repeat the address
            throw new SettingsException(Setting.BACKPLANE + ": not an address of this kind of engine;"
                    + " in user and password, what is neither letter nor digit may have to be written as %40");
        }
    }

    @Override
    public String toString() {
        return address.substring(0, address.indexOf(':') + 1) + "…";
    }
}
