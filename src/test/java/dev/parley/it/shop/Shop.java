package dev.parley.it.shop;

import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Gate;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.Route;
import dev.parley.handshake.TokenVerifier;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.handshake.security.MemoryTickets;
import dev.parley.handshake.security.TicketServlet;
import dev.parley.handshake.security.Tickets;
import dev.parley.node.Budget;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

@WebListener
public final class Shop implements ServletContextListener {
    private final Stock stock = new Stock();
    private final Tickets tickets = new MemoryTickets();
    private final Workers workers = new Workers();
    private final ConnectionManager connections = new ConnectionManager(
            new ConnectionManager.Limits(1_000, 1_000, 1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(20)),
            workers,
            null,
            new Budget(Budget.shareOfHeap()),
            System::nanoTime);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @Override
    public void contextInitialized(ServletContextEvent event) {
        Dependencies ours = Dependencies.none()
                .with(Stock.class, stock)
                .with(TokenVerifier.class, Shop::verify)
                .with(Tickets.class, tickets);
        OriginRule origins = new OriginRule(Set.of(), false);
        Gate gate = new Gate(
                List.of(
                        Route.to(ItemSocket.class, ItemSocket::new, ours),
                        Route.to(EchoSocket.class, EchoSocket::new),
                        Route.to(OrderSocket.class, OrderSocket::new, ours),
                        Route.to(DeskSocket.class, () -> new DeskSocket(connections)),
                        Route.to(BasketSocket.class, () -> new BasketSocket(connections))),
                new Gate.Rules(origins, () -> {}, true));
        gate.register(event.getServletContext());
        event.getServletContext().addServlet("home", new Home()).addMapping("/");
        event.getServletContext().addServlet("login", new LoginServlet()).addMapping("/login");
        event.getServletContext()
                .addServlet("tickets", new TicketServlet(tickets, origins, ours))
                .addMapping("/tickets");
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(gate::sweep, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        connections.drain(Duration.ofSeconds(2));
        workers.close();
        timer.shutdownNow();
        HandshakeConfigurator.install(null);
    }

    /** In earnest: {@code new JwtVerifier(JwtKeys.at("https://id.example/keys"), rules, Clock.systemUTC())}. */
    private static Verdict verify(String token) {
        return switch (token) {
            case "alice-for-a-second" ->
                new Verdict.Accepted(new Credential(
                        "alice",
                        Set.of("orders"),
                        Map.of(),
                        Optional.of(Instant.now().minusSeconds(9))));
            case "alice" -> new Verdict.Accepted(new Credential("alice", Set.of("orders"), Map.of(), Optional.empty()));
            case "bob" -> new Verdict.Accepted(Credential.of("bob"));
            default -> new Verdict.Rejected("not one of ours");
        };
    }
}
