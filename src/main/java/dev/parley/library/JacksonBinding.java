package dev.parley.library;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.parley.JsonBinding;
import org.jspecify.annotations.Nullable;

/** Jackson's databind, the application's, with all the modules that it brings. */
final class JacksonBinding implements JsonBinding {
    private final ObjectMapper mapper = new ObjectMapper().findAndRegisterModules();

    @Override
    public String write(@Nullable Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "no JSON becomes of a "
                            + (value == null ? "null" : value.getClass().getName()),
                    e);
        }
    }

    @Override
    public <T> T read(String json, Class<T> type) {
        try {
            return mapper.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a " + type.getName(), e);
        }
    }
}
