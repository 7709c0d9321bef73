package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConverterTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "+0, 0",
        "7, 7",
        "007, 7",
        "+5, 5",
        "-5, -5",
        "-007, -7",
        "18446744073709551616, 18446744073709551616"
    })
    void integersPrintCanonically(String text, String printed) {
        assertThat(convert(BigInteger.class, text)).map(Object::toString).contains(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+",
                "-",
                "++1",
                "+-1",
                "--1",
                "1-",
                "1+",
                "bar",
                "1.5",
                "1.0",
                "1e3",
                "0x10",
                "true",
                " 5",
                "5 ",
                "1 2",
                "1_000",
                "1,000",
                "5\0",
                "5\n",
                "\n5",
                "\uff15",
                "\u0665",
                "\u0967",
                "5\u0300",
                "\u2212" + "5",
                "\ud835\udfce",
                "\ud800",
                "NaN",
                "1L"
            })
    void anythingButAsciiDigitsIsNoInteger(String text) {
        for (Type type : List.of(BigInteger.class, int.class, Integer.class, long.class, Long.class)) {
            assertThat(convert(type, text)).as("%s", type).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+", "-"})
    void integerHasAtMost4300Digits(String sign) {
        assertThat(convert(BigInteger.class, sign + "9".repeat(4300))).isPresent();
        assertThat(convert(BigInteger.class, sign + "9".repeat(4301))).isEmpty();
        assertThat(convert(BigInteger.class, sign + "0".repeat(4299) + "7"))
                .map(value -> value.toString().length() <= 2)
                .contains(true);
        assertThat(convert(BigInteger.class, sign + "0".repeat(4300) + "7")).isEmpty();
        assertThat(convert(BigInteger.class, sign + "9".repeat(1_000_000))).isEmpty();
    }

    @Test
    void intHasItsRange() {
        assertThat(convert(int.class, "2147483647")).contains(Integer.MAX_VALUE);
        assertThat(convert(int.class, "-2147483648")).contains(Integer.MIN_VALUE);
        assertThat(convert(int.class, "+0000000000002147483647")).contains(Integer.MAX_VALUE);
        assertThat(convert(int.class, "2147483648")).isEmpty();
        assertThat(convert(int.class, "-2147483649")).isEmpty();
        assertThat(convert(int.class, "4294967296")).isEmpty();
        assertThat(convert(Integer.class, "-1")).contains(-1);
    }

    @Test
    void longHasItsRange() {
        assertThat(convert(long.class, "9223372036854775807")).contains(Long.MAX_VALUE);
        assertThat(convert(long.class, "-9223372036854775808")).contains(Long.MIN_VALUE);
        assertThat(convert(long.class, "9223372036854775808")).isEmpty();
        assertThat(convert(long.class, "-9223372036854775809")).isEmpty();
        assertThat(convert(long.class, "9".repeat(4300))).isEmpty();
        assertThat(convert(Long.class, "2147483648")).contains(2147483648L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a ", "€", "\0", "None"})
    void textStaysAsItIs(String text) {
        assertThat(convert(String.class, text)).contains(text);
    }

    @Test
    void everySizeOfIntegerHasItsRange() {
        assertThat(convert(byte.class, "-128")).contains(Byte.MIN_VALUE);
        assertThat(convert(Byte.class, "128")).isEmpty();
        assertThat(convert(short.class, "32767")).contains(Short.MAX_VALUE);
        assertThat(convert(Short.class, "-32769")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1.50, 1.50", "-.5, -0.5", "+5., 5", "007, 7", "1e3, 1E+3", "1E-2, 0.01", "0, 0"})
    void decimalIsReadAsItIsWritten(String text, String printed) {
        assertThat(convert(BigDecimal.class, text)).map(Object::toString).contains(printed);
        assertThat(convert(double.class, text)).contains(Double.valueOf(text));
        assertThat(convert(Float.class, text)).contains(Float.valueOf(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "-",
                "+.",
                "e5",
                "1e",
                "1e+",
                "1e99999",
                "1d",
                "0x1p3",
                "NaN",
                "Infinity",
                "-inf",
                " 1",
                "1 ",
                "1,5",
                "1.2.3",
                "1..2",
                "\uff11",
                "\u0661.5",
                "1_0",
                "\ud800"
            })
    void anythingElseIsNoDecimal(String text) {
        for (Type type : List.of(BigDecimal.class, double.class, Float.class)) {
            assertThat(convert(type, text)).as("%s", type).isEmpty();
        }
    }

    @Test
    void decimalIsNeitherEndlessNorTooLargeForItsType() {
        assertThat(convert(BigDecimal.class, "1".repeat(4300))).isPresent();
        assertThat(convert(BigDecimal.class, "1".repeat(4301))).isEmpty();
        assertThat(convert(BigDecimal.class, "1." + "1".repeat(4300))).isEmpty();
        assertThat(convert(BigDecimal.class, "1e9999")).isPresent();
        assertThat(convert(BigDecimal.class, "1e999999999")).isEmpty();
        assertThat(convert(double.class, "1e309")).isEmpty();
        assertThat(convert(float.class, "1e39")).isEmpty();
        assertThat(convert(double.class, "1e-400")).contains(0.0);
    }

    @ParameterizedTest
    @CsvSource({
        "true, true",
        "TRUE, true",
        "1, true",
        "on, true",
        "Yes, true",
        "t, true",
        "y, true",
        "false, false",
        "0, false",
        "off, false",
        "no, false",
        "F, false",
        "n, false"
    })
    void truthIsSaidInManyWays(String text, boolean meant) {
        assertThat(convert(boolean.class, text)).contains(meant);
        assertThat(convert(Boolean.class, text)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " true", "2", "00", "truth", "ja", "\u0131", "null"})
    void anythingElseIsNeitherTrueNorFalse(String text) {
        assertThat(convert(boolean.class, text)).isEmpty();
    }

    @Test
    void timesAndIdentifiersAreIso() {
        assertThat(convert(Instant.class, "2026-01-31T12:00:00Z")).contains(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(convert(Instant.class, "2026-01-31T12:00:00+02:00")).contains(Instant.parse("2026-01-31T10:00:00Z"));
        assertThat(convert(LocalDate.class, "2026-02-28")).contains(LocalDate.of(2026, 2, 28));
        assertThat(convert(LocalDate.class, "2026-02-29")).isEmpty();
        assertThat(convert(Duration.class, "PT1M30S")).contains(Duration.ofSeconds(90));
        assertThat(convert(UUID.class, "123e4567-e89b-12d3-a456-426614174000"))
                .contains(UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
        assertThat(convert(UUID.class, "1-1-1-1-1")).isEmpty(); // the JDK takes it
        for (Type type : List.of(Instant.class, LocalDate.class, Duration.class, UUID.class)) {
            for (String text : List.of("", "0", "now", "\ud800", "9".repeat(8192), "P" + "T1H".repeat(2000))) {
                assertThat(convert(type, text)).as("%s", type).isEmpty();
            }
        }
    }

    enum Model {
        ALEXNET,
        RESNET
    }

    enum Colour {
        RED;

        static Colour fromString(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    @Test
    void enumIsItsConstantOrWhatItMakesOfText() {
        assertThat(convert(Model.class, "RESNET")).contains(Model.RESNET);
        assertThat(convert(Model.class, "resnet")).isEmpty();
        assertThat(convert(Model.class, "")).isEmpty();
        assertThat(convert(Colour.class, "red")).contains(Colour.RED);
    }

    record Sku(String text) {
        Sku {
            if (!text.startsWith("sku-")) {
                throw new IllegalArgumentException("s3cr3t " + text);
            }
        }
    }

    static final class Parsed {
        final CharSequence text;

        private Parsed(CharSequence text) {
            this.text = text;
        }

        static Parsed parse(CharSequence text) {
            return new Parsed(text);
        }
    }

    static final class Valued {
        private Valued() {}

        static Valued valueOf(String text) {
            return text.isEmpty() ? null : new Valued();
        }
    }

    @Test
    void typeOfOnesOwnIsMadeByConstructorOrMethod() {
        assertThat(convert(Sku.class, "sku-1")).contains(new Sku("sku-1"));
        assertThat(convert(Sku.class, "x")).isEmpty();
        assertThat(convert(Parsed.class, "x")).map(made -> ((Parsed) made).text).contains("x");
        assertThat(convert(Valued.class, "x")).isPresent();
        assertThat(convert(Valued.class, "")).isEmpty();
    }

    static final class Hidden {
        private final String text;

        private Hidden(String text) {
            this.text = text;
        }

        static Object valueOf(String text) {
            return new Hidden(text).text;
        }
    }

    abstract static class Abstract {
        Abstract(String text) {}
    }

    @Test
    void forOtherTypesThereIsNone() {
        for (Type type : List.of(
                Object.class,
                Optional.class,
                String[].class,
                Number.class,
                char.class,
                Hidden.class,
                Abstract.class,
                Runnable.class,
                void.class)) {
            assertThat(Converter.to(type)).as("%s", type).isEmpty();
        }
    }

    private static Optional<Object> convert(Type type, String text) {
        return Converter.to(type).orElseThrow().convert(text);
    }
}
