package dev.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InboundTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    @Test
    void everyTypeIsUnderstood() {
        assertThat(Inbound.parse("{\"id\":1,\"type\":\"connect\",\"token\":\"t\",\"client\":\"web/1.2\"}"))
                .isEqualTo(new Inbound.Connect("1", Optional.of("t"), Optional.empty()));
        assertThat(Inbound.parse("""
                        {"id":2,"type":"join","room":"news","since":{"epoch":"k3f","seq":17,"message":"01J"},"presence":true}""")).isEqualTo(new Inbound.Join("2", "news", new Mark("k3f", 17, "01J"), true, null));
        assertThat(Inbound.parse("{\"type\":\"join\",\"room\":\"news\"}"))
                .isEqualTo(new Inbound.Join(null, "news", null, false, null));
        assertThat(Inbound.parse("{\"id\":4,\"type\":\"history\",\"room\":\"news\",\"before\":18,\"limit\":50}"))
                .isEqualTo(new Inbound.History("4", "news", OptionalLong.of(18), 50));
        assertThat(Inbound.parse("{\"id\":5,\"type\":\"leave\",\"room\":\"news\"}"))
                .isEqualTo(new Inbound.Leave("5", "news"));
        assertThat(Inbound.parse("{\"id\":6,\"type\":\"refresh\",\"token\":\"t\"}"))
                .isEqualTo(new Inbound.Refresh("6", "t"));
        assertThat(Inbound.parse("{\"type\":\"pong\"}")).isEqualTo(new Inbound.Pong(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ \"a\" : 1.0 }", "null", "\"\\u20ac\"", "[ ]", "-0", "1E400", "false"})
    void dataIsKeptAsItWasWritten(String data) {
        Inbound said = Inbound.parse("{\"type\":\"send\",\"room\":\"r\",\"key\":\"k\",\"data\": " + data + " }");

        assertThat(said)
                .isInstanceOfSatisfying(
                        Inbound.Send.class,
                        send -> assertThat(send.data().source()).isEqualTo(data));
    }

    @Test
    void unknownFieldsAreIgnored() {
        assertThat(Inbound.parse("{\"x\":{\"y\":[1]},\"type\":\"pong\",\"room\":7}"))
                .isEqualTo(new Inbound.Pong(null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|NO_TYPE",
                "[]|NO_OBJECT",
                "hello|NO_OBJECT",
                "{\"type\":7}|BAD_FIELD",
                "{\"type\":\"shout\"}|UNKNOWN_TYPE",
                "{\"id\":\"1\",\"type\":\"pong\"}|BAD_ID",
                "{\"id\":1.5,\"type\":\"pong\"}|BAD_ID",
                "{\"id\":123456789012345678901,\"type\":\"pong\"}|BAD_ID",
                "{\"type\":\"join\"}|NO_ROOM",
                "{\"type\":\"join\",\"room\":null}|NO_ROOM",
                "{\"type\":\"join\",\"room\":1}|BAD_FIELD",
                "{\"type\":\"join\",\"room\":\"r\",\"presence\":1}|BAD_FIELD",
                "{\"type\":\"join\",\"room\":\"r\",\"since\":7}|BAD_SINCE",
                "{\"type\":\"join\",\"room\":\"r\",\"since\":{\"seq\":1}}|BAD_SINCE",
                "{\"type\":\"join\",\"room\":\"r\",\"since\":{\"epoch\":\"e\",\"seq\":-1}}|BAD_SINCE",
                "{\"type\":\"send\",\"room\":\"r\",\"data\":1}|NO_KEY",
                "{\"type\":\"send\",\"room\":\"r\",\"key\":\"\",\"data\":1}|NO_KEY",
                "{\"type\":\"send\",\"room\":\"r\",\"key\":\"k\"}|NO_DATA",
                "{\"type\":\"history\",\"room\":\"r\",\"before\":\"1\"}|BAD_RANGE",
                "{\"type\":\"history\",\"room\":\"r\",\"limit\":0}|BAD_RANGE",
                "{\"type\":\"history\",\"room\":\"r\",\"limit\":101}|BAD_RANGE",
                "{\"type\":\"refresh\"}|BAD_FIELD",
            })
    void whatIsWrongIsNamed(String text, Inbound.Flaw flaw) {
        assertThat(Inbound.parse(text))
                .isInstanceOfSatisfying(
                        Inbound.Malformed.class,
                        malformed -> assertThat(malformed.flaw()).isEqualTo(flaw));
    }

    @Test
    void theIdComesBackOnWhatIsWrong() {
        assertThat(Inbound.parse("{\"type\":\"shout\",\"id\":-7}"))
                .isEqualTo(new Inbound.Malformed("-7", Inbound.Flaw.UNKNOWN_TYPE));
    }

    @Test
    void longFieldsAreRefusedWithoutBeingDecoded() {
        String room = "r".repeat(101);

        assertThat(Inbound.parse("{\"type\":\"join\",\"room\":\"" + room + "\"}"))
                .isEqualTo(new Inbound.Malformed(null, Inbound.Flaw.BAD_FIELD));
        assertThat(Inbound.parse("{\"type\":\"connect\",\"token\":\"" + "t".repeat(1_000_000) + "\"}"))
                .isEqualTo(new Inbound.Malformed(null, Inbound.Flaw.BAD_FIELD));
    }

    @Test
    void nothingSaysWhatIsSecret() {
        for (String text : new String[] {
            "{\"type\":\"connect\",\"token\":\"hush\"}",
            "{\"type\":\"refresh\",\"token\":\"hush\"}",
            "{\"type\":\"send\",\"room\":\"r\",\"key\":\"k\",\"data\":\"hush\"}"
        }) {
            assertThat(Inbound.parse(text).toString()).doesNotContain("hush");
        }
    }

    @Test
    void damagedMessagesNeverThrow() {
        Random random = new Random(SEED);
        String[] whole = {
            "{\"id\":2,\"type\":\"join\",\"room\":\"news\",\"since\":{\"epoch\":\"k\",\"seq\":17,\"message\":\"0\"},\"presence\":true}",
            "{\"id\":3,\"type\":\"send\",\"room\":\"news\",\"key\":\"k\",\"data\":{\"a\":[1,\"\\u0041\",null]}}",
            "{\"id\":4,\"type\":\"history\",\"room\":\"news\",\"before\":18,\"limit\":50}",
            "{\"id\":1,\"type\":\"connect\",\"token\":\"t\"}"
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(whole[random.nextInt(whole.length)]);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) random.nextInt(0x10000));
                    case 1 -> text.deleteCharAt(at);
                    default -> text.insert(at, "{}[]\",:\\0e-".charAt(random.nextInt(11)));
                }
            }
            assertThat(Inbound.parse(text.toString()))
                    .as("seed %d: %s", SEED, text)
                    .isNotNull();
        }
    }
}
