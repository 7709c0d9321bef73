package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The chat of one deployment as the tests of one class see it. A doorman sits in it from the first test to the last,
 * hears who leaves, and lets no test end before everybody who joined has left exactly once; so no test hears the
 * leftovers of another.
 *
 * <p>Used by one thread; the members that it hands out may be used by one thread each.
 */
final class Lobby implements AutoCloseable {
    private static final AtomicLong NEXT_ID = new AtomicLong(1000);

    /** The members of the biggest room, as the server counts them for its operators. */
    private static final Pattern MEMBERS = Pattern.compile("(?m)^parley_room_members\\{[^}]*rank=\"1\"[^}]*} ([0-9]+)");

    private final Site site;
    private final boolean pongsOvertake;
    private final Member doorman;
    private final List<Member> members = new ArrayList<>();

    /**
     * Opens it.
     *
     * @param pongsOvertake whether a pong does not say that what came before the ping is done
     */
    Lobby(Site site, boolean pongsOvertake) {
        this.site = site;
        this.pongsOvertake = pongsOvertake;
        this.doorman = enter(newId());
    }

    /** An id that nobody has used. */
    static String newId() {
        return Long.toString(NEXT_ID.incrementAndGet());
    }

    Member join() {
        return join(newId());
    }

    Member join(String id) {
        Member member = enter(id);
        members.add(member);
        return member;
    }

    /** Counts in somebody who came by another way and who will be heard leaving. */
    Member expect(String id, RawWebSocket socket) {
        Member member = new Member(id, socket);
        members.add(member);
        return member;
    }

    private Member enter(String id) {
        long before = pongsOvertake ? count() : 0;
        Member member = new Member(id, site.open("/ws/" + id));
        member.settle();
        if (pongsOvertake) {
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> count() > before);
        }
        return member;
    }

    private long count() {
        Matcher members =
                MEMBERS.matcher(site.upgrade("/metrics").plain().exchange().body());
        return members.find() ? Long.parseLong(members.group(1)) : 0;
    }

    /** Drops whoever is still there and waits until the doorman has heard every member leave, once. */
    void empty() {
        members.forEach(member -> member.socket.close());
        List<String> expected =
                new ArrayList<>(members.stream().map(Member::left).toList());
        members.clear();
        while (!expected.isEmpty()) {
            String heard = doorman.socket.receiveText();
            if (heard.endsWith(" left the chat")) {
                assertThat(expected.remove(heard)).as("expected: %s", heard).isTrue();
            }
        }
        // One who leaves twice is caught here, or at the end of the next test.
        doorman.saysAndHears("anybody there?");
    }

    @Override
    public void close() {
        doorman.socket.close(Frame.close(1000));
        doorman.socket.close();
    }

    /** One connection to the chat and the id under which the others know it. */
    record Member(String id, RawWebSocket socket) {
        /**
         * Returns when the server has finished what it was doing for this member, since it answers pings in order; the
         * others hear nothing of it.
         */
        void settle() {
            socket.send(Frame.ping((byte) 42));
            assertThat(socket.receive()).isEqualTo(new Incoming.Pong("2a"));
        }

        void says(String... texts) {
            socket.sendText(texts);
        }

        void hears(String... texts) {
            assertThat(socket.receiveTexts(texts.length)).containsExactly(texts);
        }

        /** Says it, and hears both its echoes and nothing else before them. */
        void saysAndHears(String text) {
            says(text);
            hears(wrote(text), said(text));
        }

        String wrote(String text) {
            return "You wrote: " + text;
        }

        String said(String text) {
            return "Client #" + id + " says: " + text;
        }

        String left() {
            return "Client #" + id + " left the chat";
        }
    }
}
