package dev.parley.handshake.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class KeyFetchTest {
    private static final String KEYS =
            "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"one\",\"k\":\"" + "A".repeat(43) + "\"}]}";

    private final ServerSocket server = listening();
    private final CountDownLatch hungUp = new CountDownLatch(1);

    private static ServerSocket listening() {
        try {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** Answers the first request with a beginning, and then one letter every few milliseconds, for ever if there is one. */
    private void answer(String beginning, String letter) {
        Thread thread = new Thread(() -> {
            try (Socket socket = server.accept()) {
                OutputStream out = socket.getOutputStream();
                out.write(beginning.getBytes(StandardCharsets.US_ASCII));
                while (!letter.isEmpty()) {
                    out.write(letter.getBytes(StandardCharsets.US_ASCII));
                    new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
                }
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException | InterruptedException over) {
                hungUp.countDown();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private KeyFetch fetch(Duration time) {
        return new KeyFetch(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/keys"), time);
    }

    @Test
    void keysAreRead() throws Exception {
        answer("HTTP/1.1 200 OK\r\nContent-Length: " + KEYS.length() + "\r\n\r\n" + KEYS, "");

        assertThat(fetch(Duration.ofSeconds(30)).call().getKeyByKeyId("one")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nX-Endless: ",
                "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200\r\n",
                "HTTP/1.1 200 OK\r\n\r\n"
            })
    void anAnswerThatDripsIsGivenUpInTimeAndItsConnectionClosed(String beginning) throws Exception {
        answer(beginning, "1");

        assertThatThrownBy(fetch(Duration.ofMillis(300))::call).hasMessage("no whole answer within 300 ms");
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anAnswerThatIsTooLongIsNotReadToItsEnd() throws Exception {
        answer("HTTP/1.1 200 OK\r\n\r\n", "1".repeat(10_000));

        assertThatThrownBy(fetch(Duration.ofSeconds(30))::call).hasMessageContaining("more than 262144 bytes");
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anAnswerThatIsNoSuccessGivesNoKeys() {
        answer("HTTP/1.1 500 No\r\nContent-Length: " + KEYS.length() + "\r\n\r\n" + KEYS, "");

        assertThatThrownBy(fetch(Duration.ofSeconds(30))::call).hasMessage("the answer is 500");
    }
}
