package dev.parley.api;

import dev.parley.metrics.Exposition;
import dev.parley.metrics.Meters;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * The meters, for Prometheus. To be mapped to {@code /metrics}.
 *
 * <p>They are told to whoever has the token, if there is one, else to this machine itself, and in any case to an operator. What
 * a proxy on this machine passes on does not count as this machine, as far as the proxy says so.
 */
public final class MetricsServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final List<String> PASSED_ON = List.of("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via");

    private final transient Meters meters;
    private final transient Optional<String> token;
    private final transient Realm realm;

    public MetricsServlet(Meters meters, Optional<String> token, Realm realm) {
        this.meters = meters;
        this.token = token;
        this.realm = realm;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean mayRead = token.isPresent() ? hasToken(request) : isFromHere(request);
        if (!mayRead && realm.require(Role.VIEWER, request, response).isEmpty()) {
            return;
        }
        String accept = request.getHeader("Accept");
        Exposition format = Exposition.accepted(accept == null ? "" : accept);
        Answer.send(response, HttpServletResponse.SC_OK, format.mediaType(), meters.text(format));
    }

    private boolean hasToken(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        byte[] given = (authorization == null ? "" : authorization).getBytes(StandardCharsets.UTF_8);
        byte[] wanted = ("Bearer " + token.orElseThrow()).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(given, wanted);
    }

    private static boolean isFromHere(HttpServletRequest request) {
        try {
            return InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress() // a literal: nobody is asked
                    && PASSED_ON.stream().allMatch(header -> request.getHeader(header) == null);
        } catch (UnknownHostException notAnAddress) {
            return false;
        }
    }
}
