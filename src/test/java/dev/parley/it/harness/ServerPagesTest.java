package dev.parley.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages about servers say is what is tested. */
final class ServerPagesTest {
    @ParameterizedTest
    @EnumSource
    void everyDifferenceIsARowOfTheTable(KnownDifference difference) throws IOException {
        assertThat(page("known-differences"))
                .contains("| " + String.join(", ", new TreeSet<>(difference.servers())) + " | " + difference.what()
                        + " | " + difference.why() + " |");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tomcat11",
                "tomcat10",
                "jetty12",
                "wildfly",
                "liberty",
                "payara-micro",
                "payara-micro7",
                "payara",
                "payara7",
                "glassfish7",
                "glassfish8"
            })
    void theVersionIsTheOneThatIsTested(String server) throws IOException {
        Matcher version =
                Pattern.compile("<" + server + "\\.version>([^<]+)<").matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(page("servers"))
                .containsPattern("\\| `" + server + "` \\| [^|]*\\b" + Pattern.quote(version.group(1)) + "\\b");
    }

    @Test
    void everyDifferenceIsOfAServerThatHasAProfile() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        for (KnownDifference difference : KnownDifference.values()) {
            assertThat(difference.servers()).allMatch(server -> pom.contains("<id>" + server + "</id>"));
        }
    }

    private static String page(String name) throws IOException {
        return Files.readString(Path.of("src/site/markdown", name + ".md"));
    }
}
