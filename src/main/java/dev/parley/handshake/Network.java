package dev.parley.handshake;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address, or all addresses that begin with the same bits: in one form, whichever way it was written. An IPv4 address that is
 * mapped to IPv6 is the IPv4 address. No name is ever looked up. Immutable.
 */
public final class Network {
    /** An address as proxies write it; some add the port. Nothing else, so that no name is ever looked up. */
    private static final Pattern ADDRESS = Pattern.compile("(?<four>[0-9]{1,3}(?:\\.[0-9]{1,3}){3})(?::[0-9]+)?"
            + "|\\[(?<six>[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?:%[0-9A-Za-z._-]+)?](?::[0-9]+)?"
            + "|(?<bare>[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?:%[0-9A-Za-z._-]+)?");

    private static final int IPV4_BYTES = 4;
    private static final int HOUSEHOLD_BITS = 64;

    private final byte[] address; // all bits behind those that count are 0
    private final int bits;

    private Network(byte[] address, int bits) {
        this.address = masked(address, bits);
        this.bits = bits;
    }

    /** An address such as {@code ::1}, or a network such as {@code 10.0.0.0/8}; nothing if it is neither. */
    public static Optional<Network> parse(String text) {
        int slash = text.indexOf('/');
        Optional<InetAddress> address = address(slash < 0 ? text : text.substring(0, slash));
        String bits = slash < 0 ? "" : text.substring(slash + 1);
        if (address.isEmpty() || !(slash < 0 || bits.matches("[0-9]{1,3}"))) {
            return Optional.empty();
        }
        byte[] octets = address.get().getAddress();
        int all = octets.length * Byte.SIZE;
        int given = slash < 0 ? all : Integer.parseInt(bits);
        return given > all ? Optional.empty() : Optional.of(new Network(octets, given));
    }

    /** An address as it is written; nothing if it is none. */
    static Optional<InetAddress> address(String text) {
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

    /** Whom limits count as one: of IPv6 a network of 64 bits, since that is what a household is given; of IPv4 itself. */
    public Network household() {
        return address.length == IPV4_BYTES ? this : widened(HOUSEHOLD_BITS);
    }

    /** The network of so many bits that it is in; itself if it has no more. */
    public Network widened(int fewer) {
        return fewer >= bits ? this : new Network(address, fewer);
    }

    public int bits() {
        return bits;
    }

    /** Whether it is, or holds, all of another. */
    public boolean contains(Network other) {
        return other.address.length == address.length
                && other.bits >= bits
                && other.widened(bits).equals(this);
    }

    private static byte[] masked(byte[] address, int bits) {
        byte[] masked = address.clone();
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.max(0, Math.min(Byte.SIZE, bits - Byte.SIZE * i));
            masked[i] &= (byte) (0xff << (Byte.SIZE - kept));
        }
        return masked;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network network && bits == network.bits && Arrays.equals(address, network.address);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(address) + bits;
    }

    /** The one form, as {@link TrustedProxies#clientOf} has it; a network says how many bits count. */
    @Override
    public String toString() {
        try {
            String text = InetAddress.getByAddress(address).getHostAddress();
            return bits == address.length * Byte.SIZE ? text : text + '/' + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
