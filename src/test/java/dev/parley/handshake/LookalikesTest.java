package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Annotations of Jakarta REST and Jakarta Validation, which are not on the class path here, so the test makes some. */
final class LookalikesTest {
    @TempDir
    private Path directory;

    @Test
    void annotationsOfOthersAreRefusedWithTheRightImport() throws Exception {
        assertRefused("jakarta.ws.rs.QueryParam", "\"q\"", ": import dev.parley.handshake.QueryParam");
        assertRefused("jakarta.ws.rs.PathParam", "\"q\"", ": import jakarta.websocket.server.PathParam");
        assertRefused(
                "jakarta.validation.constraints.NotBlank",
                "\"q\"",
                ": import dev.parley.handshake.constraint.NotBlank");
        assertRefused("jakarta.validation.constraints.Email", "\"q\"", ", and there is none like it");
    }

    private void assertRefused(String annotation, String value, String hint) throws Exception {
        int dot = annotation.lastIndexOf('.');
        Path home = Files.createDirectories(
                directory.resolve(annotation.substring(0, dot).replace('.', '/')));
        Path declared = Files.writeString(
                home.resolve(annotation.substring(dot + 1) + ".java"),
                "package " + annotation.substring(0, dot)
                        + "; @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME) public @interface "
                        + annotation.substring(dot + 1) + " { String value(); }");
        Path visit = Files.writeString(
                directory.resolve("Visit.java"), "public record Visit(@" + annotation + "(" + value + ") String q) {}");
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-d", directory.toString(), declared.toString(), visit.toString());
        if (failed != 0) {
            throw new IOException("it does not compile");
        }
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {address(directory)}, getClass().getClassLoader())) {
            Class<?> type = loader.loadClass("Visit");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Binder(type, new PathTemplate("/x"), Dependencies.none()))
                    .withMessageContaining("@" + annotation + ", which means nothing in a handshake" + hint);
        }
    }

    private static URL address(Path path) throws IOException {
        URI uri = path.toUri();
        return uri.toURL();
    }
}
