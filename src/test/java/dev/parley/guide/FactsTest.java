package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FactsTest {
    @ParameterizedTest
    @CsvSource({
        "Apache Tomcat/11.0.25, Apache Tomcat",
        "jetty/12.1.12, jetty",
        "WildFly Full 39.0.1.Final (WildFly Core 31.0.1.Final) - 2.3.23.Final, WildFly Full",
        "Undertow - 2.3.23.Final, Undertow",
        "IBM WebSphere Liberty/25.0.0.12, IBM WebSphere Liberty",
        "Payara Micro 6.2025.10 #badassfish, Payara Micro",
        "Eclipse GlassFish  7.0.21, Eclipse GlassFish",
        "Apache Tomcat, Apache Tomcat",
        "'', a Jakarta EE server",
        "11.0, a Jakarta EE server"
    })
    void theServersVersionIsCutOff(String serverInfo, String name) {
        assertThat(new Facts("1", serverInfo, Instant.EPOCH, false, true, () -> 0).server())
                .isEqualTo(name);
    }
}
