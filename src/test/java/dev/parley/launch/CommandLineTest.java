package dev.parley.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @Test
    void withoutArgumentsItServesTheRootOnPort8080OfAllAddresses() throws UsageException {
        assertThat(CommandLine.parse())
                .isEqualTo(new CommandLine(CommandLine.Request.SERVE, "0.0.0.0", 8080, "", Map.of()));
    }

    @Test
    void aValueIsJoinedToItsOptionOrFollowsIt() throws UsageException {
        assertThat(CommandLine.parse("--port=81", "--context", "/a/b", "--host=::1"))
                .isEqualTo(new CommandLine(CommandLine.Request.SERVE, "::1", 81, "/a/b", Map.of()));
    }

    @Test
    void whatIsNotItsOwnIsASetting() throws UsageException {
        assertThat(CommandLine.parse("--max-connections", "5", "--allowed-origins=https://a.example?b=c")
                        .settings())
                .containsOnly(Map.entry("max-connections", "5"), Map.entry("allowed-origins", "https://a.example?b=c"));
    }

    @Test
    void anEmptyValueAfterAnEqualsSignIsAValue() throws UsageException {
        assertThat(CommandLine.parse("--allowed-origins=").settings()).containsEntry("allowed-origins", "");
    }

    @Test
    void aNegativeNumberIsAValue() throws UsageException {
        assertThat(CommandLine.parse("--max-connections", "-5").settings()).containsEntry("max-connections", "-5");
    }

    @Test
    void ofAnOptionGivenTwiceTheLastOneCounts() throws UsageException {
        assertThat(CommandLine.parse("--port", "1", "--port", "2").port()).isEqualTo(2);
    }

    @Test
    void aCheckTakesNoValueAndHasTheOtherOptions() throws UsageException {
        CommandLine line = CommandLine.parse("--check", "--guide=false", "--port", "81");
        assertThat(line.request()).isEqualTo(CommandLine.Request.CHECK);
        assertThat(line.settings()).containsOnly(Map.entry("guide", "false"));
        assertThat(line.port()).isEqualTo(81);
    }

    @Test
    void theLogIsTextOrJson() throws UsageException {
        assertThat(CommandLine.parse("--log-format=json").isLogJson()).isTrue();
        assertThat(CommandLine.parse("--log-format", "text").isLogJson()).isFalse();
        assertThat(CommandLine.parse().settings()).isEmpty();
        refuses("--log-format=xml", "--log-format must be text or json");
    }

    @Test
    void helpWinsOverWhatFollowsIt() throws UsageException {
        assertThat(CommandLine.parse("--help", "nonsense").request()).isEqualTo(CommandLine.Request.HELP);
        assertThat(CommandLine.parse("-h").request()).isEqualTo(CommandLine.Request.HELP);
        assertThat(CommandLine.parse("--version").request()).isEqualTo(CommandLine.Request.VERSION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "99999999999", "", " 80", "0x50", "８０", "eighty"})
    void aPortIsANumberFrom0To65535(String port) {
        refuses("--port=" + port, "--port must be a number from 0 to 65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65535", "00080"})
    void bothEndsOfThePortRangeAreIn(String port) throws UsageException {
        assertThat(CommandLine.parse("--port", port).port()).isEqualTo(Integer.parseInt(port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "", "/chat/", "//", "/a//b", "/a/../b", "/..", "/.", "/a b", "/ä", "/a?b", "/${x}"})
    void aContextIsACleanPath(String context) {
        refuses("--context=" + context, "--context must be / or a path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/chat", "/a/b.c/~d_e-f", "/..a"})
    void aContextHasAnyNumberOfSegments(String context) throws UsageException {
        assertThat(CommandLine.parse("--context", context).context()).isEqualTo(context);
    }

    @Test
    void theRootContextIsEmptyAsServletsWriteIt() throws UsageException {
        assertThat(CommandLine.parse("--context", "/").context()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8080", "-p", "--", "-port=80", "--Port=80", "--max_connections=5", "--a--b=5", "parley"})
    void whatDoesNotLookLikeAnOptionIsRefused(String argument) {
        refuses(argument, "\"" + argument + "\" is not an option");
    }

    @Test
    void anOptionWithoutItsValueIsRefused() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> CommandLine.parse("--port"))
                .withMessageContaining("--port needs a value");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> CommandLine.parse("--heartbeat", "--port", "80"))
                .withMessageContaining("--heartbeat needs a value");
    }

    @Test
    void aMessageStaysOnOneLine() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> CommandLine.parse("--context=/a\nb\u001b[31m"))
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContainPattern("\\p{Cntrl}"));
    }

    private static void refuses(String argument, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> CommandLine.parse(argument))
                .withMessageContaining(message);
    }
}
