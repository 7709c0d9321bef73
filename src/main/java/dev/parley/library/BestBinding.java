package dev.parley.library;

import dev.parley.JsonBinding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The best that there is here: Jakarta JSON Binding, else Jackson, else our own. Named in {@code META-INF/services}. */
public final class BestBinding implements JsonBinding {
    private record Kind(String needs, String binding) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("jakarta.json.bind.spi.JsonbProvider", "dev.parley.library.JsonbBinding"),
            new Kind("com.fasterxml.jackson.databind.ObjectMapper", "dev.parley.library.JacksonBinding"));

    private final JsonBinding best = best();

    private static JsonBinding best() {
        ClassLoader loader = BestBinding.class.getClassLoader();
        for (Kind kind : KINDS) {
            try {
                Class.forName(kind.needs(), false, loader);
                return Class.forName(kind.binding(), true, loader)
                        .asSubclass(JsonBinding.class)
                        .getDeclaredConstructor()
                        .newInstance();
            } catch (ReflectiveOperationException | LinkageError notHere) {
                // the interface may be here without anything behind it
            }
        }
        return new OwnBinding();
    }

    @Override
    public String write(@Nullable Object value) {
        return best.write(value);
    }

    @Override
    public <T> T read(String json, Class<T> type) {
        return best.read(json, type);
    }
}
