/**
 * Figures for those who watch a node: what is counted, under which name, and the shapes in which it is told, which are the text
 * formats of Prometheus and OpenMetrics and the attributes of an MBean. A leaf: everybody may use it, it uses nobody.
 *
 * <p>Counting costs next to nothing and asking costs a little, so most meters are suppliers that look at what the parts keep for
 * themselves anyway, at the moment of asking.
 */
@NullMarked
package dev.parley.metrics;

import org.jspecify.annotations.NullMarked;
