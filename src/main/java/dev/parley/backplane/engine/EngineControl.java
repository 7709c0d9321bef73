package dev.parley.backplane.engine;

import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Listeners;
import dev.parley.backplane.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Words to all nodes, as {@code hmac node number word}. The HMAC is of the rest, and whatever has none of ours is ignored; a
 * number that is not above the node's last one is ignored too, so that nobody who reads along can say a word again.
 */
final class EngineControl implements ControlBus {
    private static final Logger LOG = System.getLogger(EngineControl.class.getName());
    private static final int MAX_NODES = 10_000;

    private final Listeners<Consumer<String>> listeners = new Listeners<>();
    private final Map<String, Long> heard = new LinkedHashMap<>(); // each node's last number; the listener's own
    private final String node;
    private final Hmac hmac;
    private final QueryWorkers workers;
    private long said; // guarded by this

    EngineControl(String node, Hmac hmac, QueryWorkers workers) {
        this.node = node;
        this.hmac = hmac;
        this.workers = workers;
    }

    @Override
    public void send(String word) {
        ControlBus.requireShort(word);
        number(word).exceptionally(e -> {
            LOG.log(Level.WARNING, "a word to all nodes was not said: {0}", e.getMessage());
            return false;
        });
    }

    /** Words are said in the order of their numbers: one that comes after a higher one would be ignored. */
    private synchronized CompletionStage<Boolean> number(String word) {
        String numbered = node + ' ' + ++said + ' ' + word;
        String signed = hmac.of(numbered) + ' ' + numbered;
        return workers.ask(QueryWorkers.Lane.WORDS, link -> {
            link.say(signed);
            return true;
        });
    }

    @Override
    public Subscription subscribe(Consumer<String> listener) {
        return listeners.add(listener);
    }

    /** Called on the listener's thread: one word at a time. */
    void heard(String signed) {
        String[] parts = signed.split(" ", 4);
        if (parts.length < 4 || !parts[2].matches("[0-9]{1,18}")) {
            LOG.log(Level.WARNING, "a word that no node says is ignored");
            return;
        }
        if (!hmac.fits(parts[0], signed.substring(parts[0].length() + 1))) {
            LOG.log(Level.WARNING, "a word that is not signed with our secret is ignored");
            return;
        }
        long number = Long.parseLong(parts[2]);
        if (number <= heard.getOrDefault(parts[1], 0L)) {
            return;
        }
        heard.put(parts[1], number);
        if (heard.size() > MAX_NODES) {
            heard.remove(heard.keySet().iterator().next());
        }
        listeners.tell(listener -> listener.accept(parts[3]));
    }
}
