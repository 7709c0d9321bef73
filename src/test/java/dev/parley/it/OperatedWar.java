package dev.parley.it;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.TestOperators;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** The archive by itself in demo mode, with the operators of the tests: all pages are there. */
record OperatedWar(ExecutableWar war) implements AutoCloseable {
    static OperatedWar start(Path directory) throws IOException {
        Path users = Files.writeString(
                directory.resolve("users.xml"),
                "<tomcat-users>\n" + TestOperators.lines("<user username=\"%s\" password=\"%s\" roles=\"%s\"/>")
                        + "</tomcat-users>\n");
        return new OperatedWar(ExecutableWar.start("--host", "127.0.0.1", "--port", "0", "--users", users.toString()));
    }

    Site site() {
        return Site.at(war.url());
    }

    URI page(String path) {
        return URI.create(war.url().toString()).resolve(path);
    }

    /** A page that asks for a name and a password, which the address holds. */
    URI pageFor(String user, String path) {
        return URI.create(
                "http://" + user + ":" + TestOperators.password(user) + "@" + site().authority() + "/" + path);
    }

    HttpResponse<String> call(String user, String method, String path, String body) {
        return OperatorsContract.send(OperatorsContract.by(
                user,
                HttpRequest.newBuilder(page("api/v1/" + path))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))));
    }

    @Override
    public void close() {
        war.close();
    }
}
