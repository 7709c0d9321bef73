package dev.parley.app;

import dev.parley.Status;
import dev.parley.admin.ClientServlet;
import dev.parley.admin.DocsServlet;
import dev.parley.api.AsyncApi;
import dev.parley.api.EventsServlet;
import dev.parley.api.HealthServlet;
import dev.parley.api.MetricsServlet;
import dev.parley.dialogue.Policies;
import dev.parley.guide.Guide;
import dev.parley.handshake.BlockingLimit;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Gate;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.Route;
import dev.parley.handshake.TokenVerifier;
import dev.parley.handshake.security.TicketServlet;
import dev.parley.library.LocalParley;
import dev.parley.library.OwnEndpoints;
import dev.parley.metrics.MeterBean;
import dev.parley.metrics.Meters;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All {@link Parts}, made known to the container in the order of the data path: endpoints, the gate before them, servlets.
 *
 * <p>Started once per deployment; {@link #stop} may be called from any thread and any number of times, because servers differ
 * in which of their hooks still finds the sockets open.
 */
final class Application {
    private static final Logger LOG = System.getLogger("dev.parley");
    /** Set to {@code off} by the launcher when there is nobody who could log in. */
    private static final String CONSOLE = "dev.parley.console";

    private static final int SWEEP_SECONDS = 1;

    private final Opened opened;
    private final Parts parts;

    private Application(Opened opened, Parts parts) {
        this.opened = opened;
        this.parts = parts;
    }

    private void register(ServletContext context, Settings settings) {
        String version = version(context);
        boolean hasConsole = !"off".equals(context.getInitParameter(CONSOLE));
        boolean isWar = Application.class.getResource("/dev/parley/guide/Guide.class") != null; // and no library in one
        boolean hasGuide = isWar && settings.guide();
        String path = settings.path().orElse(isWar ? "" : "/parley");
        ServerContainer container = container(context);
        Routes making = new Routes(parts.connections, !OpenLibertyEndpoints.isOf(container), OwnEndpoints.injection());
        Dependencies own = parts.identities
                .with(Rooms.class, parts.rooms)
                .with(Policies.class, parts.policies)
                .orElse(OwnEndpoints.objects(context));
        List<Route> routes = (hasGuide ? Guide.ENDPOINTS : OwnEndpoints.found(context))
                .stream()
                        .map(type -> making.to(type, own, settings.maxMessageBytes()))
                        .collect(Collectors.toCollection(ArrayList::new));
        int roomBytes = settings.roomLimits().messageBytes();
        routes.add(making.at(
                path + "/rooms",
                RoomsEndpoint.class,
                List.of(RoomsEndpoint.PROTOCOL),
                () -> new RoomsEndpoint(parts.dialogues),
                parts.identities,
                roomBytes,
                RoomsEndpoint.maxParts(roomBytes)));
        List<Route> channels =
                List.copyOf(routes); // the console's other end is a page of ours, and no client's business
        if (hasConsole) {
            routes.add(making.at(
                    path + "/admin/ws",
                    ConsoleEndpoint.class,
                    List.of(),
                    () -> new ConsoleEndpoint(parts.operating::open),
                    Dependencies.none(),
                    ConsoleEndpoint.MAX_MESSAGE_BYTES,
                    Integer.MAX_VALUE));
        }
        register(container, routes);
        Gate gate = new Gate(
                routes,
                new Gate.Rules(
                        parts.origins,
                        parts.admission,
                        settings.explainRefusals(),
                        settings.trustedProxies(),
                        settings.credentialGrace(),
                        new BlockingLimit(),
                        isWar),
                parts.decisions);
        opened.add("handshakes", () -> HandshakeConfigurator.install(null));
        gate.register(context);
        ScheduledFuture<?> unused = parts.workers
                .timer()
                .scheduleWithFixedDelay(gate::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);

        ServletRegistration.Dynamic client = add(
                context,
                "client",
                new ClientServlet(parts::drain),
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
                                parts.identities.with(TokenVerifier.class, parts.dialogues::verify),
                                parts.origins,
                                parts.policies,
                                new EventStreams(parts.connections, parts.dialogues),
                                parts.dialogues.verifies(),
                                settings.roomLimits()),
                        path,
                        "/rooms/*")
                .setAsyncSupported(true);
        Meters meters = Instruments.of(
                parts.facts,
                parts.decisions,
                parts.connections,
                parts.rooms,
                parts.operating.rates(),
                parts.backplane,
                parts.admission,
                parts.policies,
                parts.events,
                parts.budget,
                parts.threads);
        opened.add("bean", MeterBean.register(meters, context.getContextPath()));
        add(context, "metrics", new MetricsServlet(meters, settings.metricsToken(), parts.realm), path, "/metrics");
        add(
                context,
                "api",
                parts.operating.api(parts.ofCalls(), parts.policies, settings.maxMessageBytes(), version),
                path,
                "/api/v1/*",
                "/admin/api/v1/*");
        if (hasConsole) {
            add(context, "console", parts.operating.page(), path, "/admin", "/admin/*");
        }
        add(
                context,
                "docs",
                new DocsServlet(
                        AsyncApi.document(channels, context.getContextPath(), settings.maxMessageBytes(), version)),
                path,
                "/asyncapi.json",
                "/docs",
                "/docs/*");
        parts.operating.watch();
        add(context, "tickets", new TicketServlet(parts.tickets, parts.origins, parts.identities), path, "/tickets");
        add(
                context,
                "health",
                new HealthServlet(
                        Checks.of(parts.connections, parts.admission, parts.backplane, parts.budget, parts.threads)),
                path,
                "/health",
                "/health/*");
        LocalParley.of(context).toldBy(() -> new Status(version, parts.connections.count(), parts.isDemo()));
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
        Set<String> taken = registration.addMapping(
                Stream.of(patterns).map(pattern -> path + pattern).toArray(String[]::new));
        if (!taken.isEmpty()) {
            LOG.log(Level.WARNING, "{0} is another servlet''s already, so Parley''s {1} answers nothing", taken, name);
        }
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
            String version = version(context);
            Parts parts = new Parts(context, settings, opened, version);
            Application application = new Application(opened, parts);
            opened.add("connections", parts::drain);
            application.register(context, settings);
            opened.add("parley", LocalParley.of(context))
                    .started(
                            parts.backplane,
                            parts.rooms,
                            parts.operating.cluster(),
                            parts.operating.users(),
                            settings.maxMessageBytes());
            LOG.log(Level.INFO, "Parley {0} started on {1}", version, context.getServerInfo());
            if (parts.isDemo()) {
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
                    Production.ATTRIBUTE, Production.open(settings, parts.isDemo(), Production.maxFiles()));
            return application;
        } catch (Throwable e) {
            opened.close(); // the container does not stop what did not start
            throw e;
        }
    }

    /** As {@link Parts#drain}. */
    void drain() {
        parts.drain();
    }

    /** Drains, and lets go of every thread and static, so that the class loader can be collected. Idempotent. */
    void stop() {
        opened.close();
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
