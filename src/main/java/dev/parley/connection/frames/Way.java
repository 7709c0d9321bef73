package dev.parley.connection.frames;

import dev.parley.node.Reach;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/**
 * The way from one object of a server to another, found once and gone for every session. Immutable.
 *
 * @param steps each from an object to the next
 */
record Way(List<MethodHandle> steps) {
    private static final MethodType STEP = MethodType.methodType(Object.class, Object.class);

    Way {
        steps = List.copyOf(steps);
    }

    /**
     * The way that leads from {@code start} over the fields of these names, and what methods return whose names end with {@code ()}.
     *
     * @throws ReflectiveOperationException if it does not lead there
     */
    static Way of(Object start, String... names) throws Throwable {
        List<MethodHandle> steps = new ArrayList<>();
        Object at = start;
        for (String name : names) {
            MethodHandle found = name.endsWith("()")
                    ? Reach.method(at.getClass(), name.substring(0, name.length() - 2))
                    : MethodHandles.privateLookupIn(at.getClass(), MethodHandles.lookup())
                            .unreflectGetter(Reach.declared(at.getClass(), name));
            MethodHandle step = found.asType(STEP);
            steps.add(step);
            at = step.invokeExact(at);
            if (at == null) {
                throw new NoSuchFieldException(name + " is null on the way over " + String.join(", ", names));
            }
        }
        return new Way(steps);
    }

    /** Where it leads to from there; a {@link ClassCastException} or {@link NullPointerException} if it is another kind of object. */
    Object from(Object start) throws Throwable {
        Object at = start;
        for (MethodHandle step : steps) {
            at = step.invokeExact(at);
        }
        return at;
    }
}
