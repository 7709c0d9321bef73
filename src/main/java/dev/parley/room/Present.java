package dev.parley.room;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Those who are in a room at one moment, in the order in which they came; told from others by identity.
 *
 * <p>It is a view of the first members of an array, which never change. What stands behind them belongs to newer snapshots, so that one
 * more takes constant time on the average; so only the newest may be added to, under the room's lock.
 */
final class Present implements Iterable<Member> {
    static final Present NOBODY = new Present(new Member[0], 0);

    private final Member[] members;
    private final int size;

    private Present(Member[] members, int size) {
        this.members = members;
        this.size = size;
    }

    int size() {
        return size;
    }

    Member get(int index) {
        return members[index];
    }

    Stream<Member> stream() {
        return Arrays.stream(members, 0, size);
    }

    @Override
    public Iterator<Member> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < size;
            }

            @Override
            public Member next() {
                return members[next++];
            }
        };
    }

    Present with(Member another) {
        Member[] grown = size < members.length ? members : Arrays.copyOf(members, grown(size));
        grown[size] = another;
        return new Present(grown, size + 1);
    }

    private static int grown(int size) {
        return size + 1 + size / 8;
    }

    /** The same one if it is not in. */
    Present without(Member gone) {
        for (int i = 0; i < size; i++) {
            if (members[i] == gone) {
                Member[] others = Arrays.copyOf(members, grown(size - 1));
                System.arraycopy(members, i + 1, others, i, size - 1 - i);
                Arrays.fill(others, size - 1, others.length, null);
                return new Present(others, size - 1);
            }
        }
        return this;
    }
}
