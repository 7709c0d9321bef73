package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.MemberJoined;
import dev.parley.MessagePublished;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.RoomPattern;
import dev.parley.connection.ConnectionManager;
import dev.parley.dialogue.Limits;
import dev.parley.dialogue.RoomRules;
import dev.parley.events.Webhook;
import dev.parley.handshake.TrustedProxies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {
    private static final String EIGHTEEN_DIGITS = "9".repeat(18);

    @Test
    void withoutAnySourceAllHaveTheirDefaults() {
        assertThat(Settings.read(new Sources(Map.of(), Map.of(), Map.of())))
                .isEqualTo(new Settings(
                        Set.of(),
                        false,
                        TrustedProxies.NONE,
                        1_048_576,
                        SettingText.budget("25%", Runtime.getRuntime().maxMemory()),
                        new ConnectionManager.Limits(
                                20_000, 1_000, 4_194_304, Duration.ofSeconds(10), Duration.ofSeconds(20)),
                        true,
                        1_000,
                        Duration.ofSeconds(5),
                        1_000,
                        new SharedLog("memory:", ""),
                        Optional.empty(),
                        Duration.ofSeconds(5),
                        Limits.DEFAULT,
                        false,
                        new Settings.Tokens(
                                Optional.empty(), Set.of("RS256", "ES256"), Optional.empty(), Optional.empty()),
                        Duration.ofSeconds(10),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void neitherTheAddressOfTheBackplaneNorItsSecretIsShown() {
        Settings settings = Settings.read(new Sources(
                Map.of(
                        "parley.backplane", "redis://user:hidden@host:1/2",
                        "parley.backplane-secret", "hidden-as-well-as-the-address"),
                Map.of(),
                Map.of()));

        assertThat(settings.log().address()).isEqualTo("redis://user:hidden@host:1/2");
        assertThat(settings.log().toString()).contains("redis:").doesNotContain("hidden", "host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "memory", "redis:", "redis:user:hidden@host", "mysql://user:hidden@host", "jndi:"})
    void anAddressOfNoEngineIsRefusedWithoutRepeatingIt(String address) {
        assertThatThrownBy(() -> property(Setting.BACKPLANE, address))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("must be memory:")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void secretIsNeverRepeated() {
        assertThat(property(Setting.METRICS_TOKEN, "s3cr3t-s3cr3t-s3cr3t").toString())
                .doesNotContain("s3cr3t");
        assertThatThrownBy(() -> property(Setting.METRICS_TOKEN, "s3cr3t"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("parley.metrics-token")
                .hasMessageNotContaining("s3cr3t");
    }

    @ParameterizedTest
    @MethodSource("dev.parley.app.Setting#all")
    void defaultIsAValidValue(Setting<?> setting) {
        assertThat(property(setting, setting.defaultText()))
                .isEqualTo(Settings.read(new Sources(Map.of(), Map.of(), Map.of())));
    }

    static Stream<Arguments> values() {
        return Stream.of(
                arguments(Setting.ALLOWED_ORIGINS, "https://a.example", "allowedOrigins", Set.of("https://a.example")),
                arguments(
                        Setting.ALLOWED_ORIGINS,
                        " https://a.example ,, http://b.example:81,",
                        "allowedOrigins",
                        Set.of("https://a.example", "http://b.example:81")),
                arguments(Setting.ALLOWED_ORIGINS, "*", "allowedOrigins", Set.of("*")),
                arguments(Setting.ALLOWED_ORIGINS, " , ", "allowedOrigins", Set.of()),
                arguments(Setting.COOKIE_NEEDS_ORIGIN, "true", "cookieNeedsOrigin", true),
                arguments(Setting.FRAMES, "off", "frames", false),
                arguments(Setting.MAX_MESSAGE_BYTES, "1", "maxMessageBytes", 1),
                arguments(Setting.MAX_MESSAGE_BYTES, "16777216", "maxMessageBytes", 16 * 1024 * 1024),
                arguments(Setting.MAX_CONNECTIONS, "1", "limits.maxConnections", 1),
                arguments(Setting.MAX_CONNECTIONS, "1000000", "limits.maxConnections", 1_000_000),
                arguments(Setting.MEMORY_BUDGET, "16m", "memoryBudget", 16L << 20),
                arguments(Setting.MEMORY_BUDGET, "268435456", "memoryBudget", 268_435_456L),
                arguments(Setting.MEMORY_BUDGET, "2g", "memoryBudget", 2L << 30),
                arguments(Setting.OUTBOX_MESSAGES, "1", "limits.outboxMessages", 1),
                arguments(Setting.OUTBOX_MESSAGES, "0001000000", "limits.outboxMessages", 1_000_000),
                arguments(Setting.OUTBOX_BYTES, "1", "limits.outboxBytes", 1L),
                arguments(Setting.OUTBOX_BYTES, "1073741824", "limits.outboxBytes", 1L << 30),
                arguments(Setting.SEND_TIMEOUT, "100ms", "limits.sendTimeout", Duration.ofMillis(100)),
                arguments(Setting.SEND_TIMEOUT, "10m", "limits.sendTimeout", Duration.ofMinutes(10)),
                arguments(Setting.HEARTBEAT, "100ms", "limits.heartbeat", Duration.ofMillis(100)),
                arguments(Setting.HEARTBEAT, "1h", "limits.heartbeat", Duration.ofHours(1)),
                arguments(Setting.DRAIN_TIMEOUT, "0s", "drainTimeout", Duration.ZERO),
                arguments(Setting.DRAIN_TIMEOUT, "300s", "drainTimeout", Duration.ofMinutes(5)),
                arguments(Setting.HISTORY_MESSAGES, "1", "historyMessages", 1),
                arguments(Setting.HISTORY_MESSAGES, "1000000", "historyMessages", 1_000_000),
                arguments(Setting.ROOM_MESSAGE_BYTES, "1", "roomLimits.messageBytes", 1),
                arguments(Setting.ROOMS_PER_CONNECTION, "10000", "roomLimits.rooms", 10_000),
                arguments(Setting.MESSAGES_PER_SECOND, "7", "roomLimits.messagesPerSecond", 7),
                arguments(Setting.BYTES_PER_SECOND, "1", "roomLimits.bytesPerSecond", 1),
                arguments(Setting.CONNECTIONS_PER_USER, "1", "roomLimits.connectionsPerUser", 1),
                arguments(Setting.INBOXES, "false", "roomLimits.inboxes", false),
                arguments(Setting.EXPLAIN_REFUSALS, "true", "explainRefusals", true),
                arguments(
                        Setting.JWT_KEYS,
                        "https://id.example/keys",
                        "tokens.keys",
                        Optional.of("https://id.example/keys")),
                arguments(Setting.JWT_ALGORITHMS, "HS256 ,", "tokens.algorithms", Set.of("HS256")),
                arguments(Setting.JWT_ISSUER, "us", "tokens.issuer", Optional.of("us")),
                arguments(Setting.JWT_AUDIENCE, "parley", "tokens.audience", Optional.of("parley")),
                arguments(Setting.CREDENTIAL_GRACE, "0s", "credentialGrace", Duration.ZERO),
                arguments(Setting.CREDENTIAL_GRACE, "1h", "credentialGrace", Duration.ofHours(1)),
                arguments(Setting.METRICS_TOKEN, "0123456789abcdef", "metricsToken", Optional.of("0123456789abcdef")));
    }

    @ParameterizedTest
    @MethodSource("values")
    void everyKeySetsWhatItIsNamedAfterAndNothingElse(Setting<?> setting, String text, String component, Object value) {
        Settings defaults = Settings.read(new Sources(Map.of(), Map.of(), Map.of()));

        Settings settings = property(setting, text);

        assertThat(settings).extracting(component).isEqualTo(value);
        assertThat(settings)
                .usingRecursiveComparison()
                .ignoringFields(component)
                .isEqualTo(defaults);
    }

    @Test
    void budgetIsAPartOfTheHeapButNeverNextToNothing() {
        assertThat(SettingText.budget("50%", 1L << 30)).isBetween((1L << 29) - 100, 1L << 29);
        assertThat(SettingText.budget("25%", 32L << 20)).isEqualTo(16L << 20);
    }

    @Test
    void rulesAreReadFromTheirFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("rules"), "lobby all everyone");

        RoomRules rules = property(Setting.ROOM_RULES, file.toString())
                .rules()
                .orElseThrow()
                .rules();

        assertThat(rules.allow(Caller.ANONYMOUS, Action.JOIN, new RoomId("lobby")))
                .isTrue();
        assertThat(rules.allow(Caller.ANONYMOUS, Action.JOIN, new RoomId("news")))
                .isFalse();
        Path bad = Files.writeString(directory.resolve("bad"), "lobby all everyone\nwhat?");
        assertThatThrownBy(() -> property(Setting.ROOM_RULES, bad.toString()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("parley.room-rules")
                .hasMessageContaining("line 2");
        assertThatThrownBy(() ->
                        property(Setting.ROOM_RULES, directory.resolve("none").toString()))
                .isInstanceOf(SettingsException.class);
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                arguments(Setting.ALLOWED_ORIGINS, "not an origin", "app.example"),
                arguments(Setting.ALLOWED_ORIGINS, "not an origin", "https://a.example https://b.example"),
                arguments(Setting.ALLOWED_ORIGINS, "not an origin", "https://a.example/,https://b.example"),
                arguments(Setting.ALLOWED_ORIGINS, "not an origin", "https://a.example\nhttps://b.example"),
                arguments(Setting.ALLOWED_ORIGINS, "not an origin", "null"),
                arguments(Setting.COOKIE_NEEDS_ORIGIN, "true or false", ""),
                arguments(Setting.COOKIE_NEEDS_ORIGIN, "true or false", "TRUE"),
                arguments(Setting.COOKIE_NEEDS_ORIGIN, "true or false", "yes"),
                arguments(Setting.COOKIE_NEEDS_ORIGIN, "true or false", "1"),
                arguments(Setting.FRAMES, "auto or off", "on"),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", ""),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", "0"),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", "-1"),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", "+1"),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", "16777217"),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", "1m"),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", "1e3"),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", "1_000"),
                arguments(Setting.MAX_MESSAGE_BYTES, "from 1 to 16777216", "\uff11"),
                arguments(Setting.MAX_CONNECTIONS, "from 1 to 1000000", "0"),
                arguments(Setting.MAX_CONNECTIONS, "from 1 to 1000000", "1000001"),
                arguments(Setting.MAX_CONNECTIONS, "from 1 to 1000000", "4294967297"),
                arguments(Setting.MEMORY_BUDGET, "at least 16m", "16777215"),
                arguments(Setting.MEMORY_BUDGET, "at least 16m", "0%"),
                arguments(Setting.MEMORY_BUDGET, "at least 16m", "91%"),
                arguments(Setting.MEMORY_BUDGET, "at least 16m", "1t"),
                arguments(Setting.OUTBOX_MESSAGES, "from 1 to 1000000", "0"),
                arguments(Setting.OUTBOX_MESSAGES, "from 1 to 1000000", EIGHTEEN_DIGITS),
                arguments(Setting.OUTBOX_BYTES, "from 1 to 1073741824", "0"),
                arguments(Setting.OUTBOX_BYTES, "from 1 to 1073741824", "1073741825"),
                arguments(Setting.OUTBOX_BYTES, "from 1 to 1073741824", EIGHTEEN_DIGITS + "9"),
                arguments(Setting.SEND_TIMEOUT, "from 100ms to 600s", "99ms"),
                arguments(Setting.SEND_TIMEOUT, "from 100ms to 600s", "11m"),
                arguments(Setting.SEND_TIMEOUT, "from 100ms to 600s", "0s"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "10"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "s"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "1.5s"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "10 s"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "10S"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "-10s"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "PT10S"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "1m30s"),
                arguments(Setting.SEND_TIMEOUT, "such as 500ms, 20s, 2m or 1h", "9999999999s"),
                arguments(Setting.HEARTBEAT, "from 100ms to 3600s", "99ms"),
                arguments(Setting.HEARTBEAT, "from 100ms to 3600s", "3601s"),
                arguments(Setting.HEARTBEAT, "from 100ms to 3600s", "999999999h"),
                arguments(Setting.DRAIN_TIMEOUT, "from 0ms to 300s", "301s"),
                arguments(Setting.DRAIN_TIMEOUT, "from 0ms to 300s", "0"),
                arguments(Setting.HISTORY_MESSAGES, "from 1 to 1000000", "0"),
                arguments(Setting.HISTORY_MESSAGES, "from 1 to 1000000", "1000001"));
    }

    @ParameterizedTest
    @MethodSource("badValues")
    void badValueStopsWithOneLineThatNamesSourceAndRule(Setting<?> setting, String rule, String text) {
        String property = setting.property();
        String variable = setting.variable();

        assertRefused(
                new Sources(Map.of(property, text), Map.of(), Map.of()), "system property " + property + ": ", rule);
        assertRefused(
                new Sources(Map.of(), Map.of(variable, text), Map.of()),
                "environment variable " + variable + ": ",
                rule);
        assertRefused(
                new Sources(Map.of(), Map.of(), Map.of(property, text)), "context parameter " + property + ": ", rule);
    }

    static Stream<Setting<?>> badValueIsShownShortAndOnOneLine() {
        Set<Setting<?>> neverShown = Set.of(
                Setting.METRICS_TOKEN,
                Setting.BACKPLANE,
                Setting.BACKPLANE_SECRET,
                Setting.WEBHOOK_URL,
                Setting.WEBHOOK_SECRET);
        return Setting.all().stream().filter(setting -> !neverShown.contains(setting));
    }

    @ParameterizedTest
    @MethodSource
    void badValueIsShownShortAndOnOneLine(Setting<?> setting) {
        String text = "x\r\n\u001b[31m" + "y".repeat(1000);

        assertThatThrownBy(() -> property(setting, text))
                .isInstanceOf(SettingsException.class)
                .message()
                .contains("x")
                .doesNotContain("\r", "\n", "\u001b")
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @CsvSource({
        "http://hidden.example/hook, whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, 'parley.webhook-url: must be https, or http on this machine'",
        "https:hidden, whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, 'parley.webhook-url: not a URL'",
        "https://hidden.example/hook, '', 'parley.webhook-url: parley.webhook-secret is missing'",
        "https://hidden.example/hook, whsec_hidden, 'parley.webhook-secret: must be whsec_'"
    })
    void aWebhookThatCannotWorkStopsTheStartAndNothingOfItIsRepeated(String url, String secret, String line) {
        Map<String, String> properties = Map.of("parley.webhook-url", url, "parley.webhook-secret", secret);

        assertThatThrownBy(() -> Settings.read(new Sources(properties, Map.of(), Map.of())))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(line)
                .message()
                .doesNotContain("hidden", "MfKQ");
    }

    @Test
    void aWebhookIsPostedTheEventsAndRoomsThatAreAskedFor() {
        Settings settings = Settings.read(new Sources(
                Map.of(
                        "parley.webhook-url", "https://hidden.example/hook",
                        "parley.webhook-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                        "parley.webhook-events", "member.joined, message.published",
                        "parley.webhook-rooms", "order-{id}, news-*"),
                Map.of(),
                Map.of()));

        Webhook.Target target = settings.webhook().orElseThrow();
        assertThat(target.kinds()).containsExactlyInAnyOrder(MemberJoined.class, MessagePublished.class);
        assertThat(target.rooms()).containsExactlyInAnyOrder(new RoomPattern("order-{id}"), new RoomPattern("news-*"));
    }

    @Test
    void propertyCountsBeforeVariableAndVariableBeforeContextParameter() {
        String name = Setting.HEARTBEAT.property();
        Map<String, String> property = Map.of(name, "1s");
        Map<String, String> variable = Map.of(Setting.HEARTBEAT.variable(), "2s");
        Map<String, String> parameter = Map.of(name, "3s");

        assertThat(heartbeat(new Sources(property, variable, parameter))).isEqualTo(Duration.ofSeconds(1));
        assertThat(heartbeat(new Sources(Map.of(), variable, parameter))).isEqualTo(Duration.ofSeconds(2));
        assertThat(heartbeat(new Sources(Map.of(), Map.of(), parameter))).isEqualTo(Duration.ofSeconds(3));
        assertThat(heartbeat(new Sources(property, Map.of(), parameter))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void eachKeyIsFoundWhereItIs() {
        Settings settings = Settings.read(new Sources(
                Map.of("parley.heartbeat", "1s"),
                Map.of("PARLEY_MAX_CONNECTIONS", "2"),
                Map.of("parley.history-messages", "3", "parley.max-connections", "4")));

        assertThat(settings.limits().heartbeat()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.limits().maxConnections()).isEqualTo(2);
        assertThat(settings.historyMessages()).isEqualTo(3);
    }

    @Test
    void goodValueBehindDoesNotExcuseTheBadOneBeforeIt() {
        Sources sources = new Sources(
                Map.of("parley.heartbeat", "soon"), Map.of("PARLEY_HEARTBEAT", "1s"), Map.of("parley.heartbeat", "1s"));

        assertRefused(sources, "system property parley.heartbeat: ", "must be a duration");
    }

    @Test
    void blanksAroundAValueDoNotCount() {
        assertThat(property(Setting.HEARTBEAT, " 1s\n").limits().heartbeat()).isEqualTo(Duration.ofSeconds(1));
    }

    private static Settings property(Setting<?> setting, String text) {
        return Settings.read(new Sources(Map.of(setting.property(), text), Map.of(), Map.of()));
    }

    private static Duration heartbeat(Sources sources) {
        return Settings.read(sources).limits().heartbeat();
    }

    private static void assertRefused(Sources sources, String source, String rule) {
        assertThatThrownBy(() -> Settings.read(sources))
                .isInstanceOf(SettingsException.class)
                .message()
                .startsWith(source)
                .contains(rule)
                .hasLineCount(1);
    }
}
