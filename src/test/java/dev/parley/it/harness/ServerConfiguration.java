package dev.parley.it.harness;

import java.nio.file.Path;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;

/** Set from {@code arquillian.xml} by setter, as Arquillian does it. */
public final class ServerConfiguration implements ContainerConfiguration {
    private String name = "standalone";
    private String home = "";

    @Override
    public void validate() {}

    /** What {@link RunningServer#name} says. */
    public void setName(String name) {
        this.name = name;
    }

    /** The directory of the unpacked distribution, or its file if it is one; empty for {@code standalone}. */
    public void setHome(String home) {
        this.home = home;
    }

    String name() {
        return name;
    }

    Path home() {
        return Path.of(home).toAbsolutePath();
    }
}
