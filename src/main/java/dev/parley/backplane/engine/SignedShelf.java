package dev.parley.backplane.engine;

import dev.parley.backplane.Backplane;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What is kept with the engine for a while and taken once, signed, so that nobody else's is believed. Thread-safe. */
record SignedShelf(QueryWorkers workers, Hmac hmac) {
    private static final Logger LOG = System.getLogger(SignedShelf.class.getName());

    /** As {@link Backplane#keep}. */
    CompletionStage<?> keep(String key, String value, Duration life) {
        String kept = hmac.of(key + ' ' + value) + ' ' + value; // with its key, so that it cannot be moved
        return workers.ask(QueryWorkers.Lane.SHELF, link -> {
            link.shelf().keep(key, kept, life);
            return true;
        });
    }

    /** As {@link Backplane#take}. */
    CompletionStage<Optional<String>> take(String key) {
        return workers.ask(QueryWorkers.Lane.SHELF, link -> link.shelf().take(key))
                .thenApply(kept -> kept.flatMap(text -> opened(key, text)));
    }

    private Optional<String> opened(String key, String kept) {
        int space = Math.max(0, kept.indexOf(' '));
        String value = kept.substring(space + 1);
        if (!hmac.fits(kept.substring(0, space), key + ' ' + value)) {
            LOG.log(Level.WARNING, "what was kept is not signed with our secret, and is ignored");
            return Optional.empty();
        }
        return Optional.of(value);
    }
}
