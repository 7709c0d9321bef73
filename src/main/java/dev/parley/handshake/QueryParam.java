package dev.parley.handshake;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that a parameter is bound to a query parameter, decoded as a form: {@code %xx} in UTF-8, {@code +} is a space.
 * Names are case-sensitive; of a name given several times the last value counts, and all of them for a list or a set.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/#using-depends-and-others">FastAPI, fastapi/params.py, class
 *     Query</a>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface QueryParam {
    /** The name of the query parameter; if left out, the name of the record component or constructor parameter. */
    String value() default "";
}
