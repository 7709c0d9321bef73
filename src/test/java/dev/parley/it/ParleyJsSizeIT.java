package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the client weighs in the page of somebody who bundles it. No server is asked, so one run is enough. */
@Tag("standalone")
final class ParleyJsSizeIT {
    private static final int KIB = 1024;

    @TempDir
    private Path folder;

    @Test
    void itIsUnderSevenKibibytesMinified() throws Exception {
        // As a bundler does it: the module becomes a function, and its names are nobody's business.
        String script = "(function () {"
                + source().replaceAll("(?m)^export ", "")
                        .replace("import.meta.url", "document.baseURI")
                        .replace("import(", "imports(") // of what is loaded only where no WebSocket opens
                + "globalThis.parley = { connect, ParleyError };})()";

        String minified = minify(script);

        assertThat(minified).contains("globalThis.parley", "\"parley.v1\"");
        assertThat(minified.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(4 * KIB, 7 * KIB - 1);
    }

    private String minify(String script) throws IOException, InterruptedException {
        Path in = Files.writeString(folder.resolve("in.js"), script);
        Path out = folder.resolve("out.js");
        ProcessBuilder compiler = new ProcessBuilder(
                Programs.java(),
                "-cp",
                System.getProperty("java.class.path"),
                "com.google.javascript.jscomp.CommandLineRunner",
                "--compilation_level=SIMPLE",
                "--language_out=NO_TRANSPILE",
                "--js=" + in,
                "--js_output_file=" + out);
        String unused = Programs.run(Duration.ofMinutes(2), compiler);
        return Files.readString(out);
    }

    private static String source() throws IOException {
        try (InputStream in = ParleyJsSizeIT.class.getResourceAsStream("/dev/parley/web/client/parley.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
