package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the archive carries besides its own code, and under which terms. */
@Tag("standalone")
final class ArchiveIT {
    private static final Pattern LIBRARY =
            Pattern.compile("(?:WEB-INF/lib|META-INF/launcher/lib)/([^/]+)\\.(?:jar|embedded)");

    @Test
    void everyLibraryIsInTheNoticeWithItsVersionAndNoOther() throws IOException {
        try (ZipFile war = new ZipFile(ParleyWar.file().toFile())) {
            List<String> carried = war.stream()
                    .map(entry -> LIBRARY.matcher(entry.getName()))
                    .filter(Matcher::matches)
                    .map(library -> library.group(1))
                    .toList();
            List<String> named = text(war, "META-INF/NOTICE")
                    .lines()
                    .filter(line -> line.startsWith("| ") && !line.startsWith("| file") && !line.startsWith("| ---"))
                    .map(line -> line.split(" ")[1])
                    .toList();
            assertThat(carried).hasSizeGreaterThan(5);
            assertThat(named).containsExactlyInAnyOrderElementsOf(carried);
        }
    }

    @Test
    void theLicenceIsInside() throws IOException {
        try (ZipFile war = new ZipFile(ParleyWar.file().toFile())) {
            assertThat(text(war, "META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("LICENSE")));
        }
    }

    private static String text(ZipFile war, String name) throws IOException {
        return new String(war.getInputStream(war.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }
}
