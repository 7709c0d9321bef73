package dev.parley.client;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A clock that a test winds, stopping at every timer on the way, and dice that it loads. Of one thread. */
final class ManualTime implements Clock {
    private record Timer(long at, long number, Runnable task) {}

    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::number));
    private long now = TimeUnit.HOURS.toNanos(1);
    private long number;
    double dice = 0.5;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public double random() {
        return dice;
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
        Timer timer = new Timer(now + delay.toNanos(), number++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    void pass(long millis) {
        pass(millis, () -> false);
    }

    /** Only until {@code enough}, if that comes first. */
    void pass(long millis, BooleanSupplier enough) {
        long end = now + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!enough.getAsBoolean()) {
            Timer next = timers.peek();
            if (next == null || next.at > end) {
                now = end;
                return;
            }
            timers.remove();
            now = Math.max(now, next.at);
            next.task.run();
        }
    }

    int timers() {
        return timers.size();
    }
}
