package dev.parley.library;

import dev.parley.ParleyEvent;
import dev.parley.ParleyListener;
import jakarta.enterprise.context.control.RequestContextController;
import dev.parley.session.Routes;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.EventContext;
import jakarta.enterprise.inject.spi.EventMetadata;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import jakarta.enterprise.inject.spi.InjectionTarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The application's beans. Only to be loaded where there may be CDI; all of it fails if there is none in this application. */
final class Beans {
    private Beans() {}

    /** @throws IllegalStateException if there is no CDI in this application */
    static <T> List<T> of(Class<T> type) {
        return CDI.current().select(type, Any.Literal.INSTANCE).stream().toList();
    }

    /** Those that are beans, and the observers that {@link CdiExtension} has found. */
    static List<ParleyListener<?>> listeners() {
        CDI<Object> container = CDI.current();
        Stream<ParleyListener<?>> beans =
                container.select(new TypeLiteral<ParleyListener<?>>() {}, Any.Literal.INSTANCE).stream();
        return Stream.concat(beans, observers(container)).toList();
    }

    private static Stream<Observer> observers(CDI<Object> container) {
        CdiExtension extension;
        try {
            extension = container.getBeanManager().getExtension(CdiExtension.class);
        } catch (IllegalArgumentException none) { // a container that was started without it
            return Stream.empty();
        }
        return extension.observers().stream()
                .map(found -> new Observer(
                        found.method(),
                        found.type(),
                        found.rooms(),
                        container.select(RequestContextController.class).get()));
    }

    /**
     * One method of the application, called with a request context as the container would. It is called by us, so that one that does not
     * return has the thread of no other.
     */
    record Observer(
            ObserverMethod<ParleyEvent> method,
            Class<ParleyEvent> type,
            String rooms,
            RequestContextController requests)
            implements ParleyListener<ParleyEvent> {
        @Override
        public void happened(ParleyEvent event) {
            boolean isOurs = requests.activate();
            try {
                method.notify(new Context(event, new Metadata(method)));
            } finally {
                if (isOurs) {
                    requests.deactivate();
                }
            }
        }

        @Override
        public String toString() {
            return "of " + type.getSimpleName() + " in " + method.getBeanClass().getName();
        }
    }

    private record Context(ParleyEvent event, EventMetadata metadata) implements EventContext<ParleyEvent> {
        @Override
        public ParleyEvent getEvent() {
            return event;
        }

        @Override
        public EventMetadata getMetadata() {
            return metadata;
        }
    }

    private record Metadata(ObserverMethod<?> method) implements EventMetadata {
        @Override
        public Set<Annotation> getQualifiers() {
            return method.getObservedQualifiers();
        }

        @Override
        public @Nullable InjectionPoint getInjectionPoint() {
            return null;
        }

        @Override
        public Type getType() {
            return method.getObservedType();
        }
    }

    /** @throws IllegalStateException as above */
    static Optional<Supplier<Object>> one(Class<?> type) {
        Instance<?> bean = CDI.current().select(type);
        return bean.isResolvable() ? Optional.of(() -> bean.getHandle().get()) : Optional.empty();
    }

    /**
     * Injects into objects that are no beans, and calls what they have annotated with {@code @PostConstruct} and {@code @PreDestroy}.
     *
     * @throws IllegalStateException as above
     */
    static Routes.Injection injection() {
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
