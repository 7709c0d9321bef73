package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README and the pages behind it say what is. */
final class ReadmeTest {
    private static final Path PAGES = Path.of("src/site/markdown");
    private static final Path README = Path.of("README.md");
    private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```$|`[^`\n]+`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]*)(?:#([^)]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

    /** Ten minutes. */
    @Test
    void readmeIsShort() throws IOException {
        assertThat(Files.readAllLines(README)).hasSizeBetween(100, 160);
    }

    @Test
    void everyLinkLeadsToAFileAndAHeadingOfIt() throws IOException {
        int links = 0;
        for (Path page : pages()) {
            Matcher link = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""));
            while (link.find()) {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                // Images stand beside the pages when the site is built.
                Path file = link.group(1).startsWith("images/") ? Path.of("src/site/resources", link.group(1)) : target;
                assertThat(file).as("link in %s", page).exists();
                if (link.group(2) != null) {
                    assertThat(anchors(file))
                            .as("headings of %s, for %s", file, page)
                            .contains(link.group(2));
                }
                links++;
            }
        }
        assertThat(links).isGreaterThan(50);
    }

    /** One that nothing leads to is not read. */
    @Test
    void everyPageIsLinked() throws IOException {
        for (Path page : pages()) {
            String name = page.getFileName().toString();
            assertThat(pages())
                    .as("a page that links %s", page)
                    .anyMatch(other -> !other.equals(page) && read(other).contains(name));
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(PAGES)) {
            return Stream.concat(Stream.of(README), files.sorted()).toList();
        }
    }

    /** As GitHub makes them. */
    private static List<String> anchors(Path page) {
        List<String> anchors = new ArrayList<>();
        Matcher heading = HEADING.matcher(read(page));
        while (heading.find()) {
            anchors.add(heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'));
        }
        return anchors;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void tableHasEachSettingWithItsDefaultAndSentence() throws IOException {
        assertThat(Files.readAllLines(PAGES.resolve("settings.md")).stream()
                        .filter(line -> line.startsWith("| `parley.")))
                .containsExactlyElementsOf(
                        Setting.all().stream().map(ReadmeTest::row).toList());
    }

    private static String row(Setting<?> setting) {
        String usual = setting.defaultText().isEmpty() ? "none" : "`" + setting.defaultText() + "`";
        return "| `" + setting.property() + "` | " + usual + " | " + setting.sentence() + " |";
    }
}
