package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Type;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
    void forOtherTypesThereIsNone() {
        for (Type type :
                List.of(Instant.class, double.class, boolean.class, Object.class, Optional.class, String[].class)) {
            assertThat(Converter.to(type)).as("%s", type).isEmpty();
        }
    }

    private static Optional<Object> convert(Type type, String text) {
        return Converter.to(type).orElseThrow().convert(text);
    }
}
