package dev.parley.handshake;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a parameter is bound to when it was not sent: a text that is read as if it had been. It is read once, at deployment,
 * which it fails if it cannot be read or violates the parameter's own constraints.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface DefaultValue {
    /** The text; for a list or a set, its one element. */
    String value();
}
