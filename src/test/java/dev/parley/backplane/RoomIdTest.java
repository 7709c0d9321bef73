package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RoomIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"lobby", "0", "a.b_c:d-e", "a..", "9-_:."})
    void aNameOfTheRuleIsARoom(String name) {
        assertThat(new RoomId(name)).hasToString(name).isEqualTo(new RoomId(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "Lobby", "-a", ".a", ":a", "_a", "a b", "a/b", "a%2Fb", "é", "a\n", "a\u0000", "ａ"})
    void anythingElseIsNot(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new RoomId(name));
    }

    @Test
    void aNameHasAtMostAHundredCharacters() {
        assertThat(new RoomId("a".repeat(100)).name()).hasSize(100);
        assertThatIllegalArgumentException().isThrownBy(() -> new RoomId("a".repeat(101)));
    }
}
