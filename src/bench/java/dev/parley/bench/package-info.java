/**
 * The benchmark: what Parley costs beside other chat servers, measured in one run on one machine.
 *
 * <pre>
 *  Bench ─▶ scenario ─▶ load     one thread of clients, which checks all it receives
 *    │          └─────▶ server   the servers: one process each, started in turn, its processor time and memory read
 *    └─▶ report
 *  baseline                      what runs in those processes, never beside the load
 * </pre>
 *
 * <p>The machine is never quiet enough for times to be believed, so the measure that counts is the server's processor time a
 * delivery, and of that the ratio to a C program measured just before and just after.
 */
@NullMarked
package dev.parley.bench;

import org.jspecify.annotations.NullMarked;
