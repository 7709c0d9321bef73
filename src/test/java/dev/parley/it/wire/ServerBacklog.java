package dev.parley.it.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the server's kernel sockets hold and their clients have not taken, from Linux's tables in {@code /proc/net}: the
 * one place that shows when a server can begin to notice that a peer does not read.
 */
public final class ServerBacklog {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String ESTABLISHED = "01";

    private ServerBacklog() {}

    /** One line of the tables, of which only these columns matter. */
    private record Row(int localPort, int remotePort, String state, long unsentBytes) {
        static Row of(String line) {
            String[] columns = line.strip().split("\\s+");
            long unsent = Long.parseLong(columns[4].substring(0, columns[4].indexOf(':')), 16);
            return new Row(port(columns[1]), port(columns[2]), columns[3], unsent);
        }

        private static int port(String address) {
            return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
        }
    }

    /** Bytes in the server's send queue, by the client's port; connections that either side has ended are missing. */
    public static Map<Integer, Long> unsentBytes(int serverPort) {
        return rows().filter(row -> row.localPort == serverPort && row.state.equals(ESTABLISHED))
                .collect(Collectors.toMap(Row::remotePort, Row::unsentBytes, Math::max));
    }

    private static Stream<Row> rows() {
        return TABLES.stream()
                .filter(Files::exists)
                .flatMap(table -> lines(table).stream().skip(1))
                .map(Row::of);
    }

    private static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + table, e);
        }
    }
}
