package dev.parley.library;

import dev.parley.ParleyListener;
import dev.parley.RoomPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** What the application adds to Parley without a call: services, and beans where there is CDI. */
public final class Contributions {
    private Contributions() {}

    /** Its policies. To be called while the application starts, with its class loader in the thread's context; so for the others. */
    public static List<RoomPolicy> policies() {
        return of(RoomPolicy.class, List::of);
    }

    /** Its listeners, and observers of CDI. */
    public static List<ParleyListener<?>> listeners() {
        List<ParleyListener<?>> listeners = new ArrayList<>();
        of(ParleyListener.class, Beans::observers).forEach(listeners::add);
        return listeners;
    }

    private static <T> List<T> of(Class<T> type, Supplier<List<? extends T>> others) {
        List<T> found = new ArrayList<>();
        ServiceLoader.load(type).forEach(found::add);
        try {
            found.addAll(Beans.of(type));
            found.addAll(others.get());
        } catch (IllegalStateException | LinkageError noCdi) {
            // the server has none, or the application has no beans
        }
        return found;
    }
}
