package dev.parley.it.harness;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands of {@code asadmin}, sent to the administration port as that program sends them, but without a Java virtual
 * machine of its own for each, which would cost the tests minutes. Thread-safe.
 *
 * @param port where the administration listens on the loopback interface
 */
record AdminCommands(int port) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /**
     * Runs a command to its end.
     *
     * @param options names and values in turns; the name of the operand is {@code DEFAULT}
     */
    void run(String command, String... options) throws Deployer.Refusal {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < options.length; i += 2) {
            pairs.add(options[i] + "=" + URLEncoder.encode(options[i + 1], StandardCharsets.UTF_8));
        }
        URI target = URI.create("http://127.0.0.1:" + port + "/__asadmin/" + command + "?" + String.join("&", pairs));
        HttpRequest request = HttpRequest.newBuilder(target)
                .header("X-Requested-By", "parley")
                .header("User-Agent", "hk2-cli") // whom most answer with the outcome, and not with a page
                .timeout(LONGEST)
                .POST(BodyPublishers.noBody())
                .build();
        try {
            HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200 || !response.body().matches("(?s).*Exit Code ?: (SUCCESS|WARNING).*")) {
                throw new Deployer.Refusal(command + ": status " + response.statusCode() + ", " + response.body());
            }
        } catch (IOException e) {
            throw new Deployer.Refusal(command + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Deployer.Refusal(command + " was interrupted");
        }
    }
}
