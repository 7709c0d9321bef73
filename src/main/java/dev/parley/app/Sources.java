package dev.parley.app;

import jakarta.servlet.ServletContext;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where settings are written down, in the order in which they count. Immutable.
 *
 * @param properties system properties
 * @param environment environment variables
 * @param contextParameters parameters of the servlet context
 */
record Sources(Map<String, String> properties, Map<String, String> environment, Map<String, String> contextParameters) {
    /** What Kubernetes puts into every container beside services that are called parley or parley-something. */
    private static final Pattern KUBERNETES = Pattern.compile(
            "PARLEY_(SERVICE_(HOST|PORT)|PORT)(_.*)?"
                    + "|PARLEY_[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?)");

    /** The launcher's own properties. */
    private static final Set<String> LAUNCHER = Set.of("parley.port", "parley.context", "parley.host");

    Sources {
        properties = Map.copyOf(properties);
        environment = Map.copyOf(environment);
        contextParameters = Map.copyOf(contextParameters);
    }

    static Sources of(ServletContext context) {
        Map<String, String> properties = new HashMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith(Key.PREFIX)) {
                properties.put(name, System.getProperty(name, ""));
            }
        }
        Map<String, String> parameters = Collections.list(context.getInitParameterNames()).stream()
                .filter(name -> name.startsWith(Key.PREFIX))
                .collect(Collectors.toMap(name -> name, context::getInitParameter));
        return new Sources(properties, System.getenv(), parameters);
    }

    /** A setting as it was found. */
    record Found(String text, String source) {}

    Optional<Found> find(Key key) {
        return Stream.of(
                        found(properties, key.property(), "system property " + key.property()),
                        found(environment, key.variable(), "environment variable " + key.variable()),
                        found(contextParameters, key.property(), "context parameter " + key.property()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * Refuses what nobody would read: a misspelt name must not pass for a setting.
     *
     * @throws SettingsException naming the first unknown key, never its value
     */
    void refuseUnknown() {
        List<Key> keys = List.of(Key.values());
        Set<String> names = keys.stream().map(Key::property).collect(Collectors.toSet());
        Set<String> variables = keys.stream().map(Key::variable).collect(Collectors.toSet());
        Stream<String> unknown = Stream.of(
                        properties.keySet().stream()
                                .filter(name -> name.startsWith(Key.PREFIX)
                                        && !names.contains(name)
                                        && !LAUNCHER.contains(name)),
                        contextParameters.keySet().stream()
                                .filter(name -> name.startsWith(Key.PREFIX) && !names.contains(name)),
                        environment.keySet().stream()
                                .filter(name -> name.startsWith(Key.ENVIRONMENT_PREFIX)
                                        && !variables.contains(name)
                                        && !KUBERNETES.matcher(name).matches()))
                .flatMap(some -> some)
                .sorted();
        unknown.findFirst().ifPresent(name -> {
            throw new SettingsException("unknown setting " + name);
        });
    }

    /** Says nothing of the values: the environment holds the secrets of everybody who runs in this process. */
    @Override
    public String toString() {
        return "sources of settings";
    }

    private static Optional<Found> found(Map<String, String> values, String name, String source) {
        return Optional.ofNullable(values.get(name)).map(text -> new Found(text.strip(), source));
    }
}
