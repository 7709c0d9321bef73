package dev.parley.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A private directory, readable by this user alone, with the server ({@code conf}, {@code lib}) and the application,
 * unpacked from the archive for the life of one process. The application's part is {@code WEB-INF} and the manifest, so
 * the server that it runs on has no copy of the launcher that it could hand out.
 */
final class ServerHome {
    private static final String SERVER = "META-INF/launcher/";
    private static final String APPLICATION = "WEB-INF/";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private final Path directory;

    private ServerHome(Path directory) {
        this.directory = directory;
    }

    /** Makes an empty home; {@link #delete} removes it. The JDK makes temporary directories with mode 0700. */
    static ServerHome create() throws IOException {
        return new ServerHome(Files.createTempDirectory("parley-").toRealPath());
    }

    Path directory() {
        return directory;
    }

    Path application() {
        return directory.resolve("application");
    }

    void unpack(Path archive) throws IOException {
        // The verifier is for signed jars; this one is trusted as far as the code that is running out of it.
        try (JarFile jar = new JarFile(archive.toFile(), false)) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                Path target = target(entry.getName());
                if (target == null || entry.isDirectory()) {
                    continue;
                }
                Files.createDirectories(target.getParent());
                try (InputStream content = jar.getInputStream(entry)) {
                    Files.copy(content, target);
                }
            }
        }
    }

    /** Writes a file of the server's configuration. */
    void write(String name, String content) throws IOException {
        Files.writeString(directory.resolve(name), content);
    }

    private @Nullable Path target(String entry) throws IOException {
        Path target;
        if (entry.startsWith(SERVER)) {
            target = directory.resolve(entry.substring(SERVER.length()));
        } else if (entry.startsWith(APPLICATION) || entry.equals(MANIFEST)) {
            target = application().resolve(entry);
        } else {
            return null;
        }
        if (!target.normalize().startsWith(directory)) {
            throw new IOException("The archive has an entry outside of itself: " + entry);
        }
        return target;
    }

    /** A loader of the server's jars over the JDK's own classes: neither launcher nor application is in its sight. */
    ClassLoader serverClasses() throws IOException {
        try (Stream<Path> jars = Files.list(directory.resolve("lib"))) {
            URLClassLoader loader = new URLClassLoader(
                    "server", jars.map(ServerHome::url).toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            EarlyClasses.open(loader);
            return loader;
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the directory as far as the system lets it; what stays is in the system's directory for such files. */
    void delete() {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            // Somebody was quicker: that is what was wanted.
        } catch (IOException e) {
            System.err.println("parley: could not remove " + directory + ": " + e.getMessage());
        }
    }
}
