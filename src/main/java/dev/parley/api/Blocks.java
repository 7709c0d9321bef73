package dev.parley.api;

import dev.parley.connection.Figures;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Users and addresses that are not let in for a time. Thread-safe, bounded. */
public final class Blocks implements Predicate<Figures.Peer> {
    private static final int MAX = 10_000;

    private final Map<Target, Instant> until = new ConcurrentHashMap<>();
    private final InstantSource clock;

    public Blocks(InstantSource clock) {
        this.clock = clock;
    }

    /** What a block is aimed at. */
    public record Target(Kind kind, String value) {
        boolean is(Figures.Peer peer) {
            return value.equals(kind == Kind.USER ? peer.user() : peer.address());
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
        until.put(target, clock.instant().plus(time));
        return true;
    }

    void remove(Target target) {
        until.remove(target);
    }

    /** Whether that peer may not be here. */
    @Override
    public boolean test(Figures.Peer peer) {
        return !until.isEmpty() && (isBlocked(Kind.USER, peer.user()) || isBlocked(Kind.ADDRESS, peer.address()));
    }

    private boolean isBlocked(Kind kind, String value) {
        Instant end = until.get(new Target(kind, value));
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
