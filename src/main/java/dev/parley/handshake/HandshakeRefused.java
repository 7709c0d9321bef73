package dev.parley.handshake;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A handshake is not accepted. The visitor gets the status, the headers and, as a rule, an empty body; the
 * detail is for the log.
 *
 * <p>Carries no stack trace: refusing is ordinary, and must be cheap when somebody knocks a thousand times a second.
 */
public sealed class HandshakeRefused extends RuntimeException permits WebSocketException {
    private static final long serialVersionUID = 1;
    private static final int TOO_MANY_REQUESTS = 429;

    private final int status;
    private final transient Map<String, String> headers;
    private boolean isForTheVisitor;

    /**
     * A refusal.
     *
     * @param status the HTTP status, 400 to 599
     * @param detail why, for the log; never a credential or anything else that the visitor sent
     * @throws IllegalArgumentException if the status is none that refuses
     */
    public HandshakeRefused(int status, String detail) {
        this(status, Map.of(), detail);
    }

    /**
     * A refusal with headers, such as {@code WWW-Authenticate}.
     *
     * @throws IllegalArgumentException if the status is none that refuses, or a header would not stay on its line
     */
    public HandshakeRefused(int status, Map<String, String> headers, String detail) {
        super(detail, null, false, false);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("a refusal is a status from 400 to 599, not " + status);
        }
        headers.forEach((name, value) -> {
            if ((name + value).chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
                throw new IllegalArgumentException("a header is one line");
            }
        });
        this.status = status;
        this.headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** A refusal that says why, for somebody who is writing a client. */
    static HandshakeRefused inWords(int status, String sentence) {
        HandshakeRefused refused = new HandshakeRefused(status, sentence);
        refused.isForTheVisitor = true;
        return refused;
    }

    /** An answer after which the connection closes: a frame that was sent along must not be taken for a request. */
    void answer(HttpServletResponse response, boolean explains) throws IOException {
        response.setStatus(status);
        headers.forEach(response::setHeader);
        response.setHeader("Connection", "close");
        if (status == HttpServletResponse.SC_SERVICE_UNAVAILABLE || status == TOO_MANY_REQUESTS) {
            response.setHeader("Retry-After", "1");
        }
        byte[] body =
                explains || isForTheVisitor ? (getMessage() + "\n").getBytes(StandardCharsets.UTF_8) : new byte[0];
        response.setContentLength(body.length);
        if (body.length > 0) {
            response.setContentType("text/plain;charset=UTF-8");
            response.getOutputStream().write(body);
        }
    }

    /** The HTTP status, 400 to 599. */
    public int status() {
        return status;
    }

    /** The headers that go with it. */
    public Map<String, String> headers() {
        return headers;
    }
}
