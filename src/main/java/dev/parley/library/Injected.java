package dev.parley.library;

import dev.parley.session.Routes;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.InjectionTarget;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What CDI gives to objects that it has not made. Only to be loaded where there may be CDI. */
final class Injected {
    private Injected() {}

    /**
     * How to get the one bean of a type, if there is one.
     *
     * @throws IllegalStateException if there is no CDI in this application
     */
    static Optional<Supplier<Object>> one(Class<?> type) {
        Instance<?> bean = CDI.current().select(type);
        return bean.isResolvable() ? Optional.of(() -> bean.getHandle().get()) : Optional.empty();
    }

    /**
     * Injects into objects that are no beans, and calls what they have annotated with {@code @PostConstruct} and {@code @PreDestroy}.
     *
     * @throws IllegalStateException as above
     */
    static Routes.Injection into() {
        BeanManager beans =
                CDI.current().getBeanManager(); // now: later some servers do not know in which application we are
        Map<Class<?>, InjectionTarget<Object>> targets = new ConcurrentHashMap<>();
        return object -> {
            InjectionTarget<Object> target = targets.computeIfAbsent(object.getClass(), type -> target(beans, type));
            CreationalContext<Object> context = beans.createCreationalContext(null);
            target.inject(object, context);
            target.postConstruct(object);
            return () -> {
                try {
                    target.preDestroy(object);
                } finally {
                    context.release();
                }
            };
        };
    }

    @SuppressWarnings("unchecked") // a target for the class of an object takes that object
    private static InjectionTarget<Object> target(BeanManager beans, Class<?> type) {
        return (InjectionTarget<Object>)
                beans.getInjectionTargetFactory(beans.createAnnotatedType(type)).createInjectionTarget(null);
    }
}
