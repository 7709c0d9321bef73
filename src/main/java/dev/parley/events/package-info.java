/**
 * What happens, told to whoever observes it: listeners and observers of the application, each on a thread of its own, and webhooks.
 * Nothing is followed, asked of an engine or made where nobody observes.
 *
 * <p>May be imported by {@code library} and {@code app}. Nobody who makes something happen waits for those who are told of it.
 */
@NullMarked
package dev.parley.events;

import org.jspecify.annotations.NullMarked;
