package dev.parley.admin;

import dev.parley.api.ClusterQuery;
import dev.parley.api.Realm;
import dev.parley.api.RoomDetails;
import dev.parley.api.Tickets;
import dev.parley.api.Views;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import dev.parley.session.ConsoleEndpoint;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * All pages that are open on this node, and what each of them looks at. {@link #show} sends each what it looks at, anew.
 * Thread-safe.
 *
 * <p>A page has to bring a new ticket every minute, or it is closed with 4002: so a role that was taken away ends here, too.
 */
public final class ConsoleSocket implements ConsoleEndpoint.Console {
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final int ROWS = 200;

    private static final Logger LOG = System.getLogger(ConsoleSocket.class.getName());

    private final Tickets tickets;
    private final Views views;
    private final ClusterQuery query;
    private final RoomDetails details;
    private final Sampler sampler;
    private final InstantSource clock;
    private final Set<Page> pages = ConcurrentHashMap.newKeySet();

    public ConsoleSocket(
            Tickets tickets,
            Views views,
            ClusterQuery query,
            RoomDetails details,
            Sampler sampler,
            InstantSource clock) {
        this.tickets = tickets;
        this.views = views;
        this.query = query;
        this.details = details;
        this.sampler = sampler;
        this.clock = clock;
    }

    @Override
    public Consumer<String> open(String ticket, Connection connection) {
        Optional<Realm.Operator> operator = tickets.redeem(ticket);
        if (operator.isEmpty()) {
            connection.close(CloseCode.BAD_CREDENTIAL);
            return message -> {};
        }
        connection.named(operator.get().name());
        Page page = new Page(connection, clock.instant().plus(LEASE));
        pages.add(page);
        connection.onEnd(() -> pages.remove(page));
        page.show();
        return page::said;
    }

    /** Sends every page what it looks at. To be called about once a second, by one thread at a time. */
    public void show() {
        pages.forEach(Page::show);
    }

    /** One open page. */
    private final class Page {
        private final Connection connection;
        private volatile Instant until;
        private volatile Map<String, Json> wish = Map.of();
        private final AtomicInteger wanted = new AtomicInteger(); // above 0 an answer is on its way

        Page(Connection connection, Instant until) {
            this.connection = connection;
            this.until = until;
        }

        void said(String message) {
            Map<String, Json> said = Json.parse(message).flatMap(Json::members).orElse(Map.of());
            if (said.containsKey("ticket")) {
                if (tickets.redeem(text(said, "ticket")).isPresent()) {
                    until = clock.instant().plus(LEASE);
                } else {
                    connection.close(CloseCode.BAD_CREDENTIAL);
                }
            } else {
                wish = said;
                show();
            }
        }

        void show() {
            if (!clock.instant().isBefore(until)) {
                connection.close(CloseCode.EXPIRED);
                return;
            }
            if (wanted.getAndIncrement() == 0) {
                look();
            }
        }

        /** One look at a time: what is wanted meanwhile is looked at once, afterwards. */
        private void look() {
            int before = wanted.get();
            Map<String, Json> asked = wish;
            String view = text(asked, "view");
            CompletionStage<Map<String, Object>> answer;
            try {
                answer = seen(view, asked);
            } catch (RuntimeException notAsked) { // or else this page would see nothing any more
                answer = CompletableFuture.failedStage(notAsked);
            }
            answer.whenComplete((seen, failure) -> {
                if (failure != null) {
                    LOG.log(Level.DEBUG, "what a page of the console wants to see cannot be had: {0}", failure);
                } else if (!connection
                        .isBehind()) { // a page that does not keep up misses something, and nobody else does
                    Map<String, Object> shown = new LinkedHashMap<>();
                    shown.put("view", view);
                    shown.put("is", seen);
                    shown.put("at", clock.millis());
                    connection.send(JsonText.of(shown));
                }
                if (wanted.addAndGet(-before) > 0) {
                    look();
                }
            });
        }

        private CompletionStage<Map<String, Object>> seen(String view, Map<String, Json> asked) {
            return switch (view) {
                case "connections", "connection", "ended", "rooms", "users", "audit" -> everywhere(view, asked);
                case "security" ->
                    everywhere("refusals", asked).thenApply(found -> {
                        Map<String, Object> security = new LinkedHashMap<>(found);
                        security.putAll(views.blocks());
                        return security;
                    });
                case "room" ->
                    RoomId.parse(text(asked, "id"))
                            .map(details::of)
                            .orElseGet(() -> CompletableFuture.completedStage(Map.of()));
                case "nodes" -> CompletableFuture.completedStage(views.nodes());
                case "settings" -> CompletableFuture.completedStage(views.settings());
                default -> {
                    Map<String, Object> overview = new LinkedHashMap<>(views.overview());
                    overview.put("history", sampler.history(minutes(asked)));
                    yield CompletableFuture.completedStage(overview);
                }
            };
        }

        private CompletionStage<Map<String, Object>> everywhere(String view, Map<String, Json> asked) {
            Map<String, String> filter = new LinkedHashMap<>();
            asked.forEach((name, value) -> filter.put(name, value.string().orElse("")));
            return query.ask(new ClusterQuery.Question(view, filter, ROWS));
        }
    }

    /** How far back a page looks: one of the times that it offers. */
    private static int minutes(Map<String, Json> asked) {
        return switch (text(asked, "minutes")) {
            case "60" -> 60;
            case "360" -> 360;
            case "1440" -> 1_440;
            default -> 15;
        };
    }

    private static String text(Map<String, Json> said, String name) {
        Json member = said.get(name);
        return member == null ? "" : member.string().orElse("");
    }
}
