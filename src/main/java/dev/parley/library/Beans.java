package dev.parley.library;

import dev.parley.ParleyEvent;
import dev.parley.ParleyListener;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.inject.Any;
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
}
