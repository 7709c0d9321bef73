package dev.parley.handshake;

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

    /** Whether the visitor reads the detail, too. */
    boolean isForTheVisitor() {
        return isForTheVisitor;
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
