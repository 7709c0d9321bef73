/**
 * The same application as {@code dev.parley.it.orders} with what Tomcat and Jetty have: servlets, JDBC, the container's login. {@code
 * OrdersIT} packs and asks it, {@code ShopFrontIT} with the front of {@code src/examples/shop}.
 */
@NullMarked
package dev.parley.it.counter;

import org.jspecify.annotations.NullMarked;
