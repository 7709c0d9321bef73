package dev.parley.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks one after another, in their order, on an executor that takes whatever it is given; on one that runs them at once, in the
 * thread that brings the first. Thread-safe. What a task throws goes to the thread's handler of uncaught exceptions, and the next one runs.
 */
final class Serial implements Executor {
    private final Executor executor;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    Serial(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (size.getAndIncrement() == 0) {
            executor.execute(this::drain);
        }
    }

    int size() {
        return size.get();
    }

    private void drain() {
        do {
            Runnable task = tasks.poll();
            if (task != null) {
                run(task);
            }
        } while (size.decrementAndGet() > 0);
    }

    static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) { // at a thread's entry
            report(failure);
        }
    }

    private static void report(Throwable failure) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        } catch (Throwable ignored) {
            // As for a thread that ends: nobody is left to be told.
        }
    }
}
