package dev.parley.handshake;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many visitors there are from each address, with a limit. Of IPv6, a network of 64 bits counts as one address, since that is
 * what a household is given. This machine is not counted: a proxy may stand there that nobody told us to trust. Thread-safe.
 */
final class Crowds {
    private static final int NETWORK_BYTES = 8;
    private static final int TOO_MANY_REQUESTS = 429;

    private final int max;
    private final Map<String, Integer> visitors = new ConcurrentHashMap<>();

    Crowds(int max) {
        this.max = max;
    }

    /** As {@link Admission#admit}. */
    Runnable admit(String address) {
        Optional<InetAddress> parsed = TrustedProxies.parse(address);
        if (parsed.isEmpty() || parsed.get().isLoopbackAddress()) {
            return () -> {};
        }
        String crowd = nameOf(parsed.get());
        if (visitors.merge(crowd, 1, Integer::sum) > max) {
            leave(crowd);
            throw new HandshakeRefused(TOO_MANY_REQUESTS, "too many connections from one address");
        }
        AtomicBoolean isIn = new AtomicBoolean(true);
        return () -> {
            if (isIn.compareAndSet(true, false)) {
                leave(crowd);
            }
        };
    }

    private void leave(String crowd) {
        visitors.computeIfPresent(crowd, (same, count) -> count == 1 ? null : count - 1);
    }

    boolean isEmpty() {
        return visitors.isEmpty();
    }

    private static String nameOf(InetAddress address) {
        byte[] octets = address.getAddress();
        return HexFormat.of().formatHex(octets, 0, address instanceof Inet6Address ? NETWORK_BYTES : octets.length);
    }
}
