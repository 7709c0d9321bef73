package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class HomePageTest {
    private static String rendered(String template, String version) {
        return new HomePage(template, new Facts(version, "A", Instant.EPOCH, false, true, () -> 0)).render();
    }

    @Test
    void whatIsFilledInIsEscaped() {
        assertThat(rendered("<b title='{{version}}'>{{version}}</b>", "<i>\"&'"))
                .isEqualTo("<b title='&lt;i&gt;&quot;&amp;&#39;'>&lt;i&gt;&quot;&amp;&#39;</b>");
    }

    @Test
    void whatIsFilledInIsNoTemplate() {
        assertThat(rendered("{{version}}", "{{server}} $1 \\")).isEqualTo("{{server}} $1 \\");
    }

    @Test
    void anUnknownNameIsAnError() {
        assertThatIllegalStateException()
                .isThrownBy(() -> rendered("{{nonsense}}", "1"))
                .withMessageContaining("nonsense");
    }
}
