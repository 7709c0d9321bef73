package dev.parley.handshake.constraint;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The number must have at most so many digits before and after the decimal point, leading and trailing zeros aside.
 *
 * @see Constraints
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.TYPE_USE})
public @interface Digits {
    /** How many digits may stand before the point. */
    int integer();

    /** How many digits may stand after the point. */
    int fraction();
}
