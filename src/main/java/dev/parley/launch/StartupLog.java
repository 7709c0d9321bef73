package dev.parley.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The server's log lines while it starts, kept back until it is known whether they are worth reading: when the
 * application refuses to start it has said why in one line, and the server would add three stack traces to it.
 *
 * <p>Thread-safe: the server logs on threads of its own.
 */
final class StartupLog {
    private static final int KEPT = 200;

    // Held here because the log manager holds loggers weakly, and what is set on a collected one is forgotten.
    private final Logger server = Logger.getLogger("org.apache");
    private final Logger application = Logger.getLogger("dev.parley");
    private final Keeper keeper = new Keeper();
    private final Listener listener = new Listener();

    private StartupLog() {}

    /** Sets up logging from the launcher's own file unless the user named another, and begins to keep lines back. */
    static StartupLog begin(Path configuration, boolean isJson) throws IOException {
        if (System.getProperty("java.util.logging.config.file") == null
                && System.getProperty("java.util.logging.config.class") == null) {
            try (InputStream content = Files.newInputStream(configuration)) {
                LogManager.getLogManager().readConfiguration(content);
            }
            // Or Tomcat takes it for the JDK's own (org.apache.juli.logging.DirectJDKLog), and gives its console
            // another format.
            System.setProperty("java.util.logging.config.file", configuration.toString());
        }
        if (isJson) {
            for (Handler handler : Logger.getLogger("").getHandlers()) {
                handler.setFormatter(new LogFormat(true));
            }
        }
        var log = new StartupLog();
        log.server.setUseParentHandlers(false);
        log.server.addHandler(log.keeper);
        log.application.addHandler(log.listener);
        return log;
    }

    /** From here on the server's lines go where they always go; those kept back follow or are forgotten. */
    void end(boolean publish) {
        server.removeHandler(keeper);
        server.setUseParentHandlers(true);
        application.removeHandler(listener);
        if (publish) {
            keeper.drain().forEach(server::log);
        }
    }

    /** Whether the application itself has logged an error, so that its reader knows what is wrong. */
    boolean applicationSaidWhy() {
        return listener.heardError;
    }

    private static final class Keeper extends Handler {
        private final Queue<LogRecord> records = new ArrayDeque<>();

        @Override
        public synchronized void publish(LogRecord record) {
            if (records.size() < KEPT) {
                records.add(record);
            }
        }

        synchronized Queue<LogRecord> drain() {
            return new ArrayDeque<>(records);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static final class Listener extends Handler {
        private volatile boolean heardError;

        @Override
        public void publish(LogRecord record) {
            if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
                heardError = true;
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
