package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.wire.Site;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client of a stream of events that reads all it gets, as a browser's {@code EventSource} understands it. Used by one thread. */
final class EventStream implements AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private static final Event END = new Event("", "end of the stream", "");
    private static final int PATIENCE_SECONDS = 20;

    /**
     * An event.
     *
     * @param id the last that there was
     */
    record Event(String id, String type, String data) {}

    private final HttpResponse<InputStream> response;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicInteger comments = new AtomicInteger();

    private EventStream(HttpResponse<InputStream> response) {
        this.response = response;
        Thread reader = new Thread(this::read, "reader of a stream");
        reader.setDaemon(true);
        reader.start();
    }

    /** A request for a path, with names and values of headers. */
    static HttpRequest.Builder request(Site site, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(site.origin() + site.contextPath() + path))
                .timeout(Duration.ofSeconds(20));
        return headers.length == 0 ? request : request.headers(headers);
    }

    static EventStream open(Site site, String path, String... headers) {
        HttpResponse<InputStream> response = send(request(site, path, headers).build(), BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return new EventStream(response);
    }

    static HttpResponse<String> get(Site site, String path, String... headers) {
        return send(request(site, path, headers).build(), BodyHandlers.ofString());
    }

    static HttpResponse<String> post(Site site, String path, String frame, String... headers) {
        return send(
                request(site, path, headers)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(frame.replace('\'', '"')))
                        .build(),
                BodyHandlers.ofString());
    }

    static <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
        try {
            return CLIENT.send(request, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    HttpResponse<InputStream> response() {
        return response;
    }

    int comments() {
        return comments.get();
    }

    private void read() {
        String id = "";
        String type = "message";
        StringBuilder data = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String value = line.replaceFirst("^[a-z]*: ?", "");
                if (line.startsWith("id:")) {
                    id = value;
                } else if (line.startsWith("event:")) {
                    type = value;
                } else if (line.startsWith("data:")) {
                    data.append(value);
                } else if (line.startsWith(":")) {
                    comments.incrementAndGet();
                } else if (line.isEmpty() && !data.isEmpty()) {
                    events.add(new Event(id, type, data.toString()));
                    type = "message";
                    data.setLength(0);
                }
            }
        } catch (IOException broken) {
            // told as the end
        }
        events.add(END);
    }

    /** The next event. */
    Event next() {
        try {
            Event event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(event).as("an event within %s s", PATIENCE_SECONDS).isNotNull();
            return event;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next event of a type; others are passed over. */
    Event next(String type) {
        Event event = next();
        while (!event.type().equals(type)) {
            assertThat(event).as("before an event %s", type).isNotEqualTo(END);
            event = next();
        }
        return event;
    }

    boolean isOver() {
        return next().equals(END);
    }

    /** As if the network were gone. */
    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
