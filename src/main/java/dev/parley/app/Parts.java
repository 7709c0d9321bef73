package dev.parley.app;

import dev.parley.Options;
import dev.parley.ParleyListener;
import dev.parley.RoomPolicy;
import dev.parley.api.Realm;
import dev.parley.backplane.Backplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.connection.frames.Frames;
import dev.parley.dialogue.Dialogues;
import dev.parley.dialogue.Policies;
import dev.parley.dialogue.RulesFile;
import dev.parley.events.Events;
import dev.parley.events.Webhook;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Decisions;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.RoleNames;
import dev.parley.handshake.TokenVerifier;
import dev.parley.handshake.jwt.JwtKeys;
import dev.parley.handshake.jwt.JwtVerifier;
import dev.parley.handshake.security.SharedTickets;
import dev.parley.handshake.security.Tickets;
import dev.parley.library.Contributions;
import dev.parley.library.LocalParley;
import dev.parley.library.OwnEndpoints;
import dev.parley.library.ServerContext;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.room.Rooms;
import jakarta.servlet.ServletContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All parts, wired by hand in the order of the data path: the only class that knows all of them. What is open when that fails is
 * in {@code opened}.
 */
final class Parts {
    private static final Logger LOG = System.getLogger("dev.parley");
    private static final Duration TOKEN_SKEW = Duration.ofSeconds(30);
    private static final int MAX_BACKLOG = 1_000; // entries that a room's fan-out may be behind its log
    private static final Duration REVIVE = Duration.ofSeconds(1);

    private static final TokenVerifier NO_TOKENS =
            token -> new TokenVerifier.Verdict.Rejected("no token is taken here");

    final Map<String, String> facts;
    final Threads threads;
    final Budget budget;
    final Workers workers;
    final ConnectionManager connections;
    final Backplane backplane;
    final Rooms rooms;
    final Policies policies;
    final Events events;
    final Dialogues dialogues;
    final OriginRule origins;
    final AdmissionControl admission;
    final Tickets tickets;
    final Dependencies identities;
    final Realm realm;
    final Decisions decisions = new Decisions();
    final Operating operating;
    private final TokenVerifier verifier;
    private final Duration drainTimeout;

    Parts(ServletContext context, Settings settings, Opened opened, String version) {
        int maxMessageBytes = settings.maxMessageBytes();
        this.facts = Map.of("version", version, "server", context.getServerInfo());
        this.drainTimeout = settings.drainTimeout();
        this.origins = originRule(settings);
        this.realm = new Realm(InstantSource.system(), settings.trustedProxies());

        this.threads = opened.add("threads", new Threads());
        this.budget = new Budget(settings.memoryBudget());
        budget.watchedBy(threads);
        this.workers = opened.add("workers", new Workers(threads));
        workers.every(REVIVE, threads::revive);
        this.backplane = opened.add("backplane", settings.log().open(settings.historyMessages(), budget, threads));
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
                        Map.copyOf(facts)));
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
        this.dialogues = new Dialogues(
                rooms,
                verifier == NO_TOKENS ? null : verifier,
                policies,
                settings.roomLimits(),
                settings.limits().heartbeat(),
                workers);
        operating.serve(dialogues);
        this.identities = Dependencies.none()
                .with(TokenVerifier.class, verifier)
                .with(Tickets.class, tickets)
                .with(RoleNames.class, roleNames(DeclaredRoles.of(context), settings.rules()));
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
    boolean isDemo() {
        return policies.isEverythingAllowed();
    }

    /** Whose word calls of the HTTP API take. */
    TokenVerifier ofCalls() {
        return verifier == NO_TOKENS ? this::takeName : verifier;
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
}
