package dev.parley.handshake;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The limits on how many visitors there may be from each address. Of IPv6, a network of 64 bits counts as one address, since that is
 * what a household is given. This machine is not counted: a proxy may stand there that nobody told us to trust. Thread-safe.
 *
 * <p>Who was thrown out for exceeding a limit goes on to take up a fifth of all places for a minute: or else it would come back at
 * once, and its limits would begin anew each time.
 */
final class AddressLimits {
    private static final int NETWORK_BYTES = 8;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SHARE_OF_THE_THROWN_OUT = 5;
    private static final int MAX_THROWN_OUT = 10_000;
    private static final long MEMORY_NANOS = Duration.ofMinutes(1).toNanos();

    private final int max;
    private final LongSupplier nanoTime;
    private final Map<String, Long> visitors = new ConcurrentHashMap<>();
    private final ArrayDeque<ThrownOut> thrownOut = new ArrayDeque<>(); // guarded by itself, oldest first

    private record ThrownOut(String address, long since) {}

    AddressLimits(int max, LongSupplier nanoTime) {
        this.max = max;
        this.nanoTime = nanoTime;
    }

    /** As {@link Admission#admit}. */
    Admission.Place admit(String visitor) {
        Optional<String> counted = nameOf(visitor);
        if (counted.isEmpty()) {
            return isThrownOut -> {};
        }
        forgive();
        String address = counted.get();
        if (visitors.merge(address, 1L, Long::sum) > max) {
            leave(address, 1);
            throw new HandshakeRefused(TOO_MANY_REQUESTS, "too many connections from one address");
        }
        AtomicBoolean isIn = new AtomicBoolean(true);
        return isThrownOut -> {
            if (!isIn.compareAndSet(true, false)) {
                return;
            }
            if (isThrownOut) {
                synchronized (thrownOut) {
                    if (thrownOut.size() == MAX_THROWN_OUT) {
                        leave(thrownOut.remove().address, share());
                    }
                    thrownOut.add(new ThrownOut(address, nanoTime.getAsLong()));
                    visitors.merge(address, share(), Long::sum);
                }
            }
            leave(address, 1);
        };
    }

    private void forgive() {
        long now = nanoTime.getAsLong();
        synchronized (thrownOut) {
            for (ThrownOut oldest; (oldest = thrownOut.peek()) != null && now - oldest.since > MEMORY_NANOS; ) {
                thrownOut.remove();
                leave(oldest.address, share());
            }
        }
    }

    private long share() {
        return Math.max(1, max / SHARE_OF_THE_THROWN_OUT);
    }

    private void leave(String address, long places) {
        visitors.computeIfPresent(address, (same, count) -> count == places ? null : count - places);
    }

    int size() {
        return visitors.size();
    }

    boolean isEmpty() {
        return visitors.isEmpty();
    }

    /** Whom an address counts for; nothing if it is not counted. */
    static Optional<String> nameOf(String address) {
        return Network.address(address)
                .filter(parsed -> !parsed.isLoopbackAddress())
                .map(AddressLimits::nameOf);
    }

    private static String nameOf(InetAddress address) {
        byte[] octets = address.getAddress();
        return HexFormat.of().formatHex(octets, 0, address instanceof Inet6Address ? NETWORK_BYTES : octets.length);
    }
}
