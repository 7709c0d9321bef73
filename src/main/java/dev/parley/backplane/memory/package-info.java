/**
 * The log in this process's memory: the default for one node, and the reference to read before writing another variant.
 */
@NullMarked
package dev.parley.backplane.memory;

import org.jspecify.annotations.NullMarked;
