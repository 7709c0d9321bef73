package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page on parameters: its snippets are code that is deployed, and each row of its table is a test. */
final class ParametersPageTest {
    private static final Path TESTS = Path.of("src/test/java/dev/parley");
    private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ROW = Pattern.compile("\\| `([A-Za-z]+)\\.([A-Za-z0-9]+)` \\|\n");

    private final String page = read(Path.of("src/site/markdown/parameters.md"));

    @Test
    void everySnippetIsCodeThatIsDeployed() throws IOException {
        List<String> shop;
        try (Stream<Path> files = Files.list(TESTS.resolve("it/shop"))) {
            shop = files.map(file -> squeezed(read(file))).toList();
        }
        assertThat(found(SNIPPET))
                .hasSizeGreaterThan(8)
                .allSatisfy(snippet -> assertThat(shop).anyMatch(code -> code.contains(squeezed(snippet.group(1)))));
    }

    @Test
    void everyRowIsATest() throws IOException {
        List<Path> tests;
        try (Stream<Path> files = Files.walk(TESTS)) {
            tests = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        String table = page.substring(page.indexOf("## FastAPI and Parley"));
        long rows = table.lines().filter(line -> line.startsWith("| ")).count() - 2; // without its head
        assertThat(found(ROW))
                .hasSize((int) rows)
                .allSatisfy(row -> assertThat(tests)
                        .filteredOn(file -> file.endsWith(row.group(1) + ".java"))
                        .anyMatch(file -> read(file).contains("void " + row.group(2) + "(")));
    }

    private List<MatchResult> found(Pattern pattern) {
        return pattern.matcher(page).results().toList();
    }

    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
