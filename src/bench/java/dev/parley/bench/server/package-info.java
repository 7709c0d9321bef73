/**
 * The servers that are measured: what there is, how each is started, and what its process costs.
 */
@NullMarked
package dev.parley.bench.server;

import org.jspecify.annotations.NullMarked;
