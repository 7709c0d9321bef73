package dev.parley.handshake;

import jakarta.websocket.Session;
import java.util.Map;
import java.util.Optional;

/**
 * What a visitor brought, as the gate bound it. Immutable; the only thing that carries identity from the request to the
 * session.
 *
 * @param endpoint the endpoint class it was bound for
 * @param parameters the endpoint's record
 */
public record Handshake(Class<?> endpoint, Record parameters) {
    private static final String KEY = Handshake.class.getName();

    /**
     * What was bound for a session, or nothing if it came past the gate, in which case it must not be served.
     *
     * @param <P> the endpoint's record
     */
    public static <P extends Record> Optional<P> of(Session session, Class<P> parameters) {
        return session.getUserProperties().get(KEY) instanceof Handshake handshake
                        && parameters.isInstance(handshake.parameters)
                ? Optional.of(parameters.cast(handshake.parameters))
                : Optional.empty();
    }

    void storeIn(Map<String, Object> userProperties) {
        userProperties.put(KEY, this);
    }

    /** Says nothing of the parameters, which may hold credentials. */
    @Override
    public String toString() {
        return "handshake for " + endpoint.getSimpleName();
    }
}
