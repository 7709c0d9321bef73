package dev.parley.bench.server;

import java.util.List;

/**
 * A script for Python, which must have FastAPI, uvicorn, websockets and uvloop; on Debian the packages {@code python3-…}.
 *
 * @param script its name in {@code src/bench/python}
 */
record PythonScript(String script) implements Target.Recipe {
    /** Debian's own first: another Python on the path does not see Debian's packages. */
    private static final List<String> PYTHONS = List.of("/usr/bin/python3", "python3");

    @Override
    public Launch prepare(Workshop workshop) throws Unavailable {
        for (String python : PYTHONS) {
            try {
                workshop.run(
                        "python imports",
                        workshop.project(),
                        python,
                        "-c",
                        "import fastapi, uvicorn, websockets, uvloop");
            } catch (Unavailable tryTheNext) {
                continue;
            }
            String path = workshop.sources().resolve("python").resolve(script).toString();
            return new Launch(List.of(python, path, Launch.PORT), "");
        }
        throw new Unavailable("python3 has no fastapi, uvicorn, websockets and uvloop");
    }
}
