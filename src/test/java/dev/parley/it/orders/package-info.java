/**
 * An application on Jakarta EE as teams have them, with rooms in it: REST resources, JPA, a login by form, beans. What it says about
 * Parley is what the public API needs to be told; {@code OrdersIT} packs and asks it.
 */
@NullMarked
package dev.parley.it.orders;

import org.jspecify.annotations.NullMarked;
