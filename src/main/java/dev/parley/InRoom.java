package dev.parley;

import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The rooms whose events an observer is told of: {@code void joined(@ObservesAsync @InRoom("order-{id}") MemberJoined event)}. What a
 * {@code {variable}} stands for is in {@link RoomEvent#room}. Without it an observer is told of all rooms.
 */
@Qualifier
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.FIELD, ElementType.METHOD, ElementType.TYPE})
public @interface InRoom {
    /** A pattern, as of {@link RoomPolicy#rooms}; one that is none stops the start. */
    String value();
}
