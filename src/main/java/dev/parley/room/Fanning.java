package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.metrics.Histogram;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.protocol.CloseCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Some entries on their way to all members of a room. Each entry is rendered once per window, and each member gets all of them
 * at once, so that they leave together.
 */
final class Fanning implements Runnable {
    private final List<Entry> entries;
    private final Present members;
    private final Histogram delivery;
    private final long toldAt;
    private final Budget budget;
    private final Set<String> authors = new HashSet<>(); // of connections that wait for an answer
    private final Map<Window, List<Outgoing>> rendered = new HashMap<>(2);
    private @Nullable Window last; // of a member that was served, and what it was sent: most look through the same one
    private List<Outgoing> lastRendered = List.of();

    /** {@code toldAt} is when this node was told of the first of them, by {@link System#nanoTime}. */
    Fanning(List<Entry> entries, Present members, Histogram delivery, long toldAt, Budget budget) {
        this.toldAt = toldAt;
        this.budget = budget;
        this.entries = entries;
        this.delivery = delivery;
        this.members = members;
        for (Entry entry : entries) {
            if (isAnswered(entry.draft())) {
                authors.add(entry.draft().author().connection());
            }
        }
    }

    /** What is rendered is kept until all have it, so that it is counted once for all. */
    @Override
    public void run() {
        try {
            fanOut();
        } finally {
            rendered.values().forEach(messages -> messages.forEach(message -> message.release(budget)));
        }
    }

    /** Authors come first: they are waiting for their answer. */
    private void fanOut() {
        List<Member> answered = authorsAmong(members);
        for (Member author : answered) {
            serve(author, this::answer);
        }
        for (Member member : members) {
            if (!answered.contains(member)) {
                serve(member, reader -> reader.deliver(entries, messagesFor(reader)));
            }
        }
        if (members.size() > 0) {
            sample();
        }
    }

    /**
     * Measures one delivery of a run, to one of the members: measuring each would cost more than the delivery. From when this node
     * was told of the first entry, because the engine has a clock of its own, until the member's last one is on the wire.
     */
    private void sample() {
        Member member = members.get(ThreadLocalRandom.current().nextInt(members.size()));
        member.connection().afterwards(() -> delivery.record(System.nanoTime() - toldAt));
    }

    /** Whoever cannot be served is closed; the others are served all the same. */
    private static void serve(Member member, Consumer<Member> service) {
        try {
            service.accept(member);
        } catch (Throwable e) {
            member.connection().close(CloseCode.INTERNAL_ERROR);
            Threads.report(member.connection() + " is closed", e);
        }
    }

    /** Whether its author waits for an answer here; what JSON clients say is acknowledged by the log. */
    private static boolean isAnswered(Draft draft) {
        return draft.kind() == Draft.Kind.MESSAGE;
    }

    /** Most members are told apart by a bit of their own: their connections, which are in no cache, are not looked at for it. */
    private List<Member> authorsAmong(Present members) {
        long bits = 0;
        for (String connection : authors) {
            bits |= Member.bit(connection);
        }
        List<Member> found = new ArrayList<>(authors.size());
        if (bits != 0) {
            for (Member member : members) {
                if ((bits & member.bit) != 0
                        && authors.contains(member.connection().id())) {
                    found.add(member);
                }
            }
        }
        return found;
    }

    private List<Outgoing> messagesFor(Member member) {
        Window window = member.window();
        if (window != last) {
            lastRendered = rendered.computeIfAbsent(window, this::render);
            last = window;
        }
        return lastRendered;
    }

    private List<Outgoing> render(Window window) {
        List<Outgoing> messages =
                entries.stream().filter(window::shows).map(window::live).toList();
        messages.forEach(message -> message.retain(budget));
        return messages;
    }

    /** An author's own messages are each acknowledged right before. */
    private void answer(Member author) {
        Connection connection = author.connection();
        Iterator<Outgoing> messages = messagesFor(author).iterator();
        List<Outgoing> answers = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        for (Entry entry : entries) {
            Draft draft = entry.draft();
            if (isAnswered(draft) && draft.author().connection().equals(connection.id())) {
                answers.add(new Outgoing(author.window().acknowledge(draft)));
                answered.add(draft.key());
            }
            if (author.window().shows(entry)) {
                answers.add(messages.next());
            }
        }
        connection.send(answers);
        answered.forEach(connection::answered);
    }
}
