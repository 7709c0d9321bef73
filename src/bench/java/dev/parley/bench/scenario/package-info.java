/**
 * What is measured: each scenario opens clients at a server, warms it up, and measures one or several parts.
 *
 * <p>Everything here runs on the one thread that owns the clients.
 */
@NullMarked
package dev.parley.bench.scenario;

import org.jspecify.annotations.NullMarked;
