package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.api.RoomRates;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.handshake.Decisions;
import dev.parley.handshake.Doors;
import dev.parley.metrics.Exposition;
import dev.parley.metrics.Meters;
import dev.parley.room.Rooms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    /** The part of PromQL that the rules are made of: brackets match, and each alert has what it needs. */
    @Test
    void alertsAreWellFormed() {
        String rules = read("alerts.yml");
        int alerts = 0;
        for (String rule : rules.split("- alert: ")) {
            if (alerts++ > 0) {
                assertThat(rule).contains("\n        expr: ", "\n          severity: ", "\n          summary: ");
                assertThat(rule).doesNotContain("\t");
                String expression = rule.split("expr: ")[1].split("\n        (for|labels):")[0];
                for (String pair : List.of("()", "{}", "[]")) {
                    assertThat(count(expression, pair.charAt(0))).isEqualTo(count(expression, pair.charAt(1)));
                }
            }
        }
        assertThat(alerts).isGreaterThan(5);
    }

    private Meters meters() {
        ConnectionManager connections = new ConnectionManager(
                Settings.read(new Sources(Map.of(), Map.of(), Map.of())).limits(), workers, null);
        MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.system());
        Rooms rooms = new Rooms(backplane, workers, 10);
        return Instruments.of(
                Map.of("version", "1", "server", "x"),
                new Decisions(),
                connections,
                rooms,
                new RoomRates(rooms, System::nanoTime),
                backplane,
                new Doors(connections::isFull));
    }

    private static Set<String> namesIn(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }

    private static long count(String text, char c) {
        return text.chars().filter(other -> other == c).count();
    }

    private static String read(String file) {
        try {
            return Files.readString(FILES.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
