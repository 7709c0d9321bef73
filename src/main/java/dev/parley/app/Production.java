package dev.parley.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is still open before strangers may reach this node, for {@code java -jar parley.war --check}. */
final class Production {
    /** Where the launcher finds it, in the servlet context. */
    static final String ATTRIBUTE = "dev.parley.open";

    /** How the secrets of the examples begin. */
    private static final String EXAMPLE = "change-me";

    /** Files that are open beside those of connections: the JVM's, the engine's, logs. */
    private static final long OTHER_FILES = 500;

    private Production() {}

    /**
     * One line for each, which begins with the setting.
     *
     * @param isDemo whether everybody may do everything in every room
     * @param maxFiles how many files the process may have open
     */
    static List<String> open(Settings settings, boolean isDemo, long maxFiles) {
        List<String> open = new ArrayList<>();
        if (isDemo) {
            open.add(Setting.ROOM_RULES + ": demo mode, everybody may do everything in every room");
        }
        if (settings.tokens().keys().isEmpty()) {
            open.add(Setting.JWT_KEYS + ": no token is verified, so users are whoever they say they are");
        }
        if (settings.guide()) {
            open.add(Setting.GUIDE + ": the guide's endpoints are on, and take any token; set it to false");
        }
        if (settings.allowedOrigins().contains("*")) {
            open.add(Setting.ALLOWED_ORIGINS + ": *, so every page on the internet may connect");
        }
        if (settings.explainRefusals()) {
            open.add(Setting.EXPLAIN_REFUSALS + ": strangers are told why a handshake is refused");
        }
        if (settings.log().address().equals("memory:")) {
            open.add(Setting.BACKPLANE + ": memory:, so there is one node, and a restart loses all messages");
        } else if (settings.log().secret().isEmpty()) {
            open.add(Setting.BACKPLANE_SECRET
                    + ": none, so whoever can write to the engine can also disconnect, block and drain");
        }
        Map.of(
                        Setting.BACKPLANE_SECRET,
                        settings.log().secret(),
                        Setting.METRICS_TOKEN,
                        settings.metricsToken().orElse(""))
                .forEach((setting, secret) -> {
                    if (secret.startsWith(EXAMPLE)) {
                        open.add(setting + ": the one of the examples, which everybody knows");
                    }
                });
        long files = settings.limits().maxConnections() + OTHER_FILES;
        if (maxFiles < files) {
            open.add(Setting.MAX_CONNECTIONS + ": this many connections need " + files
                    + " open files, and the process may have " + maxFiles + "; raise LimitNOFILE or ulimit -n");
        }
        return open;
    }

    /** How many files this process may have open; where the system has no such limit, the largest number. */
    static long maxFiles() {
        return (long) Instruments.ofSystem("MaxFileDescriptorCount", Long.MAX_VALUE);
    }
}
