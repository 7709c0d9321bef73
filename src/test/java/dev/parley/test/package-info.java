/** For the tests of applications that have endpoints of their own. Packed in a jar of its own; it needs no library for tests. */
@NullMarked
package dev.parley.test;

import org.jspecify.annotations.NullMarked;
