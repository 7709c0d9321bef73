package dev.parley.it.harness;

import dev.parley.it.wire.ServerVm;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** A server that this run has started, or that it starts with the first deployment. */
interface Instance extends Deployer, AutoCloseable {
    /** Where it answers: scheme, host and port, and a slash. Known once something is deployed. */
    URI site();

    /** What runs, once it does. */
    ServerProcess process();

    /** The process of its virtual machine. */
    default long pid() {
        return process().pid();
    }

    /** The options of its virtual machine, or of the next one if it has only now been told of them. */
    default String javaOptions() {
        return new ServerVm(pid()).options();
    }

    /** Where it listens for TLS, on 127.0.0.1, if it was started with extras. */
    default int tlsPort() {
        throw new UnsupportedOperationException("not for TLS");
    }

    /** What its directory of names calls the data source of {@code server-config}. */
    default String dataSource() {
        throw new UnsupportedOperationException("it has none");
    }

    /** Where it writes its log files; empty for one that has none. */
    default Optional<Path> logs() {
        return Optional.empty();
    }

    /** Whether several applications can come and go while it runs. */
    default boolean isShared() {
        return true;
    }

    /** Stops it in good order; fails if it has to be killed. */
    @Override
    void close();
}
