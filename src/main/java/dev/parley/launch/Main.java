package dev.parley.launch;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The program {@code java -jar parley.war}. Exit status: 0 asked and answered, 1 could not start, 2 not understood; a
 * signal stops it in good order and leaves the status that the system gives to that signal.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            CommandLine line = CommandLine.parse(arguments);
            switch (line.request()) {
                case HELP -> System.out.print(CommandLine.HELP);
                case VERSION -> System.out.println("Parley " + version());
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
        Path archive = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        // The application reads its settings there, and there it also finds what was given with -D.
        line.settings().forEach((key, value) -> System.setProperty("parley." + key, value));

        ServerHome home = ServerHome.create();
        var life = new Life(home);
        Runtime.getRuntime().addShutdownHook(new Thread(life::end, "parley-stop"));
        home.unpack(archive);
        ClassLoader classes = home.serverClasses();
        Thread.currentThread().setContextClassLoader(classes);

        StartupLog log = StartupLog.begin(home.directory().resolve("conf/logging.properties"));
        EmbeddedServer server;
        try {
            server = EmbeddedServer.load(home, classes, line);
            life.begin(server);
        } catch (StartException e) {
            log.end(false);
            throw e;
        }
        if (!server.start()) {
            boolean saidWhy = log.applicationSaidWhy();
            log.end(!saidWhy);
            System.exit(1);
        }
        log.end(true);
        System.out.println("Parley " + version() + " is listening on http://" + address(line.host()) + ":"
                + server.port() + line.context() + "/");
        new CountDownLatch(1).await();
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

    /** What is to be ended when the process ends. The shutdown hook and the main thread meet here. */
    private static final class Life {
        private final ServerHome home;
        private volatile @Nullable EmbeddedServer server;

        Life(ServerHome home) {
            this.home = home;
        }

        void begin(EmbeddedServer loaded) {
            server = loaded;
        }

        void end() {
            EmbeddedServer running = server;
            try {
                if (running != null) {
                    running.stop();
                }
            } catch (ReflectiveOperationException e) {
                System.err.println("parley: the server did not stop in good order: " + e.getCause());
            } finally {
                home.delete();
            }
        }
    }
}
