package dev.parley.it;

import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.wire.Site;
import java.net.URL;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that meet in one {@link Lobby}, which lasts as long as their class and is empty between two of them. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
abstract class LobbyContract {
    private static Lobby lobby;

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    final RunningServer server() {
        return server;
    }

    final Lobby lobby() {
        return lobby;
    }

    final Site site() {
        return Site.at(base);
    }

    @BeforeEach
    final void openLobby() {
        if (lobby == null) {
            lobby = new Lobby(site(), KnownDifference.CONTROL_FRAMES_OVERTAKE.isOf(server));
        }
    }

    @AfterEach
    final void emptyLobby() {
        lobby.empty();
    }

    @AfterAll
    static void closeLobby() {
        if (lobby != null) {
            lobby.close();
            lobby = null;
        }
    }
}
