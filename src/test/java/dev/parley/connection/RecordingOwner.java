package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what an outbox reports. Thread-safe. */
final class RecordingOwner implements Outbox.Owner {
    final List<Throwable> broken = new CopyOnWriteArrayList<>();
    final List<Throwable> failed = new CopyOnWriteArrayList<>();
    final List<Long> pinged = new CopyOnWriteArrayList<>();
    final List<CloseStatus> farewells = new CopyOnWriteArrayList<>();

    @Override
    public void broken(Throwable failure) {
        broken.add(failure);
    }

    @Override
    public void failed(Throwable fault) {
        failed.add(fault);
    }

    @Override
    public void pinged(long startedAt) {
        pinged.add(startedAt);
    }

    @Override
    public void farewell(CloseStatus code) {
        farewells.add(code);
    }
}
