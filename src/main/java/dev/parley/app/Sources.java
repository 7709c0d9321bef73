package dev.parley.app;

import jakarta.servlet.ServletContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where settings are written down, in the order in which they count. Immutable.
 *
 * @param properties system properties
 * @param environment environment variables
 * @param contextParameters parameters of the servlet context
 */
record Sources(Map<String, String> properties, Map<String, String> environment, Map<String, String> contextParameters) {
    private static final Logger LOG = System.getLogger("dev.parley");
    private static final int TYPOS = 2;

    /** What Kubernetes puts into every container beside services that are called parley or parley-something. */
    private static final Pattern KUBERNETES = Pattern.compile(
            "PARLEY_(SERVICE_(HOST|PORT)|PORT)(_.*)?"
                    + "|PARLEY_[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?)");

    /** The names that were written on the command line, without prefix; there, whatever is not known is a mistake. */
    private static final String OPTIONS = "dev.parley.options";

    /** The launcher's own properties. */
    private static final Set<String> LAUNCHER = Set.of("parley.port", "parley.context", "parley.host");

    Sources {
        properties = Map.copyOf(properties);
        environment = Map.copyOf(environment);
        contextParameters = Map.copyOf(contextParameters);
    }

    /** @throws SettingsException if the command line has an option that is none */
    static Sources of(ServletContext context) {
        if (context.getAttribute(OPTIONS) instanceof Set<?> options) {
            refuseUnknown(options);
        }
        Map<String, String> properties = new HashMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith(Setting.PREFIX)) {
                properties.put(name, System.getProperty(name, ""));
            }
        }
        Map<String, String> parameters = Collections.list(context.getInitParameterNames()).stream()
                .filter(name -> name.startsWith(Setting.PREFIX))
                .collect(Collectors.toMap(name -> name, context::getInitParameter));
        return new Sources(properties, System.getenv(), parameters);
    }

    static void refuseUnknown(Set<?> options) {
        for (Object option : options) {
            String name = Setting.PREFIX + option;
            if (Setting.all().stream().noneMatch(key -> key.property().equals(name))) {
                String meant = nearest(name, Setting::property)
                        .map(known -> "; did you mean --" + known.substring(Setting.PREFIX.length()) + "?")
                        .orElse("; --help lists the options");
                throw new SettingsException("--" + option + " is not an option" + meant);
            }
        }
    }

    /** A setting as it was found. */
    record Found(String text, String source) {}

    Optional<Found> find(Setting<?> key) {
        return Stream.of(
                        found(properties, key.property(), "system property " + key.property()),
                        found(environment, key.variable(), "environment variable " + key.variable()),
                        found(contextParameters, key.property(), "context parameter " + key.property()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * Says what is probably a misspelt setting. Names that are nothing like ours are somebody else's: a server's properties are
     * for all its applications.
     */
    void warnOfMisspelt() {
        misspelt()
                .forEach((name, meant) ->
                        LOG.log(Level.WARNING, "{0} is not a setting; did you mean {1}?", name, meant));
    }

    /** Unknown names that are nearly those of settings, never their values, with the names of these. Sorted. */
    Map<String, String> misspelt() {
        Map<String, String> misspelt = new TreeMap<>();
        Stream.concat(properties.keySet().stream(), contextParameters.keySet().stream())
                .filter(name -> name.startsWith(Setting.PREFIX) && !LAUNCHER.contains(name))
                .forEach(name -> nearest(name, Setting::property).ifPresent(meant -> misspelt.put(name, meant)));
        environment.keySet().stream()
                .filter(name -> name.startsWith(Setting.ENVIRONMENT_PREFIX)
                        && !KUBERNETES.matcher(name).matches())
                .forEach(name -> nearest(name, Setting::variable).ifPresent(meant -> misspelt.put(name, meant)));
        return misspelt;
    }

    /** What was probably meant; nothing for a name that is known, or like none. */
    private static Optional<String> nearest(String name, Function<Setting<?>, String> form) {
        List<String> names = Setting.all().stream().map(form).toList();
        return names.contains(name)
                ? Optional.empty()
                : names.stream()
                        .filter(known -> distance(name, known) <= TYPOS)
                        .min(Comparator.comparingInt(known -> distance(name, known)));
    }

    /** Letters to be changed, left out or added, when neither case nor underscores count. */
    private static int distance(String leftName, String rightName) {
        String left = leftName.toLowerCase(Locale.ROOT).replace('_', '-');
        String right = rightName.toLowerCase(Locale.ROOT).replace('_', '-');
        if (Math.abs(left.length() - right.length()) > TYPOS) {
            return TYPOS + 1;
        }
        int[] row = IntStream.rangeClosed(0, right.length()).toArray();
        for (int i = 1; i <= left.length(); i++) {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int changed = corner + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                corner = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[right.length()];
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
