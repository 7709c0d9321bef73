package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GuideWindowTest {
    @ParameterizedTest
    @ValueSource(strings = {"hello", "", " ", "<b>&amp;</b>", "two\nlines", "😀", "%s {0} \\u0041", "\u0000"})
    void theLinesAreTheGuidesToTheLetter(String text) {
        Draft said = new Draft("key", new Draft.Author("42", "c1"), Draft.Kind.MESSAGE, text);

        assertThat(GuideWindow.GUIDE.acknowledge(said)).isEqualTo("You wrote: " + text);
        assertThat(GuideWindow.GUIDE.render(entry(said))).isEqualTo("Client #42 says: " + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "-7", "1700000000000"})
    void aLeaveSaysWhoLeft(String user) {
        Draft left = new Draft("key", new Draft.Author(user, "c1"), Draft.Kind.LEFT, "");

        assertThat(GuideWindow.GUIDE.render(entry(left))).isEqualTo("Client #" + user + " left the chat");
    }

    private static Entry entry(Draft draft) {
        return new Entry(new Position("epoch", 1, "m1"), draft, Instant.EPOCH);
    }
}
