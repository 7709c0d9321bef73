package dev.parley.test;

import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Gate;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.RoleNames;
import dev.parley.handshake.TokenVerifier;
import dev.parley.handshake.security.MemoryTickets;
import dev.parley.handshake.security.Tickets;
import dev.parley.node.Budget;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import dev.parley.session.Routes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Opens an endpoint of one's own without a server: its handshake is bound and decided as in earnest, and the endpoint is made, called and
 * answered over a session in memory. What does not hold is an {@link AssertionError}; it needs no library for tests.
 *
 * <pre>{@code
 * ParleyTest.of(OrderSocket.class).as("dave").open("/orders/1/live").isRefused(403);
 *
 * try (Client ann = ParleyTest.of(OrderSocket.class).as("ann", "staff").open("/orders/1/live").opens()) {
 *     ann.send("where is it?").receives("on its way");
 * }
 * }</pre>
 *
 * <p>Each method answers with a changed copy, which may be opened any number of times. Not thread-safe; and one endpoint at a time is opened
 * in one class loader.
 */
public final class ParleyTest {
    private static final int MAX_MESSAGE_BYTES = 1 << 20;
    private static final int ENOUGH = 1_000;

    private final Class<?> endpoint;
    private final Visit visit;
    private final Function<Dependencies, Dependencies> dependencies;
    private final Routes.Injection injection;

    private ParleyTest(
            Class<?> endpoint,
            Visit visit,
            Function<Dependencies, Dependencies> dependencies,
            Routes.Injection injection) {
        this.endpoint = endpoint;
        this.visit = visit;
        this.dependencies = dependencies;
        this.injection = injection;
    }

    /** Of a class with {@code @ServerEndpoint}, whose visitor nobody knows. */
    public static ParleyTest of(Class<?> endpoint) {
        return new ParleyTest(endpoint, Visit.NOBODYS, Function.identity(), Routes.Injection.NONE);
    }

    /** The visitor has logged in at the application, and has these roles. */
    public ParleyTest as(String user, String... roles) {
        return visiting(visit.as(user, Set.of(roles)));
    }

    /** The visitor sends a header more, such as {@code Cookie} or {@code Authorization}. */
    public ParleyTest with(String header, String value) {
        return visiting(visit.with(header, value));
    }

    /** The visitor's HTTP session has an attribute. */
    public ParleyTest inSession(String attribute, Object value) {
        return visiting(visit.inSession(attribute, value));
    }

    /** The application has such an object, which dependencies ask for by its type. */
    public <T> ParleyTest with(Class<T> type, T object) {
        return new ParleyTest(endpoint, visit, dependencies.andThen(others -> others.with(type, object)), injection);
    }

    /** A dependency gives this instead. */
    public ParleyTest override(Class<?> dependency, Object value) {
        return new ParleyTest(
                endpoint, visit, dependencies.andThen(others -> others.override(dependency, () -> value)), injection);
    }

    /** Fills in what CDI would inject into each endpoint. */
    public <E> ParleyTest injecting(Class<E> type, Consumer<E> fields) {
        return new ParleyTest(endpoint, visit, dependencies, made -> {
            fields.accept(type.cast(made));
            return () -> {};
        });
    }

    private ParleyTest visiting(Visit changed) {
        return new ParleyTest(endpoint, changed, dependencies, injection);
    }

    /**
     * Sends the handshake.
     *
     * @param target path and query, percent-encoded, below the context path
     * @throws IllegalArgumentException if what the endpoint declares cannot work, as at deployment
     */
    public Opening open(String target) {
        Workers workers = new Workers();
        Budget budget = new Budget(Long.MAX_VALUE);
        ConnectionManager connections = new ConnectionManager(
                new ConnectionManager.Limits(
                        ENOUGH, ENOUGH, MAX_MESSAGE_BYTES, Duration.ofMinutes(1), Duration.ofMinutes(1)),
                workers,
                null,
                budget,
                System::nanoTime);
        MemoryBackplane backplane = new MemoryBackplane(ENOUGH, InstantSource.system(), budget);
        TokenVerifier nobodys = token -> new TokenVerifier.Verdict.Rejected("no verifier is given");
        Dependencies own = dependencies.apply(Dependencies.none()
                .with(TokenVerifier.class, nobodys)
                .with(Tickets.class, new MemoryTickets())
                .with(RoleNames.class, visit::roles)
                .with(
                        Rooms.class,
                        new Rooms(backplane, workers, ENOUGH, room -> Overflow.CLOSE, budget, MAX_MESSAGE_BYTES))
                .with(Policies.class, Policies.of(List.of(), null, Duration.ZERO, Thread::new, workers)));
        Runnable stop = () -> {
            connections.drain(Duration.ZERO);
            backplane.close();
            workers.close();
        };
        try {
            Gate gate = new Gate(
                    List.of(new Routes(connections, true, injection).to(endpoint, own, MAX_MESSAGE_BYTES)),
                    new Gate.Rules(new OriginRule(Set.of(), false), () -> {}, true));
            return Opening.of(endpoint, visit, target, gate, () -> {
                stop.run();
                gate.destroy();
            });
        } catch (RuntimeException | Error e) {
            stop.run();
            throw e;
        }
    }

    /** What the visitor brings. */
    record Visit(String user, Set<String> roles, Map<String, String> headers, Map<String, Object> session) {
        static final Visit NOBODYS = new Visit("", Set.of(), Map.of(), Map.of());

        Visit {
            headers = Map.copyOf(headers);
            session = Map.copyOf(session);
        }

        Visit as(String name, Set<String> granted) {
            return new Visit(name, Set.copyOf(granted), headers, session);
        }

        Visit with(String header, String value) {
            Map<String, String> more = new HashMap<>(headers);
            more.put(header, value);
            return new Visit(user, roles, more, session);
        }

        Visit inSession(String attribute, Object value) {
            Map<String, Object> more = new HashMap<>(session);
            more.put(attribute, value);
            return new Visit(user, roles, headers, more);
        }
    }
}
