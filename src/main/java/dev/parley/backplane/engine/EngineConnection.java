package dev.parley.backplane.engine;

import java.io.Closeable;

/** A connection to an engine, of one thread. */
public interface EngineConnection extends Closeable {
    /** Ends it at once, whatever is under way, which then fails. May be called by any thread. */
    void cut();

    @Override
    void close();
}
