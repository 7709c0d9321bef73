/**
 * The load generator: WebSocket clients by the thousand on one thread. It knows nothing of what is measured.
 */
@NullMarked
package dev.parley.bench.load;

import org.jspecify.annotations.NullMarked;
