package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.util.Collections;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Permitted messages that come as fast as the network takes them, whatever buffers the server has. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(120)
@Tag("standalone-alone") // it measures
final class BurstsIT {
    private static final int MEBIBYTE = 1024 * 1024;
    private static final int KIBIBYTES = 8_192;
    private static final int ROUNDS = 3;

    @ArquillianResource
    private URL base;

    /** Where a client of the rooms may say as much as anybody. */
    @Deployment(testable = false)
    static WebArchive war() {
        WebArchive war = ParleyWar.root();
        ParleyWar.with(war, "parley.room-message-bytes", Integer.toString(MEBIBYTE));
        ParleyWar.with(war, "parley.messages-per-second", "100000");
        return ParleyWar.with(war, "parley.bytes-per-second", "100000000");
    }

    private Site site() {
        return Site.at(base);
    }

    @RepeatedTest(ROUNDS)
    void manySmallMessagesAreAnsweredEach() {
        String text = "x".repeat(1_024);
        try (RawWebSocket client = site().open("/ws").ignoringPings()) {
            client.send(Collections.nCopies(KIBIBYTES, Frame.text(text)));
            for (int i = 0; i < KIBIBYTES; i++) {
                assertThat(client.receive()).isEqualTo(new Incoming.Text("Message text was: " + text));
            }
        }
    }

    @RepeatedTest(ROUNDS)
    void twoOfTheLongestMessagesAreAnsweredEach() {
        String text = "x".repeat(MEBIBYTE);
        try (RawWebSocket client = site().open("/ws").ignoringPings()) {
            client.send(Frame.text(text), Frame.text(text));
            for (int i = 0; i < 2; i++) {
                assertThat(client.receive()).isEqualTo(new Incoming.Text("Message text was: " + text));
            }
        }
    }

    @RepeatedTest(ROUNDS)
    void manySmallMessagesToTheRoomsAreTaken() {
        try (RoomsClient client = RoomsClient.as("alice", site())) {
            client.socket().send(Collections.nCopies(KIBIBYTES, padded(1_024)));

            client.joins("news");
        }
    }

    @RepeatedTest(ROUNDS)
    void twoOfTheLongestMessagesToTheRoomsAreTaken() {
        try (RoomsClient client = RoomsClient.as("alice", site())) {
            client.socket().send(padded(MEBIBYTE), padded(MEBIBYTE));

            client.joins("news");
        }
    }

    /** A message of so many bytes that needs no answer. */
    private static Frame padded(int bytes) {
        String start = "{\"type\":\"pong\",\"more\":\"";
        return Frame.text(start + "x".repeat(bytes - start.length() - 2) + "\"}");
    }
}
