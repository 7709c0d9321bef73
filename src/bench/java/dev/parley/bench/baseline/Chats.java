package dev.parley.bench.baseline;

import java.util.List;

/** Which endpoints a server with the Jakarta API is given. */
final class Chats {
    private Chats() {}

    /** The echo, and the chat called {@code basic} or {@code async}. */
    static List<Class<?>> named(String variant) {
        return switch (variant) {
            case "basic" -> List.of(Echo.class, BasicChat.class);
            case "async" -> List.of(Echo.class, AsyncChat.class);
            default -> throw new IllegalArgumentException("there is no chat called " + variant);
        };
    }
}
