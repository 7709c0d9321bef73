package dev.parley.launch;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;

/**
 * The program {@code java -jar parley.war}. Exit status: 0 asked and answered, 1 could not start, 2 not understood,
 * 3 out of memory, 4 checked and something is open; a signal stops it in good order and leaves the status that the system gives to
 * that signal.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            CommandLine line = CommandLine.parse(arguments);
            switch (line.request()) {
                case HELP -> System.out.print(CommandLine.HELP);
                case VERSION -> System.out.println("Parley " + version());
                case CHECK -> check(line);
                case SERVE -> serve(line);
            }
        } catch (UsageException e) {
            fail(2, e);
        } catch (StartException e) {
            fail(1, e);
        } catch (IOException | ReflectiveOperationException | URISyntaxException e) {
            fail(1, new StartException("could not start: " + innermost(e), e));
        }
    }

    private static void serve(CommandLine line)
            throws StartException, IOException, ReflectiveOperationException, URISyntaxException, InterruptedException {
        Run run = new Run(OutOfMemory.watch());
        int port = start(run, line);
        System.out.println("Parley " + version() + " is listening on http://" + address(line.host()) + ":" + port
                + line.context() + "/");
        new CountDownLatch(1).await();
    }

    /** On a port of its own, so that a node that serves already is in no way of it. */
    private static void check(CommandLine line)
            throws StartException, IOException, ReflectiveOperationException, URISyntaxException {
        Run run = new Run(OutOfMemory.watch());
        start(
                run,
                new CommandLine(
                        line.request(),
                        "127.0.0.1",
                        0,
                        line.context(),
                        line.settings(),
                        line.operators(),
                        line.isLogJson()));
        List<?> open = run.open();
        open.forEach(System.out::println);
        System.out.println(open.isEmpty() ? "Nothing is open." : "Open for production: " + open.size());
        System.exit(open.isEmpty() ? 0 : 4);
    }

    /** Ends the process if the application refused to start. */
    private static int start(Run run, CommandLine line)
            throws StartException, IOException, ReflectiveOperationException, URISyntaxException {
        Path archive = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        // The application reads its settings there, and there it also finds what was given with -D.
        line.settings().forEach((key, value) -> System.setProperty("parley." + key, value));

        SpareMemory.giveBack();
        Runtime.getRuntime().addShutdownHook(new Thread(run::end, "parley-stop"));
        OptionalInt port = run.start(archive, line);
        if (port.isEmpty()) {
            System.exit(1);
        }
        return port.getAsInt();
    }

    private static String address(String host) {
        if (host.equals(CommandLine.ALL_ADDRESSES)) {
            return "localhost";
        }
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    private static Throwable innermost(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? failure : innermost(cause);
    }

    private static void fail(int status, Exception reason) {
        System.err.println("parley: " + reason.getMessage());
        System.exit(status);
    }
}
