package dev.parley.it.harness;

import java.util.Optional;

/**
 * The server under the test.
 *
 * @param name its qualifier in {@code arquillian.xml}: {@code standalone}, {@code tomcat11}, {@code tomcat10}
 * @param pid its process, for {@code jcmd} and the like
 * @param manager its manager application, if it is a Tomcat
 */
public record RunningServer(String name, long pid, Optional<TomcatManager> manager) {}
