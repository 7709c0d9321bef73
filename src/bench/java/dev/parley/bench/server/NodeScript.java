package dev.parley.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A script for Node, with packages that npm installs below {@code target/}.
 *
 * @param script its name in {@code src/bench/node}
 */
record NodeScript(String script) implements Target.Recipe {
    @Override
    public Launch prepare(Workshop workshop) throws Unavailable {
        Path home = workshop.tool("node");
        copy(workshop.sources().resolve("node"), home);
        if (!Files.isDirectory(home.resolve("node_modules/ws"))
                || !Files.isDirectory(home.resolve("node_modules/socket.io"))) {
            workshop.run("npm install", home, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts");
        }
        workshop.run("node --version", home, "node", "--version");
        return new Launch(List.of("node", home.resolve(script).toString(), Launch.PORT), "");
    }

    private static void copy(Path from, Path to) throws Unavailable {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new Unavailable("the scripts for Node could not be copied: " + e.getMessage());
        }
    }
}
