package dev.parley.handshake;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that a parameter is bound to a cookie. Its value is not decoded, only a pair of surrounding double quotes is taken
 * off. Names are case-sensitive; of a name given several times, over several {@code Cookie} headers too, the last value counts,
 * and all of them for a list or a set.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/#using-depends-and-others">FastAPI, fastapi/params.py, class
 *     Cookie</a>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface CookieParam {
    /** The name of the cookie; if left out, the name of the record component or constructor parameter. */
    String value() default "";
}
