package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which address a request comes from where proxies stand in front of us. {@code X-Forwarded-For} says it, and anybody can write
 * that header; so it is believed from right to left, as far as whoever wrote the next address is a proxy of ours. Immutable.
 *
 * <p>Each server has a mechanism of its own for this (a valve, a module, an attribute of a listener); this one is the same on
 * all of them, and no request is wrapped, which Open Liberty would undo.
 */
public final class TrustedProxies {
    /** Nobody is believed: the address is the socket's. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    private final List<Network> networks = new ArrayList<>();

    /**
     * Trusts these addresses and networks, such as {@code 10.0.0.0/8} and {@code ::1}.
     *
     * @throws IllegalArgumentException if one is neither
     */
    public TrustedProxies(Collection<String> networks) {
        networks.forEach(network -> this.networks.add(Network.parse(network)
                .orElseThrow(() -> new IllegalArgumentException("neither an address nor a network"))));
    }

    /**
     * The address that the request comes from, in the form in which limits, logs and blocks have it whichever way it was written:
     * IPv4 where it is mapped to IPv6, no zone, no brackets, no port, no {@code ::}. Of a server that gives none, it is empty.
     */
    public String clientOf(HttpServletRequest request) {
        String socket = request.getRemoteAddr();
        String client = socket == null
                ? ""
                : Network.address(socket)
                        .map(InetAddress::getHostAddress)
                        .filter(written -> !written.equals(socket)) // or else each connection would hold both
                        .orElse(socket);
        if (networks.isEmpty() || !trusts(client)) {
            return client;
        }
        List<String> said = said(request.getHeaders("X-Forwarded-For"));
        for (int i = said.size() - 1; i >= 0; i--) {
            Optional<InetAddress> address = Network.address(said.get(i));
            if (address.isEmpty()) {
                break; // whoever wrote this, it names nobody
            }
            client = address.get().getHostAddress();
            if (!trusts(client)) {
                break;
            }
        }
        return client;
    }

    private boolean trusts(String address) {
        return Network.parse(address)
                .filter(one -> networks.stream().anyMatch(network -> network.contains(one)))
                .isPresent();
    }

    private static List<String> said(@Nullable Enumeration<String> headers) {
        List<String> said = new ArrayList<>();
        for (String header : headers == null ? List.<String>of() : Collections.list(headers)) {
            for (String address : header.split(",", -1)) {
                said.add(address.strip());
            }
        }
        return said;
    }
}
