package dev.parley.it.shop;

import dev.parley.handshake.Dependency;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.Visitor;

/** Who has logged in at the shop's own page. The connection ends with that login. */
record Customer(Visitor visitor) implements Dependency<String> {
    @Override
    public String value() {
        return visitor.session()
                .map(session -> (String) session.getAttribute("user"))
                .orElseThrow(() -> new HandshakeRefused(401, "log in first"));
    }
}
