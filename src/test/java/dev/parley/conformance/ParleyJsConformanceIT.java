package dev.parley.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** parley.js passes the conformance kit, in Node 20 or later. No server is asked, so one run is enough. */
@Tag("standalone")
@Tag("system") // Node.js
@Timeout(120)
final class ParleyJsConformanceIT {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void copy() throws IOException {
        copy("/dev/parley/web/client/parley.js", "parley.mjs");
        copy("/conformance/parley-js.mjs", "client.mjs");
    }

    private static void copy(String resource, String to) throws IOException {
        try (InputStream in = ParleyJsConformanceIT.class.getResourceAsStream(resource)) {
            Files.copy(in, folder.resolve(to));
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void passes(String script) throws Exception {
        Conformance.play(
                script,
                List.of(
                        "node",
                        "--experimental-websocket",
                        folder.resolve("client.mjs").toString()));
    }

    static Stream<String> scripts() {
        return Conformance.SCRIPTS.stream();
    }
}
