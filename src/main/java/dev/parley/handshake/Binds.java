package dev.parley.handshake;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares, on a {@code @ServerEndpoint} class with callbacks of its own, what its handshake brings: a record whose components say where
 * each comes from. A {@code ParleyEndpoint} does not need it.
 *
 * <pre>{@code
 * @ServerEndpoint(value = "/items/{item_id}/ws", configurator = HandshakeConfigurator.class)
 * @Binds(ItemEndpoint.Visit.class)
 * final class ItemEndpoint {
 *     record Visit(
 *             @PathParam("item_id") String itemId,
 *             @QueryParam("q") Optional<BigInteger> q,
 *             @Depends(CookieOrToken.class) String credential) {}
 * }
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Binds {
    /** The record. It has one constructor: its canonical one. */
    Class<? extends Record> value();
}
