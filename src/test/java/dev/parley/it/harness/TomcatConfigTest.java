package dev.parley.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files of {@code server-config/tomcat} against each other. */
final class TomcatConfigTest {
    @Test
    void everyConnectorTakesMoreConnectionsThanTheApplication() {
        List<Integer> application = numbers("parley.xml", "parley\\.max-connections\" value=\"(\\d+)\"");
        assertThat(application).hasSize(1);
        assertThat(numbers("server.xml", "maxConnections=\"(\\d+)\""))
                .hasSize(2)
                .allMatch(most -> most > application.get(0));
    }

    private static List<Integer> numbers(String name, String pattern) {
        Path file = ServerFiles.config("tomcat").resolve(name);
        return Pattern.compile(pattern)
                .matcher(ServerFiles.read(file))
                .results()
                .map(number -> Integer.parseInt(number.group(1)))
                .toList();
    }
}
