package dev.parley.api;

import dev.parley.connection.Figures;
import dev.parley.handshake.Network;
import dev.parley.protocol.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Users, addresses and networks that are not let in for a time. An IPv6 address stands for the 64 bits that limits count as one.
 * Thread-safe, bounded.
 */
public final class Blocks implements Predicate<Figures.Peer> {
    private static final int MAX = 10_000;

    private final Map<Target, Instant> until = new ConcurrentHashMap<>();
    private final Set<Integer> lengths = ConcurrentHashMap.newKeySet(); // of all networks that were ever blocked
    private final InstantSource clock;

    public Blocks(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * What a block is aimed at: a user, or a network in its one form.
     *
     * @param source of the user's name, in the word of a credential's source: the same name from another one is somebody else; empty
     *     if all are meant who have that name
     */
    public record Target(Kind kind, String value, String source) {
        /** Of an IPv6 address, its household. What is no address stays as it is, and is nobody's. */
        public Target {
            if (kind == Kind.ADDRESS) {
                value = Network.parse(value)
                        .map(network -> network.household().toString())
                        .orElse(value);
            }
        }

        static Target address(String value) {
            return new Target(Kind.ADDRESS, value, "");
        }

        /** As nodes tell each other of it. */
        static Target of(Map<String, Json> word) {
            return word.containsKey("user")
                    ? new Target(Kind.USER, Cluster.text(word, "user"), Cluster.text(word, "source"))
                    : address(Cluster.text(word, "address"));
        }

        /** In words, as on the bus and in answers. The caller may add to them. */
        Map<String, Object> words() {
            Map<String, Object> word = new LinkedHashMap<>();
            word.put(kind.name().toLowerCase(Locale.ROOT), value);
            if (!source.isEmpty()) {
                word.put("source", source);
            }
            return word;
        }

        boolean is(Figures.Peer peer) {
            if (kind == Kind.USER) {
                return value.equals(peer.user()) && (source.isEmpty() || source.equals(peer.source()));
            }
            Optional<Network> from = Network.parse(peer.address());
            return Network.parse(value)
                    .filter(network -> from.filter(network::contains).isPresent())
                    .isPresent();
        }
    }

    /** The kinds of targets. */
    public enum Kind {
        USER,
        ADDRESS
    }

    /** A block that is in force. */
    public record Block(Target target, Instant until) {}

    /** False if there are too many already. */
    boolean add(Target target, Duration time) {
        sweep();
        if (until.size() >= MAX && !until.containsKey(target)) {
            return false;
        }
        if (target.kind() == Kind.ADDRESS) {
            Network.parse(target.value()).ifPresent(network -> lengths.add(network.bits()));
        }
        until.put(target, clock.instant().plus(time));
        return true;
    }

    void remove(Target target) {
        until.remove(target);
    }

    /** Whether that peer may not be here. */
    @Override
    public boolean test(Figures.Peer peer) {
        if (until.isEmpty()) {
            return false;
        }
        return isBlocked(new Target(Kind.USER, peer.user(), ""))
                || isBlocked(new Target(Kind.USER, peer.user(), peer.source()))
                || Network.parse(peer.address()).filter(this::isBlocked).isPresent();
    }

    private boolean isBlocked(Network from) {
        return lengths.stream()
                .anyMatch(bits -> isBlocked(Target.address(from.widened(bits).toString())));
    }

    private boolean isBlocked(Target target) {
        Instant end = until.get(target);
        return end != null && clock.instant().isBefore(end);
    }

    /** Those in force. */
    public List<Block> all() {
        sweep();
        List<Block> blocks = new ArrayList<>();
        until.forEach((target, end) -> blocks.add(new Block(target, end)));
        blocks.sort(Comparator.comparing(Block::until));
        return blocks;
    }

    Duration left(Block block) {
        return Duration.between(clock.instant(), block.until());
    }

    private void sweep() {
        Instant now = clock.instant();
        until.values().removeIf(end -> !now.isBefore(end));
    }
}
