package dev.parley.library;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.CDI;
import java.util.List;

/** The application's beans. Only to be loaded where there may be CDI. */
final class Beans {
    private Beans() {}

    /** @throws IllegalStateException if there is no CDI in this application */
    static <T> List<T> of(Class<T> type) {
        return CDI.current().select(type, Any.Literal.INSTANCE).stream().toList();
    }
}
