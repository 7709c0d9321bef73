package dev.parley.bench;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.backplane.postgres.PostgresEngine;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.postgresql.Driver;

/**
 * How long a message takes into the log of one room while applications publish to others within transactions that stay open:
 * {@code -Dbench.postgres=jdbc:postgresql://…}, a database in which tables may be made.
 *
 * <p>Each round has three parts. Nobody publishes; the same transactions write as many rows into a table of their own, which is
 * what the machine and PostgreSQL make of such a load; they write them into the outbox. Parley's share is the difference between
 * the last two.
 */
final class Outbox {
    private static final int TRANSACTIONS = Integer.getInteger("bench.outbox.transactions", 50);
    private static final int ROWS = Integer.getInteger("bench.outbox.rows", 1_000); // of each transaction
    private static final int PIECES = 20; // in which a transaction inserts them
    private static final int OPEN_MILLIS = Integer.getInteger("bench.outbox.open", 30_000);
    private static final int PAUSE_MILLIS = 50; // between two messages that are measured
    private static final int ROOMS = 20;
    private static final int CALM_MILLIS = 3_000;
    private static final String TABLE = "bench_table";

    private Outbox() {}

    static boolean run(Options options) throws Exception {
        String address = Options.property("bench.postgres", "");
        if (address.isEmpty()) {
            System.err.println("-Dbench.options=-Dbench.postgres=jdbc:postgresql://… says where");
            return false;
        }
        try (Backplane node = node(address);
                Backplane other = node(address);
                Connection connection = connect(address);
                Statement statement = connection.createStatement()) {
            node.takeIn(1 << 20);
            other.takeIn(1 << 20);
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS " + TABLE + " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                            + " room text NOT NULL, data jsonb NOT NULL)");
            System.out.println("| round | part | messages | p50 ms | p95 ms | p99 ms | longest ms |");
            System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
            measure(node, () -> TimeUnit.SECONDS.sleep(10)); // to warm up
            for (int round = 1; round <= options.rounds(); round++) {
                report(round, "nobody publishes", measure(node, () -> TimeUnit.MILLISECONDS.sleep(OPEN_MILLIS)));
                report(round, "into a table", measure(node, () -> write(address, TABLE)));
                report(round, "into the outbox", measure(node, () -> {
                    write(address, "parley_outbox");
                    while (count(statement, "parley_outbox") > 0) {
                        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                    }
                }));
                statement.execute("TRUNCATE " + TABLE);
                statement.execute("VACUUM parley_room, parley_outbox, parley_entry");
                TimeUnit.MILLISECONDS.sleep(CALM_MILLIS);
            }
        }
        return true;
    }

    /** Milliseconds of each message, in order of length, counted from when it was due. */
    private static double[] measure(Backplane node, Load load) throws Exception {
        RoomId room = new RoomId("bench-measured");
        Queue<Double> millis = new ConcurrentLinkedQueue<>();
        AtomicBoolean isOver = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> speaking = thread.submit(() -> {
                long due = System.nanoTime();
                while (!isOver.get()) {
                    long since = due;
                    Draft draft = new Draft(
                            "bench-" + since,
                            new Draft.Author("bench", "bench"),
                            Draft.Kind.JSON,
                            "{\"n\":" + since + "}");
                    node.append(room, draft).toCompletableFuture().get(20, TimeUnit.SECONDS);
                    millis.add((System.nanoTime() - since) / 1e6);
                    due += TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
                    TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                }
                return true;
            });
            load.run();
            isOver.set(true);
            speaking.get();
        } finally {
            thread.shutdownNow();
        }
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private static void report(int round, String part, double[] millis) {
        System.out.printf(
                Locale.ROOT,
                "| %d | %s | %d | %.1f | %.1f | %.1f | %.1f |%n",
                round,
                part,
                millis.length,
                millis[millis.length / 2],
                millis[millis.length * 95 / 100],
                millis[millis.length * 99 / 100],
                millis[millis.length - 1]);
    }

    /** Transactions that begin one after the other, write now and then, and stay open. */
    private static void write(String address, String table) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(TRANSACTIONS);
        try {
            List<Future<?>> open = new ArrayList<>();
            for (int i = 0; i < TRANSACTIONS; i++) {
                int number = i;
                open.add(threads.submit(() -> {
                    try (Connection connection = connect(address);
                            PreparedStatement insert = connection.prepareStatement("INSERT INTO " + table
                                    + " (room, data) SELECT 'bench-' || (g + ?) % " + ROOMS
                                    + ", jsonb_build_object('n', g) FROM generate_series(1, " + ROWS / PIECES
                                    + ") g")) {
                        connection.setAutoCommit(false);
                        TimeUnit.MILLISECONDS.sleep(number * 100L);
                        for (int piece = 0; piece < PIECES; piece++) {
                            insert.setInt(1, number);
                            insert.executeUpdate();
                            TimeUnit.MILLISECONDS.sleep(OPEN_MILLIS / PIECES);
                        }
                        connection.commit();
                    }
                    return true;
                }));
            }
            for (Future<?> each : open) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static long count(Statement statement, String table) throws SQLException {
        try (ResultSet found = statement.executeQuery("SELECT count(*) FROM " + table)) {
            found.next();
            return found.getLong(1);
        }
    }

    private static Backplane node(String address) {
        return EngineBackplane.start(
                new PostgresEngine(address, 1_000),
                EngineBackplane.Timing.USUAL,
                "",
                new Budget(Long.MAX_VALUE),
                new Threads());
    }

    private static Connection connect(String address) throws SQLException {
        Connection connection = new Driver().connect(address, new Properties());
        if (connection == null) {
            throw new SQLException("not an address of PostgreSQL");
        }
        return connection;
    }

    /** What happens meanwhile. */
    private interface Load {
        void run() throws Exception;
    }
}
