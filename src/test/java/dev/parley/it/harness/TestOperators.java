package dev.parley.it.harness;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** The operators whom every server of the tests knows in its own realm, and what each has to offer. */
public final class TestOperators {
    /** Who there is, with whose role; the last ones have none of ours. */
    public static final Map<String, String> ROLES = Map.of(
            "vera", "parley-viewer",
            "otto", "parley-operator",
            "ada", "parley-admin",
            "sam", "somebody-else",
            "sue", "staff",
            "dave", "customer",
            "eve", "customer");

    private TestOperators() {}

    public static String password(String user) {
        return user + "-secret";
    }

    /** One line a user, made by a pattern of {@link String#format}: the name, the password, the role. */
    public static String lines(String pattern) {
        return ROLES.entrySet().stream()
                .map(known -> pattern.formatted(known.getKey(), password(known.getKey()), known.getValue()))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** One line a role, made by a pattern of its name and its users, each of whom is made by the other. */
    static String groups(String pattern, String member) {
        return ROLES.entrySet().stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getValue,
                        Collectors.mapping(known -> member.formatted(known.getKey()), Collectors.joining())))
                .entrySet()
                .stream()
                .map(group -> pattern.formatted(group.getKey(), group.getValue()))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** Commands of {@code asadmin} that create them; passwords are read from files in the directory. */
    static String commands(Path directory) {
        StringBuilder commands = new StringBuilder();
        ROLES.forEach((user, role) -> {
            Path file = directory.resolve(user + ".password");
            ServerFiles.write(file, "AS_ADMIN_USERPASSWORD=" + password(user) + "\n");
            commands.append("create-file-user --passwordfile=%s --groups=%s %s%n".formatted(file, role, user));
        });
        return commands.toString();
    }
}
