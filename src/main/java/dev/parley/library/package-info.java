/**
 * The public API of {@code dev.parley}, over the log, the members and the words between nodes. It adds no rule of its own: what it
 * says is stored, and told to everybody, as what members say.
 *
 * <p>May be imported by {@code app} alone; the application sees the interfaces.
 */
@NullMarked
package dev.parley.library;

import org.jspecify.annotations.NullMarked;
