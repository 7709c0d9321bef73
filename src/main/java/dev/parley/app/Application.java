package dev.parley.app;

import dev.parley.Options;
import dev.parley.ParleyListener;
import dev.parley.RoomPolicy;
import dev.parley.Status;
import dev.parley.admin.ClientServlet;
import dev.parley.admin.DocsServlet;
import dev.parley.api.AsyncApi;
import dev.parley.api.EventsServlet;
import dev.parley.api.HealthServlet;
import dev.parley.api.MetricsServlet;
import dev.parley.api.Realm;
import dev.parley.backplane.Backplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.connection.frames.Frames;
import dev.parley.dialogue.Dialogues;
import dev.parley.dialogue.Limits;
import dev.parley.dialogue.Policies;
import dev.parley.dialogue.RulesFile;
import dev.parley.events.Events;
import dev.parley.events.Webhook;
import dev.parley.guide.Guide;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.BlockingLimit;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Decisions;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Gate;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.RoleNames;
import dev.parley.handshake.Route;
import dev.parley.handshake.TokenVerifier;
import dev.parley.handshake.TrustedProxies;
import dev.parley.handshake.jwt.JwtKeys;
import dev.parley.handshake.jwt.JwtVerifier;
import dev.parley.handshake.security.SharedTickets;
import dev.parley.handshake.security.TicketServlet;
import dev.parley.handshake.security.Tickets;
import dev.parley.library.Contributions;
import dev.parley.library.LocalParley;
import dev.parley.library.OwnEndpoints;
import dev.parley.library.ServerContext;
import dev.parley.metrics.MeterBean;
import dev.parley.metrics.Meters;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.room.Rooms;
import dev.parley.session.ConsoleEndpoint;
import dev.parley.session.EventStreams;
import dev.parley.session.OpenLibertyEndpoints;
import dev.parley.session.RoomsEndpoint;
import dev.parley.session.Routes;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All parts, wired by hand in the order of the data path. The only class that knows all of them.
 *
 * <p>Started once per deployment; {@link #stop} may be called from any thread and any number of times, because servers differ
 * in which of their hooks still finds the sockets open.
 */
final class Application {
    private static final Logger LOG = System.getLogger("dev.parley");
    /** Set to {@code off} by the launcher when there is nobody who could log in. */
    private static final String CONSOLE = "dev.parley.console";

    private static final int SWEEP_SECONDS = 1;
    private static final Duration TOKEN_SKEW = Duration.ofSeconds(30);
    private static final int MAX_BACKLOG = 1_000; // entries that a room's fan-out may be behind its log

    private static final TokenVerifier NO_TOKENS =
            token -> new TokenVerifier.Verdict.Rejected("no token is taken here");

    private static final Duration REVIVE = Duration.ofSeconds(1);

    private final Opened opened;
    private final Threads threads;
    private final Budget budget;
    private final Workers workers;
    private final ConnectionManager connections;
    private final Backplane backplane;
    private final Rooms rooms;
    private final Policies policies;
    private final Events events;
    private final Dialogues dialogues;
    private final Limits roomLimits;
    private final Duration drainTimeout;
    private final int maxMessageBytes;
    private final OriginRule origins;
    private final TrustedProxies proxies;
    private final AdmissionControl admission;
    private final Tickets tickets;
    private final TokenVerifier verifier;
    private final Dependencies identities;
    private final Optional<String> metricsToken;
    private final Realm realm;
    private final Decisions decisions = new Decisions();
    private final Operating operating;

    /** Opens all parts. What is open when it fails is in {@code opened}. */
    private Application(ServletContext context, Settings settings, Opened opened) {
        this.opened = opened;
        int history = settings.historyMessages();
        this.drainTimeout = settings.drainTimeout();
        this.maxMessageBytes = settings.maxMessageBytes();
        this.origins = originRule(settings);
        this.proxies = settings.trustedProxies();
        this.realm = new Realm(InstantSource.system(), proxies);
        this.metricsToken = settings.metricsToken();

        this.threads = opened.add("threads", new Threads());
        this.budget = new Budget(settings.memoryBudget());
        budget.watchedBy(threads);
        this.workers = opened.add("workers", new Workers(threads));
        workers.every(REVIVE, threads::revive);
        this.backplane = opened.add("backplane", settings.log().open(history, budget, threads));
        backplane.takeIn(maxMessageBytes);
        settings.rules().ifPresent(file -> backplane.retain(room -> file.rules().keep(room)));
        this.tickets = new SharedTickets(backplane, budget);
        this.connections = new ConnectionManager(
                settings.limits(), workers, new Frames(settings.frames()), budget, System::nanoTime);
        this.admission =
                new AdmissionControl(connections.limits().maxConnections(), settings.connectionsPerAddress(), budget);
        this.rooms = new Rooms(backplane, workers, MAX_BACKLOG, settings::overflow, budget, maxMessageBytes);
        this.operating = opened.add(
                "operating",
                new Operating(
                        budget,
                        workers,
                        connections,
                        rooms,
                        backplane,
                        admission,
                        realm,
                        origins,
                        drainTimeout,
                        decisions,
                        settings.roomLimits().inboxes(),
                        Settings.effective(Sources.of(context)),
                        Map.of("version", version(context), "server", context.getServerInfo())));
        this.verifier = verifier(settings.tokens());
        this.policies = opened.add(
                "policies",
                Policies.of(
                        Contributions.policies(),
                        settings.rules().orElse(null),
                        settings.policyCache(),
                        ServerContext.around(Threads.factory("policy")),
                        workers));
        this.events = opened.add(
                "events",
                new Events(
                        backplane,
                        connections,
                        budget,
                        InstantSource.system(),
                        ServerContext.around(Threads.factory("event"))));
        Contributions.listeners().forEach(events::add);
        settings.webhook().ifPresent(target -> events.add(new Webhook(target, budget)));
        LocalParley.of(context).extend(new Additions());
        this.roomLimits = settings.roomLimits();
        this.dialogues = new Dialogues(
                rooms,
                verifier == NO_TOKENS ? null : verifier,
                policies,
                roomLimits,
                settings.limits().heartbeat(),
                workers);
        operating.serve(dialogues);
        this.identities = Dependencies.none()
                .with(TokenVerifier.class, verifier)
                .with(Tickets.class, tickets)
                .with(RoleNames.class, roleNames(DeclaredRoles.of(context), settings.rules()));
    }

    private void register(ServletContext context, Settings settings) {
        boolean hasConsole = !"off".equals(context.getInitParameter(CONSOLE));
        boolean isWar = Application.class.getResource("/dev/parley/guide/Guide.class") != null; // and no library in one
        boolean hasGuide = isWar && settings.guide();
        String path = settings.path().orElse(isWar ? "" : "/parley");
        ServerContainer container = container(context);
        Routes making = new Routes(connections, !OpenLibertyEndpoints.isOf(container), OwnEndpoints.injection());
        Dependencies own = identities
                .with(Rooms.class, rooms)
                .with(Policies.class, policies)
                .orElse(OwnEndpoints.objects(context));
        List<Route> routes = (hasGuide ? Guide.ENDPOINTS : OwnEndpoints.found(context))
                .stream()
                        .map(type -> making.to(type, own, maxMessageBytes))
                        .collect(Collectors.toCollection(ArrayList::new));
        int roomBytes = roomLimits.messageBytes();
        routes.add(making.at(
                path + "/rooms",
                RoomsEndpoint.class,
                List.of(RoomsEndpoint.PROTOCOL),
                () -> new RoomsEndpoint(dialogues),
                identities,
                roomBytes,
                RoomsEndpoint.maxParts(roomBytes)));
        List<Route> channels =
                List.copyOf(routes); // the console's other end is a page of ours, and no client's business
        if (hasConsole) {
            routes.add(making.at(
                    path + "/admin/ws",
                    ConsoleEndpoint.class,
                    List.of(),
                    () -> new ConsoleEndpoint(operating::open),
                    Dependencies.none(),
                    ConsoleEndpoint.MAX_MESSAGE_BYTES,
                    Integer.MAX_VALUE));
        }
        register(container, routes);
        Gate gate = new Gate(
                routes,
                new Gate.Rules(
                        origins,
                        admission,
                        settings.explainRefusals(),
                        proxies,
                        settings.credentialGrace(),
                        new BlockingLimit(),
                        isWar),
                decisions);
        opened.add("handshakes", () -> HandshakeConfigurator.install(null));
        gate.register(context);
        ScheduledFuture<?> unused =
                workers.timer().scheduleWithFixedDelay(gate::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);

        ServletRegistration.Dynamic client = add(
                context,
                "client",
                new ClientServlet(this::drain),
                path,
                "/parley.js",
                "/parley-stream.js",
                "/parley.d.ts");
        client.setLoadOnStartup(1); // so that its destroy() is called, while most servers still have the sockets open
        if (isWar && !hasGuide) {
            client.addMapping("/"); // the server's own would hand out the parts of the archive
        }
        add(
                        context,
                        "events",
                        new EventsServlet(
                                gate,
                                path,
                                identities.with(TokenVerifier.class, dialogues::verify),
                                origins,
                                policies,
                                new EventStreams(connections, dialogues),
                                dialogues.verifies(),
                                roomLimits),
                        path,
                        "/rooms/*")
                .setAsyncSupported(true);
        Meters meters = Instruments.of(
                Map.of("version", version(context), "server", context.getServerInfo()),
                decisions,
                connections,
                rooms,
                operating.rates(),
                backplane,
                admission,
                policies,
                events,
                budget,
                threads);
        opened.add("bean", MeterBean.register(meters, context.getContextPath()));
        add(context, "metrics", new MetricsServlet(meters, metricsToken, realm), path, "/metrics");
        add(
                context,
                "api",
                operating.api(
                        verifier == NO_TOKENS ? this::takeName : verifier, policies, maxMessageBytes, version(context)),
                path,
                "/api/v1/*",
                "/admin/api/v1/*");
        if (hasConsole) {
            add(context, "console", operating.page(), path, "/admin", "/admin/*");
        }
        add(
                context,
                "docs",
                new DocsServlet(
                        AsyncApi.document(channels, context.getContextPath(), maxMessageBytes, version(context))),
                path,
                "/asyncapi.json",
                "/docs",
                "/docs/*");
        operating.watch();
        add(context, "tickets", new TicketServlet(tickets, origins, identities), path, "/tickets");
        add(
                context,
                "health",
                new HealthServlet(Checks.of(connections, admission, backplane, budget, threads)),
                path,
                "/health",
                "/health/*");
        String version = version(context);
        LocalParley.of(context).toldBy(() -> new Status(version, connections.count(), isDemo()));
        if (hasGuide) {
            Guide.addPages(context, hasConsole);
        }
    }

    private static ServerContainer container(ServletContext context) {
        if (context.getAttribute(ServerContainer.class.getName()) instanceof ServerContainer container) {
            return container;
        }
        throw new SettingsException("this server has no WebSockets for this application");
    }

    /** Tells the container of the endpoints that it does not find by itself. */
    private static void register(ServerContainer container, List<Route> routes) {
        routes.stream().flatMap(route -> route.config().stream()).forEach(config -> {
            try {
                container.addEndpoint(config);
            } catch (DeploymentException e) {
                throw new IllegalStateException("the server does not take " + config.getPath(), e);
            }
        });
    }

    private static ServletRegistration.Dynamic add(
            ServletContext context, String name, HttpServlet servlet, String path, String... patterns) {
        ServletRegistration.Dynamic registration = context.addServlet("parley-" + name, servlet);
        registration.addMapping(
                Stream.of(patterns).map(pattern -> path + pattern).toArray(String[]::new));
        return registration;
    }

    /**
     * Starts everything and registers it with the container. To be called while the context initialises.
     *
     * @throws SettingsException if a setting is well-formed but cannot work
     */
    static Application start(ServletContext context, Settings settings) {
        Opened opened = new Opened();
        try {
            Application application = new Application(context, settings, opened);
            opened.add("connections", application::drain);
            application.register(context, settings);
            opened.add("parley", LocalParley.of(context))
                    .started(
                            application.backplane,
                            application.rooms,
                            application.operating.cluster(),
                            application.operating.users(),
                            application.maxMessageBytes);
            LOG.log(Level.INFO, "Parley {0} started on {1}", version(context), context.getServerInfo());
            if (application.isDemo()) {
                LOG.log(
                        Level.WARNING,
                        "Demo mode: everybody may do everything in every room, under any name; {0} says who may",
                        Setting.ROOM_RULES);
            } else if (settings.tokens().keys().isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "No token is verified: clients of the rooms are called what they say, and rules know only those who are"
                                + " logged in at the server; {0} says whose tokens are good",
                        Setting.JWT_KEYS);
            }
            context.setAttribute(
                    Production.ATTRIBUTE, Production.open(settings, application.isDemo(), Production.maxFiles()));
            return application;
        } catch (Throwable e) {
            opened.close(); // the container does not stop what did not start
            throw e;
        }
    }

    /** What the application adds by a call. */
    private final class Additions implements Options {
        @Override
        public Options policy(RoomPolicy policy) {
            policies.add(policy);
            return this;
        }

        @Override
        public Options listener(ParleyListener<?> listener) {
            events.add(listener);
            return this;
        }
    }

    /** Whether everybody may do everything in every room. */
    private boolean isDemo() {
        return policies.isEverythingAllowed();
    }

    /** Where everybody may do everything, a name does for a token here as it does in the rooms: to publish, and for nothing more. */
    private TokenVerifier.Verdict takeName(String name) {
        TokenVerifier.Verdict verdict = isDemo() ? dialogues.verify(name) : NO_TOKENS.verify(name);
        return verdict instanceof TokenVerifier.Verdict.Accepted accepted
                ? new TokenVerifier.Verdict.Accepted(new Credential(
                        Credential.Source.VISITOR,
                        accepted.credential().user(),
                        Set.of("parley:publish"),
                        Set.of(),
                        Map.of(),
                        Optional.empty()))
                : verdict;
    }

    /** Refuses new visitors and closes all connections, within the drain timeout. Idempotent. */
    void drain() {
        if (admission.turn(AdmissionControl.State.STOPPED)) {
            int open = connections.count();
            rooms.close();
            dialogues.sayBye();
            connections.drain(drainTimeout);
            LOG.log(Level.INFO, "Parley has closed its {0} connections", open);
        }
    }

    /** Drains, and lets go of every thread and static, so that the class loader can be collected. Idempotent. */
    void stop() {
        opened.close();
    }

    /** Those that the application declares, and those that rules ask about, which may change. */
    private static RoleNames roleNames(Set<String> declared, Optional<RulesFile> rules) {
        return () -> Stream.concat(declared.stream(), rules.stream().flatMap(file -> file.rules().roles().stream()))
                .collect(Collectors.toSet());
    }

    private static TokenVerifier verifier(Settings.Tokens tokens) {
        if (tokens.keys().isEmpty()) {
            return OwnEndpoints.verifier().orElse(NO_TOKENS);
        }
        Setting<?> read = Setting.JWT_ALGORITHMS;
        try {
            JwtVerifier.Rules rules =
                    new JwtVerifier.Rules(tokens.algorithms(), tokens.issuer(), tokens.audience(), TOKEN_SKEW);
            read = Setting.JWT_KEYS;
            return new JwtVerifier(JwtKeys.at(tokens.keys().get()), rules, Clock.systemUTC());
        } catch (IllegalArgumentException wrong) {
            throw new SettingsException(read + ": " + wrong.getMessage());
        }
    }

    private static OriginRule originRule(Settings settings) {
        try {
            return new OriginRule(settings.allowedOrigins(), settings.cookieNeedsOrigin());
        } catch (IllegalArgumentException e) {
            throw new SettingsException(Setting.ALLOWED_ORIGINS + ": " + e.getMessage());
        }
    }

    private static String version(ServletContext context) {
        String packaged = Application.class.getPackage().getImplementationVersion();
        if (packaged != null) { // in a jar of its own; the manifest of the archive around it is somebody else's
            return packaged;
        }
        try (InputStream manifest = context.getResourceAsStream("/META-INF/MANIFEST.MF")) {
            String version = manifest == null
                    ? null
                    : new Manifest(manifest).getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
            return version == null ? "(unpackaged)" : version;
        } catch (IOException e) {
            throw new UncheckedIOException("the WAR's manifest cannot be read", e);
        }
    }
}
