package dev.parley.handshake;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that a parameter is what a {@link Dependency} gives. The dependency declares its own parameters, in its
 * constructor, in the same words, and is evaluated once per connection, before the upgrade.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/#using-depends-and-others">FastAPI, fastapi/params.py,
 *     class Depends</a>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Depends {
    /** The dependency. It has one constructor, which declares its parameters. */
    Class<? extends Dependency<?>> value();
}
