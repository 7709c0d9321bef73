package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.handshake.JsonMessage.Reading;
import dev.parley.handshake.constraint.Max;
import dev.parley.handshake.constraint.Min;
import dev.parley.handshake.constraint.NotBlank;
import dev.parley.handshake.constraint.Size;
import dev.parley.protocol.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonMessageTest {
    enum Kind {
        GIFT,
        SALE
    }

    record Line(@NotBlank String item, @Min(1) @Max(99) int count) {}

    record Order(
            @Size(max = 5) String name,
            BigDecimal total,
            boolean urgent,
            Kind kind,
            Optional<Instant> due,
            @Size(max = 2) List<Line> lines,
            Set<@Size(max = 3) String> tags) {}

    private static final String WHOLE = "{\"name\":\"a\\u00e9\",\"total\":1.50,\"urgent\":true,\"kind\":\"GIFT\","
            + "\"due\":\"2026-06-01T12:00:00Z\",\"lines\":[{\"item\":\"x\",\"count\":2}],\"tags\":[\"t\",\"t\"],\"more\":[{}]}";

    private final JsonMessage<Order> orders = new JsonMessage<>(Order.class);

    @Test
    void recordIsReadWhole() {
        assertThat(orders.read(WHOLE))
                .isEqualTo(new Reading.Message<>(new Order(
                        "aé",
                        new BigDecimal("1.50"),
                        true,
                        Kind.GIFT,
                        Optional.of(Instant.parse("2026-06-01T12:00:00Z")),
                        List.of(new Line("x", 2)),
                        Set.of("t"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"name\":\"a\\u00e9\"|\"name\":7|name is not text",
                "\"name\":\"a\\u00e9\"|\"name\":null|name is missing",
                "\"name\":\"a\\u00e9\"|\"nome\":\"a\"|name is missing",
                "\"name\":\"a\\u00e9\"|\"name\":\"abcdef\"|name must have a size from 0 to 5",
                "1.50|\"1.50\"|total is not a number",
                "1.50|1e99999|total is not a number",
                "true|\"true\"|urgent is not true or false",
                "true|1|urgent is not true or false",
                "GIFT|gift|kind is not a Kind",
                "2026-06-01|06/01|due is not a time such as 2026-01-31T12:00:00Z",
                "[{\"item\"|{\"x\":[{\"item\"|not JSON",
                "\"lines\":[{\"item\":\"x\",\"count\":2}]|\"lines\":{}|lines is not an array",
                "\"lines\":[{\"item\":\"x\",\"count\":2}]|\"lines\":[7]|an element of lines is not an object",
                "\"count\":2|\"count\":0|count must be at least 1",
                "\"count\":2|\"count\":1.0|count is not an integer of 32 bits",
                "\"item\":\"x\"|\"item\":\" \"|item must not be blank",
                "[\"t\",\"t\"]|[\"long\"]|an element of tags must have a size from 0 to 3",
                "{\"name\"|[{\"name\"|not JSON"
            })
    void whatIsWrongIsSaidWithoutWhatWasSent(String whole, String changed, String why) {
        assertThat(WHOLE).contains(whole);
        assertThat(orders.read(WHOLE.replace(whole, changed))).isEqualTo(new Reading.Problem<>(why));
    }

    @Test
    void optionalMayBeLeftOutOrNull() {
        String due = ",\"due\":\"2026-06-01T12:00:00Z\"";

        assertThat(orders.read(WHOLE.replace(due, ""))).isInstanceOf(Reading.Message.class);
        assertThat(orders.read(WHOLE.replace(due, ",\"due\":null"))).isInstanceOf(Reading.Message.class);
    }

    @Test
    void whateverIsSentIsAMessageOrAProblem() {
        for (long seed = 0; seed < 4_000; seed++) {
            Hostile hostile = new Hostile(seed);
            String text =
                    hostile.toss() ? hostile.text() : WHOLE.replace(hostile.toss() ? "GIFT" : "1.50", hostile.text());
            assertThat(orders.read(text)).isNotNull();
        }
        assertThat(orders.read("[".repeat(1_000_000))).isEqualTo(new Reading.Problem<>("not JSON"));
    }

    record Strict(int value) {
        Strict {
            if (value == 13) {
                throw new IllegalArgumentException("s3cr3t 13");
            } else if (value == 14) {
                throw new IllegalStateException("a bug");
            }
        }
    }

    @Test
    void recordMayRefuseWhatItIsGivenAndABugIsABug() {
        JsonMessage<Strict> strict = new JsonMessage<>(Strict.class);

        assertThat(strict.read("{\"value\":13}")).isEqualTo(new Reading.Problem<>("the message is not allowed"));
        assertThatThrownBy(() -> strict.read("{\"value\":14}"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Strict.class.getName());
    }

    record Payload(Json data) {}

    @Test
    void anyJsonStaysAsItWasWritten() {
        Reading<Payload> reading = new JsonMessage<>(Payload.class).read("{\"data\": {\"a\" : [1e2]} }");

        assertThat(((Reading.Message<Payload>) reading).value().data().source()).isEqualTo("{\"a\" : [1e2]}");
    }

    record Unreadable(Object any) {}

    record Endless(Optional<Endless> inside) {}

    @Test
    void recordThatCannotBeReadIsFoundAtOnce() {
        assertThatThrownBy(() -> new JsonMessage<>(Unreadable.class)).hasMessageContaining("component any");
        assertThatThrownBy(() -> new JsonMessage<>(Endless.class)).hasMessageContaining("holds itself");
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Order order = ((Reading.Message<Order>) orders.read(WHOLE)).value();

        assertThat(orders.read(JsonMessage.write(order))).isEqualTo(new Reading.Message<>(order));
        assertThat(JsonMessage.write(new Line("\"\\\n\u2028é", 1)))
                .isEqualTo("{\"item\":\"\\\"\\\\\\u000a\\u2028é\",\"count\":1}");
    }
}
