package dev.parley.it.wire;

/** One header line of a request or response, the name in the spelling that went over the wire. */
public record Header(String name, String value) {
    boolean isNamed(String other) {
        return name.equalsIgnoreCase(other);
    }
}
