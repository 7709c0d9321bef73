package dev.parley.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

final class MetersTest {
    private final Meters meters = new Meters();

    @Test
    void prometheusReadsEachKind() {
        meters.info("parley", "What runs here.", Map.of("version", "1"));
        meters.gauge("parley_connections", "Open.", () -> 3);
        meters.counter("parley_closed", "Over.", List.of("cause"), () -> Map.of(List.of("slow"), 2L));

        assertThat(meters.text(Exposition.PROMETHEUS)).isEqualTo("""
                # HELP parley_info What runs here.
                # TYPE parley_info gauge
                parley_info{version="1"} 1
                # HELP parley_connections Open.
                # TYPE parley_connections gauge
                parley_connections 3
                # HELP parley_closed_total Over.
                # TYPE parley_closed_total counter
                parley_closed_total{cause="slow"} 2
                """);
    }

    @Test
    void openMetricsNamesFamiliesWithoutTheirEndingsAndEnds() {
        meters.info("parley", "What runs here.", Map.of("version", "1"));
        meters.counter("parley_closed", "Over.", () -> 2L);

        assertThat(meters.text(Exposition.OPEN_METRICS)).isEqualTo("""
                # HELP parley What runs here.
                # TYPE parley info
                parley_info{version="1"} 1
                # HELP parley_closed Over.
                # TYPE parley_closed counter
                parley_closed_total 2
                # EOF
                """);
    }

    @Test
    void bucketsOfAHistogramAddUp() {
        Histogram histogram = new Histogram();
        histogram.record(400_000);
        histogram.record(2_000_000);
        histogram.record(60_000_000_000L);
        meters.histogram("parley_delivery_seconds", "Took.", histogram);

        assertThat(meters.text(Exposition.PROMETHEUS))
                .contains(
                        "parley_delivery_seconds_bucket{le=\"5.0E-4\"} 1\n",
                        "parley_delivery_seconds_bucket{le=\"0.0025\"} 2\n",
                        "parley_delivery_seconds_bucket{le=\"10.0\"} 2\n",
                        "parley_delivery_seconds_bucket{le=\"+Inf\"} 3\n",
                        "parley_delivery_seconds_sum 60.0024\n",
                        "parley_delivery_seconds_count 3\n");
    }

    @Test
    void labelCannotEndItsLine() {
        meters.counter("parley_x", "X.", List.of("cause"), () -> Map.of(List.of("a\"b\\c\nd 1"), 1L));

        assertThat(meters.text(Exposition.PROMETHEUS)).contains("parley_x_total{cause=\"a\\\"b\\\\c\\nd 1\"} 1\n");
    }

    @Test
    void namesAreCheckedAndUnique() {
        meters.gauge("parley_x", "X.", () -> 1);

        assertThatThrownBy(() -> meters.gauge("parley_x", "X.", () -> 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> meters.gauge("parley-x", "X.", () -> 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> meters.gauge("parley_y", "a\nb", () -> 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void formatIsTheOneAskedFor() {
        assertThat(Exposition.accepted("")).isEqualTo(Exposition.PROMETHEUS);
        assertThat(Exposition.accepted("text/plain")).isEqualTo(Exposition.PROMETHEUS);
        assertThat(Exposition.accepted("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"))
                .isEqualTo(Exposition.OPEN_METRICS);
    }

    @Test
    void consolesSeeTheMetersAsAttributesUntilTheBeanIsClosed() throws Exception {
        meters.gauge("parley_connections", "Open.", () -> 3);
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("dev.parley:type=Node,context=\"/test\"");
        try (MeterBean bean = MeterBean.register(meters, "/test")) {
            assertThat(server.getAttribute(name, "parley_connections")).isEqualTo(3);
            assertThat(server.getMBeanInfo(name).getAttributes()[0].getDescription())
                    .isEqualTo("Open.");
            assertThatThrownBy(() -> server.setAttribute(name, new Attribute("parley_connections", 4)))
                    .isInstanceOf(AttributeNotFoundException.class);
            assertThat(bean).isNotNull();
        }
        assertThat(server.isRegistered(name)).isFalse();
    }

    @Test
    void redeploymentTakesTheOldOnesPlace() throws Exception {
        MeterBean first = MeterBean.register(meters, "/test");
        meters.gauge("parley_connections", "Open.", () -> 3);
        try (MeterBean second = MeterBean.register(meters, "/test")) {
            assertThat(second).isNotSameAs(first);
            assertThat(ManagementFactory.getPlatformMBeanServer()
                            .getAttribute(
                                    new ObjectName("dev.parley:type=Node,context=\"/test\""), "parley_connections"))
                    .isEqualTo(3);
        }
    }
}
