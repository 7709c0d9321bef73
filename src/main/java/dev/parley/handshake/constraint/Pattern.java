package dev.parley.handshake.constraint;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The whole text must match a regular expression. A text that the expression cannot decide in about sixteen looks at each
 * character does not match: so none that backtracks without end on hostile text holds a request's thread.
 *
 * @see Constraints
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.TYPE_USE})
public @interface Pattern {
    /** The regular expression, as {@link java.util.regex.Pattern} reads it. */
    String regexp();
}
