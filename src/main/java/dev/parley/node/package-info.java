/**
 * What all parts of a node share: one {@link dev.parley.node.Budget} of bytes for everything that is held for somebody,
 * {@link dev.parley.node.Threads} that are watched, and {@link dev.parley.node.Tracing}. Imports nothing of Parley; every package may use it.
 */
@NullMarked
package dev.parley.node;

import org.jspecify.annotations.NullMarked;
