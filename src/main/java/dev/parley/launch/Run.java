package dev.parley.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One life of the server, from an empty directory to none.
 *
 * <p>The main thread starts it, the shutdown hook ends it, and the lock keeps one waiting for the other: a signal in the
 * middle of a start would otherwise remove the directory under the hands of a start that makes it anew.
 */
final class Run {
    private final OutOfMemory memory;
    private @Nullable ServerHome home;
    private @Nullable EmbeddedServer server;
    private boolean isOver;

    Run(OutOfMemory memory) {
        this.memory = memory;
    }

    /**
     * Unpacks the archive and starts the server.
     *
     * @return the port it listens on; empty if the application refused to start, which has been logged then, or if the end
     *     came first
     */
    synchronized OptionalInt start(Path archive, CommandLine line)
            throws StartException, IOException, ReflectiveOperationException {
        if (isOver) {
            return OptionalInt.empty();
        }
        ServerHome unpacked = ServerHome.create();
        home = unpacked;
        unpacked.unpack(archive);
        ClassLoader classes = unpacked.serverClasses();
        Thread.currentThread().setContextClassLoader(classes);

        StartupLog log = StartupLog.begin(unpacked.directory().resolve("conf/logging.properties"), line.isLogJson());
        memory.listen();
        EmbeddedServer loaded;
        try {
            loaded = EmbeddedServer.load(unpacked, classes, line);
        } catch (StartException e) {
            log.end(false);
            throw e;
        }
        server = loaded;
        boolean isUp = loaded.start();
        log.end(isUp || !log.applicationSaidWhy());
        return isUp ? OptionalInt.of(loaded.port()) : OptionalInt.empty();
    }

    /** What the application has found open for production, a line each; only once it has started. */
    synchronized List<?> open() throws ReflectiveOperationException {
        return server == null ? List.of() : server.open();
    }

    /** Stops the server in good order and removes the directory. */
    synchronized void end() {
        isOver = true;
        try {
            if (server != null) {
                server.stop();
            }
        } catch (ReflectiveOperationException e) {
            System.err.println("parley: the server did not stop in good order: " + e.getCause());
        } finally {
            if (home != null) {
                home.delete();
            }
        }
    }
}
