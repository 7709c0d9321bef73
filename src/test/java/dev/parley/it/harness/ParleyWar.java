package dev.parley.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jboss.shrinkwrap.api.Filters;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The archive that the build made, as it will be shipped. Its name is its context path, as on any server. */
public final class ParleyWar {
    private ParleyWar() {}

    /** For the context path {@code /}. */
    public static WebArchive root() {
        return named("ROOT");
    }

    /** For the context path {@code /name}; the name has no slash. */
    public static WebArchive under(String name) {
        return named(name);
    }

    /** The same with one setting more in its descriptor, as an administrator would add it. */
    public static WebArchive with(WebArchive war, String setting, String value) {
        String descriptor;
        try (InputStream read = war.get("WEB-INF/web.xml").getAsset().openStream()) {
            descriptor = new String(read.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String parameter = "<context-param><param-name>" + setting + "</param-name><param-value>" + value
                + "</param-value></context-param></web-app>";
        war.delete("/WEB-INF/web.xml");
        war.addAsWebInfResource(new StringAsset(descriptor.replace("</web-app>", parameter)), "web.xml");
        return war;
    }

    /** The file itself. */
    public static Path file() {
        Path file = Path.of(System.getProperty("it.war", "target/parley.war")).toAbsolutePath();
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(file + " is missing: mvn package makes it");
        }
        return file;
    }

    /** The library for endpoints of one's own, which the build made beside it. */
    public static Path classes() throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(file().getParent(), "parley-*-classes.jar")) {
            return found.iterator().next();
        }
    }

    /**
     * An empty archive of somebody's with the library in it, and what it brings along, and those of the archive's other libraries that
     * are named.
     */
    public static WebArchive application(String name, String... libraries) throws IOException {
        WebArchive application = ShrinkWrap.create(WebArchive.class, name + ".war")
                .addAsLibrary(classes().toFile());
        String wanted = "/WEB-INF/lib/(" + String.join("|", libraries) + "|jackson-core)-[0-9].*";
        root().getContent(Filters.include(wanted)).forEach((path, node) -> application.add(node.getAsset(), path));
        return application;
    }

    /** The archive without anything of Parley's own, and without what starts it: its libraries, for an application of others. */
    public static WebArchive librariesOnly() {
        WebArchive war = root();
        List.copyOf(war.getContent(Filters.include("/WEB-INF/(classes/.*|web.xml|beans.xml)"))
                        .keySet())
                .forEach(war::delete);
        return war;
    }

    private static WebArchive named(String name) {
        return ShrinkWrap.create(ZipImporter.class, name + ".war")
                .importFrom(file().toFile())
                .as(WebArchive.class);
    }
}
