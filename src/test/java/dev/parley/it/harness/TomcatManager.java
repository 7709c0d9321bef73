package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;

/**
 * Tomcat's manager application by its text interface. Thread-safe.
 *
 * @param text the address of the interface, ends in {@code /manager/text/}
 * @param user who has the role {@code manager-script}
 * @param password that user's
 */
record TomcatManager(URI text, String user, String password) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Deploys an archive, in the place of what is there. Returns when the application is up. */
    void deploy(String contextPath, Path war) throws Deployer.Refusal {
        try {
            command("PUT", "deploy?update=true&path=" + encoded(contextPath), BodyPublishers.ofFile(war));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deploys what a file of {@code conf/Catalina/localhost} names. Returns when the application is up. */
    void deployBy(Path file, String contextPath) throws Deployer.Refusal {
        get("deploy?path=" + encoded(contextPath) + "&config="
                + encoded(file.toUri().toString()));
    }

    /** Stops the application and removes it. Returns when that is done. */
    void undeploy(String contextPath) throws Deployer.Refusal {
        get("undeploy?path=" + encoded(contextPath));
    }

    /** The applications, one a line: {@code /path:running:sessions:directory}. */
    String list() throws Deployer.Refusal {
        return get("list");
    }

    /** Names the applications that were stopped and whose class loader is still held. Makes a full collection first. */
    String findLeaks() throws Deployer.Refusal {
        return get("findleaks?statusLine=true");
    }

    private String get(String command) throws Deployer.Refusal {
        try {
            return command("GET", command, BodyPublishers.noBody());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String command(String method, String command, BodyPublisher body) throws IOException, Deployer.Refusal {
        String credentials =
                Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(text.resolve(command))
                .header("Authorization", "Basic " + credentials)
                .timeout(Duration.ofMinutes(1))
                .method(method, body)
                .build();
        try {
            HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200 || !response.body().startsWith("OK")) {
                throw new Deployer.Refusal(command + ": status " + response.statusCode() + ", " + response.body());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
