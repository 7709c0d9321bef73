/**
 * Start and stop: settings, and the one place that wires all parts.
 */
@NullMarked
package dev.parley.app;

import org.jspecify.annotations.NullMarked;
