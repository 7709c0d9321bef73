package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.Incoming.Pong;
import dev.parley.it.wire.Incoming.Text;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Frames that Parley writes itself, on whichever server this is. What is said of order, bursts, slow peers and closes elsewhere is
 * said of them as well; here is that they are used, and what happens when one is written in part.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(120)
final class FramesIT {
    private static final Pattern METRIC = Pattern.compile("(?m)^(parley_writes_frames|parley_outbox_messages) (\\d+)$");
    private static final String PADDING = "x".repeat(50_000);
    private static final int PINGS = 20;
    private static final int ROUNDS = 5;

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Test
    void theyAreUsedWhereTheServerIsFamiliar() {
        try (RawWebSocket client = site().open("/ws").ignoringPings()) {
            client.sendText("a", "b");

            assertThat(client.receiveTexts(2)).containsExactly("Message text was: a", "Message text was: b");
            assertThat(metric("parley_writes_frames")).isOne();
        }
    }

    @RepeatedTest(ROUNDS)
    void whatAPeerIsSlowToTakeComesWholeAndInOrderAndPongsAreBetweenFrames() {
        try (RawWebSocket slow = site().open("/ws/1").ignoringPings();
                RawWebSocket speaker = site().open("/ws/2").ignoringPings()) {
            slow.sendText("here");
            assertThat(List.of(hear(slow), hear(slow))).containsExactly("You wrote: here", "Client #1 says: here");
            List<String> said = new ArrayList<>();
            say(speaker, "who is there?", said);
            while (metric("parley_outbox_messages") < 5) {
                say(speaker, said.size() + PADDING, said);
            }
            IntStream.range(0, PINGS).forEach(number -> slow.send(Frame.ping((byte) number)));
            for (int i = 0; i < 5; i++) {
                say(speaker, said.size() + PADDING, said);
            }

            List<String> texts = new ArrayList<>();
            List<Incoming> others = new ArrayList<>();
            while (texts.size() < said.size() || others.size() < PINGS) {
                Incoming incoming = next(slow);
                if (incoming instanceof Text text) {
                    texts.add(text.text());
                } else {
                    assertThat(incoming).isInstanceOf(Pong.class);
                    others.add(incoming);
                }
            }
            assertThat(texts)
                    .isEqualTo(
                            said.stream().map(text -> "Client #2 says: " + text).toList());
            assertThat(others)
                    .isEqualTo(IntStream.range(0, PINGS)
                            .mapToObj(number -> new Pong(HexFormat.of().toHexDigits((byte) number)))
                            .toList());
            slow.sendText("still here");
            assertThat(List.of(hear(slow), hear(slow)))
                    .containsExactly("You wrote: still here", "Client #1 says: still here");
        }
    }

    /** Says it and hears it. */
    private static void say(RawWebSocket speaker, String text, List<String> said) {
        said.add(text);
        speaker.sendText(text);
        String heard = "";
        while (!heard.equals("Client #2 says: " + text)) {
            heard = speaker.receiveText();
        }
    }

    private static String hear(RawWebSocket client) {
        Incoming next = next(client);
        assertThat(next).isInstanceOf(Text.class);
        return ((Text) next).text();
    }

    /** What comes, but for those of the round before who leave late. */
    private static Incoming next(RawWebSocket client) {
        while (true) {
            Incoming next = client.receive();
            if (!(next instanceof Text text && text.text().endsWith(" left the chat"))) {
                return next;
            }
        }
    }

    private int metric(String name) {
        Matcher found =
                METRIC.matcher(site().upgrade("/metrics").plain().exchange().body());
        while (found.find()) {
            if (found.group(1).equals(name)) {
                return Integer.parseInt(found.group(2));
            }
        }
        throw new AssertionError("there is no " + name);
    }

    private Site site() {
        return Site.at(base);
    }
}
