package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProductionTest {
    private static final long ENOUGH = 65_536;

    private final Map<String, String> set = new HashMap<>();

    @TempDir
    Path directory;

    @BeforeEach
    void everythingIsRight() throws Exception {
        set.put(
                "parley.room-rules",
                Files.writeString(directory.resolve("rules"), "* all known\n").toString());
        set.put("parley.jwt-keys", "https://id.example.com/jwks.json");
        set.put("parley.guide", "false");
        set.put("parley.backplane", "redis://redis.internal");
        set.put("parley.backplane-secret", "0123456789abcdef");
    }

    private List<String> open(boolean isDemo, long maxFiles) {
        return Production.open(Settings.read(new Sources(set, Map.of(), Map.of())), isDemo, maxFiles);
    }

    private void isOpen(String key, String value) {
        set.put(key, value);
        assertThat(open(false, ENOUGH)).singleElement().asString().startsWith(key + ": ");
    }

    @Test
    void nothingIsOpen() {
        assertThat(open(false, ENOUGH)).isEmpty();
    }

    @Test
    void demoModeIs() {
        assertThat(open(true, ENOUGH)).singleElement().asString().startsWith("parley.room-rules: demo mode");
    }

    @Test
    void usersWhoProveNothingAre() {
        isOpen("parley.jwt-keys", "");
    }

    @Test
    void theGuideIs() {
        isOpen("parley.guide", "true");
    }

    @Test
    void pagesOfAnyOriginAre() {
        isOpen("parley.allowed-origins", "*");
    }

    @Test
    void explanationsAre() {
        isOpen("parley.explain-refusals", "true");
    }

    @Test
    void nodesWithoutASecretAre() {
        isOpen("parley.backplane-secret", "");
    }

    @Test
    void secretsOfTheExamplesAre() {
        isOpen("parley.backplane-secret", "change-me-to-32-random-letters");
        set.put("parley.backplane-secret", "0123456789abcdef");
        isOpen("parley.metrics-token", "change-me-to-32-random-letters");
    }

    /** And nobody misses a secret there. */
    @Test
    void theMemoryEngineIs() {
        set.put("parley.backplane-secret", "");
        isOpen("parley.backplane", "memory:");
    }

    @Test
    void fewerFilesThanConnectionsAre() {
        assertThat(open(false, 20_000)).singleElement().asString().contains("20500 open files", "may have 20000");
        assertThat(open(false, 20_500)).isEmpty();
    }

    @Test
    void theLimitOfThisProcessIsKnown() {
        assertThat(Production.maxFiles()).isGreaterThan(100);
    }
}
