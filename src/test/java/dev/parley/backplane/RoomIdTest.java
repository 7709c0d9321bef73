package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

    /** Every name of a user, whatever it is, has an inbox of its own, from which the name can be read. */
    @Test
    void inboxesOfAllUsersAreReversibleAndNoRoomThatSomebodyMayName() {
        Random random = new Random(14);
        Map<RoomId, String> seen = new HashMap<>();
        List<String> names = new ArrayList<>(List.of(
                "carol@example.com",
                "carol",
                "Carol",
                "CAROL",
                "~carol",
                "=Y2Fyb2w",
                "~=Y2Fyb2w",
                "Кэрол",
                "キャロル",
                "👩‍👩‍👧",
                " ",
                "a/b",
                "a\u0000b",
                "?",
                "é",
                "e\u0301",
                "cn=carol,dc=example",
                "lobby",
                "x".repeat(255),
                "\uffff".repeat(255),
                "\ud83d\ude00".repeat(127)));
        for (int i = 0; i < 20_000; i++) {
            names.add(name(random));
        }
        for (String name : names) {
            RoomId inbox = RoomId.inbox(name).orElseThrow();
            String other = seen.put(inbox, name);
            assertThat(other == null || other.equals(name)).as(name).isTrue();
            assertThat(user(inbox)).isEqualTo(name);
            assertThat(inbox.isInbox()).isTrue();
            assertThat(inbox.name()).isASCII().hasSizeLessThan(1_023).doesNotContain("{", "}", " ");
            assertThat(RoomId.parse(inbox.name())).isEmpty();
            assertThat(new RoomId(inbox.name())).isEqualTo(inbox); // as an engine gives it back
        }
    }

    @Test
    void whatIsNoNameOfAUserHasNoInbox() {
        for (String name : List.of("", "x".repeat(256), "\ud83d", "a\ude00b")) {
            assertThat(RoomId.inbox(name)).isEmpty();
        }
        for (String name : List.of("~", "~=", "~a b", "~a/b", "~~a", "~é", "~=é")) {
            assertThatIllegalArgumentException().isThrownBy(() -> new RoomId(name));
        }
        assertThat(new RoomId("lobby").isInbox()).isFalse();
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        int[] alphabets = {'z' + 1, 0x100, 0x500, 0x10000, 0x110000};
        int alphabet = alphabets[random.nextInt(alphabets.length)];
        int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 127 : 4);
        while (name.length() < length) {
            int letter = random.nextInt(alphabet);
            if (letter < Character.MIN_SURROGATE || letter > Character.MAX_SURROGATE) {
                name.appendCodePoint(letter);
            }
        }
        return name.toString();
    }

    private static String user(RoomId inbox) {
        String name = inbox.name().substring(1);
        return name.startsWith("=")
                ? new String(Base64.getUrlDecoder().decode(name.substring(1)), StandardCharsets.UTF_8)
                : name;
    }

    @Test
    void aNameHasAtMostAHundredCharacters() {
        assertThat(new RoomId("a".repeat(100)).name()).hasSize(100);
        assertThatIllegalArgumentException().isThrownBy(() -> new RoomId("a".repeat(101)));
    }
}
