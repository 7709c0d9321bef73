package dev.parley.handshake.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import dev.parley.node.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One fetch of a set of keys over HTTP. It ends within a fixed time, however slowly head and body arrive, and takes 256 KiB at
 * most. Thread-safe; blocks.
 */
final class KeyFetch implements Callable<JWKSet> {
    private static final int OK = 200;
    private static final int MAX_BYTES = 256 * 1024;

    private final ThreadFactory threads = Threads.factory("keys");
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .executor(task -> threads.newThread(task).start()) // a few, once in five minutes
            .build();
    private final HttpRequest request;
    private final Duration time;

    /**
     * A fetch that may take so long in all.
     *
     * @throws IllegalArgumentException if the place cannot be asked over HTTP
     */
    KeyFetch(URI place, Duration time) {
        this.request = HttpRequest.newBuilder(place).build();
        this.time = time;
    }

    @Override
    public JWKSet call() throws IOException, ParseException, InterruptedException {
        Body body = new Body();
        // The client's own timeout ends with the head of the answer.
        CompletableFuture<HttpResponse<Void>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArrayConsumer(body));
        try {
            int status = answer.get(time.toNanos(), TimeUnit.NANOSECONDS).statusCode();
            if (status != OK) {
                throw new IOException("the answer is " + status);
            }
            return JwtKeys.read(body.text());
        } catch (TimeoutException slow) {
            throw new IOException("no whole answer within " + time.toMillis() + " ms");
        } catch (ExecutionException failed) {
            throw new IOException(String.valueOf(failed.getCause()));
        } finally {
            answer.cancel(true); // closes the connection if it is not done
        }
    }

    /** What has come so far. Called by one thread at a time, and read after the last part. */
    private static final class Body implements Consumer<Optional<byte[]>> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void accept(Optional<byte[]> part) {
            part.ifPresent(bytes::writeBytes);
            if (bytes.size() > MAX_BYTES) {
                throw new IllegalStateException("more than " + MAX_BYTES + " bytes");
            }
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
