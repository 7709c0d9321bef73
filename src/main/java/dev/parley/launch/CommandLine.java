package dev.parley.launch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What {@code java -jar parley.war} was asked to do. Immutable.
 *
 * @param request what is wanted
 * @param host the address to listen on, a name or a literal
 * @param port 0 to 65535; 0 is any free port
 * @param context the context path as Jakarta Servlet writes it: empty for the root, else {@code /x} or {@code /x/y}
 * @param settings the application's settings by key, without the prefix {@code parley.}; the application judges them
 * @param operators the options that say who may use the console, by name; see {@link Operators}
 * @param isLogJson whether the log is written as objects of JSON
 */
record CommandLine(
        Request request,
        String host,
        int port,
        String context,
        Map<String, String> settings,
        Map<String, String> operators,
        boolean isLogJson) {

    /** Without operators, and with a log for people. */
    CommandLine(Request request, String host, int port, String context, Map<String, String> settings) {
        this(request, host, port, context, settings, Map.of(), false);
    }

    enum Request {
        SERVE,
        CHECK,
        HELP,
        VERSION
    }

    /** The wildcard, which on a machine with IPv6 takes in both families. */
    static final String ALL_ADDRESSES = "0.0.0.0";

    static final String HELP = """
            Usage: java -jar parley.war [option ...]

              --port N       the port to listen on, 0 for any free one (default 8080)
              --host NAME    the address to listen on (default: all addresses of this machine)
              --context /x   the path under which the application lives (default /)
              --admin-password-file FILE   turns the console at /admin on, for the user admin; in
                             the file is the password, or its hash as Tomcat's digest tool makes it
              --users FILE   turns it on for the users in a file like Tomcat's tomcat-users.xml,
                             with the roles parley-viewer, parley-operator, parley-admin
              --log-format json   writes the log as one JSON object a line (default text)
              --KEY VALUE    the setting parley.KEY, for example --max-connections 500
              --check        start with the other options, say what is still open for production, and
                             end with status 0 if nothing is, else 4
              --version      print the version
              --help         print this

            A value may also be joined to its option: --port=8081. Ctrl-C stops the server.
            Exit status: 1 could not start, 2 not understood, 3 out of memory, which a service manager
            should answer with a restart.
            """;

    private static final Pattern OPTION =
            Pattern.compile("--([a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?:=(.*))?", Pattern.DOTALL);
    private static final Set<String> LOG_FORMATS = Set.of("text", "json");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Pattern CONTEXT = Pattern.compile("(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+");

    CommandLine {
        settings = Map.copyOf(settings);
        operators = Map.copyOf(operators);
    }

    /**
     * Reads the arguments of {@code main}. Of an option given twice the last one counts.
     *
     * @throws UsageException if they make no sense; keys and values of settings are not looked at
     */
    static CommandLine parse(String... arguments) throws UsageException {
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        Map<String, String> values = new LinkedHashMap<>();
        Request request = Request.SERVE;
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            if (argument.equals("-h") || argument.equals("--help")) {
                return new CommandLine(Request.HELP, ALL_ADDRESSES, 0, "", Map.of());
            }
            if (argument.equals("--version")) {
                return new CommandLine(Request.VERSION, ALL_ADDRESSES, 0, "", Map.of());
            }
            if (argument.equals("--check")) {
                request = Request.CHECK;
                continue;
            }
            var option = OPTION.matcher(argument);
            if (!option.matches()) {
                throw new UsageException("\"" + printable(argument) + "\" is not an option; --help lists them");
            }
            String value = option.group(2);
            if (value == null) {
                if (rest.isEmpty() || rest.element().startsWith("--")) {
                    throw new UsageException("--" + option.group(1) + " needs a value; --help lists the options");
                }
                value = rest.remove();
            }
            values.put(option.group(1), value);
        }
        String port = values.remove("port");
        String host = values.remove("host");
        String context = values.remove("context");
        String logFormat = values.remove("log-format");
        if (logFormat != null && !LOG_FORMATS.contains(logFormat)) {
            throw new UsageException("--log-format must be text or json, not \"" + printable(logFormat) + "\"");
        }
        Map<String, String> operators = new LinkedHashMap<>();
        for (String option : Operators.OPTIONS) {
            String value = values.remove(option);
            if (value != null) {
                operators.put(option, value);
            }
        }
        return new CommandLine(
                request,
                host == null ? ALL_ADDRESSES : host(host),
                port == null ? 8080 : port(port),
                context == null ? "" : context(context),
                values,
                operators,
                "json".equals(logFormat));
    }

    private static int port(String text) throws UsageException {
        int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 65535) {
            throw new UsageException("--port must be a number from 0 to 65535, not \"" + printable(text) + "\"");
        }
        return port;
    }

    private static String host(String text) throws UsageException {
        if (text.isBlank()) {
            throw new UsageException("--host must be a name or an address of this machine");
        }
        return text;
    }

    private static String context(String text) throws UsageException {
        if (text.equals("/")) {
            return "";
        }
        if (!CONTEXT.matcher(text).matches()) {
            throw new UsageException(
                    "--context must be / or a path such as /chat, of letters, digits and . _ ~ -, not \""
                            + printable(text) + "\"");
        }
        return text;
    }

    /** Keeps a message on one line whatever was typed. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
