package dev.parley.conformance;

import dev.parley.client.Credential;
import dev.parley.client.Json;
import dev.parley.client.JsonBinding;
import dev.parley.client.ParleyClient;
import dev.parley.client.ParleyClientException;
import dev.parley.client.Room;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** What the conformance kit starts: the Java client, and what it sees on the standard output. Arguments: the address, and a room. */
final class JavaClient {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private JavaClient() {}

    public static void main(String[] arguments) throws Exception {
        ParleyClient client = ParleyClient.connect(
                URI.create(arguments[0]),
                Credential.token("token"),
                ParleyClient.Options.defaults()
                        .executor(Executors.newSingleThreadExecutor())); // so that its lines are in order
        client.onState(state -> {
            if (state.name() == ParleyClient.State.Name.CLOSED) {
                OUT.println("closed " + state.code());
            }
        });
        Room room = client.join(arguments[1])
                .onMessage(
                        message -> OUT.println("message " + message.position().seq() + " " + compact(message.data())))
                .onGap(gap -> OUT.println("joined lost " + gap.reason()))
                .onState(state -> {
                    switch (state.name()) {
                        case JOINED -> {
                            if (!state.resume().equals("lost")) {
                                OUT.println("joined " + state.resume());
                            }
                        }
                        case REFUSED ->
                            OUT.println("refused " + state.error().orElseThrow().code());
                        default -> {}
                    }
                });
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("send ")) {
                send(room, line.substring(5));
            } else if (line.equals("leave")) {
                room.leave();
            }
        }
        System.exit(0);
    }

    private static void send(Room room, String json) {
        CompletableFuture<?> unused = room.send(Json.raw(json))
                .whenComplete((ack, failure) -> OUT.println(
                        failure == null
                                ? "acked " + json + " " + ack.position().seq()
                                : "failed " + json + " " + ((ParleyClientException) failure).code()));
    }

    private static String compact(Json data) {
        return JsonBinding.plain()
                .write(JsonBinding.plain()
                        .read("[" + data.raw() + "]", List.class)
                        .get(0));
    }
}
