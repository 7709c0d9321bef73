package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Some entries on their way to all members of a room. Each entry is rendered once per window, and each member gets all of them
 * at once, so that they leave together.
 */
final class Fanning implements Runnable {
    private final List<Entry> entries;
    private final Member[] members;
    private final Set<String> authors = new HashSet<>();
    private final Map<Window, List<Outgoing>> rendered = new HashMap<>(2);

    Fanning(List<Entry> entries, Member[] members) {
        this.entries = entries;
        this.members = members;
        for (Entry entry : entries) {
            if (entry.draft().kind() == Draft.Kind.MESSAGE) {
                authors.add(entry.draft().author().connection());
            }
        }
    }

    /** Authors come first: they are waiting for their answer. */
    @Override
    public void run() {
        if (!authors.isEmpty()) {
            for (Member member : members) {
                if (isAuthor(member)) {
                    answer(member);
                }
            }
        }
        for (Member member : members) {
            if (!isAuthor(member)) {
                member.connection().send(messagesFor(member));
            }
        }
    }

    private boolean isAuthor(Member member) {
        return authors.contains(member.connection().id());
    }

    private List<Outgoing> messagesFor(Member member) {
        return rendered.computeIfAbsent(member.window(), this::render);
    }

    private List<Outgoing> render(Window window) {
        return entries.stream().map(entry -> new Outgoing(window.render(entry))).toList();
    }

    /** An author's own messages are each acknowledged right before. */
    private void answer(Member author) {
        Connection connection = author.connection();
        List<Outgoing> messages = messagesFor(author);
        List<Outgoing> answers = new ArrayList<>();
        String last = "";
        for (int i = 0; i < entries.size(); i++) {
            Draft draft = entries.get(i).draft();
            if (draft.kind() == Draft.Kind.MESSAGE
                    && draft.author().connection().equals(connection.id())) {
                answers.add(new Outgoing(author.window().acknowledge(draft)));
                last = draft.key();
            }
            answers.add(messages.get(i));
        }
        connection.send(answers);
        connection.paid(last);
    }
}
