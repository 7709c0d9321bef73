package dev.parley.handshake.constraint;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A text must have so many characters (UTF-16 units), a list or a set so many elements.
 *
 * @see Constraints
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.TYPE_USE})
public @interface Size {
    /** The fewest that are allowed. */
    int min() default 0;

    /** The most that are allowed. */
    int max() default Integer.MAX_VALUE;
}
