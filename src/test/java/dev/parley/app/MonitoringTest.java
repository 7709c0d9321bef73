package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.api.RoomRates;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies;
import dev.parley.events.Events;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Decisions;
import dev.parley.metrics.Exposition;
import dev.parley.metrics.Meters;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard, the alerts and the meters that they speak of. */
final class MonitoringTest {
    private static final Path FILES = Path.of("server-config/monitoring");
    private static final Pattern NAME = Pattern.compile("\\bparley_[a-z0-9_]+");

    private final Workers workers = new Workers();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void dashboardAndAlertsSpeakOfMetersThatExist() {
        Set<String> told = namesIn(meters().text(Exposition.PROMETHEUS));
        assertThat(told).contains("parley_connections", "parley_delivery_seconds_bucket", "parley_sent_messages_total");
        for (String file : List.of("alerts.yml", "dashboard.json")) {
            Set<String> used = namesIn(read(file));
            assertThat(used).as(file).isNotEmpty();
            assertThat(told).as(file).containsAll(used);
        }
    }

    @Test
    void everyMeterIsOnTheDashboardOrExplainedInTheGuide() {
        String shown = read("dashboard.json") + read("alerts.yml") + read("../../src/site/markdown/operating.md");
        Set<String> families = new TreeSet<>();
        meters().text(Exposition.PROMETHEUS)
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .forEach(line -> families.add(line.split(" ")[2]));
        assertThat(families).allSatisfy(family -> assertThat(shown).contains(family));
    }

    @Test
    void everyPanelSaysWhatItShows() {
        assertThat(read("dashboard.json").split("\"description\": ")).hasSizeGreaterThan(20);
        assertThat(read("dashboard.json")).doesNotContain("\"description\": \"\"");
    }

    @Test
    void alertsHaveWhatPrometheusWantsOfThem() {
        String rules = read("alerts.yml");
        assertThat(rules).doesNotContain("\t");
        String[] alerts = rules.split("- alert: ");
        assertThat(alerts).hasSizeGreaterThan(8);
        for (String alert : List.of(alerts).subList(1, alerts.length)) {
            assertThat(alert).contains("\n        expr: ", "\n          severity: ", "\n          summary: ");
        }
    }

    @Test
    void theGuideSaysWhatToDoAboutEachAlert() {
        String guide = read("../../src/site/markdown/operating.md");
        Matcher alert = Pattern.compile("- alert: (\\w+)").matcher(read("alerts.yml"));
        while (alert.find()) {
            assertThat(guide).contains("| `" + alert.group(1) + "` | ");
        }
    }

    @Test
    void everyExpressionOfAlertsAndDashboardIsPromQl() {
        List<String> expressions = new ArrayList<>();
        for (String rule : read("alerts.yml").split("expr: ")) {
            expressions.add(rule.split("\n        (for|labels):")[0].replaceFirst("^>-", ""));
        }
        expressions.remove(0); // what stands before the first
        Matcher quoted = Pattern.compile("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"").matcher(read("dashboard.json"));
        while (quoted.find()) {
            expressions.add(quoted.group(1).replace("\\\"", "\"").replace("\\\\", "\\"));
        }
        assertThat(expressions).hasSizeGreaterThan(20);
        Map<String, Set<String>> labels = labels();
        assertThat(expressions).allSatisfy(expression -> PromQl.check(expression, labels));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "parley_connections >",
                "sum by (instance) rate(parley_connections[5m])",
                "rate(parley_connections)",
                "sum(parley_connections[5m])",
                "parley_connections{user=\"x\"}",
                "parley_connection",
                "histogram_quantile(parley_delivery_seconds_bucket)",
                "(parley_connections",
                "parley_connections or"
            })
    void whatIsNoPromQlOrOfNoMeterOfOursIsNoticed(String expression) {
        assertThatThrownBy(() -> PromQl.check(expression, labels())).isInstanceOf(AssertionError.class);
    }

    /** The grammar of the text format, as a scraper reads it. */
    @Test
    void whatIsToldIsWellFormed() {
        String number = "(?:[-+]?[0-9.]+(?:E-?[0-9]+)?|NaN|[-+]Inf)";
        Pattern sample = Pattern.compile(
                "[a-z_]+(?:\\{[a-z]+=\"(?:[^\"\\\\\n]|\\\\[\\\\n\"])*\"(?:,[a-z]+=\"(?:[^\"\\\\\n]|\\\\[\\\\n\"])*\")*}|) "
                        + number);
        Set<String> seen = new TreeSet<>();
        String family = "";
        for (String line : meters().text(Exposition.PROMETHEUS).lines().toList()) {
            if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                String name = line.split(" ")[2];
                assertThat(name.equals(family) || seen.add(name))
                        .as("one block of " + name)
                        .isTrue();
                family = name;
            } else {
                assertThat(line).matches(sample).startsWith(family);
            }
        }
        assertThat(seen).hasSizeGreaterThan(25);
    }

    /** The labels of each sample that there is, by its name. */
    private Map<String, Set<String>> labels() {
        Map<String, Set<String>> labels = new HashMap<>();
        for (String line : meters().text(Exposition.PROMETHEUS).lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ");
                for (String suffix :
                        words[3].equals("histogram") ? List.of("_bucket", "_sum", "_count") : List.of("")) {
                    labels.put(words[2] + suffix, Set.of("status", "cause", "rank", "outcome", "le"));
                }
            }
        }
        return labels;
    }

    private Meters meters() {
        ConnectionManager connections = new ConnectionManager(
                Settings.read(new Sources(Map.of(), Map.of(), Map.of())).limits(),
                workers,
                null,
                new Budget(Long.MAX_VALUE),
                System::nanoTime);
        MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
        Rooms rooms =
                new Rooms(backplane, workers, 10, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
        return Instruments.of(
                Map.of("version", "1", "server", "x"),
                new Decisions(),
                connections,
                rooms,
                new RoomRates(rooms, System::nanoTime),
                backplane,
                new AdmissionControl(Integer.MAX_VALUE, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE)),
                Policies.of(List.of(), null, Duration.ZERO, Thread::new, workers),
                new Events(
                        backplane,
                        connections,
                        new Budget(Long.MAX_VALUE),
                        InstantSource.system(),
                        Threads.factory("event")),
                new Budget(Long.MAX_VALUE),
                new Threads());
    }

    private static Set<String> namesIn(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }

    private static String read(String file) {
        try {
            return Files.readString(FILES.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
