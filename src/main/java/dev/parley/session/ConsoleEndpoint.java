package dev.parley.session;

import dev.parley.connection.Connection;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.QueryParam;
import java.util.function.Consumer;

/** The console's socket: whoever has a ticket sees what the console shows. It takes no actions; those go over HTTP. */
public final class ConsoleEndpoint extends SessionEndpoint<ConsoleEndpoint.Visit> {
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

    public static final int MAX_MESSAGE_BYTES = 4_096;

    private final Console console;

    public ConsoleEndpoint(Console console) {
        this.console = console;
    }

    @Override
    protected Receiver begin(Visit visit, Connection connection, Handshake handshake) {
        return console.open(visit.ticket(), connection)::accept;
    }
}
