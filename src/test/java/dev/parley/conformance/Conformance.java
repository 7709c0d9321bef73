package dev.parley.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Plays one script of the conformance kit against one client of {@code parley.v1}: the server of the script, and whoever sits at
 * the client. The page on the protocol describes the scripts, and what a client is to print.
 */
public final class Conformance implements AutoCloseable {
    /** All scripts. */
    public static final List<String> SCRIPTS = List.of(
            "opening",
            "resume",
            "lost",
            "gap",
            "unknown",
            "heartbeat",
            "send",
            "send-again",
            "one-at-a-time",
            "many",
            "rejected",
            "too-fast",
            "losses",
            "bye",
            "final",
            "removed");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_MILLIS = 20_000;
    private static final String ROOM = "conformance";

    private final ScriptedServer server = new ScriptedServer();
    private final Process client;
    private final Writer hand;
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final Map<String, JsonNode> known = new HashMap<>(Map.of("$room", JSON.valueToTree(ROOM)));

    private Conformance(List<String> command) throws IOException {
        List<String> all = new ArrayList<>(command);
        all.add(server.address().toString());
        all.add(ROOM);
        client = new ProcessBuilder(all)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        hand = new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8);
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(() -> read(lines), "conformance-client");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(BufferedReader lines) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                seen.add(line);
            }
        } catch (IOException e) {
            // The play is over, and the client with it.
        }
    }

    /** Starts the client, to whose command the address of the server and the name of a room are added, and plays a script. */
    public static void play(String script, List<String> command) throws Exception {
        try (Conformance play = new Conformance(command)) {
            play.steps(read(script));
        }
    }

    private static JsonNode read(String script) throws IOException {
        try (InputStream in = Conformance.class.getResourceAsStream("/conformance/" + script + ".json")) {
            return JSON.readTree(in);
        }
    }

    private void steps(JsonNode steps) throws Exception {
        for (JsonNode step : steps) {
            try {
                step(step);
            } catch (AssertionError | IOException e) {
                throw new AssertionError(step + ": " + e.getMessage(), e);
            }
        }
    }

    private void step(JsonNode step) throws Exception {
        String word = step.fieldNames().next();
        JsonNode value = step.get(word);
        switch (word) {
            case "play" -> steps(read("parts/" + value.asText()));
            case "accept" ->
                assertThat(server.accept(PATIENCE_MILLIS)).as("it connects").isTrue();
            case "nobody" ->
                assertThat(server.accept(value.asLong())).as("it connects").isFalse();
            case "expect" -> expect(value);
            case "quiet" ->
                assertThat(server.hear(value.asLong())).as("it says").isEmpty();
            case "tell" -> server.tell(filled(value).toString());
            case "close" -> server.close(value.asInt());
            case "cut" -> server.cut();
            case "do" -> {
                hand.write(value.asText() + '\n');
                hand.flush();
            }
            case "seen" ->
                assertThat(seen.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(value.asText());
            case "store" -> store(value);
            default -> throw new AssertionError("no such step");
        }
    }

    private JsonNode hear() throws Exception {
        Optional<String> text = server.hear(PATIENCE_MILLIS);
        assertThat(text).as("it says something").isPresent();
        return JSON.readTree(text.get());
    }

    private void expect(JsonNode wanted) throws Exception {
        known.remove("$id");
        JsonNode said = hear();
        assertThat(matches(wanted, said)).as("it says " + said).isTrue();
    }

    /** Whether all that is wanted is there. What begins with a dollar is anything; the same each time, but for ids. */
    private boolean matches(JsonNode wanted, JsonNode said) {
        if (wanted.isTextual() && wanted.asText().startsWith("$")) {
            return wanted.asText().equals("$none")
                    ? said.isMissingNode() || said.isNull()
                    : !said.isMissingNode()
                            && known.computeIfAbsent(wanted.asText(), name -> said)
                                    .equals(said);
        }
        if (!wanted.isObject()) {
            return wanted.equals(said);
        }
        return wanted.properties().stream().allMatch(field -> matches(field.getValue(), said.path(field.getKey())));
    }

    private JsonNode filled(JsonNode told) {
        if (told.isTextual() && told.asText().startsWith("$")) {
            JsonNode value = known.get(told.asText());
            assertThat(value).as(told.asText()).isNotNull();
            return value;
        }
        if (told.isObject()) {
            ObjectNode object = JSON.createObjectNode();
            told.properties().forEach(field -> object.set(field.getKey(), filled(field.getValue())));
            return object;
        }
        if (told.isArray()) {
            ArrayNode array = JSON.createArrayNode();
            told.forEach(element -> array.add(filled(element)));
            return array;
        }
        return told;
    }

    /**
     * Is a server that stores what it is sent, each key once and nothing after a key that it does not know, until it has stored so
     * many. {@code answers} are other answers to the first, second … send; where it says {@code lost}, that is stored, and the
     * connection breaks before the answer. In the end what is stored must be 1, 2, 3 …, without what was rejected.
     */
    private void store(JsonNode plan) throws Exception {
        List<Integer> stored = new ArrayList<>();
        Map<String, Integer> seqs = new HashMap<>();
        Set<Integer> rejected = new HashSet<>();
        for (int number = 1; stored.size() < plan.get("until").asInt(); number++) {
            JsonNode send = hear();
            assertThat(send.path("type").asText()).as(send.toString()).isEqualTo("send");
            JsonNode answer = plan.path("answers").path(Integer.toString(number));
            String key = send.get("key").asText();
            if (answer.isObject()) {
                if (answer.path("code").asText().equals("rejected")) {
                    rejected.add(send.get("data").asInt());
                }
                server.tell(((ObjectNode) answer.deepCopy())
                        .set("id", send.get("id"))
                        .toString());
                continue;
            }
            if (send.hasNonNull("after") && !seqs.containsKey(send.get("after").asText()) && !seqs.containsKey(key)) {
                server.tell("{\"id\":" + send.get("id")
                        + ",\"type\":\"error\",\"code\":\"out-of-order\",\"retry\":true,\"after\":0,\"message\":\"\"}");
                continue;
            }
            boolean isDuplicate = seqs.containsKey(key);
            if (!isDuplicate) {
                stored.add(send.get("data").asInt());
                seqs.put(key, stored.size());
            }
            if (answer.asText().equals("lost")) {
                server.cut();
                steps(read("parts/again"));
                continue;
            }
            server.tell("{\"id\":" + send.get("id") + ",\"type\":\"ack\",\"room\":\"" + ROOM
                    + "\",\"position\":{\"epoch\":\"e\",\"seq\":" + seqs.get(key) + ",\"message\":\"m"
                    + seqs.get(key) + "\"},\"duplicate\":" + isDuplicate + "}");
        }
        List<Integer> right = new ArrayList<>();
        for (int data = 1; right.size() < stored.size(); data++) {
            if (!rejected.contains(data)) {
                right.add(data);
            }
        }
        assertThat(stored).isEqualTo(right);
    }

    @Override
    public void close() throws IOException {
        client.destroyForcibly();
        server.close();
    }
}
