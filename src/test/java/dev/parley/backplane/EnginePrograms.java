package dev.parley.backplane;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL and Redis for Linux, from artefacts of Maven Central, so that no machine needs to have them. They are unpacked once, where
 * any user may run them, and deleted when the tests end.
 */
public final class EnginePrograms {
    private static final boolean IS_ARM = "aarch64".equals(System.getProperty("os.arch"));
    private static final Path DIRECTORY = directory();
    private static final Path POSTGRES = postgresUnpacked();
    private static final Path REDIS = redisUnpacked();

    private EnginePrograms() {}

    /** A directory with {@code initdb} and {@code postgres}. */
    public static Path postgres() {
        return POSTGRES.resolve("bin");
    }

    /** The program. */
    public static Path redis() {
        return REDIS;
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("parley-engines");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream artefact(String name) throws IOException {
        InputStream in = EnginePrograms.class.getResourceAsStream("/" + name);
        if (in == null) {
            throw new IOException(name + " is not on the class path; the tests run on Linux, x86-64 or ARM 64");
        }
        return in;
    }

    private static Path redisUnpacked() {
        Path program = DIRECTORY.resolve("redis-server");
        try (InputStream in = artefact("redis-server-7.0.15-linux-" + (IS_ARM ? "arm64" : "amd64"))) {
            Files.copy(in, program);
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path postgresUnpacked() {
        Path postgres = DIRECTORY.resolve("postgres");
        try (InputStream tar =
                new XZInputStream(artefact("postgres-linux-" + (IS_ARM ? "arm_64" : "x86_64") + ".txz"))) {
            unpack(tar, postgres);
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a tar (POSIX.1-1988, ustar): files, directories and symbolic links, which is all that is in ours. */
    private static void unpack(InputStream tar, Path into) throws IOException {
        byte[] header = new byte[512];
        while (tar.readNBytes(header, 0, header.length) == header.length && header[0] != 0) {
            Path file = into.resolve(text(header, 0, 100)).normalize();
            int size = Integer.parseInt(text(header, 124, 12).strip(), 8);
            if (!file.startsWith(into)) {
                throw new IOException("not below the directory: " + file);
            }
            Files.createDirectories(file.getParent());
            switch (header[156]) {
                case '5' -> Files.createDirectories(file);
                case '2' -> Files.createSymbolicLink(file, Path.of(text(header, 157, 100)));
                case '0', 0 -> {
                    Files.write(file, bytes(tar, size));
                    boolean runs = (Integer.parseInt(text(header, 100, 8).strip(), 8) & 0100) != 0;
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
                }
                default -> throw new IOException("an entry of type " + (char) header[156] + ": " + file);
            }
            bytes(tar, header[156] == '0' || header[156] == 0 ? (512 - size % 512) % 512 : 0);
        }
        try (Stream<Path> all = Files.walk(into)) {
            List<Path> directories = all.filter(file -> Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
            for (Path directory : directories) {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private static byte[] bytes(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    private static String text(byte[] header, int from, int length) {
        byte[] field = Arrays.copyOfRange(header, from, from + length);
        int end = 0;
        while (end < length && field[end] != 0) {
            end++;
        }
        return new String(field, 0, end, StandardCharsets.UTF_8);
    }
}
