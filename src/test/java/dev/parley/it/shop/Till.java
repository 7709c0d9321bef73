package dev.parley.it.shop;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.spi.CDI;

/** A bean, where there is CDI. */
@ApplicationScoped
public class Till {
    String count() {
        return "3 coins";
    }

    /** What an endpoint can say of a till that it should have. */
    static String counted(Till injected) {
        return injected == null ? "no till" : injected.count();
    }

    /** The same by the server's own word. */
    static String known() {
        try {
            return CDI.current().select(Till.class).get().count();
        } catch (IllegalStateException | LinkageError noCdi) {
            return "no till";
        }
    }
}
