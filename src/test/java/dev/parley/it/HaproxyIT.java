package dev.parley.it;

import dev.parley.it.harness.ReverseProxy;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

@Tag("standalone")
final class HaproxyIT extends ProxyContract {
    @Override
    ReverseProxy start(int behind, Duration idle) {
        return ReverseProxy.haproxy(behind, idle);
    }
}
