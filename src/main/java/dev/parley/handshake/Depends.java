package dev.parley.handshake;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that a parameter is worked out by another class. That class declares its own parameters and dependencies in its one
 * constructor, in the same words, and is made before the upgrade, once per connection however many ask for it.
 *
 * <p>The parameter is the object itself or, if it is a {@link Dependency} and the parameter is of another type, what that gives.
 * If the object is {@link AutoCloseable}, it is closed once after the connection has ended, however it ended, and in the reverse
 * of the order in which objects were made; also if the handshake is refused further on, or never becomes a connection.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/#using-depends-and-others">FastAPI, fastapi/params.py,
 *     class Depends</a>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Depends {
    /** The class. It has one constructor, which declares its parameters. */
    Class<?> value();

    /** What it must see to; it gets these, and those of everybody above, by asking for {@link Scopes}. */
    String[] scopes() default {};

    /** Whether this parameter wants one of its own, although others ask for the same class. */
    boolean fresh() default false;
}
