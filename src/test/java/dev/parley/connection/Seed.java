package dev.parley.connection;

import java.util.Random;
import java.util.SplittableRandom;

/** The chance in a test, printed so that a failure can be looked at again: {@code -Dtest.seed=…} repeats it. */
public final class Seed {
    private final long value;

    private Seed(long value) {
        this.value = value;
    }

    public static Seed of(Class<?> test) {
        Long given = Long.getLong("test.seed");
        long value = given != null ? given : new SplittableRandom().nextLong();
        System.out.println(test.getSimpleName() + ": test.seed=" + value);
        return new Seed(value);
    }

    /** The chance of one round; the same for the same seed. */
    public Random round(int number) {
        return new Random(value + number);
    }

    @Override
    public String toString() {
        return "test.seed=" + value;
    }
}
