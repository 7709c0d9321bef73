package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the README says of settings is what they are. */
final class ReadmeTest {
    @Test
    void tableHasEachSettingWithItsDefaultAndSentence() throws IOException {
        assertThat(Files.readAllLines(Path.of("README.md")).stream().filter(line -> line.startsWith("| `parley.")))
                .containsExactlyElementsOf(
                        Arrays.stream(Key.values()).map(ReadmeTest::row).toList());
    }

    private static String row(Key key) {
        String usual = key.defaultText().isEmpty() ? "none" : "`" + key.defaultText() + "`";
        return "| `" + key.property() + "` | " + usual + " | " + key.sentence() + " |";
    }
}
