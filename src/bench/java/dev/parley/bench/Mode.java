package dev.parley.bench;

import dev.parley.bench.scenario.Scale;

/** What the benchmark is run for. */
enum Mode {
    /** To see where things stand: a few targets, one round, less than three minutes. */
    QUICK(false, "fanout,echo", "parley,floor,tomcat,netty,node-ws", 1, 6),

    /** To publish: everything. Hours. */
    FULL(true, "all", "all", 5, 600),

    /** To notice that Parley has become slower: Parley beside the naive chat, about a minute for each server. */
    GUARD(false, "fanout", "parley", 5, 10),

    /** The pieces by themselves, with JMH. */
    MICRO(false, "", "", 1, 60),

    /** What publishing within transactions costs the other rooms. */
    OUTBOX(false, "", "", 3, 60);

    private final boolean thorough;
    private final String scenarios;
    private final String targets;
    private final int rounds;
    private final int minutes;

    Mode(boolean thorough, String scenarios, String targets, int rounds, int minutes) {
        this.thorough = thorough;
        this.scenarios = scenarios;
        this.targets = targets;
        this.rounds = rounds;
        this.minutes = minutes;
    }

    Scale scale() {
        return thorough ? Scale.full() : Scale.quick();
    }

    String scenarios() {
        return scenarios;
    }

    String targets() {
        return targets;
    }

    int rounds() {
        return rounds;
    }

    /** After which it is ended, whatever it is doing. */
    int minutes() {
        return minutes;
    }
}
