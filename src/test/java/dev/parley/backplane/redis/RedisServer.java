package dev.parley.backplane.redis;

import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.EnginePrograms;
import dev.parley.backplane.PrivateCa;
import dev.parley.backplane.TwoNodes;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real Redis, see {@link EnginePrograms}, with the file of {@code server-config}. Nodes are its user of no more rights than they
 * need; whoever says nothing of itself may do everything.
 */
public final class RedisServer extends EngineProcess {
    public static final List<String> DURABLE = List.of("--save", ""); // and a log of commands, says the file
    static final List<String> FORGETFUL = List.of("--appendonly", "no", "--save", "");

    static final String USER = "parley:change-me@";
    private static final Path CONFIGURATION = Path.of("server-config/redis/parley.conf");
    private static final String COPY = "redis.conf";

    private final String program;
    private List<String> options;
    private int tlsPort;

    private RedisServer(String program, Path directory, List<String> options) throws IOException {
        super(directory);
        this.program = program;
        this.options = options;
    }

    public static RedisServer launch(List<String> options) throws IOException, InterruptedException {
        return launch(EnginePrograms.redis().toString(), options);
    }

    /** A Valkey instead: {@code valkey-server} of the path. */
    static RedisServer launchValkey(List<String> options) throws IOException, InterruptedException {
        return launch("valkey-server", options);
    }

    private static RedisServer launch(String program, List<String> options) throws IOException, InterruptedException {
        RedisServer server = new RedisServer(program, Files.createTempDirectory("parley-redis"), options);
        Files.copy(CONFIGURATION, server.directory.resolve(COPY)); // a failover writes into it
        server.start();
        return server;
    }

    /** One that also listens for TLS, with a certificate of the authority. */
    public static RedisServer launch(PrivateCa ca) throws IOException, InterruptedException {
        int tlsPort = freePort();
        RedisServer server = launch(List.of(
                "--save", "",
                "--tls-port", Integer.toString(tlsPort),
                "--tls-cert-file", ca.certificate().toString(),
                "--tls-key-file", ca.key().toString(),
                "--tls-ca-cert-file", ca.authority().toString(),
                "--tls-auth-clients", "no"));
        server.tlsPort = tlsPort;
        return server;
    }

    /** Where nodes find it by TLS. */
    public String tlsAddress(String host) {
        return "rediss://" + USER + host + ":" + tlsPort;
    }

    /** Whether each of the nodes' connections is by TLS. */
    public List<Boolean> tls() throws InterruptedException {
        return cli("CLIENT", "LIST")
                .lines()
                .filter(client -> client.contains(" name=parley "))
                .map(client -> client.contains(" laddr=127.0.0.1:" + tlsPort + " "))
                .toList();
    }

    /** Where a server of a cluster may talk to the others. */
    static int freeBus() throws IOException {
        return freePort();
    }

    /** A sentinel that watches the master at a port, which it calls {@code parley}. */
    static RedisServer launchSentinel(int master) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("parley-sentinel");
        Path configuration = directory.resolve("sentinel.conf"); // it writes there what it learns
        Files.writeString(
                configuration,
                "sentinel monitor parley 127.0.0.1 " + master + " 1\n"
                        + "sentinel down-after-milliseconds parley 1000\n"
                        + "sentinel failover-timeout parley 5000\n");
        RedisServer sentinel = new RedisServer(
                EnginePrograms.redis().toString(), directory, List.of(configuration.toString(), "--sentinel"));
        sentinel.start();
        return sentinel;
    }

    @Override
    protected List<String> command() {
        boolean isSentinel = options.contains("--sentinel");
        String file = isSentinel ? options.get(0) : directory.resolve(COPY).toString();
        List<String> command = new ArrayList<>(List.of(program, file));
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir", directory.toString()));
        command.addAll(isSentinel ? options.subList(1, options.size()) : options);
        return command;
    }

    @Override
    protected boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == '+'; // an error while it loads
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public String address(int throughPort) {
        return "redis://" + USER + "127.0.0.1:" + throughPort;
    }

    /** Two nodes over a Redis that knows nothing any more. */
    TwoNodes.Nodes twoNodes(int entriesPerRoom, String secret) throws InterruptedException {
        cli("FLUSHALL");
        return new TwoNodes.Nodes(
                EngineBackplane.start(
                        new RedisEngine(address(), entriesPerRoom),
                        EngineBackplane.Timing.USUAL,
                        secret,
                        new Budget(Long.MAX_VALUE),
                        new Threads()),
                EngineBackplane.start(
                        new RedisEngine(address(), entriesPerRoom),
                        EngineBackplane.Timing.USUAL,
                        secret,
                        new Budget(Long.MAX_VALUE),
                        new Threads()));
    }

    /** What redis-cli would answer: an element a line, errors as they are. */
    String cli(String... command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                InputStream in = new BufferedInputStream(socket.getInputStream())) {
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(("*" + command.length + "\r\n").getBytes(StandardCharsets.UTF_8));
            for (String argument : command) {
                byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
                request.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.UTF_8));
                request.writeBytes(bytes);
                request.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
            }
            socket.getOutputStream().write(request.toByteArray());
            return answer(in).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** RESP 2. */
    private static String answer(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int read = in.read(); read != '\r'; read = in.read()) {
            if (read < 0) {
                throw new EOFException();
            }
            line.append((char) read);
        }
        in.skipNBytes(1);
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '$' -> {
                int length = Integer.parseInt(rest);
                String text = length < 0 ? "" : new String(in.readNBytes(length), StandardCharsets.UTF_8);
                in.skipNBytes(length < 0 ? 0 : 2);
                yield text;
            }
            case '*' -> {
                List<String> elements = new ArrayList<>();
                for (int i = Integer.parseInt(rest); i > 0; i--) {
                    elements.add(answer(in));
                }
                yield String.join("\n", elements);
            }
            default -> rest;
        };
    }

    /** While it is down: it will read a snapshot if there is one, but not its log of commands. */
    void keepNoLog() {
        options = FORGETFUL;
    }
}
