package dev.parley.connection.frames;

import jakarta.websocket.Session;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Whether, and how, frames are written below the specification on the server that runs this: the one place that decides. Found out
 * at the first session, and said in one line of the log. Thread-safe.
 */
public final class Frames {
    private static final Logger LOG = System.getLogger(Frames.class.getName());

    private final boolean wanted;
    private final AtomicBoolean said = new AtomicBoolean();
    private volatile @Nullable Server server;
    private volatile boolean looked;

    /** Looks for a way only if {@code wanted}. */
    public Frames(boolean wanted) {
        this.wanted = wanted;
    }

    /**
     * The writer for a session, just opened; null if the specification's methods must be used. Never throws: whatever a server does,
     * there is a way without.
     */
    public @Nullable FrameWriter over(Session session) {
        if (!wanted) {
            say("only as the specification has it, since parley.frames is off");
            return null;
        }
        try {
            // What has been negotiated, such as permessage-deflate, is for the server to apply.
            Server found = session.getNegotiatedExtensions().isEmpty() ? server(session) : null;
            FrameWriter writer = found == null ? null : found.over(session);
            if (writer != null) {
                say("below the session of " + session.getClass().getName() + ", encoded once for all");
            }
            return writer;
        } catch (Throwable unfamiliar) { // what a method handle throws is anything
            server = null;
            looked = true;
            LOG.log(
                    Level.INFO,
                    "Parley writes frames only as the specification has it from now on, since {0} is unfamiliar: {1}",
                    session.getClass().getName(),
                    unfamiliar);
            return null;
        }
    }

    /** Whether a way has been found. */
    public boolean areWritten() {
        return server != null;
    }

    /** Two first sessions may both look; what they find is the same. */
    private @Nullable Server server(Session session) throws Throwable {
        if (!looked) {
            Server found = find(session);
            if (found == null) {
                say("only as the specification has it, since nothing else is known of "
                        + session.getClass().getName());
            }
            server = found;
            looked = true;
        }
        return server;
    }

    private static @Nullable Server find(Session session) throws Throwable {
        String name = session.getClass().getName();
        if (name.startsWith("org.apache.tomcat.")) { // TomEE, too
            return new TomcatFrames(session);
        }
        if (name.startsWith("org.glassfish.tyrus.")) {
            return new TyrusFrames(session);
        }
        if (name.startsWith("io.undertow.")) {
            return new UndertowFrames(session);
        }
        if (name.startsWith("org.eclipse.jetty.")) {
            return new JettyFrames(session);
        }
        if (name.startsWith("com.ibm.ws.wsoc.")) { // Open Liberty
            return new LibertyFrames(session);
        }
        return null;
    }

    private void say(String how) {
        if (said.compareAndSet(false, true)) {
            LOG.log(Level.INFO, "Parley writes frames {0}", how);
        }
    }
}
