package dev.parley.bench.server;

import java.util.List;

/**
 * A command that starts a server.
 *
 * @param command its words; {@value #PORT} stands for the port
 * @param contextPath what stands before the paths of the chat; empty at the root
 */
public record Launch(List<String> command, String contextPath) {
    /** To be replaced by the port that the server is to listen on. */
    static final String PORT = "{port}";

    public Launch {
        command = List.copyOf(command);
    }

    List<String> commandAt(int port) {
        return command.stream()
                .map(word -> word.replace(PORT, Integer.toString(port)))
                .toList();
    }
}
