package dev.parley.api;

import java.util.Map;
import java.util.function.Supplier;

/**
 * One thing about this node that is right or not.
 *
 * @param kind which question it helps to answer
 * @param name as it appears in the answer
 * @param look finds out, on any request thread; must not block. One that throws has found that something is wrong
 */
public record Check(Kind kind, String name, Supplier<Finding> look) {
    /** The questions that are asked. */
    public enum Kind {
        /** Would only a restart help? */
        LIVE,
        /** Is it worth sending visitors here? */
        READY,
        /** Has it come up? */
        STARTED
    }

    /**
     * What was found.
     *
     * @param data figures beside it: strings, whole numbers and truth values; nothing that a stranger should not know
     */
    public record Finding(boolean isUp, Map<String, Object> data) {
        public Finding {
            data = Map.copyOf(data);
        }

        public static Finding of(boolean isUp, Map<String, Object> data) {
            return new Finding(isUp, data);
        }
    }
}
