package dev.parley.it;

import dev.parley.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A front of somebody's, copied to a folder of its own, with the client's package as npm packs it and all else from npm. For one thread. */
final class NpmProject {
    private static final Path CLIENT = Path.of("src/main/resources/dev/parley/web/client");

    private final Path folder;

    private NpmProject(Path folder) {
        this.folder = folder;
    }

    /** Copies a project, but for what npm and Vite have made beside it, and installs what it asks for. */
    static NpmProject install(Path source, Path folder) throws IOException, InterruptedException {
        NpmProject project = new NpmProject(folder);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path relative = source.relativize(file);
                if (!relative.startsWith("node_modules") && !relative.startsWith("dist")) {
                    Path copy = folder.resolve(relative);
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
        String packed =
                project.run("npm", "pack", "--silent", CLIENT.toAbsolutePath().toString());
        project.run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "./" + packed.strip());
        return project;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Runs a program to its end, which must be a good one, and returns what it said. */
    String run(String... command) throws InterruptedException {
        return Programs.run(Duration.ofMinutes(2), new ProcessBuilder(command).directory(folder.toFile()));
    }
}
