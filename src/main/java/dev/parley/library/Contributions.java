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

    /** Its policies. To be called while the application starts, with its class loader in the thread's context. */
    public static List<RoomPolicy> policies() {
        List<RoomPolicy> policies = new ArrayList<>();
        ServiceLoader.load(RoomPolicy.class).forEach(policies::add);
        policies.addAll(inCdi(() -> Beans.of(RoomPolicy.class)));
        return policies;
    }

    /** Its listeners, and observers of CDI. */
    public static List<ParleyListener<?>> listeners() {
        List<ParleyListener<?>> listeners = new ArrayList<>();
        ServiceLoader.load(ParleyListener.class).forEach(listeners::add);
        listeners.addAll(
                inCdi(() -> Beans.listeners())); // a reference to the method would be linked outside, and fail there
        return listeners;
    }

    private static <T> List<T> inCdi(Supplier<List<T>> beans) {
        try {
            return beans.get();
        } catch (IllegalStateException | LinkageError noCdi) {
            return List.of(); // the server has none, or the application has no beans
        }
    }
}
