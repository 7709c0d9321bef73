package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** An address as proxies write it; some add the port. Nothing else, so that no name is ever looked up. */
    private static final Pattern ADDRESS = Pattern.compile("(?<four>[0-9]{1,3}(?:\\.[0-9]{1,3}){3})(?::[0-9]+)?"
            + "|\\[(?<six>[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?:%[0-9A-Za-z._-]+)?](?::[0-9]+)?"
            + "|(?<bare>[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?:%[0-9A-Za-z._-]+)?");

    private final List<Network> networks = new ArrayList<>();

    /**
     * Trusts these addresses and networks, such as {@code 10.0.0.0/8} and {@code ::1}.
     *
     * @throws IllegalArgumentException if one is neither
     */
    public TrustedProxies(Collection<String> networks) {
        networks.forEach(network -> this.networks.add(Network.parse(network)));
    }

    /**
     * The address that the request comes from, in the form in which limits, logs and blocks have it whichever way it was written:
     * IPv4 where it is mapped to IPv6, no zone, no brackets, no port, no {@code ::}. Of a server that gives none, it is empty.
     */
    public String clientOf(HttpServletRequest request) {
        String socket = request.getRemoteAddr();
        String client = socket == null
                ? ""
                : parse(socket).map(InetAddress::getHostAddress).orElse(socket);
        if (networks.isEmpty() || !trusts(client)) {
            return client;
        }
        List<String> said = said(request.getHeaders("X-Forwarded-For"));
        for (int i = said.size() - 1; i >= 0; i--) {
            Optional<InetAddress> address = parse(said.get(i));
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
        Optional<InetAddress> parsed = parse(address);
        return parsed.isPresent() && networks.stream().anyMatch(network -> network.holds(parsed.get()));
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

    /** An address as it is written; nothing if it is none. No name is ever looked up. */
    static Optional<InetAddress> parse(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String literal = matcher.group("four") != null
                ? matcher.group("four")
                : matcher.group("six") != null ? matcher.group("six") : matcher.group("bare");
        try {
            return Optional.of(InetAddress.getByName(literal));
        } catch (UnknownHostException noAddress) {
            return Optional.empty();
        }
    }

    /** The first {@code bits} of an address, which all addresses of the network share. */
    private record Network(InetAddress address, int bits) {
        static Network parse(String text) {
            int slash = text.indexOf('/');
            Optional<InetAddress> address = TrustedProxies.parse(slash < 0 ? text : text.substring(0, slash));
            String bits = slash < 0 ? "" : text.substring(slash + 1);
            if (address.isPresent() && (slash < 0 || bits.matches("[0-9]{1,3}"))) {
                int all = address.get().getAddress().length * 8;
                int given = slash < 0 ? all : Integer.parseInt(bits);
                if (given <= all) {
                    return new Network(address.get(), given);
                }
            }
            throw new IllegalArgumentException("neither an address nor a network");
        }

        boolean holds(InetAddress other) {
            byte[] ours = address.getAddress();
            byte[] theirs = other.getAddress();
            if (ours.length != theirs.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((ours[bit / 8] & mask) != (theirs[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
