package dev.parley.it.harness;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The archive as its own server: deploying it is starting it, undeploying is SIGTERM. */
final class ExecutableInstance implements Instance {
    private ExecutableWar running;

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        if (running != null) {
            throw new Refusal("one archive is one server; undeploy the first one");
        }
        running = ExecutableWar.start(
                war, List.of("-Xmx256m"), Map.of(), "--host", "127.0.0.1", "--port", "0", "--context", contextPath);
        running.url();
    }

    @Override
    public void undeploy(String contextPath) {
        ExecutableWar ending = running;
        running = null;
        ending.close();
    }

    @Override
    public URI site() {
        return URI.create(running.url().toString()).resolve("/");
    }

    @Override
    public ServerProcess process() {
        return running.process();
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public void close() {
        if (running != null) {
            undeploy("/");
        }
    }

    @Override
    public String toString() {
        return String.valueOf(running);
    }
}
