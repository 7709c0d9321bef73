package dev.parley.it.shop;

import dev.parley.handshake.CookieParam;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.WebSocketException;
import java.util.Optional;

record CookieOrToken(
        @CookieParam Optional<String> session, @QueryParam Optional<String> token) implements Dependency<String> {
    @Override
    public String value() {
        return session.or(() -> token).orElseThrow(() -> new WebSocketException(1008, ""));
    }
}
