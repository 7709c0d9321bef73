package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.RawSocket;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * 240 handshakes that reach the server in the same instant, each with another identity: none may be accepted as
 * somebody else, or without a credential because another thread has left one behind.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("standalone-alone") // it measures
final class ConcurrentHandshakesIT {
    private static final int CLIENTS = 240;

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    /** A client, the handshake it makes, and the lines that it must get for the message {@code m}; none: refused. */
    private record Client(RawSocket socket, UpgradeRequest request, List<String> expected) {}

    @RepeatedTest(10)
    void identityNeverCrosses() {
        Site site = Site.at(base);
        List<Client> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(client(site, i));
            }
            for (Client client : clients) {
                byte[] bytes = client.request.bytes();
                client.socket.send(Arrays.copyOf(bytes, bytes.length - 1));
            }
            // Only the last line feed is missing everywhere, so all of them are decided at once.
            clients.forEach(client -> client.socket.send(new byte[] {'\n'}));
            List<String> crossed = new ArrayList<>();
            for (Client client : clients) {
                List<String> got = answer(client);
                if (!got.equals(client.expected)) {
                    crossed.add(client.request + " got " + got);
                }
            }
            assertThat(crossed).isEmpty();
        } finally {
            clients.forEach(client -> client.socket.close());
        }
    }

    private static Client client(Site site, int i) {
        String token = "Session cookie or query token value is: ";
        String text = "Message text was: m, for item ID: item" + i;
        RawSocket socket = RawSocket.connect(site);
        String path = "/items/item" + i + "/ws";
        return switch (i % 5) {
            case 0 ->
                new Client(
                        socket,
                        site.upgrade(path + "?token=token" + i + "&q=" + i),
                        List.of(token + "token" + i, "Query parameter q is: " + i, text));
            case 1 ->
                new Client(
                        socket,
                        site.upgrade(path).with("Cookie", "session=cookie" + i),
                        List.of(token + "cookie" + i, text));
            case 2 ->
                new Client(
                        socket,
                        site.upgrade(path + "?token=token" + i).with("Cookie", "session=cookie" + i),
                        List.of(token + "cookie" + i, text));
            case 3 -> new Client(socket, site.upgrade(path + "?q=" + i), List.of());
            default -> new Client(socket, site.upgrade("/ws"), List.of("Message text was: m"));
        };
    }

    private static List<String> answer(Client client) {
        if (client.expected.isEmpty()) {
            int status = client.socket.readResponse(false).status();
            return status == 403 ? List.of() : List.of("status " + status);
        }
        RawWebSocket socket = RawWebSocket.accepted(client.socket, client.request);
        socket.send(Frame.text("m"));
        List<String> texts = socket.receiveTexts(client.expected.size());
        socket.close(Frame.close(1000));
        return texts;
    }
}
