package dev.parley.conformance;

import dev.parley.Programs;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Java client passes the conformance kit. No server is asked, so one run is enough. */
@Tag("standalone")
@Timeout(120)
final class JavaClientConformanceIT {
    @ParameterizedTest
    @MethodSource("scripts")
    void passes(String script) throws Exception {
        Conformance.play(
                script,
                List.of(Programs.java(), "-cp", System.getProperty("java.class.path"), JavaClient.class.getName()));
    }

    static Stream<String> scripts() {
        return Conformance.SCRIPTS.stream();
    }
}
