package dev.parley.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What npm would pack of the JavaScript client; {@code NpmPackageIT} packs, installs and uses it. */
final class NpmPackageTest {
    private static final Path PACKAGE = Path.of("src/main/resources/dev/parley/web/client");

    private static JsonNode manifest() throws IOException {
        return new ObjectMapper().readTree(PACKAGE.resolve("package.json").toFile());
    }

    @Test
    void itIsOfTheVersionOfTheBuild() throws IOException {
        Matcher version = Pattern.compile("<artifactId>parley</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(manifest().get("version").asText()).isEqualTo(version.group(1));
    }

    @Test
    void bundlersAndNodeAreToldWhatTheyNeed() throws IOException {
        JsonNode manifest = manifest();
        assertThat(manifest.get("type").asText()).isEqualTo("module");
        assertThat(manifest.get("sideEffects").isBoolean()).isTrue();
        assertThat(manifest.get("sideEffects").asBoolean()).isFalse();
        assertThat(manifest.at("/engines/node").asText()).isEqualTo(">=20");
        assertThat(manifest.at("/peerDependenciesMeta/react/optional").asBoolean())
                .isTrue();
        assertThat(manifest.has("dependencies")).isFalse();
    }

    @Test
    void everyEntryHasItsFilesAndTypesFirst() throws IOException {
        JsonNode manifest = manifest();
        List<String> packed = new ArrayList<>();
        manifest.get("files").forEach(file -> packed.add(file.asText()));
        for (String entry : List.of(".", "./react")) {
            List<String> conditions = new ArrayList<>();
            manifest.get("exports").get(entry).fieldNames().forEachRemaining(conditions::add);
            assertThat(conditions).containsExactly("types", "default");
            manifest.get("exports")
                    .get(entry)
                    .forEach(path -> assertThat(packed).contains(path.asText().substring(2)));
        }
        assertThat(packed).allSatisfy(file -> assertThat(PACKAGE.resolve(file)).isRegularFile());
    }

    @ParameterizedTest
    @ValueSource(strings = {"parley", "react"})
    void typesNameWhatTheModuleExports(String module) throws IOException {
        Matcher exported = Pattern.compile("(?m)^export (?:class|function) (\\w+)")
                .matcher(Files.readString(PACKAGE.resolve(module + ".js")));
        String types = Files.readString(PACKAGE.resolve(module + ".d.ts"));
        int count = 0;
        for (; exported.find(); count++) {
            assertThat(types).containsPattern("(?m)^export (class|function) " + exported.group(1) + "\\b");
        }
        assertThat(count).isEqualTo(2);
    }

    @Test
    void hooksAreUnderTwoKibibytes() throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            Files.copy(PACKAGE.resolve("react.js"), gzip);
        }
        assertThat(compressed.size()).isBetween(500, 2_047);
    }
}
