package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tutorial shows the guide's code as it is, and what it says. */
final class TutorialTest {
    private static final Path GUIDE = Path.of("src/main/java/dev/parley/guide");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\n(.*?)\n```$");

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = FENCE.matcher(Files.readString(Path.of("src/site/markdown/tutorial.md")));
        while (matcher.find()) {
            if (matcher.group(1).equals(language)) {
                blocks.add(matcher.group(2));
            }
        }
        return blocks;
    }

    private static String source(Path file) {
        try {
            return Files.readString(file).replaceFirst("package .*;\n\n", "").strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void snippetsAreTheGuidesCode() throws IOException {
        List<String> sources;
        try (Stream<Path> files = Files.list(GUIDE)) {
            sources = files.map(TutorialTest::source).toList();
        }
        assertThat(blocks("java"))
                .hasSizeGreaterThan(6)
                .allSatisfy(block ->
                        assertThat(sources).anyMatch(source -> ("\n" + source + "\n").contains("\n" + block + "\n")));
    }

    /** Who types them finds every class on the page, whole. */
    @Test
    void everyEndpointAndEverythingThatItNeedsIsThere() throws IOException {
        for (String name :
                List.of("EchoEndpoint", "ItemEndpoint", "CookieOrToken", "ChatEndpoint", "Place", "GuideWindow")) {
            assertThat(blocks("java")).contains(source(GUIDE.resolve(name + ".java")));
        }
    }

    /** In the order of the page. */
    @Test
    void endpointsSayWhatThePageSays() throws Exception {
        try (GuideOnTyrus guide = new GuideOnTyrus()) {
            List<String> said = new ArrayList<>();
            said.add(guide.echo().says("Hello").hears());
            said.add(String.join(
                    "\n", guide.item("foo", "3", "some-token").says("Hello").hears(3)));

            Peer one = guide.chat("1");
            Peer two = guide.chat("2");
            Peer three = guide.chat("3");
            one.says("Hello");
            List<String> chat = new ArrayList<>(one.hears(2));
            chat.add(two.hears());
            chat.add(three.hears());
            said.add(String.join("\n", chat));

            three.close();
            said.add(one.hears() + "\n" + two.hears());

            assertThat(blocks("")).isEqualTo(said);
        }
    }
}
