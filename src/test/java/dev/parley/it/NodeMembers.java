package dev.parley.it;

import dev.parley.it.wire.Site;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Those who have parley.js, all in one process of Node. Thread-safe. */
final class NodeMembers implements AutoCloseable {
    private final SoakBook book;
    private final Path folder;
    private final Process node;
    private final Writer hand;
    private final Map<String, Member> members = new ConcurrentHashMap<>();

    private NodeMembers(List<Site> sites, SoakBook book) throws IOException {
        this.book = book;
        folder = Files.createTempDirectory("soak");
        copy("/dev/parley/web/client/parley.js", "parley.mjs");
        copy("/dev/parley/it/soak-members.mjs", "members.mjs");
        String addresses = sites.stream()
                .map(site -> "ws://" + site.authority() + site.contextPath() + "/rooms")
                .collect(Collectors.joining(","));
        node = new ProcessBuilder("node", "--experimental-websocket", "members.mjs", addresses)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        hand = new OutputStreamWriter(node.getOutputStream(), StandardCharsets.UTF_8);
        BufferedReader seen = node.inputReader(StandardCharsets.UTF_8);
        Thread reader = new Thread(() -> seen.lines().forEach(this::saw), "soak-node");
        reader.setDaemon(true);
        reader.start();
    }

    static NodeMembers start(List<Site> sites, SoakBook book) {
        try {
            return new NodeMembers(sites, book);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(String resource, String to) throws IOException {
        try (InputStream in = NodeMembers.class.getResourceAsStream(resource)) {
            Files.copy(in, folder.resolve(to));
        }
    }

    SoakMember member(String user, String room) {
        Member member = new Member(user, room);
        members.put(user, member);
        return member;
    }

    private void saw(String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "wrong" -> book.wrong(line.substring(6));
            case "dropped" -> book.count("dropped");
            default -> members.get(words[1]).saw(words);
        }
    }

    private synchronized void say(String line) {
        try {
            hand.write(line + "\n");
            hand.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        node.destroyForcibly();
        try {
            Files.delete(folder.resolve("parley.mjs"));
            Files.delete(folder.resolve("members.mjs"));
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Member implements SoakMember {
        private final String user;
        private final String room;
        private final AtomicInteger unacknowledged = new AtomicInteger();
        private volatile boolean isIn;
        private volatile long next = 1;

        Member(String user, String room) {
            this.user = user;
            this.room = room;
        }

        private void saw(String[] words) {
            switch (words[0]) {
                case "in" -> isIn = true;
                case "out" -> isIn = false;
                case "resumed" -> {
                    book.count("resumed ok");
                    book.add("replayed", Long.parseLong(words[2]));
                }
                case "message" -> {
                    long seq = Long.parseLong(words[2]);
                    if (seq != next) {
                        book.wrong(user + " in " + room + " expected " + next + " and was told " + seq);
                    }
                    next = seq + 1;
                    book.delivered(room, seq, words[3]);
                }
                case "acked" -> {
                    book.acknowledged(room, Long.parseLong(words[2]), words[3]);
                    book.count(words[4].equals("true") ? "acknowledged as known" : "acknowledged as new");
                    unacknowledged.decrementAndGet();
                }
                default -> book.wrong(user + " saw " + String.join(" ", words));
            }
        }

        @Override
        public String room() {
            return room;
        }

        @Override
        public void connect() {
            say("connect " + user + " " + room);
        }

        @Override
        public void drop(long awayMillis) {
            say("drop " + user);
        }

        @Override
        public void send(String key) {
            unacknowledged.incrementAndGet();
            say("send " + user + " " + key);
        }

        @Override
        public boolean isUpTo(long top) {
            return isIn && unacknowledged.get() == 0 && next == top + 1;
        }

        @Override
        public String toString() {
            return user + " in " + room + " live=" + isIn + " next=" + next + " unacknowledged=" + unacknowledged;
        }
    }
}
