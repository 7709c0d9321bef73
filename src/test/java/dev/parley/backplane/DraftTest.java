package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DraftTest {
    @Test
    void noTwoAuthorsShareAKey() {
        List<String> parts =
                List.of("", "a", "a-b", "b", "b-c", "c", "1:a", "a:1", ":", "1:", "-", "1", "http-a", "left");
        Set<String> keys = new HashSet<>();
        for (Draft.Origin origin : Draft.Origin.values()) {
            for (String author : parts) {
                for (String own : parts) {
                    assertThat(keys.add(Draft.key(origin, author, own)))
                            .as("%s %s %s", origin, author, own)
                            .isTrue();
                }
            }
        }
    }
}
