package dev.parley.dialogue;

import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier.Verdict;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who people are in a demonstration: whoever they say. */
final class Visitors {
    private static final int MAX_NAME_LENGTH = 64;
    private static final int GUEST_LETTERS = 6;

    private Visitors() {}

    static Verdict named(String name) {
        boolean isName = !name.isBlank()
                && name.length() <= MAX_NAME_LENGTH
                && name.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
        return isName ? new Verdict.Accepted(of(name)) : new Verdict.Rejected("not a name");
    }

    static Credential guest(String connection) {
        return of("guest-" + connection.substring(0, Math.min(GUEST_LETTERS, connection.length())));
    }

    private static Credential of(String name) {
        return new Credential(Credential.Source.VISITOR, name, Set.of(), Set.of(), Map.of(), Optional.empty());
    }
}
