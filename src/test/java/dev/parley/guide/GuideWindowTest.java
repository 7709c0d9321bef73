package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GuideWindowTest {
    @ParameterizedTest
    @ValueSource(strings = {"hello", "", " ", "<b>&amp;</b>", "two\nlines", "😀", "%s {0} \\u0041", "\u0000"})
    void theLinesAreTheGuidesToTheLetter(String text) {
        assertThat(GuideWindow.GUIDE.acknowledged(text)).isEqualTo("You wrote: " + text);
        assertThat(GuideWindow.GUIDE.message("42", text)).isEqualTo("Client #42 says: " + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "-7", "1700000000000"})
    void aLeaveSaysWhoLeft(String user) {
        assertThat(GuideWindow.GUIDE.left(user)).isEqualTo("Client #" + user + " left the chat");
    }
}
