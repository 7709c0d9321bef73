package dev.parley.handshake;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a declaration stands: what it may refer to. Immutable.
 *
 * @param template the endpoint's path
 * @param dependencies what the application adds
 * @param chain the classes around it, the outermost first
 * @param scopes what those ask for
 */
record Site(PathTemplate template, Dependencies dependencies, List<Class<?>> chain, Scopes scopes) {
    Site {
        chain = List.copyOf(chain);
    }

    /** Within {@code type}, which must not be around itself. */
    Site inside(Class<?> type) {
        List<Class<?>> longer = new ArrayList<>(chain);
        longer.add(type);
        if (chain.contains(type)) {
            throw new Misdeclared("dependencies go round in a circle: "
                    + longer.stream().map(Class::getName).collect(Collectors.joining(" → ")));
        }
        return new Site(template, dependencies, longer, scopes);
    }

    /** The same place, where more is asked for. */
    Site asking(String... more) {
        return new Site(template, dependencies, chain, scopes.and(more));
    }
}
