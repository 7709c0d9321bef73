package dev.parley.backplane.redis;

import dev.parley.backplane.BackplaneException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.HostAndPort;

/**
 * Where a Redis is: {@code redis://[[user]:password@]host[:port][/database]};
 * {@code redis-sentinel://[[user]:password@]host[:port],…[/database]?master=name}, where the sentinels are asked who is master
 * before each connection; or {@code redis-cluster://[[user]:password@]host[:port],…}, where any one server of the cluster is
 * asked who the masters are. With TLS they begin with {@code rediss}.
 */
record RedisAddress(
        Kind kind, List<HostAndPort> hosts, String master, boolean isTls, String user, String password, int database) {
    /** What the hosts are. */
    enum Kind {
        SERVER,
        SENTINELS,
        CLUSTER
    }

    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final int MAX_PORT = 65535;
    private static final Pattern HOST = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^:\\[\\]]+))(?::([0-9]{1,5}))?");

    RedisAddress {
        hosts = List.copyOf(hosts);
    }

    /**
     * Reads one.
     *
     * @throws BackplaneException if it is none, in words that repeat nothing secret
     * @throws IllegalArgumentException if it is no URL, in words that may repeat it
     */
    static RedisAddress parse(String text) {
        URI uri = URI.create(text.replace(" ", "%20"));
        Kind kind = kind(String.valueOf(uri.getScheme()));
        boolean isSentinel = kind == Kind.SENTINELS;
        String authority = uri.getRawAuthority();
        if (authority == null || authority.isEmpty()) {
            throw new BackplaneException("a Redis address needs a host");
        }
        int at = authority.lastIndexOf('@');
        String[] credential =
                at < 0 ? new String[] {""} : authority.substring(0, at).split(":", 2);
        List<HostAndPort> hosts = Arrays.stream(authority.substring(at + 1).split(","))
                .map(host -> hostAndPort(host, isSentinel ? SENTINEL_PORT : PORT))
                .toList();
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        String master = query.startsWith("master=") ? decode(query.substring("master=".length())) : "";
        if (isSentinel == master.isEmpty() || (kind == Kind.SERVER && hosts.size() > 1)) {
            throw new BackplaneException(
                    isSentinel
                            ? "sentinels need ?master=name"
                            : "one Redis host, redis-cluster://, or redis-sentinel:// with ?master=name");
        }
        String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
        if (!path.matches("[0-9]{0,4}")) {
            throw new BackplaneException("the path of a Redis address is the number of a database");
        }
        int database = path.isEmpty() ? 0 : Integer.parseInt(path);
        if (kind == Kind.CLUSTER && database != 0) {
            throw new BackplaneException("a Redis Cluster has one database only");
        }
        return new RedisAddress(
                kind,
                hosts,
                master,
                uri.getScheme().startsWith("rediss"),
                decode(credential[0]),
                credential.length < 2 ? "" : decode(credential[1]),
                database);
    }

    private static Kind kind(String scheme) {
        if (scheme.endsWith("-sentinel")) {
            return Kind.SENTINELS;
        }
        return scheme.endsWith("-cluster") ? Kind.CLUSTER : Kind.SERVER;
    }

    private static HostAndPort hostAndPort(String text, int usualPort) {
        Matcher host = HOST.matcher(text);
        if (!host.matches()) {
            throw new BackplaneException("a Redis host is name, name:port or [IPv6 address]:port");
        }
        int port = host.group(3) == null ? usualPort : Integer.parseInt(host.group(3));
        if (port < 1 || port > MAX_PORT) {
            throw new BackplaneException("a port is a number from 1 to " + MAX_PORT);
        }
        return new HostAndPort(host.group(1) == null ? host.group(2) : host.group(1), port);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "Redis at " + hosts;
    }
}
