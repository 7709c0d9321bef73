package dev.parley;

import java.util.Map;

/**
 * The name of a room, and how a policy's pattern reads it. Immutable, thread-safe.
 *
 * @param name as it is on the wire: {@code [a-z0-9][a-z0-9._:-]{0,99}}
 * @param variables what each {@code {variable}} of the pattern stands for in this name; never empty texts
 */
public record RoomName(String name, Map<String, String> variables) {
    /** Copies what it is given. */
    public RoomName {
        variables = Map.copyOf(variables);
    }

    /**
     * What a variable of the pattern stands for: of {@code order-{id}} the {@code id} of {@code order-42} is {@code 42}.
     *
     * @throws IllegalArgumentException if the pattern has no such variable
     */
    public String variable(String variable) {
        String value = variables.get(variable);
        if (value == null) {
            throw new IllegalArgumentException("the pattern has no {" + variable + "}");
        }
        return value;
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
