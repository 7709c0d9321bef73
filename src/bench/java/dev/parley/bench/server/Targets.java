package dev.parley.bench.server;

import dev.parley.bench.load.Dialect;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All servers that can be measured, in the order of the tables. */
public final class Targets {
    /** Parley as it ships. */
    public static final String PARLEY = "parley";

    /** What the others are measured in. */
    public static final String FLOOR = "floor";

    /** What people write first, on the server that Parley ships. */
    public static final String NAIVE = "tomcat";

    private static final List<Target> ALL = Stream.of(
                    Stream.of(
                            guide(PARLEY, "**Parley**", true, new ParleyWar(true)),
                            guide("parley-tomcat", "Parley deployed to Tomcat", true, new ParleyWar(false)),
                            guide(FLOOR, "C, one write a delivery (the floor)", false, new FloorProgram("")),
                            guide("floor-coalescing", "C, coalescing", false, new FloorProgram("coalesce"))),
                    JvmBaseline.all(),
                    StockServer.all(),
                    Stream.of(
                            guide("node-ws", "Node, ws", false, new NodeScript("ws.js")),
                            new Target(
                                    "socket-io",
                                    "Node, Socket.IO",
                                    Dialect.SOCKET_IO,
                                    false,
                                    new NodeScript("socket-io.js")),
                            guide("fastapi", "FastAPI on uvicorn, uvloop", false, new PythonScript("chat.py"))))
            .flatMap(some -> some)
            .toList();

    private Targets() {}

    public static List<Target> all() {
        return ALL;
    }

    /**
     * The targets with these ids, in the order given.
     *
     * @param ids separated by commas; {@code all} for every one
     * @throws IllegalArgumentException naming an id that there is not
     */
    public static List<Target> named(String ids) {
        if (ids.equals("all")) {
            return ALL;
        }
        return Arrays.stream(ids.split(",", -1))
                .map(id -> find(id.strip()).orElseThrow(() -> unknown(id)))
                .toList();
    }

    private static Optional<Target> find(String id) {
        return ALL.stream().filter(target -> target.id().equals(id)).findFirst().or(() -> CustomCommand.named(id));
    }

    private static IllegalArgumentException unknown(String id) {
        return new IllegalArgumentException("there is no target " + id + "; there are " + ALL);
    }

    /** The naive chat on the same server, as the target is of Parley. */
    public static Target naiveBeside(Target target) {
        String id = target.id().equals(PARLEY) ? NAIVE : target.id() + "-naive";
        return find(id).orElseThrow(() -> unknown(id));
    }

    static Target guide(String id, String title, boolean isJvm, Target.Recipe recipe) {
        return new Target(id, title, Dialect.GUIDE, isJvm, recipe);
    }
}
