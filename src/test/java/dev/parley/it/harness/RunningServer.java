package dev.parley.it.harness;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The server under the test.
 *
 * @param name as the profile of the build is called: {@code standalone}, {@code tomcat11}, {@code wildfly}
 * @param pid the process of its virtual machine, for {@code jcmd} and the like
 * @param deployer for more applications beside the test's own; empty where one application is one server
 * @param logs the directory of its log files, if it has one
 */
public record RunningServer(String name, long pid, Optional<Deployer> deployer, Optional<Path> logs) {}
