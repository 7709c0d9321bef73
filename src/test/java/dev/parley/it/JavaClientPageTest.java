package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page about the Java client shows parts of programs that {@link ExamplesIT} compiles and runs. */
final class JavaClientPageTest {
    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w+)\n(.*?)\n```$");

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = FENCE.matcher(Files.readString(Path.of("src/site/markdown/java-client.md")));
        while (matcher.find()) {
            if (matcher.group(1).equals(language)) {
                blocks.add(unindented(matcher.group(2)));
            }
        }
        return blocks;
    }

    private static String unindented(String code) {
        return code.replaceAll("(?m)^ +", "");
    }

    @Test
    void snippetsArePartsOfTheExamples() throws IOException {
        List<String> sources = new ArrayList<>();
        for (Path example : ExamplesIT.PROGRAMS) {
            sources.add(unindented(Files.readString(example)));
        }
        assertThat(blocks("java"))
                .hasSize(3)
                .allSatisfy(block -> assertThat(sources).anyMatch(source -> source.contains(block)));
    }

    @Test
    void dependencyIsTheJarOfTheBuild() throws IOException {
        String pom = unindented(Files.readString(Path.of("pom.xml")));
        List<String> dependency = blocks("xml").get(0).lines().toList();
        assertThat(pom).contains(String.join("\n", dependency.subList(1, 4)));
        assertThat(dependency).contains("<classifier>client</classifier>");
        assertThat(pom).contains("<classifier>client</classifier>");
    }
}
