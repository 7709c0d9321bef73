package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SourcesTest {
    @Test
    void keysAreSpelledAsTheirSourcesSpellThings() {
        assertThat(Setting.MAX_MESSAGE_BYTES.property()).isEqualTo("parley.max-message-bytes");
        assertThat(Setting.MAX_MESSAGE_BYTES.variable()).isEqualTo("PARLEY_MAX_MESSAGE_BYTES");
    }

    @ParameterizedTest
    @MethodSource("dev.parley.app.Setting#all")
    void everyKeyIsKnownInEverySource(Setting<?> setting) {
        assertKnown(new Sources(
                Map.of(setting.property(), "x"), Map.of(setting.variable(), "x"), Map.of(setting.property(), "x")));
        assertThat(setting.sentence()).endsWith(".").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "parley.heartbeet",
                "parley.Heartbeat",
                "parley.HEARTBEAT",
                "parley.max_connections",
                "parley.maxConnections",
                "parley.heartbeat ",
                "parley.heartbeat.x"
            })
    void unknownPropertyAndParameterAreNamedWithoutTheirValue(String name) {
        assertUnknown(name, new Sources(Map.of(name, "s3cr3t"), Map.of(), Map.of()));
        assertUnknown(name, new Sources(Map.of(), Map.of(), Map.of(name, "s3cr3t")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PARLEY_HEARTBEET", "PARLEY_heartbeat", "PARLEY_MAX-CONNECTIONS"})
    void unknownVariableIsNamedWithoutItsValue(String name) {
        assertUnknown(name, new Sources(Map.of(), Map.of(name, "s3cr3t"), Map.of()));
    }

    @Test
    void propertyNamedLikeAVariableIsNoSettingAndNoMistake() {
        Sources sources = new Sources(
                Map.of("PARLEY_HEARTBEAT", "x", "parleys.x", "x", "parley", "x"),
                Map.of("parley.heartbeat", "x", "PARLEYS_X", "x", "parley_heartbeat", "x", "PARLEY", "x"),
                Map.of("PARLEY_HEARTBEAT", "x", "org.example", "x"));

        assertKnown(sources);
        assertThat(sources.find(Setting.HEARTBEAT)).isEmpty();
    }

    /** Kubernetes puts these into every container beside a service that is called parley. */
    @Test
    void variablesOfAServiceCalledParleyAreIgnored() {
        assertKnown(new Sources(
                Map.of(),
                Map.of(
                        "PARLEY_PORT", "tcp://10.0.0.7:8080",
                        "PARLEY_PORT_8080_TCP", "tcp://10.0.0.7:8080",
                        "PARLEY_PORT_8080_TCP_ADDR", "10.0.0.7",
                        "PARLEY_PORT_8080_TCP_PORT", "8080",
                        "PARLEY_PORT_8080_TCP_PROTO", "tcp",
                        "PARLEY_SERVICE_HOST", "10.0.0.7",
                        "PARLEY_SERVICE_PORT", "8080",
                        "PARLEY_SERVICE_PORT_HTTP", "8080"),
                Map.of()));
    }

    /** And it does the same for each other service of the namespace; parley-redis is what one would call its Redis. */
    @Test
    void variablesOfServicesThatBeginWithParleyAreIgnored() {
        assertKnown(new Sources(
                Map.of(),
                Map.of(
                        "PARLEY_REDIS_PORT", "tcp://10.0.0.8:6379",
                        "PARLEY_REDIS_PORT_6379_TCP", "tcp://10.0.0.8:6379",
                        "PARLEY_REDIS_PORT_6379_TCP_ADDR", "10.0.0.8",
                        "PARLEY_REDIS_SERVICE_HOST", "10.0.0.8",
                        "PARLEY_REDIS_SERVICE_PORT", "6379"),
                Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"parley.port", "parley.context", "parley.host"})
    void launchersPropertiesAreIgnored(String name) {
        assertKnown(new Sources(Map.of(name, "x"), Map.of(), Map.of()));
    }

    /** A server's properties and its machine's environment are for all applications on it. */
    @Test
    void namesThatAreNothingLikeOursAreSomebodyElses() {
        Map<String, String> others = Map.of("parley.url", "x", "parley.", "x", "parley.database.password", "x");

        assertKnown(new Sources(others, Map.of("PARLEY_", "x", "PARLEY_HOME", "x", "PARLEY_TOKEN", "x"), others));
    }

    @Test
    void foundValueSaysWhereItWasFound() {
        Sources sources = new Sources(Map.of(), Map.of("PARLEY_HEARTBEAT", " 1s "), Map.of());

        assertThat(sources.find(Setting.HEARTBEAT))
                .contains(new Sources.Found("1s", "environment variable PARLEY_HEARTBEAT"));
    }

    @Test
    void laterChangesElsewhereDoNotReachIt() {
        Map<String, String> properties = new HashMap<>();
        Sources sources = new Sources(properties, properties, properties);
        properties.put("parley.nope", "x");

        assertKnown(sources);
    }

    /** The environment holds the secrets of everybody who runs in this process. */
    @Test
    void itSaysNothingOfTheEnvironmentWhenPrinted() {
        assertThat(new Sources(Map.of(), Map.of("DATABASE_PASSWORD", "s3cr3t"), Map.of()))
                .asString()
                .doesNotContain("s3cr3t");
    }

    @Test
    void contextGivesItsOwnParametersAndTheProcessItsProperties() {
        FakeContext context = new FakeContext()
                .with("parley.heartbeat", "7s")
                .with("org.glassfish.tyrus.servlet.incoming-buffer-size", "1048600");
        System.setProperty("parley.send-timeout", "8s");
        try {
            Sources sources = Sources.of(context.asServletContext());

            assertThat(sources.contextParameters()).containsOnly(Map.entry("parley.heartbeat", "7s"));
            assertThat(sources.properties())
                    .containsEntry("parley.send-timeout", "8s")
                    .allSatisfy((name, value) -> assertThat(name).startsWith("parley."));
        } finally {
            System.clearProperty("parley.send-timeout");
        }
    }

    @Test
    void optionsThatAreNoneAreRefused() {
        assertThatNoException().isThrownBy(() -> Sources.refuseUnknown(Set.of("heartbeat", "max-connections")));
        assertThatThrownBy(() -> Sources.refuseUnknown(Set.of("heartbeet")))
                .isInstanceOf(SettingsException.class)
                .hasMessage("--heartbeet is not an option; did you mean --heartbeat?");
        assertThatThrownBy(() -> Sources.refuseUnknown(Set.of("no-such-setting")))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("--no-such-setting is not an option; --help");
    }

    private static void assertKnown(Sources sources) {
        assertThat(sources.misspelt()).isEmpty();
    }

    private static void assertUnknown(String name, Sources sources) {
        assertThat(sources.misspelt()).containsOnlyKeys(name).doesNotContainValue("s3cr3t");
    }
}
