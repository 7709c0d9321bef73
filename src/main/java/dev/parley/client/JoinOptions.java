package dev.parley.client;

import org.jspecify.annotations.Nullable;

/** How a room is joined. Immutable; each method returns another one. */
public final class JoinOptions {
    private static final JoinOptions NONE = new JoinOptions(null, false, null);

    final @Nullable Position since;
    final boolean presence;
    final @Nullable Object data;

    private JoinOptions(@Nullable Position since, boolean presence, @Nullable Object data) {
        this.since = since;
        this.presence = presence;
        this.data = data;
    }

    /** From now on, without being told who is there. */
    public static JoinOptions none() {
        return NONE;
    }

    /** Goes on behind the last message that was dealt with; null for from now on. */
    public JoinOptions since(@Nullable Position position) {
        return new JoinOptions(position, presence, data);
    }

    /** Asks to be told who is there, see {@link Room#onPresence}. */
    public JoinOptions presence() {
        return new JoinOptions(since, true, data);
    }

    /** Asks for the same, and says something about this user that the others see; written by the client's {@link JsonBinding}. */
    public JoinOptions presence(Object about) {
        return new JoinOptions(since, true, about);
    }
}
