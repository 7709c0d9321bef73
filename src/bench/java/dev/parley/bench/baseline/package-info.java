/**
 * The guide's chat and echo on other servers and frameworks, written as their users write them, but correct: nothing lost, every
 * sender's messages in order. Each main class is one target's process; it takes a port on 127.0.0.1.
 */
@NullMarked
package dev.parley.bench.baseline;

import org.jspecify.annotations.NullMarked;
