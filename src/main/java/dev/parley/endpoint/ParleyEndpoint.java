package dev.parley.endpoint;

import dev.parley.handshake.Handshake;
import dev.parley.handshake.WebSocketException;
import dev.parley.protocol.CloseCode;
import dev.parley.session.Receiver;
import dev.parley.session.SessionEndpoint;
import java.util.Arrays;

/**
 * An endpoint of an application's own. With Parley's jar in the application there is nothing else to do:
 *
 * <pre>{@code
 * @ServerEndpoint(value = "/orders/{id}/live", configurator = HandshakeConfigurator.class)
 * public class OrderSocket extends ParleyEndpoint<OrderSocket.Visit> {
 *     public record Visit(@PathParam("id") long id, @Depends(Customer.class) Customer customer) {}
 *
 *     @Override
 *     protected void message(Visit visit, Connection connection, String text) {
 *         connection.send(visit.customer().name() + ": " + text);
 *     }
 * }
 * }</pre>
 *
 * <p>The class is public and has a public constructor that takes nothing. There is one object for each connection, so it may have
 * fields; where there is CDI, {@code @Inject} and {@code @PostConstruct} work in it. What does not meet its record never comes here: it
 * is refused before the upgrade, with an HTTP status.
 *
 * <p><b>Threads.</b> {@link #opened} and the messages come one at a time, on a thread of the server's. Some servers read many clients
 * on one thread: what takes long holds up others. {@link #closed} comes once, after {@code opened}, on a thread of Parley's, perhaps while a
 * message is still being served.
 *
 * <p><b>Failure.</b> A {@link WebSocketException} closes with its code and reason, after what was sent before; anything else that is thrown
 * is a fault of ours: 1011, and a line in the log. Messages longer than {@code parley.max-message-bytes} are closed with 1009.
 *
 * @param <P> the record of what its handshake brings, as {@link dev.parley.handshake} explains
 */
public abstract class ParleyEndpoint<P extends Record> extends SessionEndpoint<P> {
    private static final ClassValue<Boolean> TAKES_BINARY = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return type != ParleyEndpoint.class
                    && (Arrays.stream(type.getDeclaredMethods())
                                    .anyMatch(method -> method.getName().equals("binary")
                                            && method.getParameterCount() == 3
                                            && method.getParameterTypes()[2] == byte[].class)
                            || get(type.getSuperclass()));
        }
    };

    /** A client is there. */
    protected void opened(P visit, Connection connection) {}

    /** A client has said something. Whoever does not override this closes with 1003 whoever says anything. */
    protected void message(P visit, Connection connection, String text) {
        throw notAccepted();
    }

    /** A client has sent bytes, which may be kept. Whoever does not override this closes with 1003 whoever sends any. */
    protected void binary(P visit, Connection connection, byte[] bytes) {
        throw notAccepted();
    }

    /** A client has gone, however; nothing reaches it any more. What its dependencies have opened is still open. May block. */
    protected void closed(P visit, Connection connection) {}

    private static WebSocketException notAccepted() {
        return new WebSocketException(CloseCode.NOT_ACCEPTED.code(), CloseCode.NOT_ACCEPTED.reason());
    }

    /** Parley's own. */
    @Override
    protected final Receiver begin(P visit, dev.parley.connection.Connection connection, Handshake handshake) {
        Connection client = new LocalConnection(connection, handshake);
        handshake.beforeCleanup(() -> closed(visit, client));
        opened(visit, client);
        return new Receiver() {
            @Override
            public void text(String message) {
                message(visit, client, message);
            }

            @Override
            public boolean takesBinary() {
                return TAKES_BINARY.get(ParleyEndpoint.this.getClass());
            }

            @Override
            public void binary(byte[] message) {
                ParleyEndpoint.this.binary(visit, client, message);
            }
        };
    }
}
