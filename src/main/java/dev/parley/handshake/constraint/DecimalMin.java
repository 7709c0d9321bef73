package dev.parley.handshake.constraint;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The number must be at least this, or above it.
 *
 * @see Constraints
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.TYPE_USE})
public @interface DecimalMin {
    /** The bound, as {@link java.math.BigDecimal} writes it. */
    String value();

    /** Whether the bound itself is allowed. */
    boolean inclusive() default true;
}
