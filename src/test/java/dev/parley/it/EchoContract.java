package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Frame.LengthForm;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawSocket;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /ws} under whichever context path the subclass deploys to. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
abstract class EchoContract {
    private static final int MEBIBYTE = 1024 * 1024;
    private static final String REPLY = "Message text was: ";

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    private Site site() {
        return Site.at(base);
    }

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of("word", "hello"),
                Arguments.of("empty", ""),
                Arguments.of("blanks", " \t "),
                Arguments.of("line breaks", "one\ntwo\r\nthree"),
                Arguments.of("NUL", "a\0b"),
                Arguments.of("markup", "<img src=x onerror=alert(1)>&amp;"),
                Arguments.of("accents, CJK, emoji", "é € 漢字 \uD83D\uDE00"),
                Arguments.of("combining, right to left, noncharacter", "e\u0301 \u202Eabc \uFFFF"),
                Arguments.of("byte order mark", "\uFEFFx"),
                Arguments.of("format", "%s {0} ${x} #{y}"),
                Arguments.of("longest in one length byte", "x".repeat(125)),
                Arguments.of("shortest in two", "x".repeat(126)),
                Arguments.of("longest in two", "x".repeat(65535)),
                Arguments.of("shortest in eight", "x".repeat(65536)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void eachMessageComesBackUntouched(String title, String text) {
        try (RawWebSocket client = site().open("/ws")) {
            client.sendText(text);
            assertThat(client.receiveText()).as(title).isEqualTo(REPLY + text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/ws", "/ws?", "/ws?token=&q=bar", "/ws?x=1&x=2;y", "/ws?a=%20%2B+%C3%A9", "/ws?client_id=1"})
    void serverNeverSpeaksFirstAndIgnoresTheQuery(String target) {
        try (RawWebSocket client = site().open(target)) {
            client.sendText("first");
            assertThat(client.receiveText()).isEqualTo(REPLY + "first");
        }
    }

    @Test
    void twoHundredPipelinedMessagesComeBackInOrder() {
        try (RawWebSocket client = site().open("/ws")) {
            List<String> numbers =
                    IntStream.range(0, 200).mapToObj(Integer::toString).toList();
            client.sendText(numbers.toArray(String[]::new));
            assertThat(client.receiveTexts(200))
                    .isEqualTo(numbers.stream().map(REPLY::concat).toList());
        }
    }

    @Test
    void messageBehindTheHandshakeInTheSameSegmentIsAnswered() {
        try (RawWebSocket client =
                RawWebSocket.openPipelined(site().upgrade("/ws"), Frame.text("early"), Frame.text("bird"))) {
            if (KnownDifference.EARLY_FRAMES_LOST.isOf(server)) {
                client.sendText("late");
                assertThat(client.receiveText()).isEqualTo(REPLY + "late");
            } else {
                assertThat(client.receiveTexts(2)).containsExactly(REPLY + "early", REPLY + "bird");
            }
        }
    }

    @Test
    void fragmentsAreOneMessageAndPingsBetweenThemAreAnsweredAtOnce() {
        try (RawWebSocket client = site().open("/ws")) {
            client.send(
                    Frame.text("").notFinal(),
                    Frame.continuation("a€".getBytes(StandardCharsets.UTF_8)).notFinal());
            client.send(Frame.ping((byte) 1, (byte) 2));
            assertThat(client.receive()).isEqualTo(new Incoming.Pong("0102"));
            client.send(Frame.continuation().notFinal(), Frame.continuation("b".getBytes(StandardCharsets.UTF_8)));
            assertThat(client.receiveText()).isEqualTo(REPLY + "a€b");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void codePointsMayFallApartBetweenFragments(int frameBytes) {
        String text = "é€\uD83D\uDE00".repeat(5);
        try (RawWebSocket client = site().open("/ws")) {
            client.send(Frame.fragments(text.getBytes(StandardCharsets.UTF_8), frameBytes));
            if (KnownDifference.SPLIT_CHARACTERS.isOf(server)) {
                assertThat(client.receiveClose().code()).isEqualTo(1007);
            } else {
                assertThat(client.receiveText()).isEqualTo(REPLY + text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void codePointsMayFallApartBetweenSegments(int pieceBytes) {
        String text = "é€\uD83D\uDE00".repeat(50);
        try (RawWebSocket client = site().open("/ws")) {
            client.socket().dribble(Frame.text(text).bytes(), pieceBytes);
            assertThat(client.receiveText()).isEqualTo(REPLY + text);
        }
    }

    @Test
    void pongsAreIgnoredAndPingsEchoed() {
        byte[] longest = new byte[125];
        try (RawWebSocket client = site().open("/ws")) {
            client.send(Frame.pong(), Frame.pong((byte) 7), Frame.ping(), Frame.ping(longest), Frame.text("x"));
            assertThat(client.receive()).isEqualTo(new Incoming.Pong(""));
            assertThat(client.receive()).isEqualTo(new Incoming.Pong("00".repeat(125)));
            assertThat(client.receiveText()).isEqualTo(REPLY + "x");
        }
    }

    /** Texts of exactly 1 MiB of UTF-8, whatever their number of characters. */
    static Stream<Arguments> largestTexts() {
        return Stream.of(
                Arguments.of("one byte a character", "x".repeat(MEBIBYTE)),
                Arguments.of("two", "é".repeat(MEBIBYTE / 2)),
                Arguments.of("three", "€".repeat(MEBIBYTE / 3) + "x"),
                Arguments.of("four", "\uD83D\uDE00".repeat(MEBIBYTE / 4)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("largestTexts")
    void oneMebibyteOfUtf8Passes(String title, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        assertThat(utf8).as(title).hasSize(MEBIBYTE);
        try (RawWebSocket client = site().open("/ws")) {
            client.send(Frame.text(utf8));
            assertThat(client.receiveText().equals(REPLY + text)).isTrue();
            client.send(fragments(utf8));
            assertThat(client.receiveText().equals(REPLY + text)).isTrue();
            client.socket().dribble(Frame.text(utf8).bytes(), 1_021);
            assertThat(client.receiveText().equals(REPLY + text)).isTrue();
        }
    }

    /** In which characters fall apart, unless the server cannot put them together again. */
    private List<Frame> fragments(byte[] utf8) {
        return Frame.fragments(utf8, KnownDifference.SPLIT_CHARACTERS.isOf(server) ? 9_996 : 9_999);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("largestTexts")
    void oneByteMoreIsRefusedHoweverItComes(String title, String text) {
        byte[] utf8 = (text + "x").getBytes(StandardCharsets.UTF_8);
        mustBeTooBig(title + ", one frame", Frame.text(utf8).bytes(), utf8.length);
        mustBeTooBig(title + ", fragments", Frame.bytes(fragments(utf8)), utf8.length);
        mustBeTooBig(title + ", dribbled", Frame.text(utf8).bytes(), 1_021);
        mustBeTooBig(title + ", dribbled fragments", Frame.bytes(fragments(utf8)), 1_021);
    }

    /** The rest of such a message never comes, so a server that waited for it would never answer. */
    @Test
    void messageOverTheLimitIsRefusedBeforeItsEnd() {
        byte[] over = "x".repeat(MEBIBYTE + 128 * 1024).getBytes(StandardCharsets.UTF_8);
        boolean hasBuffer = KnownDifference.HUGE_LENGTH.isOf(server);
        byte[] begun = hasBuffer ? "x".repeat(5 * MEBIBYTE).getBytes(StandardCharsets.UTF_8) : over;
        byte[] frame =
                Frame.text(begun).announcing(LengthForm.EIGHT_BYTES, 1L << 40).bytes();
        if (KnownDifference.WHOLE_FRAMES.isOf(server)) {
            mustBeWaitedFor(frame);
        } else {
            mustBeTooBig(hasBuffer ? 1011 : 1009, "one frame of 1 TiB", frame, over.length);
        }
        List<Frame> endless = new ArrayList<>(Frame.fragments(over, 4_096));
        endless.set(endless.size() - 1, endless.get(endless.size() - 1).notFinal());
        mustBeTooBig("fragments without end", Frame.bytes(endless), over.length);
    }

    private void mustBeWaitedFor(byte[] bytes) {
        try (RawWebSocket client = site().open("/ws")) {
            client.sendText("before");
            client.socket().send(bytes);
            assertThat(client.receiveText()).isEqualTo(REPLY + "before");
            client.socket().fin();
            client.socket().drain();
        }
    }

    private void mustBeTooBig(String title, byte[] bytes, int pieceBytes) {
        mustBeTooBig(1009, title, bytes, pieceBytes);
    }

    private void mustBeTooBig(int code, String title, byte[] bytes, int pieceBytes) {
        try (RawWebSocket client = site().open("/ws")) {
            client.sendText("before");
            client.socket().dribble(bytes, pieceBytes);
            assertThat(client.receiveText()).as(title).isEqualTo(REPLY + "before");
            assertThat(client.receiveClose().code()).as(title).isEqualTo(code);
        }
    }

    @Test
    void smallMessagesDoNotAddUpToTheLimit() {
        String half = "x".repeat(MEBIBYTE / 2);
        try (RawWebSocket client = site().open("/ws")) {
            for (int i = 0; i < 5; i++) {
                client.send(Frame.fragments(half.getBytes(StandardCharsets.UTF_8), 100_000));
                assertThat(client.receiveText().length()).isEqualTo(REPLY.length() + half.length());
            }
        }
    }

    @Test
    void finWithoutCloseFrameEndsTheConnection() {
        try (RawWebSocket client = site().open("/ws")) {
            client.sendText("last words");
            assertThat(client.receiveText()).isEqualTo(REPLY + "last words");
            client.socket().fin();
            client.socket().drain();
        }
    }

    @Test
    void resetRightAfterTheHandshakeHarmsNobody() {
        for (int i = 0; i < 50; i++) {
            site().open("/ws").socket().reset();
            RawSocket unanswered = RawSocket.connect(site());
            unanswered.send(site().upgrade("/ws").bytes());
            unanswered.reset();
        }
        try (RawWebSocket client = site().open("/ws")) {
            client.sendText("still here");
            assertThat(client.receiveText()).isEqualTo(REPLY + "still here");
        }
    }
}
