package dev.parley.connection;

import dev.parley.connection.frames.FrameWriter;
import dev.parley.connection.frames.Frames;
import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;

/**
 * Which wire a session gets: the one place that knows how each server sends best, as the benchmark showed it. Thread-safe.
 *
 * <p>Where we can write frames ourselves, nothing is faster. Else, Tomcat and Jetty gather messages in a buffer, which takes a fifth
 * (Jetty: half) of the processor time of one call a message under load. Undertow gathers only what has no say in when it leaves,
 * Tyrus nothing, and what Open Liberty does is not documented: they get one message a call.
 */
final class Wires {
    private static final String TOMCAT = "org.apache.tomcat."; // TomEE, too
    private static final String JETTY = "org.eclipse.jetty.";

    private final ConnectionManager.Limits limits;
    private final Workers workers;
    private final @Nullable Frames frames;

    Wires(ConnectionManager.Limits limits, Workers workers, @Nullable Frames frames) {
        this.limits = limits;
        this.workers = workers;
        this.frames = frames;
    }

    boolean writesFrames() {
        return frames != null && frames.areWritten();
    }

    Wire over(Session session) {
        Wire single = new SessionWire(session, limits.sendTimeout(), limits.heartbeat());
        FrameWriter writer = frames == null ? null : frames.over(session);
        if (writer != null) {
            return new FrameWire(single, writer);
        }
        String server = session.getClass().getName();
        if (server.startsWith(TOMCAT)) {
            return new BatchWire(session, session.getBasicRemote(), single, workers.batches());
        }
        if (server.startsWith(JETTY)) {
            return new BatchWire(session, session.getAsyncRemote(), single, workers.batches());
        }
        return single;
    }
}
