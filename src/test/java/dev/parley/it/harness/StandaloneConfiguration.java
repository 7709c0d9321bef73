package dev.parley.it.harness;

import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;

/** Set from {@code arquillian.xml} by setter, as Arquillian does it. */
public final class StandaloneConfiguration implements ContainerConfiguration {
    private String javaOptions = "";

    @Override
    public void validate() {}

    /** Options of the server's virtual machine, separated by blanks. */
    public void setJavaOptions(String javaOptions) {
        this.javaOptions = javaOptions;
    }

    String javaOptions() {
        return javaOptions;
    }
}
