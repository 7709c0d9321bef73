package dev.parley.endpoint;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.handshake.Binds;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.QueryParam;
import java.util.function.Consumer;

/** The console's socket: whoever has a ticket sees what the console shows. It takes no actions; those go over HTTP. */
@Binds(ConsoleEndpoint.Visit.class)
public final class ConsoleEndpoint extends SocketEndpoint<ConsoleEndpoint.Visit> {
    /** What its handshake brings. */
    record Visit(@QueryParam("ticket") String ticket) {
        /** Says nothing of the ticket. */
        @Override
        public String toString() {
            return "visit to the console";
        }
    }

    /** What is behind the socket. */
    @FunctionalInterface
    public interface Console {
        /** Begins to show; the answer is what to do with what the page says. A bad ticket closes the connection. */
        Consumer<String> open(String ticket, Connection connection);
    }

    private static final int MAX_MESSAGE_BYTES = 4_096;

    private final Console console;

    public ConsoleEndpoint(ConnectionManager connections, Console console) {
        super(Visit.class, connections, MAX_MESSAGE_BYTES, Integer.MAX_VALUE);
        this.console = console;
    }

    @Override
    Inlet.Receiver opened(Visit visit, Connection connection, Handshake handshake) {
        return console.open(visit.ticket(), connection)::accept;
    }
}
