package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the page says of limits is tested. */
final class LimitsPageTest {
    private static final Path TESTS = Path.of("src/test/java/dev/parley");
    private static final Pattern ROW = Pattern.compile("\\| .* \\| `([A-Za-z]+)\\.([A-Za-z0-9]+)` \\|");

    @Test
    void everyRowIsATest() throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/client.md"));
        List<String> rows = page.substring(page.indexOf("## Limits"), page.indexOf("## Events"))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(2)
                .toList();
        assertThat(rows).hasSizeGreaterThan(10).allSatisfy(row -> {
            Matcher matcher = ROW.matcher(row);
            assertThat(matcher.matches()).isTrue();
            assertThat(codeOf(matcher.group(1))).contains("void " + matcher.group(2) + "(");
        });
    }

    private static String codeOf(String test) throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            Path file = files.filter(each -> each.endsWith(test + ".java"))
                    .findFirst()
                    .orElseThrow();
            return Files.readString(file);
        }
    }
}
