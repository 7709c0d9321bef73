package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What every instance needs before it can be started: an empty directory, files copied and changed, free ports. */
final class ServerFiles {
    private ServerFiles() {}

    /** A file of this virtual machine's, since another one may run tests at the same time. */
    static Path own(String name) {
        Path directory = ServerProcess.directory()
                .resolve("of-" + ProcessHandle.current().pid());
        try {
            return Files.createDirectories(directory).resolve(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty directory of this name, below which everything of the instance lies. */
    static Path fresh(String name) {
        Path directory = ServerProcess.directory().resolve("run").resolve(name);
        try {
            if (Files.exists(directory)) {
                try (Stream<Path> files = Files.walk(directory)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same for an instance of a server that may be beside another of its kind, which then has no extras. */
    static Path fresh(String name, Optional<Extras> extras) {
        return fresh(extras.isPresent() ? name + "-with-extras" : name);
    }

    /** {@code server-config/name} of this project. */
    static Path config(String name) {
        Path directory = Path.of("server-config", name).toAbsolutePath();
        if (!Files.isDirectory(directory)) {
            throw new IllegalStateException(directory + " is missing: run the tests in the directory of the project");
        }
        return directory;
    }

    /** A file, or a directory with all that is in it, in the place of what is there by these names. */
    static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Replaces texts, each of which must be there.
     *
     * @param pairs what is looked for and what takes its place, in turns
     */
    static void replace(Path file, String... pairs) {
        try {
            String text = Files.readString(file);
            for (int i = 0; i < pairs.length; i += 2) {
                if (!text.contains(pairs[i])) {
                    throw new AssertionError(file + " has no " + pairs[i]);
                }
                text = text.replace(pairs[i], pairs[i + 1]);
            }
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Brings a part of a file of XML to life that is a comment there, as an operator does it: away with the line that begins the
     * comment, and the one that ends it.
     *
     * @param start with what the part begins
     */
    static void uncomment(Path file, String start) {
        try {
            String text = Files.readString(file);
            Matcher comment = Pattern.compile("(?s)<!--\\s*\n(\\s*" + Pattern.quote(start) + "((?!-->).)*)-->")
                    .matcher(text);
            if (!comment.find()) {
                throw new AssertionError(file + " has no comment that is " + start);
            }
            Files.writeString(
                    file, text.substring(0, comment.start()) + comment.group(1) + text.substring(comment.end()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ports of the loopback interface that nobody listens on at the moment, each another one. */
    static List<Integer> freePorts(int count) {
        ServerSocket[] sockets = new ServerSocket[count];
        try {
            for (int i = 0; i < count; i++) {
                sockets[i] = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            }
            return Stream.of(sockets).map(ServerSocket::getLocalPort).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            for (ServerSocket socket : sockets) {
                close(socket);
            }
        }
    }

    private static void close(ServerSocket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
