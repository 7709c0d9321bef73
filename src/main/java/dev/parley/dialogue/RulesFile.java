package dev.parley.dialogue;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file of rules, read again when it changes. New rules are taken once the file has been the same twice, so that one that is
 * being written is not taken half. Where they are none, or the file is gone, the old ones stay, and one line in the log says so.
 * Thread-safe; {@link #look} is called by one thread at a time.
 */
public final class RulesFile {
    private static final Logger LOG = System.getLogger(RulesFile.class.getName());

    private final Path path;
    private volatile RoomRules rules;
    private @Nullable List<String> taken; // the looking thread's own, as below: what was judged, rules or not
    private @Nullable List<String> seen;

    private RulesFile(Path path, List<String> lines) {
        this.path = path;
        this.rules = RoomRules.parse(lines);
        this.taken = lines;
        this.seen = lines;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it cannot be read, or naming the first line that is no rule
     */
    public static RulesFile read(String file) {
        try {
            Path path = Path.of(file);
            return new RulesFile(path, Files.readAllLines(path));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException("not a file that can be read", e);
        }
    }

    /** What counts now. */
    public RoomRules rules() {
        return rules;
    }

    /** Looks whether it has changed; true if there are new rules. */
    boolean look() {
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (IOException | RuntimeException gone) {
            lines = null;
        }
        boolean isStable = lines == null ? seen == null : lines.equals(seen);
        boolean isNew = lines == null ? taken != null : !lines.equals(taken);
        seen = lines;
        if (!isStable || !isNew) {
            return false;
        }
        taken = lines;
        try {
            if (lines == null) {
                throw new IllegalArgumentException("cannot be read");
            }
            rules = RoomRules.parse(lines);
            LOG.log(Level.INFO, "The rules of {0} have changed and count now", path);
            return true;
        } catch (IllegalArgumentException wrong) {
            LOG.log(Level.WARNING, "{0}: {1}; the old rules still count", path, wrong.getMessage());
            return false;
        }
    }
}
