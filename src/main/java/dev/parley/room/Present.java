package dev.parley.room;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Those who are in a room at one moment, in the order in which they came. Immutable, and told from others by identity.
 *
 * <p>One more takes constant time on the average: snapshots share an array, of which each knows its part. So only the newest one may be
 * added to, under the room's lock.
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
        Member[] grown = size < members.length ? members : Arrays.copyOf(members, size + 1 + size / 2);
        grown[size] = another;
        return new Present(grown, size + 1);
    }

    /** The same one if it is not in. */
    Present without(Member gone) {
        Member[] others = stream().filter(member -> member != gone).toArray(Member[]::new);
        return others.length == size ? this : new Present(others, others.length);
    }
}
