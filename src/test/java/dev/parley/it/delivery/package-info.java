/** An application of somebody else's that has Parley inside: what it says about Parley is what the public API needs to be told. */
@NullMarked
package dev.parley.it.delivery;

import org.jspecify.annotations.NullMarked;
