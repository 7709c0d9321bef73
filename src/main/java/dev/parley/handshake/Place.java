package dev.parley.handshake;

import jakarta.websocket.server.PathParam;
import java.lang.annotation.Annotation;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where the texts of a parameter are found in a request. Immutable.
 *
 * @param name for the log: {@code query parameter q}
 * @param texts what was sent there, in order; empty if nothing was
 */
record Place(String name, Function<Visitor, List<String>> texts) {
    /**
     * The place that a parameter declares, or nothing if it declares none.
     *
     * @throws IllegalArgumentException if it declares several, or one that is not there
     */
    static Optional<Place> of(Parameter parameter, PathTemplate template) {
        List<Place> places = new ArrayList<>(1);
        List<Annotation> declared = new ArrayList<>(1);
        for (Annotation annotation : parameter.getAnnotations()) {
            of(annotation, parameter, template).ifPresent(place -> {
                places.add(place);
                declared.add(annotation);
            });
            if (annotation instanceof Depends) {
                declared.add(annotation);
            }
        }
        if (declared.size() > 1) {
            throw new IllegalArgumentException("comes from several places: "
                    + declared.stream()
                            .map(annotation -> "@" + annotation.annotationType().getSimpleName())
                            .toList());
        }
        return places.stream().findFirst();
    }

    /** Annotations that look like ours to whoever imports them, by their package. */
    private static final Map<String, String> LOOKALIKES = Map.of(
            "jakarta.ws.rs.",
            "dev.parley.handshake.",
            "jakarta.validation.constraints.",
            "dev.parley.handshake.constraint.");

    /** @throws IllegalArgumentException if it is one for REST resources or beans, which would be ignored */
    private static void requireOurs(Class<? extends Annotation> annotation) {
        String name = annotation.getName();
        String home = name.substring(0, name.lastIndexOf('.') + 1);
        if (LOOKALIKES.containsKey(home)) {
            String right = annotation.getSimpleName().equals("PathParam")
                    ? PathParam.class.getName()
                    : LOOKALIKES.get(home) + annotation.getSimpleName();
            throw new IllegalArgumentException("has @" + name + ", which means nothing in a handshake"
                    + (isThere(right) ? ": import " + right : ", and there is none like it"));
        }
    }

    private static boolean isThere(String type) {
        try {
            Class.forName(type, false, Place.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException none) {
            return false;
        }
    }

    private static Optional<Place> of(Annotation annotation, Parameter parameter, PathTemplate template) {
        requireOurs(annotation.annotationType());
        if (annotation instanceof PathParam path) {
            String name = path.value();
            if (!template.declares(name)) {
                throw new IllegalArgumentException("wants {" + name + "}, which " + template + " does not have");
            }
            return Optional.of(new Place(
                    "path parameter " + name,
                    visitor -> visitor.path(name).map(List::of).orElse(List.of())));
        } else if (annotation instanceof QueryParam query) {
            String name = named(query.value(), parameter);
            return Optional.of(new Place("query parameter " + name, visitor -> visitor.query(name)));
        } else if (annotation instanceof CookieParam cookie) {
            String name = named(cookie.value(), parameter);
            return Optional.of(new Place("cookie " + name, visitor -> visitor.cookie(name)));
        } else if (annotation instanceof HeaderParam header) {
            String name = header.value().isEmpty() ? named("", parameter).replace('_', '-') : header.value();
            return Optional.of(new Place("header " + name, visitor -> visitor.header(name)));
        }
        return Optional.empty();
    }

    private static String named(String declared, Parameter parameter) {
        if (declared.isEmpty() && !parameter.isNamePresent()) {
            throw new IllegalArgumentException(
                    "has no name, because its class was compiled without -parameters: say it in the annotation");
        }
        return declared.isEmpty() ? parameter.getName() : declared;
    }
}
