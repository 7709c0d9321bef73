package dev.parley.bench.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The C program, compiled when it is needed.
 *
 * @param variant its argument; may be empty
 */
record FloorProgram(String variant) implements Target.Recipe {
    @Override
    public Launch prepare(Workshop workshop) throws Unavailable {
        Path program = workshop.tool("c").resolve("floor");
        Path source = workshop.sources().resolve("c/floor.c");
        workshop.run(
                "gcc",
                workshop.project(),
                "gcc",
                "-std=c11",
                "-O2",
                "-Wall",
                "-o",
                program + variant,
                source.toString());
        List<String> command = new ArrayList<>(List.of(program + variant, Launch.PORT));
        if (!variant.isEmpty()) {
            command.add(variant);
        }
        return new Launch(command, "");
    }
}
