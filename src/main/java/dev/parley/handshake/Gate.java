package dev.parley.handshake;

import dev.parley.node.Threads;
import dev.parley.node.Tracing;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decides handshakes before the upgrade. Plain HTTP passes untouched. Thread-safe.
 *
 * <p>It must be registered from a context listener with {@code isMatchAfter=false} on {@code /*}: declared filters are bypassed
 * on Jetty, and with {@code true} also on Tomcat and Payara.
 */
public final class Gate implements Filter {
    private static final Logger LOG = System.getLogger(Gate.class.getName());

    private volatile List<Route> routes;
    private final Rules rules;
    private final Decisions decisions;
    private final ThreadLocal<Handshake> decided; // not static: it goes with the gate
    private final Handshakes handshakes;
    private UnaryOperator<HttpServletRequest> leading =
            request -> request; // set before the first request, as is the next
    private boolean dropsBodies;
    private final FaultLog faults = new FaultLog(LOG, System::nanoTime);

    /**
     * Who is let in whatever the endpoint, and what the others are told.
     *
     * @param origins which pages may connect
     * @param admission whether anybody may, just now
     * @param explains whether a refusal says why, in its body. It names parameters and rules, so it helps whoever writes a
     *     client, and whoever looks for a way in
     * @param proxies whose word on where a visitor comes from is taken
     * @param grace how long a connection may outlast its credential, so that it can be renewed
     * @param blocking how many may be kept waiting at once; shared with whatever else waits on request threads
     * @param isAlone whether there are no other WebSockets in this application: then what leads nowhere here is refused, and else it
     *     is somebody else's
     */
    public record Rules(
            OriginRule origins,
            Admission admission,
            boolean explains,
            TrustedProxies proxies,
            Duration grace,
            BlockingLimit blocking,
            boolean isAlone) {
        private static final Duration USUAL_GRACE = Duration.ofSeconds(10);

        /** Where no proxy stands in front, and with ten seconds of grace. */
        public Rules(OriginRule origins, Admission admission, boolean explains) {
            this(origins, admission, explains, TrustedProxies.NONE, USUAL_GRACE);
        }

        /** With a limit of its own for what blocks. */
        public Rules(
                OriginRule origins, Admission admission, boolean explains, TrustedProxies proxies, Duration grace) {
            this(origins, admission, explains, proxies, grace, new BlockingLimit(), true);
        }
    }

    /**
     * A gate before these routes. Where two match, the one with a literal further left wins.
     *
     * @throws IllegalArgumentException if two match the same paths; the message names both
     */
    @SuppressWarnings("ThreadLocalUsage")
    public Gate(List<Route> routes, Rules rules) {
        this(routes, rules, new Decisions());
    }

    /** As above; what it decides is counted there. */
    @SuppressWarnings("ThreadLocalUsage")
    public Gate(List<Route> routes, Rules rules, Decisions decisions) {
        this(routes, rules, decisions, new ThreadLocal<>());
    }

    /** A gate whose decisions reach the configurator by another way, for containers without servlets. */
    Gate(List<Route> routes, Rules rules, ThreadLocal<Handshake> decided) {
        this(routes, rules, new Decisions(), decided);
    }

    private Gate(List<Route> routes, Rules rules, Decisions decisions, ThreadLocal<Handshake> decided) {
        this.decided = decided;
        this.decisions = decisions;
        this.routes =
                routes.stream().sorted(Comparator.comparing(Route::template)).toList();
        this.rules = rules;
        this.handshakes = new Handshakes(System::nanoTime, Clock.systemUTC(), rules.grace());
        for (int i = 1; i < routes.size(); i++) {
            Route one = this.routes.get(i - 1);
            Route other = this.routes.get(i);
            if (one.template().equals(other.template())) {
                throw new IllegalArgumentException("two endpoints have the same paths: " + one + " and " + other);
            }
        }
    }

    /**
     * Puts itself before everything else in a web application, and makes its endpoints its own. To be called from a context
     * listener that is declared in {@code web.xml} or annotated with {@code @WebListener}.
     */
    public void register(ServletContext context) {
        HandshakeConfigurator.install(this);
        Object container = context.getAttribute(ServerContainer.class.getName());
        String server = container == null ? "" : container.getClass().getName();
        if (server.startsWith(TyrusRequest.TYRUS)) {
            leading = TyrusRequest::of;
        } else if (server.startsWith("org.apache.tomcat.")) {
            leading = NamedParameters::of;
        }
        dropsBodies = rules.isAlone() && UnreadBody.holdsThreadsOn(server);
        context.addListener(handshakes.logins());
        FilterRegistration.Dynamic filter = context.addFilter("parley-gate", this);
        filter.setAsyncSupported(true);
        // Not matching after the declared filters: with `true` the upgrade comes first on Tomcat, Payara and Jetty.
        filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
    }

    /** Revokes what has outlasted its credential, and gives up what was broken off. To be called about every second. Throws nothing. */
    public void sweep() {
        handshakes.sweep();
    }

    /**
     * Forgets the endpoints, once nobody is let in any more: Open Liberty holds filters for as long as any socket that they saw, and
     * GlassFish 8 in the requests that its threads keep for the next ones.
     */
    void forget() {
        routes = List.of();
    }

    /** Lets go of its threads and of the endpoints. Idempotent. */
    @Override
    public void destroy() {
        handshakes.close();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http) || !(response instanceof HttpServletResponse plain)) {
            chain.doFilter(request, response);
            return;
        }
        boolean mayBeUnread = dropsBodies && UnreadBody.isThere(http);
        HttpServletResponse answer = mayBeUnread ? UnreadBody.announced(http, plain) : plain;
        try {
            if (UpgradeForm.isThere(http) && !isElsewhere(http)) {
                pass(http, answer, chain);
            } else if (UpgradeForm.hasUnreadableLogin(http)) {
                UpgradeForm.unreadableLogin().answer(answer, rules.explains());
            } else {
                chain.doFilter(request, answer);
            }
        } finally {
            if (mayBeUnread) {
                UnreadBody.drop(http, answer);
            }
        }
    }

    private void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Optional<Handshake> handshake = admitted(request, response, routes, true);
        if (handshake.isEmpty()) {
            return;
        }
        decided.set(handshake.get());
        try {
            chain.doFilter(leading.apply(request), response);
        } finally {
            Handshake left = decided.get();
            decided.remove();
            if (left != null) { // the container did not want it
                left.end();
            }
        }
    }

    /**
     * Lets a visitor in who asks over plain HTTP for what endpoints tell: by the same rules and limits as a handshake. Whoever is
     * refused has been answered; whoever has the handshake must {@link Handshake#open} and {@link Handshake#end} it.
     *
     * @param streams what there is to ask for
     */
    public Optional<Handshake> admit(HttpServletRequest request, HttpServletResponse response, List<Route> streams)
            throws IOException {
        Optional<Handshake> handshake = admitted(request, response, streams, false);
        handshake.ifPresent(handshakes::handedOver);
        return handshake;
    }

    /** Nothing if it was refused, and has been answered so. */
    private Optional<Handshake> admitted(
            HttpServletRequest request, HttpServletResponse response, List<Route> among, boolean isUpgrade)
            throws IOException {
        HandshakeRefused refusal;
        try {
            Handshake handshake = decide(request, among, isUpgrade);
            decisions.accepted();
            return Optional.of(handshake);
        } catch (HandshakeRefused refused) {
            refusal = refused;
            LOG.log(Level.DEBUG, "handshake refused with {0}: {1}", refused.status(), refused.getMessage());
        } catch (Throwable ours) { // an Error, too, must not reach the server, which would show its stack
            Threads.guarded("handshake failed", () -> faults.tell("handshake failed", ours))
                    .run();
            refusal = new HandshakeRefused(500, "internal error");
        }
        decisions.refused(
                refusal.status(),
                String.valueOf(refusal.getMessage()),
                rules.proxies().clientOf(request));
        refusal.answer(response, rules.explains());
        return Optional.empty();
    }

    /** Whether this thread is carrying an accepted handshake. */
    boolean isDeciding() {
        return decided.get() != null;
    }

    /** The handshake that this thread is carrying, once, and only for the endpoint that it was bound for. */
    Optional<Handshake> take(@Nullable String path, Class<?> endpoint) {
        Handshake handshake = decided.get();
        decided.remove();
        if (handshake == null) {
            return Optional.empty();
        } else if ((path == null
                ? handshake.endpoint() != endpoint
                : !handshake.path().equals(path))) {
            // A container may map a path to another endpoint than we did, because it resolves dot segments after
            // decoding.
            handshake.end();
            return Optional.empty();
        }
        handshakes.handedOver(handshake);
        return Optional.of(handshake);
    }

    /** @param path null for an endpoint that is known by its class */
    Route route(@Nullable String path, Class<?> endpoint) {
        return routes.stream()
                .filter(route -> path == null
                        ? route.endpoint() == endpoint
                        : route.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no route to " + endpoint));
    }

    /** Whether it leads to an endpoint that is none of ours, in an application of somebody else's. */
    private boolean isElsewhere(HttpServletRequest request) {
        if (rules.isAlone()) {
            return false;
        }
        try {
            RequestTarget target = RequestTarget.parse(BelowContext.pathOf(request), request.getQueryString());
            return routes.stream()
                    .noneMatch(
                            route -> route.template().match(target.segments()).isPresent());
        } catch (HandshakeRefused unreadable) { // whatever it leads to, ours serve nobody who was not decided about
            return true;
        }
    }

    private Handshake decide(HttpServletRequest request, List<Route> among, boolean isUpgrade) {
        String path = BelowContext.pathOf(request);
        RequestTarget target = RequestTarget.parse(path, request.getQueryString());
        for (Route route : among) {
            Optional<Map<String, String>> variables = route.template().match(target.segments());
            if (variables.isPresent()) {
                rules.admission().check();
                rules.origins().check(request);
                if (isUpgrade) {
                    UpgradeForm.check(request);
                }
                if (UpgradeForm.hasUnreadableLogin(request)) {
                    throw UpgradeForm.unreadableLogin();
                }
                UpgradeForm.checkSubprotocols(request, route.subprotocols());
                Map<String, List<String>> cookies = Cookies.parse(Visitor.headers(request, "Cookie"));
                String client = rules.proxies().clientOf(request);
                Visitor visitor =
                        new Visitor(variables.get(), target.query(), cookies, request, client, rules.blocking());
                Admission.Place place = rules.admission().admit(client);
                Handshake bound = null;
                boolean isIn = false;
                try {
                    Handshake handshake = route.bind(visitor, handshakes.closing())
                            .from(client, Tracing.here().origin(request::getHeader));
                    bound = handshake;
                    handshake.onEnded(() -> place.leave(handshake.isThrownOut()));
                    visitor.login().ifPresent(session -> handshakes.logins().watch(session, handshake));
                    isIn = true;
                    return handshake;
                } finally {
                    visitor.leave();
                    if (!isIn) {
                        place.leave(false);
                        if (bound != null) {
                            bound.end();
                        }
                    }
                }
            }
        }
        throw new HandshakeRefused(404, "no endpoint at this path");
    }
}
