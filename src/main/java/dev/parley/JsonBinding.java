package dev.parley;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * How objects become JSON and JSON becomes objects. What an application names in {@code META-INF/services/dev.parley.JsonBinding}
 * comes first; else it is Jakarta JSON Binding where the server has it, else Jackson's databind where the application has it, else
 * Parley's own, for records, maps, lists and simple values. Thread-safe; chosen once.
 */
public interface JsonBinding {
    /**
     * One JSON value.
     *
     * @throws IllegalArgumentException if none becomes of it
     */
    String write(@Nullable Object value);

    /**
     * The object that a JSON value describes.
     *
     * @throws IllegalArgumentException if it describes none
     */
    <T> T read(String json, Class<T> type);

    /** The one of this application. */
    static JsonBinding current() {
        return Chosen.BINDING;
    }

    /** Holds it, from when it is first asked for. */
    final class Chosen {
        private static final JsonBinding BINDING = choose();

        private Chosen() {}

        private static JsonBinding choose() {
            JsonBinding last = null;
            for (JsonBinding binding : ServiceLoader.load(JsonBinding.class, JsonBinding.class.getClassLoader())) {
                if (!binding.getClass().getName().startsWith("dev.parley.library.")) {
                    return binding;
                }
                last = binding;
            }
            if (last == null) {
                throw new IllegalStateException("Parley's own JSON binding is missing from its jar");
            }
            return last;
        }
    }
}
