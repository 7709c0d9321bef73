package dev.parley.protocol;

/** Text from strangers as it may stand in a log line or a list: on one line, short, without control characters. */
public final class Printable {
    private static final int MAX = 200;

    private Printable() {}

    /** Control characters, line and paragraph separators, and marks that turn the direction of writing become escapes. */
    public static String of(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), MAX));
        for (int i = 0; i < text.length() && out.length() < MAX; i++) {
            char c = text.charAt(i);
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.UNASSIGNED,
                        Character.PRIVATE_USE -> out.append(String.format("\\u%04x", (int) c));
                default -> out.append(c);
            }
        }
        return text.length() > MAX ? out + "…" : out.toString();
    }
}
