package dev.parley.it.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.arquillian.container.spi.ConfigurationException;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;

/** Set from {@code arquillian.xml} by setter, as Arquillian does it. */
public final class TomcatConfiguration implements ContainerConfiguration {
    private String name = "tomcat";
    private String home = "";
    private String javaOptions = "";

    @Override
    public void validate() throws ConfigurationException {
        if (!Files.isRegularFile(home().resolve("bin/catalina.sh"))) {
            throw new ConfigurationException(home() + " holds no Tomcat; mvn package -P" + name + " unpacks one");
        }
    }

    /** What {@link RunningServer#name} says. */
    public void setName(String name) {
        this.name = name;
    }

    /** The directory of the unpacked distribution. */
    public void setHome(String home) {
        this.home = home;
    }

    /** Options of the server's virtual machine, separated by blanks. */
    public void setJavaOptions(String javaOptions) {
        this.javaOptions = javaOptions;
    }

    String name() {
        return name;
    }

    Path home() {
        return Path.of(home).toAbsolutePath();
    }

    String javaOptions() {
        return javaOptions;
    }
}
