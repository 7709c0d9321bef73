package dev.parley.app;

import dev.parley.ParleyEvent;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.RoomPattern;
import dev.parley.connection.ConnectionManager;
import dev.parley.dialogue.Limits;
import dev.parley.dialogue.RulesFile;
import dev.parley.events.Webhook;
import dev.parley.events.WebhookSecret;
import dev.parley.handshake.TrustedProxies;
import dev.parley.room.Overflow;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All settings, valid. Immutable. What each means stands in {@link Setting}.
 */
record Settings(
        Set<String> allowedOrigins,
        boolean cookieNeedsOrigin,
        TrustedProxies trustedProxies,
        int maxMessageBytes,
        long memoryBudget,
        ConnectionManager.Limits limits,
        boolean frames,
        int connectionsPerAddress,
        Duration drainTimeout,
        int historyMessages,
        SharedLog log,
        Optional<RulesFile> rules,
        Duration policyCache,
        Limits roomLimits,
        boolean explainRefusals,
        Tokens tokens,
        Duration credentialGrace,
        boolean guide,
        Optional<String> path,
        Optional<Webhook.Target> webhook,
        Optional<String> metricsToken) {

    /**
     * Whose tokens are taken.
     *
     * @param keys where the keys are; nothing if no token is taken
     */
    record Tokens(Optional<String> keys, Set<String> algorithms, Optional<String> issuer, Optional<String> audience) {}

    Settings {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    /**
     * Reads and checks all of them.
     *
     * @throws SettingsException in one line, naming the first that is wrong, and where it was found
     */
    static Settings read(Sources sources) {
        sources.warnOfMisspelt();
        return new Settings(
                Setting.ALLOWED_ORIGINS.in(sources),
                Setting.COOKIE_NEEDS_ORIGIN.in(sources),
                Setting.TRUSTED_PROXIES.in(sources),
                Setting.MAX_MESSAGE_BYTES.in(sources),
                Setting.MEMORY_BUDGET.in(sources),
                new ConnectionManager.Limits(
                        Setting.MAX_CONNECTIONS.in(sources),
                        Setting.OUTBOX_MESSAGES.in(sources),
                        Setting.OUTBOX_BYTES.in(sources),
                        Setting.SEND_TIMEOUT.in(sources),
                        Setting.HEARTBEAT.in(sources)),
                Setting.FRAMES.in(sources),
                Setting.CONNECTIONS_PER_ADDRESS.in(sources),
                Setting.DRAIN_TIMEOUT.in(sources),
                Setting.HISTORY_MESSAGES.in(sources),
                new SharedLog(
                        Setting.BACKPLANE.in(sources),
                        Setting.BACKPLANE_SECRET.in(sources).orElse("")),
                Setting.ROOM_RULES.in(sources),
                Setting.POLICY_CACHE.in(sources),
                new Limits(
                        Setting.ROOM_MESSAGE_BYTES.in(sources),
                        Setting.MESSAGES_PER_SECOND.in(sources),
                        Setting.BYTES_PER_SECOND.in(sources),
                        Setting.ROOMS_PER_CONNECTION.in(sources),
                        Setting.CONNECTIONS_PER_USER.in(sources),
                        Setting.INBOXES.in(sources)),
                Setting.EXPLAIN_REFUSALS.in(sources),
                new Tokens(
                        Setting.JWT_KEYS.in(sources),
                        Setting.JWT_ALGORITHMS.in(sources),
                        Setting.JWT_ISSUER.in(sources),
                        Setting.JWT_AUDIENCE.in(sources)),
                Setting.CREDENTIAL_GRACE.in(sources),
                Setting.GUIDE.in(sources),
                Setting.PATH.in(sources),
                webhook(sources),
                Setting.METRICS_TOKEN.in(sources));
    }

    private static Optional<Webhook.Target> webhook(Sources sources) {
        Optional<URI> url = Setting.WEBHOOK_URL.in(sources);
        Optional<WebhookSecret> secret = Setting.WEBHOOK_SECRET.in(sources);
        Set<Class<? extends ParleyEvent>> kinds = Setting.WEBHOOK_EVENTS.in(sources);
        Set<RoomPattern> rooms = Setting.WEBHOOK_ROOMS.in(sources);
        if (url.isPresent() && secret.isEmpty()) {
            throw new SettingsException(Setting.WEBHOOK_URL + ": " + Setting.WEBHOOK_SECRET
                    + " is missing, and without it nobody can tell who posts");
        }
        return url.map(place -> new Webhook.Target(place, secret.orElseThrow(), kinds, rooms));
    }

    /** What becomes of what clients of a room are too slow for. */
    Overflow overflow(RoomId room) {
        return rules.map(written -> written.rules().overflow(room)).orElse(Overflow.CLOSE);
    }

    /** What is in effect, for operators: names, values, where each comes from. Of a secret only whether there is one. */
    static List<Map<String, Object>> effective(Sources sources) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Setting<?> setting : Setting.all()) {
            Optional<Sources.Found> found = sources.find(setting);
            String text = found.map(Sources.Found::text).orElse(setting.defaultText());
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("setting", setting.property());
            row.put("value", setting.isSecret() && !text.isEmpty() ? "(secret)" : text);
            row.put("default", setting.defaultText());
            row.put("source", found.map(Sources.Found::source).orElse("default"));
            row.put("is", setting.sentence());
            rows.add(row);
        }
        return rows;
    }

    /** Says nothing of the values, some of which are secrets. */
    @Override
    public String toString() {
        return "settings";
    }
}
