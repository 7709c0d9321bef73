package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Programs;
import dev.parley.it.harness.ExecutableWar;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many Java clients in one virtual machine with little memory, each with a connection of its own to {@code java -jar parley.war}.
 *
 * <p>How many is said by {@code -Dmany.clients}: 10,000 have a heap of 1 GiB. Either process needs a file for each.
 */
@Tag("standalone-alone") // it measures
@Tag("standalone")
@Tag("long")
@Timeout(600)
final class ManyClientsIT {
    private static final int CLIENTS = Integer.getInteger("many.clients", 500);
    private static final int ROOMS = 5;
    private static final int MESSAGES = 10; // to each room
    private static final int HEAP_MEBIBYTES = 24 + CLIENTS / 10;
    private static final int MOST_THREADS = 64; // the virtual machine's own and the compilers' included

    @Test
    void theyNeedNoThreadOfTheirOwnAndLittleMemory() throws Exception {
        try (ExecutableWar war = ExecutableWar.startOnAnyPort(List.of("-Xmx1g"))) {
            String said = run(war.url() + "rooms");
            System.out.println("many clients, heap of " + HEAP_MEBIBYTES + " MiB: " + said.strip());
            Map<String, Integer> figures = new HashMap<>();
            Matcher figure = Pattern.compile("(\\w+)=(\\d+)").matcher(said);
            while (figure.find()) {
                figures.put(figure.group(1), Integer.valueOf(figure.group(2)));
            }
            assertThat(figures)
                    .as(said)
                    .containsEntry("joined", CLIENTS)
                    .containsEntry("heard", CLIENTS * MESSAGES)
                    .containsEntry("losses", 0);
            assertThat(figures.get("threads")).isLessThan(MOST_THREADS);
        }
    }

    private static String run(String address) throws Exception {
        ProcessBuilder clients = new ProcessBuilder(
                Programs.java(),
                "-Xmx" + HEAP_MEBIBYTES + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                ManyClients.class.getName(),
                address,
                "" + CLIENTS,
                "" + ROOMS,
                "" + MESSAGES);
        return Programs.run(Duration.ofMinutes(5), clients);
    }
}
