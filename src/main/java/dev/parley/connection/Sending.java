package dev.parley.connection;

import dev.parley.node.Budget;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call to the wire. Its identity tells a second completion of an earlier call from the first one of this call. Guarded by its
 * {@link OutboxQueue}.
 */
final class Sending implements Wire.Completion {
    private final Outbox outbox;
    final List<Outgoing> messages;
    final Item item; // a ping, the farewell, or the first of the messages
    final boolean isOfSignals;
    int free; // so many of the messages, the first, are not counted in the budget
    volatile boolean isDone;

    Sending(Outbox outbox, List<Outgoing> messages, Item item, int free, boolean isOfSignals) {
        this.outbox = outbox;
        this.messages = messages;
        this.item = item;
        this.isOfSignals = isOfSignals;
        this.free = free;
    }

    boolean isPing() {
        return item == Item.Ping.PING;
    }

    /** It is counted from now on. */
    void retain(Budget budget) {
        messages.subList(0, free).forEach(message -> message.retain(budget));
        free = 0;
    }

    /** It is done, and counted no more. Idempotent. */
    void release(Budget budget) {
        isDone = true;
        for (; free < messages.size(); free++) {
            messages.get(free).release(budget);
        }
    }

    long held() {
        return messages.subList(free, messages.size()).stream()
                .mapToLong(Outgoing::share)
                .sum();
    }

    @Override
    public void completed(@Nullable Throwable failure) {
        outbox.completed(this, failure);
    }
}
