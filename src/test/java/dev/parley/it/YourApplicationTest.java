package dev.parley.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page about Parley inside an application shows what {@link OrdersIT} and {@link LibraryIT} compile, pack and run. */
final class YourApplicationTest {
    private static final Path PAGE = Path.of("src/site/markdown/your-application.md");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w+)\n(.*?)\n```$");

    /** What an application has to write, without what Java and its formatter add. */
    private static final Pattern NO_CODE = Pattern.compile("\\s*}?\\s*|\\s*@Override|\\s*/?\\*.*|package .*|import .*");

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = FENCE.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            if (matcher.group(1).equals(language)) {
                blocks.add(matcher.group(2));
            }
        }
        return blocks;
    }

    private static List<String> files(String root) throws IOException {
        List<String> files = new ArrayList<>();
        for (String part : List.of("orders", "counter", "delivery", "shop")) {
            Path directory = Path.of("src/test", root, "dev/parley/it", part);
            if (Files.isDirectory(directory)) {
                try (Stream<Path> found = Files.list(directory)) {
                    for (Path file : found.toList()) {
                        files.add(Files.readString(file));
                    }
                }
            }
        }
        return files;
    }

    /** With all their imports. */
    @Test
    void snippetsOfJavaAreWholeFilesOfTheApplications() throws IOException {
        List<String> sources = files("java").stream()
                .map(source -> source.replaceFirst("package .*;\n\n", "").strip())
                .toList();
        assertThat(blocks("java"))
                .hasSizeGreaterThan(8)
                .allSatisfy(block -> assertThat(sources).contains(block));
    }

    @Test
    void otherSnippetsArePartsOfTheApplications() throws IOException {
        for (String language : List.of("xml", "html")) {
            List<String> parts = new ArrayList<>(blocks(language));
            parts.removeIf(block -> block.startsWith("<dependency>"));
            assertThat(parts)
                    .isNotEmpty()
                    .allSatisfy(block -> assertThat(files("resources")).anyMatch(file -> file.contains(block)));
        }
    }

    @Test
    void dependencyIsTheJarOfTheBuild() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        List<String> dependency = blocks("xml").stream()
                .filter(block -> block.startsWith("<dependency>"))
                .flatMap(String::lines)
                .map(String::strip)
                .toList();
        assertThat(dependency).contains("<classifier>classes</classifier>");
        String coordinates = String.join("\n  ", dependency.subList(1, 4));
        assertThat(pom).contains("  " + coordinates).contains("<classifier>classes</classifier>");
    }

    @Test
    void applicationsUseThePublicPackageAlone() {
        String[] own = {"dev.parley.it.orders", "dev.parley.it.counter", "dev.parley.it.delivery"};
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("dev.parley..")
                        .and(not(resideInAnyPackage("dev.parley")))
                        .and(not(resideInAnyPackage(own))))
                .check(new ClassFileImporter().importPackages(own));
    }

    /** At most ten for each: see the page's table. */
    @Test
    void linesAreAsFewAsThePageSays() throws IOException {
        List<String> policy = code("OrderPolicy");
        int moderation = policy.indexOf(policy.stream()
                .filter(line -> line.contains("Verdict accept"))
                .findFirst()
                .orElseThrow());
        long publishing = code("OrderResource").stream()
                .filter(line -> line.contains("Parley parley") || line.contains("publishAfterCommit"))
                .count();
        List<String> event = code("Watchers");
        long signature =
                event.stream().takeWhile(line -> !line.contains("void left")).count();
        assertThat(Files.readString(PAGE))
                .contains("| an event | " + (event.size() - signature) + " |")
                .contains("| a policy | " + moderation + ",")
                .contains("| moderation | " + (policy.size() - moderation) + " |")
                .contains("| publishing | " + (publishing + 1) + " |"); // and @Inject
    }

    private static List<String> code(String name) throws IOException {
        return Files.readString(Path.of("src/test/java/dev/parley/it/orders", name + ".java"))
                .lines()
                .filter(line -> !NO_CODE.matcher(line).matches())
                .toList();
    }
}
