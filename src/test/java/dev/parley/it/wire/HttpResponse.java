package dev.parley.it.wire;

import java.util.List;
import java.util.Optional;

/** A response head and its body, which is kept as ISO-8859-1 text: the tests only ask whether it is empty. */
public record HttpResponse(String statusLine, List<Header> headers, String body) {
    public HttpResponse {
        headers = List.copyOf(headers);
    }

    public int status() {
        return Integer.parseInt(statusLine.split(" ", 3)[1]);
    }

    /** Every value of the header, in order. */
    public List<String> values(String name) {
        return headers.stream()
                .filter(header -> header.isNamed(name))
                .map(Header::value)
                .toList();
    }

    public Optional<String> value(String name) {
        return values(name).stream().findFirst();
    }

    /** A refusal in Parley's form: not an upgrade, no body, and the announcement that the connection ends. */
    void mustBeEmptyRefusal() {
        boolean announcesClose =
                value("Connection").filter("close"::equalsIgnoreCase).isPresent();
        if (status() < 400 || !body.isEmpty() || !announcesClose) {
            throw new AssertionError("expected a refusal with an empty body and Connection: close, but got " + this);
        }
    }

    @Override
    public String toString() {
        return statusLine + " " + headers
                + (body.isEmpty()
                        ? ""
                        : " with body of " + body.length() + " bytes: "
                                + body.substring(0, Math.min(200, body.length())));
    }
}
