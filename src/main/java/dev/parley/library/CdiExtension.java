package dev.parley.library;

import dev.parley.InRoom;
import dev.parley.Parley;
import dev.parley.ParleyEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessObserverMethod;
import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Makes {@code @Inject Parley} work where there is CDI, and finds observers of our events; servers without it never load this class. Named in
 * {@code META-INF/services}.
 *
 * @see <a href="https://jakarta.ee/specifications/cdi/4.0/jakarta-cdi-spec-4.0#spi">Jakarta CDI 4.0, portable extensions</a>
 */
public final class CdiExtension implements Extension {
    private final List<Found> observers = new CopyOnWriteArrayList<>();

    /** An asynchronous observer of ours, and the rooms that it observes. */
    record Found(ObserverMethod<ParleyEvent> method, Class<ParleyEvent> type, String rooms) {}

    List<Found> observers() {
        return observers;
    }

    void add(@Observes AfterBeanDiscovery discovery) {
        discovery
                .<Parley>addBean()
                .types(Object.class, Parley.class)
                .scope(ApplicationScoped.class)
                .beanClass(LocalParley.class)
                .produceWith(
                        beans -> Parley.of(beans.select(ServletContext.class).get()));
    }

    /** Whoever observes {@code Object} or another type that is not ours is not meant. */
    @SuppressWarnings("unchecked") // its type says so
    void find(@Observes ProcessObserverMethod<?, ?> process) {
        ObserverMethod<?> method = process.getObserverMethod();
        if (!(method.getObservedType() instanceof Class<?> type) || !ParleyEvent.class.isAssignableFrom(type)) {
            return;
        }
        if (!method.isAsync()) {
            process.addDefinitionError(new IllegalArgumentException("an observer of " + type.getSimpleName() + " in "
                    + method.getBeanClass().getName() + " has @Observes and must have @ObservesAsync"));
            return;
        }
        String rooms = method.getObservedQualifiers().stream()
                .filter(InRoom.class::isInstance)
                .map(qualifier -> ((InRoom) qualifier).value())
                .findFirst()
                .orElse("*");
        observers.add(new Found((ObserverMethod<ParleyEvent>) method, (Class<ParleyEvent>) type, rooms));
    }
}
