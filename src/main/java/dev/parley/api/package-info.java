/**
 * What other programs ask over plain HTTP: health and the rest of what a node tells of itself. Only {@code app} calls in here, to
 * construct the servlets; whatever they tell is given to them as suppliers, which any request thread may call.
 *
 * <p>Answers are never cached, say nothing of the server's make, and carry no credential or message unless that is what was
 * asked for by somebody who may.
 */
@NullMarked
package dev.parley.api;

import org.jspecify.annotations.NullMarked;
