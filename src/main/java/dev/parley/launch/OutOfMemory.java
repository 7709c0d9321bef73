package dev.parley.launch;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The end of a process that has run out of memory: one line on standard error and status {@value #STATUS}, so that whoever
 * watches the service starts it anew. After an {@link OutOfMemoryError} nobody knows what is missing; a process that is gone is
 * better than one that is deaf. It is noticed whoever caught it:
 *
 * <ul>
 *   <li>nobody did: the handler of uncaught exceptions;
 *   <li>somebody did and logged it: a handler of the root logger, which no configuration of the user's takes away again;
 *   <li>nobody said a word: the heap after collections, which stays full.
 * </ul>
 *
 * <p>What is needed at the end is there from the beginning. Thread-safe.
 */
final class OutOfMemory extends Handler implements Thread.UncaughtExceptionHandler, Runnable {
    static final int STATUS = 3;

    private static final int CAUSES = 20;
    private static final double FULL = 0.97;
    private static final int SECONDS_FULL = 8;
    private static final byte[] BEGINNING =
            "parley: out of memory, so this process ends: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEAP_FULL =
            "the heap has been full after every collection for 8 seconds".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = System.lineSeparator().getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out = new FileOutputStream(FileDescriptor.err); // no buffer, no lock of anybody's
    private final byte[] line = new byte[300];
    private final Logger root = Logger.getLogger("");
    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
            .toList();

    private OutOfMemory() {}

    /** Watches from now on. To be called again after logging was configured, which forgets handlers. */
    static OutOfMemory watch() {
        OutOfMemory watch = new OutOfMemory();
        Thread.setDefaultUncaughtExceptionHandler(watch);
        watch.listen();
        Thread thread = new Thread(watch, "parley-memory-watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    void listen() {
        root.removeHandler(this);
        root.addHandler(this);
    }

    @Override
    public void uncaughtException(Thread thread, Throwable fault) {
        endIfOutOfMemory(fault);
        root.log(Level.SEVERE, "thread " + thread.getName() + " has died", fault);
    }

    @Override
    public void publish(LogRecord record) {
        endIfOutOfMemory(record.getThrown());
    }

    private void endIfOutOfMemory(@Nullable Throwable fault) {
        OutOfMemoryError found = find(fault);
        if (found != null) {
            end(found.getMessage());
        }
    }

    /** The error among the causes; null if there is none. Allocates nothing. */
    static @Nullable OutOfMemoryError find(@Nullable Throwable fault) {
        @Nullable Throwable cause = fault;
        for (int i = 0; i < CAUSES && cause != null; i++) {
            if (cause instanceof OutOfMemoryError error) {
                return error;
            }
            cause = cause.getCause();
        }
        return null;
    }

    /** Looks every second whether the heap is full even after it was collected. */
    @Override
    public void run() {
        int full = 0;
        while (true) {
            try {
                TimeUnit.SECONDS.sleep(1);
                full = isFull() ? full + 1 : 0;
                if (full >= SECONDS_FULL) {
                    end(null);
                }
            } catch (InterruptedException nobodyDoesThat) {
                return;
            } catch (OutOfMemoryError e) {
                end(e.getMessage());
            } catch (Throwable fault) { // the next look may do better
                full = 0;
            }
        }
    }

    private boolean isFull() {
        long after = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage usage = pool.getCollectionUsage();
            if (usage != null) {
                after += usage.getUsed();
            }
        }
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return isFull(after, heap.getUsed(), heap.getMax());
    }

    /** What was left by the last collection may be long ago: what is used now must be as much. */
    static boolean isFull(long afterCollection, long used, long max) {
        return max > 0 && afterCollection > FULL * max && used > FULL * max;
    }

    private synchronized void end(@Nullable String message) {
        try {
            int length = append(BEGINNING, 0);
            if (message == null) {
                length = append(HEAP_FULL, length);
            } else {
                for (int i = 0; i < message.length() && length < line.length - END.length; i++) {
                    char letter = message.charAt(i);
                    line[length++] = letter >= ' ' && letter < 127 ? (byte) letter : (byte) '?';
                }
            }
            out.write(line, 0, append(END, length));
        } catch (IOException | RuntimeException | Error e) {
            // The status says it, too.
        } finally {
            Runtime.getRuntime().halt(STATUS);
        }
    }

    private int append(byte[] text, int at) {
        System.arraycopy(text, 0, line, at, text.length);
        return at + text.length;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
