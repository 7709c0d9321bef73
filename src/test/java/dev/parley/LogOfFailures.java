package dev.parley;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Keeps what is logged during a test, and prints it only when the test fails: many tests provoke a fault, and the warning about it
 * would look like a fault of the build. Every test class has it, see {@code junit-platform.properties}.
 */
public final class LogOfFailures implements BeforeAllCallback, AfterAllCallback, TestWatcher {
    private static final Kept KEPT = new Kept();

    @Override
    public void beforeAll(ExtensionContext context) {
        Logger root = Logger.getLogger("");
        if (Arrays.asList(root.getHandlers()).contains(KEPT)) {
            return;
        }
        for (Handler handler : root.getHandlers()) {
            if (handler instanceof ConsoleHandler) {
                root.removeHandler(handler);
            }
        }
        root.addHandler(KEPT);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        KEPT.clear();
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        KEPT.print(context.getDisplayName());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            KEPT.print(context.getDisplayName());
        }
        KEPT.clear();
    }

    private static final class Kept extends Handler {
        private static final int MOST = 500;

        private final ArrayDeque<String> records = new ArrayDeque<>(); // guarded by this

        Kept() {
            setFormatter(new SimpleFormatter());
        }

        @Override
        public synchronized void publish(LogRecord record) {
            if (records.size() == MOST) {
                records.removeFirst();
            }
            records.addLast(getFormatter().format(record));
        }

        synchronized void clear() {
            records.clear();
        }

        synchronized void print(String test) {
            System.err.println("What was logged before " + test + " failed, at most the last " + MOST + " records:");
            records.forEach(System.err::print);
            records.clear();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
