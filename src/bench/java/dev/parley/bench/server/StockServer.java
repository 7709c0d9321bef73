package dev.parley.bench.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A server that others ship, as it is unpacked by the profile of its name, with one WAR at its root: Parley's, or the naive chat's.
 *
 * @param kind which server
 * @param isParley whether with Parley, else with the chat that people write first
 */
record StockServer(Kind kind, boolean isParley) implements Target.Recipe {
    /** The servers, each as its profile of the tests is called. */
    enum Kind {
        TOMCAT11("apache-tomcat-11.*", "Tomcat 11"),
        TOMCAT10("apache-tomcat-10.*", "Tomcat 10.1"),
        JETTY12("jetty-home-.*", "Jetty 12.1"),
        WILDFLY("wildfly-.*", "WildFly"),
        PAYARA_MICRO("payara-micro-.*\\.jar", "Payara Micro 6"),
        GLASSFISH7("glassfish7", "GlassFish 7"),
        LIBERTY("wlp", "Open Liberty");

        private final String place;
        private final String title;

        Kind(String place, String title) {
            this.place = place;
            this.title = title;
        }

        String profile() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Each server twice: {@code tomcat11} with Parley, {@code tomcat11-naive} with the naive chat, and so on. */
    static Stream<Target> all() {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> Stream.of(
                        Targets.guide(kind.profile(), "Parley on " + kind.title, true, new StockServer(kind, true)),
                        Targets.guide(
                                kind.profile() + "-naive",
                                "`getBasicRemote` loop on " + kind.title,
                                true,
                                new StockServer(kind, false))));
    }

    private String id() {
        return isParley ? kind.profile() : kind.profile() + "-naive";
    }

    @Override
    public Launch prepare(Workshop workshop) throws Unavailable {
        Path home = home(workshop);
        Path base = workshop.tool(id());
        List<String> command = new ArrayList<>(workshop.java(id()));
        try {
            Path war = isParley ? workshop.war() : naive(workshop.tool("naive").resolve("naive.war"));
            if (!Files.isRegularFile(war)) {
                throw new Unavailable("there is no target/parley.war");
            }
            switch (kind) {
                case TOMCAT11, TOMCAT10 -> tomcat(home, base, war, command);
                case JETTY12 -> jetty(workshop, home, base, war, command);
                case WILDFLY -> wildfly(home, base, war, command);
                case PAYARA_MICRO -> micro(workshop, home, base, war, command);
                case GLASSFISH7 -> glassfish(home, base, war, command);
                case LIBERTY -> liberty(workshop, home, base, war, command);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Launch(command, kind == Kind.GLASSFISH7 ? "/ROOT" : ""); // which takes the file's name for its path
    }

    private Path home(Workshop workshop) throws Unavailable {
        Path servers = workshop.project().resolve("target/servers");
        if (Files.isDirectory(servers)) {
            try (Stream<Path> files = Files.list(servers)) {
                return files.filter(file -> file.getFileName().toString().matches(kind.place))
                        .findFirst()
                        .orElseThrow(() -> missing());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw missing();
    }

    private Unavailable missing() {
        return new Unavailable("it is not in target/servers; mvn -P" + kind.profile() + " "
                + (kind == Kind.PAYARA_MICRO ? "dependency:copy@server-file" : "dependency:unpack@server")
                + " fetches it");
    }

    private static Path naive(Path war) throws IOException {
        try (OutputStream out = Files.newOutputStream(war);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : List.of("Echo", "BasicChat")) {
                String file = "dev/parley/bench/baseline/" + name + ".class";
                zip.putNextEntry(new ZipEntry("WEB-INF/classes/" + file));
                try (InputStream in = StockServer.class.getClassLoader().getResourceAsStream(file)) {
                    if (in == null) {
                        throw new IOException("there is no " + file);
                    }
                    in.transferTo(zip);
                }
            }
        }
        return war;
    }

    private static void tomcat(Path home, Path base, Path war, List<String> command) throws IOException {
        copy(home.resolve("conf"), base.resolve("conf"));
        Path xml = base.resolve("conf/server.xml");
        Files.writeString(
                xml,
                Files.readString(xml)
                        .replace("<Server port=\"8005\"", "<Server port=\"-1\"")
                        .replace(
                                "<Connector port=\"8080\"",
                                "<Connector address=\"127.0.0.1\" port=\"${bench.port}\" acceptCount=\"4096\""));
        for (String directory : List.of("logs", "temp", "work")) {
            Files.createDirectories(base.resolve(directory));
        }
        put(war, base.resolve("webapps/ROOT.war"));
        command.addAll(List.of(
                "-Dbench.port=" + Launch.PORT,
                "-Dcatalina.home=" + home,
                "-Dcatalina.base=" + base,
                "-cp",
                home.resolve("bin/bootstrap.jar") + ":" + home.resolve("bin/tomcat-juli.jar"),
                "org.apache.catalina.startup.Bootstrap",
                "start"));
    }

    private static void jetty(Workshop workshop, Path home, Path base, Path war, List<String> command)
            throws IOException {
        copy(workshop.project().resolve("server-config/jetty"), base);
        for (String directory : List.of("environments", "logs")) {
            Files.createDirectories(base.resolve(directory));
        }
        put(war, base.resolve("webapps/ROOT.war"));
        command.addAll(List.of(
                "-jar",
                home.resolve("start.jar").toString(),
                "jetty.base=" + base,
                "jetty.http.host=127.0.0.1",
                "jetty.http.port=" + Launch.PORT));
    }

    private static void wildfly(Path home, Path base, Path war, List<String> command) throws IOException {
        copy(home.resolve("standalone/configuration"), base.resolve("configuration"));
        put(war, base.resolve("deployments/ROOT.war"));
        for (String module : List.of("java.desktop/sun.awt", "java.naming/com.sun.jndi.ldap")) {
            command.add("--add-exports=" + module + "=ALL-UNNAMED");
        }
        for (String module : List.of(
                "java.base/java.lang",
                "java.base/java.lang.invoke",
                "java.base/java.lang.reflect",
                "java.base/java.io",
                "java.base/java.net",
                "java.base/java.security",
                "java.base/java.util",
                "java.base/java.util.concurrent",
                "java.management/javax.management",
                "java.naming/javax.naming")) {
            command.add("--add-opens=" + module + "=ALL-UNNAMED");
        }
        command.addAll(List.of(
                "-Djboss.home.dir=" + home,
                "-Djboss.server.base.dir=" + base,
                "-Dlogging.configuration="
                        + base.resolve("configuration/logging.properties").toUri(),
                "-Djboss.http.port=" + Launch.PORT,
                "-Djboss.https.port=0",
                "-Djboss.management.http.port=0",
                "-Djboss.management.https.port=0",
                "-jar",
                home.resolve("jboss-modules.jar").toString(),
                "-mp",
                home.resolve("modules").toString(),
                "org.jboss.as.standalone"));
    }

    private static void micro(Workshop workshop, Path jar, Path base, Path war, List<String> command)
            throws IOException {
        put(war, base.resolve("ROOT.war"));
        command.addAll(List.of(
                "-jar",
                jar.toString(),
                "--nocluster",
                "--disablephonehome",
                "--port",
                Launch.PORT,
                "--prebootcommandfile",
                workshop.project()
                        .resolve("server-config/payara-micro/parley.asadmin")
                        .toString(),
                "--deploy",
                base.resolve("ROOT.war").toString(),
                "--contextroot",
                "/"));
    }

    private static void glassfish(Path home, Path base, Path war, List<String> command) throws IOException {
        Path root = home.resolve("glassfish");
        Path domain = base.resolve("domain1");
        copy(root.resolve("domains/domain1"), domain);
        Path xml = domain.resolve("config/domain.xml");
        Files.writeString(
                xml,
                Files.readString(xml)
                        .replace("port=\"8080\"", "port=\"${bench.port}\" address=\"127.0.0.1\"")
                        .replaceAll("port=\"(4848|8181)\"", "port=\"0\" address=\"127.0.0.1\"")
                        .replaceAll("port=\"(8686|3700|3820|3920)\"", "port=\"0\""));
        put(war, domain.resolve("autodeploy/ROOT.war"));
        try (JarFile file = new JarFile(root.resolve("modules/glassfish.jar").toFile())) {
            Attributes manifest = file.getManifest().getMainAttributes();
            for (String name : List.of("Add-Exports", "Add-Opens")) {
                String modules = manifest.getValue(name);
                for (String module : modules == null ? new String[0] : modules.split(" ", -1)) {
                    command.add("--" + name.toLowerCase(Locale.ROOT) + "=" + module + "=ALL-UNNAMED");
                }
            }
        }
        command.addAll(List.of(
                "-Dbench.port=" + Launch.PORT,
                "-Dcom.sun.aas.installRoot=" + root,
                "-Dcom.sun.aas.instanceRoot=" + domain,
                "-jar",
                root.resolve("modules/glassfish.jar").toString(),
                "-domaindir",
                domain.toString(),
                "-instancedir",
                domain.toString(),
                "-domainname",
                "domain1",
                "-instancename",
                "server",
                "-type",
                "DAS"));
    }

    private static void liberty(Workshop workshop, Path home, Path base, Path war, List<String> command)
            throws IOException {
        Path server = base.resolve("servers/parley");
        copy(workshop.project().resolve("server-config/liberty"), server);
        put(war, server.resolve("apps/ROOT.war"));
        Path root = server.resolve("configDropins/overrides/root.xml");
        Files.createDirectories(root.getParent());
        Files.writeString(root, """
                <server>
                  <webApplication location="ROOT.war" contextRoot="/"/>
                </server>
                """);
        command.addAll(
                0,
                List.of(
                        "env", // becomes the JVM
                        "WLP_USER_DIR=" + base,
                        "HTTP_HOST=127.0.0.1",
                        "HTTP_PORT=" + Launch.PORT));
        Path tools = home.resolve("bin/tools");
        command.addAll(List.of(
                "-javaagent:" + tools.resolve("ws-javaagent.jar"),
                "-jar",
                tools.resolve("ws-server.jar").toString(),
                "parley"));
    }

    private static void put(Path war, Path place) throws IOException {
        Files.createDirectories(place.getParent());
        Files.copy(war, place, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(target);
            } else {
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
