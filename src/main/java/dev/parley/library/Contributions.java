package dev.parley.library;

import dev.parley.RoomPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** What the application adds to Parley without a call: services, and beans where there is CDI. */
public final class Contributions {
    private Contributions() {}

    /** Its policies. To be called while the application starts, with its class loader in the thread's context. */
    public static List<RoomPolicy> policies() {
        List<RoomPolicy> policies = new ArrayList<>();
        ServiceLoader.load(RoomPolicy.class).forEach(policies::add);
        try {
            policies.addAll(Beans.of(RoomPolicy.class));
        } catch (IllegalStateException | LinkageError noCdi) {
            // the server has none, or the application has no beans
        }
        return policies;
    }
}
