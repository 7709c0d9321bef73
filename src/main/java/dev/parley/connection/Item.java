package dev.parley.connection;

import dev.parley.protocol.CloseStatus;

/** What can stand in an outbox. */
sealed interface Item permits Outgoing, Item.Ping, Item.Farewell {
    /** A ping frame. Sending it may block on Tomcat and Jetty. */
    enum Ping implements Item {
        PING
    }

    /** The last item of a connection: close with this code, once all before it is sent. */
    record Farewell(CloseStatus code) implements Item {}
}
