package dev.parley.handshake;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that a parameter is bound to a request header. Names are case-insensitive; of a header sent several times the last
 * line counts, and all of them for a list or a set. A line is never cut at its commas.
 *
 * @see <a href="https://fastapi.tiangolo.com/tutorial/header-params/">FastAPI, fastapi/params.py, class Header</a>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface HeaderParam {
    /**
     * The name of the header, as it is; if left out, the name of the record component or constructor parameter with its
     * underscores made hyphens, so that {@code x_token} reads {@code X-Token}.
     */
    String value() default "";
}
