package dev.parley.handshake.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Parameter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ConstraintsTest {
    record Values(
            @Min(3) @Max(5) int range,

            @DecimalMin("0.5") @DecimalMax(value = "1", inclusive = false)
            double share,

            @Positive BigDecimal positive,
            @PositiveOrZero BigInteger positiveOrZero,
            @Digits(integer = 3, fraction = 2) BigDecimal price,
            @Size(min = 2, max = 3) String text,
            @Size(min = 1) Set<String> set,
            @NotEmpty List<String> list,
            @NotBlank String blank,
            @Pattern(regexp = "[a-z]+(-[a-z]+)*") String slug,
            @Pattern(regexp = "(a+)+b") String evil,
            @Pattern(regexp = "(x|y)*") String deep,
            @Past Instant past,
            @Future LocalDate future,
            @Min(1) String misplaced) {}

    @Test
    void numbersKeepTheirBounds() {
        assertHolds("range", 3, 5);
        assertViolated("range", "must be at least 3", 2, Integer.MIN_VALUE);
        assertViolated("range", "must be at most 5", 6);
        assertHolds("share", 0.5, 0.999);
        assertViolated("share", "must be at least 0.5", 0.4999, -1.0);
        assertViolated("share", "must be below 1", 1.0, Double.MAX_VALUE);
        assertHolds("positive", new BigDecimal("1e-9999"));
        assertViolated("positive", "must be above 0", BigDecimal.ZERO, BigDecimal.valueOf(-1));
        assertHolds("positiveOrZero", BigInteger.ZERO, BigInteger.TEN);
        assertViolated("positiveOrZero", "must be at least 0", BigInteger.ONE.negate());
    }

    @Test
    void digitsAreCountedWithoutIdleZeros() {
        assertHolds(
                "price",
                new BigDecimal("999.99"),
                new BigDecimal("0"),
                new BigDecimal("-1.500000"),
                new BigDecimal("1e2"));
        assertViolated(
                "price",
                "must have at most 3 digits before the point and 2 after it",
                new BigDecimal("1000"),
                new BigDecimal("1e3"),
                new BigDecimal("0.001"));
    }

    @Test
    void sizesAreOfTextsAndOfCollections() {
        assertHolds("text", "ab", "abc", "\ud800\udc00");
        assertViolated("text", "must have a size from 2 to 3", "", "a", "abcd");
        assertHolds("set", Set.of("a"));
        assertViolated("set", "must have a size of at least 1", Set.of());
        assertHolds("list", List.of(""));
        assertViolated("list", "must not be empty", List.of());
        assertHolds("blank", "a", " a ");
        assertViolated("blank", "must not be blank", "", " ", "\t\n\u2003");
    }

    @Test
    void wholeTextMatchesThePattern() {
        assertHolds("slug", "a", "a-b-c", "x".repeat(8192));
        assertViolated("slug", "must match [a-z]+(-[a-z]+)*", "", "a-", "A", " a", "a\n", "\ud800");
    }

    /** Eight kibibytes of it would take longer than the sun has left; a group repeated as often is deeper than the stack. */
    @Test
    void patternThatDoesNotEndOnHostileTextDoesEnd() {
        assertHolds("evil", "aaab");
        long start = System.nanoTime();
        assertViolated("evil", "must match (a+)+b", "a".repeat(8192), "a".repeat(40));
        constraints("deep").violated("xy".repeat(4_000_000));
        assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    }

    @Test
    void timesAreComparedWithNow() {
        assertHolds("past", Instant.now().minusSeconds(60), Instant.MIN);
        assertViolated("past", "must be in the past", Instant.now().plusSeconds(3600), Instant.MAX);
        LocalDate today = LocalDate.now(Clock.systemUTC());
        assertHolds("future", today.plusDays(2));
        assertViolated("future", "must be in the future", today.minusDays(1));
    }

    @Test
    void constraintThatSaysNothingAboutAValueIsRefused() {
        assertThatThrownBy(() -> constraints("misplaced"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("@Min")
                .hasMessageContaining("java.lang.String");
    }

    private static void assertHolds(String component, Object... values) {
        for (Object value : values) {
            assertThat(constraints(component).violated(value)).as("%s", value).isEmpty();
        }
    }

    private static void assertViolated(String component, String sentence, Object... values) {
        for (Object value : values) {
            assertThat(constraints(component).violated(value)).contains(sentence);
        }
    }

    private static Constraints constraints(String component) {
        Parameter parameter = Arrays.stream(Values.class.getDeclaredConstructors()[0].getParameters())
                .filter(any -> any.getName().equals(component))
                .findFirst()
                .orElseThrow();
        return Constraints.of(parameter, parameter.getType());
    }
}
