package dev.parley.api;

import dev.parley.backplane.ControlBus;
import dev.parley.connection.Workers;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One question to all nodes, and their answers together: so that a list shows the whole cluster, whichever node is asked. The
 * question goes over the control bus, and each answer comes in as many short words as it needs. Thread-safe.
 *
 * <p>A node that does not answer within a second is left out, and named. Nothing is kept of what was answered.
 */
public final class ClusterQuery {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int ROOM = ControlBus.MAX_CHARACTERS - 300; // for rows, beside what else is in a word
    private static final int MAX_ROWS = 60; // that another node is asked for
    private static final int MAX_FILTER =
            ControlBus.MAX_CHARACTERS - 600; // beside names of nodes, and what else is in a word
    private static final int MAX_OPEN = 200;

    private final Cluster cluster;
    private final Workers workers;
    private final Source source;
    private final Map<String, Gathering> open = new ConcurrentHashMap<>();
    private final AtomicLong number = new AtomicLong();

    /**
     * Answers from now on.
     *
     * @param source answers for this node
     */
    public ClusterQuery(Cluster cluster, Workers workers, Source source) {
        this.cluster = cluster;
        this.workers = workers;
        this.source = source;
        cluster.on("ask", this::asked);
        cluster.on("answer", this::answered);
    }

    /**
     * What is asked.
     *
     * @param view the kind of rows
     * @param filter what they must be like, by name; {@code node} names the one that is asked, empty for all
     * @param limit how many rows of each node are wanted at most
     */
    public record Question(String view, Map<String, String> filter, int limit) {
        /**
         * Copies what it is given.
         *
         * @throws IllegalArgumentException if the filter is longer than nodes can tell each other
         */
        public Question {
            filter = Map.copyOf(filter);
            if (JsonText.of(filter).length() > MAX_FILTER) {
                throw new IllegalArgumentException("a filter may have " + MAX_FILTER + " characters");
            }
        }

        String filter(String name) {
            return filter.getOrDefault(name, "");
        }
    }

    /** One node's answer: its first rows, as trees that become JSON, and how many there are in all. */
    public record Rows(List<?> rows, long all) {}

    /** Answers for this node. It must not block. */
    @FunctionalInterface
    public interface Source {
        Rows answer(Question question);
    }

    /** All answers as one tree: rows that name their node, how many there are in all, and which nodes have not answered in time. */
    public CompletionStage<Map<String, Object>> ask(Question question) {
        String wanted = question.filter("node");
        boolean isForUs = wanted.isEmpty() || wanted.equals(cluster.node());
        Set<String> others = new TreeSet<>(cluster.others());
        others.removeIf(other -> !wanted.isEmpty() && !wanted.equals(other));
        Gathering gathering = new Gathering(isForUs ? source.answer(question) : new Rows(List.of(), 0), others);
        if (others.isEmpty() || open.size() >= MAX_OPEN) {
            return CompletableFuture.completedStage(gathering.found(cluster.node(), question));
        }
        String id = cluster.node() + '.' + number.incrementAndGet();
        open.put(id, gathering); // before the others can answer
        Map<String, Object> word = new LinkedHashMap<>();
        word.put("question", id);
        word.put("view", question.view());
        word.put("filter", question.filter());
        word.put("limit", Math.min(question.limit(), MAX_ROWS));
        try {
            cluster.say("ask", word);
        } catch (RuntimeException notSaid) {
            open.remove(id); // nobody was asked, so nobody would ever answer
            throw notSaid;
        }
        return workers.within(gathering.whole, PATIENCE).handle((whole, tooLate) -> {
            open.remove(id);
            return gathering.found(cluster.node(), question);
        });
    }

    /** Another node asks. */
    private void asked(Map<String, Json> word) {
        Question question = question(word);
        String wanted = question.filter("node");
        if (text(word, "from").equals(cluster.node()) || !(wanted.isEmpty() || wanted.equals(cluster.node()))) {
            return;
        }
        Rows rows = source.answer(question);
        List<List<Object>> words = inWords(rows.rows());
        for (List<Object> part : words) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("question", text(word, "question"));
            answer.put("words", words.size());
            answer.put("all", rows.all());
            answer.put("rows", part);
            cluster.say("answer", answer);
        }
    }

    private static Question question(Map<String, Json> word) {
        Map<String, String> filter = new LinkedHashMap<>();
        Cluster.member(word, "filter")
                .members()
                .orElse(Map.of())
                .forEach((name, value) -> value.string().ifPresent(text -> filter.put(name, text)));
        return new Question(
                text(word, "view"),
                filter,
                Integer.parseInt(Cluster.member(word, "limit").source()));
    }

    private static List<List<Object>> inWords(List<?> rows) {
        List<List<Object>> words = new ArrayList<>();
        int size = ROOM + 1;
        for (Object row : rows) {
            String json = JsonText.of(row);
            if (json.length() > ROOM) {
                continue; // cannot be said; it is counted all the same
            }
            size += json.length() + 1;
            if (size > ROOM) {
                words.add(new ArrayList<>());
                size = json.length() + 1;
            }
            words.get(words.size() - 1).add(new JsonText.Verbatim(json));
        }
        if (words.isEmpty()) {
            words.add(List.of());
        }
        return words;
    }

    /** A part of an answer has come, perhaps to somebody else's question. */
    private void answered(Map<String, Json> word) {
        Gathering gathering = open.get(text(word, "question"));
        if (gathering != null) {
            gathering.add(text(word, "from"), word);
        }
    }

    private static String text(Map<String, Json> word, String name) {
        return Cluster.member(word, name).string().orElse("");
    }

    /** What has been answered so far. */
    private static final class Gathering {
        final CompletableFuture<Boolean> whole = new CompletableFuture<>();
        private final Map<String, Integer> missing =
                new LinkedHashMap<>(); // words by node, -1 as long as none has come
        private final List<Object> rows;
        private long all;

        Gathering(Rows own, Set<String> others) {
            rows = new ArrayList<>(own.rows());
            all = own.all();
            others.forEach(other -> missing.put(other, -1));
        }

        synchronized void add(String from, Map<String, Json> word) {
            Integer awaited = missing.get(from);
            if (awaited == null) {
                return;
            }
            if (awaited < 0) {
                awaited = Integer.parseInt(Cluster.member(word, "words").source());
                all += Long.parseLong(Cluster.member(word, "all").source());
            }
            for (Json row : Cluster.member(word, "rows").elements().orElse(List.of())) {
                rows.add(new JsonText.Verbatim(row.source()));
            }
            if (awaited == 1) {
                missing.remove(from);
            } else {
                missing.put(from, awaited - 1);
            }
            if (missing.isEmpty()) {
                whole.complete(true);
            }
        }

        synchronized Map<String, Object> found(String node, Question question) {
            Map<String, Object> found = new LinkedHashMap<>();
            found.put("node", node);
            found.put("all", all);
            found.put("silent", new TreeSet<>(missing.keySet()));
            found.put(question.view(), List.copyOf(rows));
            return found;
        }
    }
}
